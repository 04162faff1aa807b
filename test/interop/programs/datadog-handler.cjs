const { getTraceHeaders } = require("datadog-lambda-js");
const tracer = require("dd-trace");

/** Answers with the context that its wrapper made of the event. Of a batch, that takes the first message's. */
exports.handler = async ({ answer }) => {
  const span = tracer.scope().active();
  const { _parentId: parentId } = span.context();
  const traceId = span.context().toTraceId(true);
  const sampled = Number(getTraceHeaders()["x-datadog-sampling-priority"]) > 0;
  return {
    ...answer,
    found: [parentId && { traceId, spanId: parentId.toString(16).padStart(16, "0"), sampled }],
    active: { traceId, spanId: span.context().toSpanId(true), sampled },
  };
};
