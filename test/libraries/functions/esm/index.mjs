import { middy } from "@middy/core";
import { tracing } from "@throughline/middy";
import { Redis } from "ioredis";
import { Pool } from "pg";
import { instrumentations } from "./instrument.mjs";

const pool = new Pool();
const redis = new Redis(process.env.REDIS_URL);

export const handler = middy(async ({ id }) => {
  const { rows } = await pool.query("SELECT $1::text AS id, pg_sleep(0.1)", [id]);
  await redis.set(id, "done");
  return `${rows[0].id} ${await redis.get(id)}`;
}).use(tracing({ instrumentations }));
