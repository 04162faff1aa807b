const { IORedisInstrumentation } = require("@opentelemetry/instrumentation-ioredis");
const { PgInstrumentation } = require("@opentelemetry/instrumentation-pg");

// Before the libraries: they change what is required after them.
const instrumentations = [new PgInstrumentation(), new IORedisInstrumentation()];

const { tracing } = require("@throughline/middy");
const { Redis } = require("ioredis");
const { Pool } = require("pg");

const pool = new Pool();
const redis = new Redis(process.env.REDIS_URL);

async function work({ id }) {
  const { rows } = await pool.query("SELECT $1::text AS id, pg_sleep(0.1)", [id]);
  await redis.set(id, "done");
  return `${rows[0].id} ${await redis.get(id)}`;
}

// Middy 7 has no CommonJS entry.
const ready = import("@middy/core").then(({ middy }) => middy(work).use(tracing({ instrumentations })));

exports.handler = async (event, context) => (await ready)(event, context);
