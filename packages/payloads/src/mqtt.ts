export { extract, matches } from "./mqtt/extract.ts";
export { inject, type PacketProperties } from "./mqtt/inject.ts";
export { injectPayload } from "./mqtt/inject-payload.ts";
export { injectUserProperties } from "./mqtt/inject-user-properties.ts";
export { type RuleOptions, ruleSql } from "./mqtt/rule-sql.ts";
