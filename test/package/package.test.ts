import { execFile, execFileSync } from "node:child_process";
import { globSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { promisify } from "node:util";
import { type Receiver, startFunction, startReceiver } from "@throughline/testing";
import { type FauxqsServer, startFauxqs } from "fauxqs";
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
  { form: "an ES module", extension: "mjs" },
  { form: "a CommonJS module", extension: "cjs" },
  { form: "an ES module bundled to ESM", extension: "mjs", bundle: "esm" },
  { form: "an ES module bundled to CommonJS", extension: "mjs", bundle: "cjs" },
  { form: "a CommonJS module bundled to CommonJS", extension: "cjs", bundle: "cjs" },
] as const;

describe.each(setups)("with @opentelemetry/api $api on Node $node", ({ api, node }) => {
  let project: Project;
  let receiver: Receiver;
  let aws: FauxqsServer;

  beforeAll(async () => {
    project = createProject({
      "@aws-sdk/client-sqs": "^3.1100.0",
      "@middy/core": "^7.9.0",
      "@opentelemetry/api": apis[api],
      node: nodes[node],
    });
    receiver = await startReceiver();
    aws = await startFauxqs({ port: 0, logger: false });
  }, 240_000);
  afterAll(async () => {
    await aws.stop();
    await receiver.close();
  });

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

  test.each(forms)("$form continues the trace, and its spans arrive", async ({ extension, ...rest }) => {
    receiver.clear();
    const bundle = "bundle" in rest ? rest.bundle : undefined;
    const taskRoot = await deploy(project, `handler.${extension}`, bundle);
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
      if (bundle) expect(second.loaded).toStrictEqual([]);
    } finally {
      await fn.stop();
    }
  });

  test.each(forms)("$form sends with a traced AWS client", async ({ extension, ...rest }) => {
    receiver.clear();
    const taskRoot = await deploy(project, `sender.${extension}`, "bundle" in rest ? rest.bundle : undefined);
    const queue = aws.createQueue(`queue-${basename(taskRoot)}`);
    const fn = await startFunction({
      taskRoot,
      environment: {
        OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
        AWS_REGION: "us-east-1",
        AWS_ACCESS_KEY_ID: "key",
        AWS_SECRET_ACCESS_KEY: "secret",
      },
      node: project.node,
    });
    try {
      // The SDK sends to the host that the URL names.
      await fn.invoke({ queueUrl: `http://127.0.0.1:${aws.port}${new URL(queue.queueUrl).pathname}` });
      await fn.settled();
      // No spans of the request below it, and none twice.
      const [send, root, ...more] = await receiver.waitForSpans(2);
      expect([root?.name, send?.name, more]).toStrictEqual(["function", `send ${queue.queueName}`, []]);
      expect(send).toMatchObject({ kind: "PRODUCER", traceId: root?.traceId, parentSpanId: root?.spanId });
      const [message] = aws.inspectQueue(queue.queueName)?.messages.ready ?? [];
      expect(message?.messageAttributes.traceparent?.StringValue).toBe(
        `00-${send?.traceId}-${send?.spanId}-01`,
      );
    } finally {
      await fn.stop();
    }
  });

  test("a client that both builds have traced has one span for a call", async () => {
    receiver.clear();
    const { queueUrl } = aws.createQueue("both");
    const script = `
      import { createRequire } from "node:module";
      import { SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
      import { traced, tracing } from "@throughline/middy";
      const other = createRequire(import.meta.url)("@throughline/middy");
      const endpoint = "http://127.0.0.1:${aws.port}";
      const credentials = { accessKeyId: "key", secretAccessKey: "secret" };
      const sqs = traced(other.traced(new SQSClient({ endpoint, credentials, region: "us-east-1" })));
      const { before, after } = tracing();
      const request = { event: {}, context: {}, internal: {} };
      before(request);
      await sqs.send(new SendMessageCommand({ QueueUrl: "${queueUrl}", MessageBody: "hello" }));
      await after(request);
      console.log(traced === other.traced);
      process.exit();`;
    const args = ["--input-type=module", "--eval", script];
    const env = { PATH: process.env.PATH ?? "", OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url };
    const { stdout } = await promisify(execFile)(project.node ?? "", args, { cwd: project.folder, env });
    expect(stdout.trim()).toBe("false");
    expect((await receiver.waitForSpans(2)).map(({ kind }) => kind)).toStrictEqual(["PRODUCER", "SERVER"]);
  });
});
