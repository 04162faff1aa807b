import middy from "@middy/core";
import { trace } from "@opentelemetry/api";
import { getTraceHeaders, tracing } from "@throughline/middy";

export const handler = middy(async (event) => {
  trace.getTracer("user").startSpan("user span").end();
  return { event, headers: getTraceHeaders(), loaded: undiciModules() };
}).use(tracing());

/** What of undici this process has loaded. */
function undiciModules() {
  return process.moduleLoadList.filter((name) => /undici/.test(name));
}
