export type { ClientOptions, EnvelopeName } from "./aws-sdk/settings.ts";
export { type AwsClient, type ClientPlugin, clientPlugin, traced } from "./aws-sdk/traced.ts";
export { type HttpOptions, type HttpSettings, resolveHttpOptions } from "./http/options.ts";
export type { TargetPattern } from "./http/patterns.ts";
export { listenToHttp, traceHttp } from "./http.ts";
export { type Shortages, shortages } from "./shortages.ts";
export { withoutHttpSpans } from "./suppression.ts";
