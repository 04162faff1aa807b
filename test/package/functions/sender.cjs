const { SendMessageCommand, SQSClient } = require("@aws-sdk/client-sqs");
const { traced, tracing } = require("@throughline/middy");

const sqs = traced(new SQSClient());

// Middy 7 has no CommonJS entry; a CommonJS function imports it.
const ready = import("@middy/core").then(({ default: middy }) =>
  middy(async ({ queueUrl }) => {
    await sqs.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: "hello" }));
  }).use(tracing()),
);

exports.handler = async (event, context) => (await ready)(event, context);
