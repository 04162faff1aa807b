// A service traced by OpenTelemetry's SDK and its instrumentations of HTTP and the AWS SDK.
const { randomBytes } = require("node:crypto");
const { isSpanContextValid, propagation, ROOT_CONTEXT, trace } = require("@opentelemetry/api");
const { HttpInstrumentation } = require("@opentelemetry/instrumentation-http");
const { AwsInstrumentation } = require("@opentelemetry/instrumentation-aws-sdk");
const { idsOf, start } = require("./opentelemetry-setup.cjs");

const { spans } = start();
let written;
new AwsInstrumentation({
  suppressInternalInstrumentation: true,
  preRequestHook: (span) => {
    written = span;
  },
});
new HttpInstrumentation({
  requestHook: (span) => {
    // The requests below a command of the AWS SDK have none.
    if (isSpanContextValid(span.spanContext())) written = span;
  },
});

const http = require("node:http");
const { answering } = require("./answering.cjs");
const { send } = require("./sending.cjs");
const tracer = trace.getTracer("interop");

answering({
  send: (asked) => within(asked, () => send(asked)),
  get: (asked) =>
    within(
      asked,
      () => new Promise((resolve) => http.get(asked.url, (answer) => answer.resume().on("end", resolve))),
    ),
  /** Serves whoever asks. */
  async listen() {
    const server = http.createServer((_, response) => response.end("done"));
    await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
    return { url: `http://127.0.0.1:${server.address().port}` };
  },
  /** Which contexts the messages of a queue are linked to. */
  async receive({ queueUrl, endpoint, count }) {
    spans.length = 0;
    const input = { QueueUrl: queueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 1 };
    for (let received = 0; received < count; ) {
      const { Messages = [] } = await send({ client: "SQS", command: "ReceiveMessage", input, endpoint });
      received += Messages.length;
    }
    return { found: spans.flatMap(({ links }) => links.map((link) => idsOf(link.context))) };
  },
  read({ carrier }) {
    const found = trace.getSpanContext(propagation.extract(ROOT_CONTEXT, carrier));
    return found && idsOf(found);
  },
});

/** Below a remote parent, whose decision the SDK's default sampler obeys. Gives the context that was written. */
async function within({ sampled }, work) {
  const remote = trace.setSpanContext(ROOT_CONTEXT, {
    traceId: randomBytes(16).toString("hex"),
    spanId: randomBytes(8).toString("hex"),
    traceFlags: sampled ? 1 : 0,
    isRemote: true,
  });
  return tracer.startActiveSpan("work", {}, remote, async (root) => {
    try {
      await work();
    } finally {
      root.end();
    }
    return idsOf(written.spanContext());
  });
}
