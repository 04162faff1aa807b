// A service traced by dd-trace: it writes with its own hands, and reads what it is given.
const tracer = require("dd-trace").init();
const { answering } = require("./answering.cjs");
const { send } = require("./sending.cjs");

let span;
const hooks = {
  request: (its) => {
    span = its;
  },
};
tracer.use("aws-sdk", { hooks });
tracer.use("fetch", { hooks });

answering({
  send: (asked) => within(asked, () => send(asked)),
  get: (asked) => within(asked, async () => (await fetch(asked.url)).text()),
  read({ carrier }) {
    const context = tracer.extract("text_map", carrier);
    return (
      context && { ...idsOf(context), sampled: prioritised(tracer.startSpan("read", { childOf: context })) }
    );
  },
});

/** Gives the context that was written: that of the integration's own span. */
async function within({ sampled }, work) {
  return tracer.trace("work", async (root) => {
    root.setTag(sampled ? "manual.keep" : "manual.drop", true);
    await work();
    return { ...idsOf(span.context()), sampled };
  });
}

function idsOf(context) {
  return { traceId: context.toTraceId(true), spanId: context.toSpanId(true) };
}

function prioritised(its) {
  const carrier = {};
  tracer.inject(its, "text_map", carrier);
  its.finish();
  return Number(carrier["x-datadog-sampling-priority"]) > 0;
}
