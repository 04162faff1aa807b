const { NodeHttpHandler } = require("@smithy/node-http-handler");

/** Loaded at the first send: a tracer must have been there before. */
const PACKAGES = {
  SQS: () => require("@aws-sdk/client-sqs"),
  SNS: () => require("@aws-sdk/client-sns"),
  EventBridge: () => require("@aws-sdk/client-eventbridge"),
  Kinesis: () => require("@aws-sdk/client-kinesis"),
  Lambda: () => require("@aws-sdk/client-lambda"),
  SFN: () => require("@aws-sdk/client-sfn"),
};

const plain = (client) => client;

/** Sends a command of the AWS SDK through a client that `prepare` may add to. Gives the answer. */
exports.send = async ({ client: name, command, input, endpoint }, prepare = plain) => {
  const sdk = PACKAGES[name]();
  const client = prepare(
    new sdk[`${name}Client`]({
      endpoint,
      region: "us-east-1",
      credentials: { accessKeyId: "test", secretAccessKey: "test" },
      maxAttempts: 1,
      requestHandler: new NodeHttpHandler(), // Kinesis' own speaks HTTP/2.
    }),
  );
  try {
    return await client.send(new sdk[`${command}Command`](withBytes(input)));
  } finally {
    client.destroy();
  }
};

/** The channel to the test carries texts. */
function withBytes(input) {
  const { Data, Payload, Records } = input;
  return {
    ...input,
    ...(Data && { Data: Buffer.from(Data) }),
    ...(Payload && { Payload: Buffer.from(Payload) }),
    ...(Records && { Records: Records.map((one) => ({ ...one, Data: Buffer.from(one.Data) })) }),
  };
}
