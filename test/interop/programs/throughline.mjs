// A function of ours: it writes what its trace is to others.
import { middy } from "@middy/core";
import { trace } from "@opentelemetry/api";
import { b3, b3Multi, datadog, getTraceHeaders, none, tracing, w3c } from "@throughline/middy";
import { traced } from "@throughline/outgoing";
import { envelope } from "@throughline/payloads";
import answers from "./answering.cjs";
import sender from "./sending.cjs";

const FORMATS = { b3: [b3], b3multi: [b3Multi], datadog: [datadog], tracecontext: [w3c] };
const EVERYWHERE = { envelopes: { lambda: true } };

const WAYS = {
  send: (asked) => sender.send(asked, (client) => observed(traced(client, EVERYWHERE))),
  get: ({ url, format }) => fetch(url, { headers: observedHeaders(FORMATS[format]) }),
  /** By hand, where a user does so: the payload is the message's body, the event's detail, the function's event. */
  put: ({ payload }) => envelope.inject(payload, observedHeaders()),
};

const context = { functionName: "ours", awsRequestId: "1", getRemainingTimeInMillis: () => 3000 };

let sent;
const handler = middy(({ asked: { way, ...asked } }) => WAYS[way](asked)).use(tracing({ sink: none }));

answers.answering({
  send: (asked) => within({ ...asked, way: "send" }),
  get: (asked) => within({ ...asked, way: "get" }),
  put: (asked) => within({ ...asked, way: "put" }),
  /** What an authorizer's answer becomes. */
  async authorize({ event, answer }) {
    const authorizer = middy(() => {
      observedHeaders();
      return answer;
    });
    const result = await authorizer.use(tracing({ sink: none }))(event, context);
    return { result, written: idsOf(sent) };
  },
});

async function within(asked) {
  const traceparent = `00-${asked.traceId}-00f067aa0ba902b7-${asked.sampled ? "01" : "00"}`;
  const answer = await handler({ traceparent, asked }, context);
  return { ...idsOf(sent), ...(asked.way === "put" && { payload: answer }) };
}

function idsOf({ traceId, spanId, traceFlags }) {
  return { traceId, spanId, sampled: (traceFlags & 1) === 1 };
}

/** The send's own span is the active one while its request is built. */
function observed(client) {
  const middleware = (next) => (args) => {
    sent = trace.getActiveSpan().spanContext();
    return next(args);
  };
  client.middlewareStack.add(middleware, { step: "build" });
  return client;
}

function observedHeaders(formats) {
  sent = trace.getActiveSpan().spanContext();
  return getTraceHeaders(formats);
}
