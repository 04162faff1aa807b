export { envelope, isRecord, parseObject } from "./envelope.ts";
