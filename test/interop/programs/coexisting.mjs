// A function in which both trace: dd-trace patched what ours is added to.
import { createRequire } from "node:module";
import { middy } from "@middy/core";
import { trace } from "@opentelemetry/api";
import { none, tracing } from "@throughline/middy";
import { traced } from "@throughline/outgoing";

const require = createRequire(import.meta.url);
const tracer = require("dd-trace").init();
const { send } = require("./sending.cjs"); // Loads the SDK, which must be there after it.
const { answering } = require("./answering.cjs");

let theirs;
tracer.use("aws-sdk", {
  hooks: {
    request: (span) => {
      theirs = { traceId: span.context().toTraceId(true), spanId: span.context().toSpanId(true) };
    },
  },
});

let ours;
const handler = middy(({ asked }) => send(asked, prepare)).use(tracing({ sink: none }));

function prepare(client) {
  traced(client);
  const middleware = (next) => (args) => {
    const { traceId, spanId } = trace.getActiveSpan().spanContext();
    ours = { traceId, spanId };
    return next(args);
  };
  client.middlewareStack.add(middleware, { step: "build" });
  return client;
}

answering({
  /** Both below the same caller, or each with a trace of its own. */
  async send({ caller, shared, ...asked }) {
    const context = { functionName: "both", awsRequestId: "1", getRemainingTimeInMillis: () => 3000 };
    const childOf = shared ? tracer.extract("text_map", caller) : undefined;
    await tracer.trace("work", { childOf }, () => handler({ ...caller, asked }, context));
    return { theirs: { ...theirs, sampled: true }, ours: { ...ours, sampled: true } };
  },
});
