import { mkdirSync } from "node:fs";
import { join } from "node:path";
import {
  type LambdaFunction,
  type ReceivedSpan,
  type Receiver,
  startFunction,
  startReceiver,
} from "@throughline/testing";
import { build } from "esbuild";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { missing, type Servers, startServers } from "./servers.ts";

const cjs = join(import.meta.dirname, "functions/cjs");
const esm = join(import.meta.dirname, "functions/esm");
const out = join(import.meta.dirname, "out");
const preload = { NODE_OPTIONS: `--import=${join(esm, "instrument.mjs")}` };

/** What one invocation makes of the libraries: a connection, a query, a command, another one. */
const LIBRARIES = ["get", "pg-pool.connect", "pg.connect", "pg.query:SELECT postgres", "set"];
const TRACES = ["1", "2", "3", "4"].map((digit) => digit.repeat(32));
const UPSTREAM = "00f067aa0ba902b7";

if (missing) console.warn(`Skipped: ${missing}`);

describe.skipIf(missing)(missing ?? "PostgreSQL and Redis", () => {
  let servers: Servers | undefined;
  let receiver: Receiver;
  let fn: LambdaFunction | undefined;

  beforeAll(async () => {
    servers = await startServers();
    await bundle("inlined", []);
    await bundle("external", ["pg", "ioredis"]);
  });
  afterAll(() => servers?.stop());
  beforeEach(async () => {
    receiver = await startReceiver();
  });
  afterEach(async () => {
    await fn?.stop();
    await receiver.close();
  });

  async function start(taskRoot: string, environment: Record<string, string>, options = {}) {
    fn = await startFunction({
      taskRoot,
      environment: { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, ...servers?.environment, ...environment },
      ...options,
    });
    return fn;
  }

  /** The libraries' spans of a trace, all of them below its invocation's. */
  function below(traceId: string): string[] {
    const spans = receiver.spans.filter((span) => span.traceId === traceId);
    const root = spans.find(({ parentSpanId }) => parentSpanId === UPSTREAM);
    expect(root).toMatchObject({ name: "function", kind: "SERVER" });
    const parentOf = ({ parentSpanId }: ReceivedSpan) => spans.find(({ spanId }) => spanId === parentSpanId);
    const others = spans.filter((span) => span !== root);
    for (const span of others) {
      expect(span.kind).toBe("CLIENT");
      const parent = parentOf(span);
      // A connection is opened for the pool.
      expect(parent && (parent === root || parentOf(parent) === root)).toBe(true);
    }
    return others.map(({ name }) => name).sort();
  }

  test.each([
    ["a CommonJS module", cjs, {}],
    ["an ES module, with the loader's hook", esm, preload],
    ["a bundle that leaves the libraries out", join(out, "external"), {}],
  ])(
    "%s: what the libraries do is below the invocation, and leaves with it",
    async (_, root, environment) => {
      const { invoke, settled } = await start(root, environment);
      const [traceId = ""] = TRACES;
      const event = { id: "a", traceparent: `00-${traceId}-${UPSTREAM}-01` };
      expect(await invoke(event)).toBe("a done");
      await settled();
      expect(below(traceId)).toEqual(LIBRARIES);
    },
  );

  test.each([
    ["a CommonJS module", cjs, {}],
    ["an ES module, with the loader's hook", esm, preload],
  ])("%s: of invocations at the same time each has its own", async (_, root, environment) => {
    const { invoke } = await start(root, environment, { concurrency: TRACES.length });
    const results = await Promise.all(
      TRACES.map((traceId) => invoke({ id: traceId, traceparent: `00-${traceId}-${UPSTREAM}-01` })),
    );
    expect(results).toEqual(TRACES.map((traceId) => `${traceId} done`));
    await receiver.waitForSpans(TRACES.length * (LIBRARIES.length + 1));
    for (const traceId of TRACES) expect(below(traceId)).toEqual(LIBRARIES);
  });

  test.each([
    ["an ES module without the hook", esm],
    ["a bundle with the libraries in it", join(out, "inlined")],
  ])("%s works, but nobody sees the libraries", async (_, root) => {
    const { invoke, settled } = await start(root, {});
    const [traceId = ""] = TRACES;
    const event = { id: "b", traceparent: `00-${traceId}-${UPSTREAM}-01` };
    expect(await invoke(event)).toBe("b done");
    await settled();
    expect(below(traceId)).toEqual([]);
  });
});

/** Bundles the CommonJS function, from here, so that what it leaves out is found. */
async function bundle(name: string, external: string[]): Promise<void> {
  mkdirSync(join(out, name), { recursive: true });
  await build({
    entryPoints: [join(cjs, "index.cjs")],
    outfile: join(out, name, "index.cjs"),
    bundle: true,
    platform: "node",
    target: "node22",
    external: [...external, "pg-native"],
    logLevel: "error",
  });
}
