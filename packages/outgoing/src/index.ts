export { type HttpOptions, resolveHttpOptions } from "./http/options.ts";
export type { TargetPattern } from "./http/patterns.ts";
export { withoutHttpSpans } from "./http/without-spans.ts";
export { traceHttp } from "./http.ts";
