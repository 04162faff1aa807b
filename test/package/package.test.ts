import { execFile, execFileSync } from "node:child_process";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { type Receiver, startFunction, startReceiver } from "@throughline/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createProject, deploy, installed, type Project } from "./project.ts";

// Node 22 and API 1.9 meet here; the full matrix crosses them.
const full = process.env.THROUGHLINE_FULL === "true";
const apis = { "1.9": "~1.9.0", newest: "^1.10.0" };
const nodes = { 22: "^22.15.0", 24: "^24.0.0" };
const setups = (Object.keys(apis) as (keyof typeof apis)[]).flatMap((api) =>
  [22, 24]
    .filter((node) => full || (node === 22) === (api === "1.9"))
    .map((node) => ({ api, node: node as keyof typeof nodes })),
);

const forms = [
  { form: "an ES module", source: "handler.mjs" },
  { form: "a CommonJS module", source: "handler.cjs" },
  { form: "an ES module bundled to ESM", source: "handler.mjs", bundle: "esm" },
  { form: "an ES module bundled to CommonJS", source: "handler.mjs", bundle: "cjs" },
  { form: "a CommonJS module bundled to CommonJS", source: "handler.cjs", bundle: "cjs" },
] as const;

describe.each(setups)("with @opentelemetry/api $api on Node $node", ({ api, node }) => {
  let project: Project;
  let receiver: Receiver;

  beforeAll(async () => {
    project = createProject({ "@opentelemetry/api": apis[api], "@middy/core": "^7.9.0", node: nodes[node] });
    receiver = await startReceiver();
  }, 240_000);
  afterAll(() => receiver.close());

  test("the versions are those asked for", () => {
    expect(installed(project, "@opentelemetry/api").version).toMatch(
      api === "1.9" ? /^1\.9\./ : /^1\.(?!9\.)/,
    );
    expect(execFileSync(project.node ?? "", ["--version"]).toString()).toMatch(`v${node}.`);
  });

  test("the package is one ES module, needs nothing but the API", () => {
    const folder = join(project.folder, "node_modules/@throughline/middy");
    const { dependencies = {}, peerDependencies } = installed(project, "@throughline/middy");
    expect([dependencies, peerDependencies]).toStrictEqual([{}, { "@opentelemetry/api": ">=1.9.0 <2" }]);
    expect(globSync("dist/*.mjs", { cwd: folder }).sort()).toStrictEqual([
      "dist/index.mjs",
      "dist/register.mjs",
    ]);
    const imported = readFileSync(join(folder, "dist/index.mjs"), "utf8").matchAll(
      /^import .*? from "(.+?)";$/gm,
    );
    expect([...new Set([...imported].map(([, name]) => name))].sort()).toStrictEqual([
      "@opentelemetry/api",
      "async_hooks",
      "events",
    ]);
  });

  test("a fresh process has no HTTP stack after the import, and no undici after the first flush", async () => {
    receiver.clear();
    const script = `
      const loaded = (what) => process.moduleLoadList.filter((name) => what.test(name));
      const { tracing } = await import("@throughline/middy");
      const { before, after } = tracing();
      const imported = loaded(/\\b(_?https?|_http_\\w+|undici)\\b/);
      const request = { event: {}, context: {}, internal: {} };
      before(request);
      await after(request);
      console.log(JSON.stringify({ imported, flushed: loaded(/undici/) }));`;
    const args = ["--input-type=module", "--eval", script];
    const env = { PATH: process.env.PATH ?? "", OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url };
    const { stdout } = await promisify(execFile)(project.node ?? "", args, { cwd: project.folder, env });
    expect(JSON.parse(stdout)).toStrictEqual({ imported: [], flushed: [] });
    await receiver.waitForSpans(1);
  });

  test("fetch and node:http have spans, and carry the trace on", async () => {
    receiver.clear();
    const script = `
      const { tracing } = await import("@throughline/middy");
      const { createServer, get } = await import("node:http");
      const seen = [];
      const server = createServer(({ headers }, response) => response.end(seen.push(headers.traceparent) && "ok"));
      await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
      const url = "http://127.0.0.1:" + server.address().port;
      const { before, after } = tracing();
      const request = { event: {}, context: {}, internal: {} };
      before(request);
      await (await fetch(url)).text();
      await new Promise((resolve) => get(url, (response) => response.resume().on("end", resolve)));
      await after(request);
      console.log(JSON.stringify(seen));
      process.exit();`;
    const args = ["--input-type=module", "--eval", script];
    const env = { PATH: process.env.PATH ?? "", OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url };
    const { stdout } = await promisify(execFile)(project.node ?? "", args, { cwd: project.folder, env });
    const spans = await receiver.waitForSpans(3);
    const calls = spans.filter(({ kind }) => kind === "CLIENT");
    expect(JSON.parse(stdout)).toStrictEqual(
      calls.map(({ traceId, spanId }) => `00-${traceId}-${spanId}-01`),
    );
    for (const { attributes } of calls) {
      expect(attributes).toMatchObject({
        "http.response.status_code": 200,
        "network.peer.address": "127.0.0.1",
        "network.protocol.version": "1.1",
      });
    }
  });

  test.each(forms)("$form continues the trace, and its spans arrive", async ({ source, ...rest }) => {
    receiver.clear();
    const taskRoot = await deploy(project, source, "bundle" in rest ? rest.bundle : undefined);
    const environment = { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url };
    const fn = await startFunction({ taskRoot, environment, node: project.node });
    try {
      const event = { traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01" };
      const first = (await fn.invoke(event)) as { event: unknown; headers: Record<string, string> };
      expect(first.event).toStrictEqual(event);
      await fn.settled();
      const spans = await receiver.waitForSpans(2);
      const root = spans.find(({ name }) => name === "function");
      const child = spans.find(({ name }) => name === "user span");
      expect(root).toMatchObject({
        traceId: "0af7651916cd43dd8448eb211c80319c",
        parentSpanId: "b7ad6b7169203331",
      });
      expect(child).toMatchObject({ traceId: root?.traceId, parentSpanId: root?.spanId });
      expect(first.headers.traceparent).toBe(`00-${root?.traceId}-${root?.spanId}-01`);

      const second = (await fn.invoke(event)) as { loaded: string[] };
      // Unbundled, Middy's own util loads undici by importing node:http; a bundle has nothing of it.
      if ("bundle" in rest) expect(second.loaded).toStrictEqual([]);
    } finally {
      await fn.stop();
    }
  });
});
