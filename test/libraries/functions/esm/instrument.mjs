import { register } from "node:module";
import { IORedisInstrumentation } from "@opentelemetry/instrumentation-ioredis";
import { PgInstrumentation } from "@opentelemetry/instrumentation-pg";

register("@opentelemetry/instrumentation/hook.mjs", import.meta.url);

export const instrumentations = [new PgInstrumentation(), new IORedisInstrumentation()];
