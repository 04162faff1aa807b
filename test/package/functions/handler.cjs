const { trace } = require("@opentelemetry/api");
const { getTraceHeaders, tracing } = require("@throughline/middy");

// Middy 7 has no CommonJS entry; a CommonJS function imports it.
const ready = import("@middy/core").then(({ default: middy }) =>
  middy(async (event) => {
    trace.getTracer("user").startSpan("user span").end();
    return { event, headers: getTraceHeaders(), loaded: undiciModules() };
  }).use(tracing()),
);

exports.handler = async (event, context) => (await ready)(event, context);

/** What of undici this process has loaded. */
function undiciModules() {
  return process.moduleLoadList.filter((name) => /undici/.test(name));
}
