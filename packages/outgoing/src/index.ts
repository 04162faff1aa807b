export type { ClientOptions, EnvelopeName } from "./aws-sdk/settings.ts";
export { type AwsClient, type ClientPlugin, clientPlugin, traced } from "./aws-sdk/traced.ts";
export { type Shortages, shortages } from "./shortages.ts";
