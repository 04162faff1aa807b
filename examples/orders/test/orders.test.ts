import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { connectivity, type ReceivedSpan } from "@throughline/testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import { runOrders } from "../src/orders.ts";

let orders: Awaited<ReturnType<typeof runOrders>>;
let spans: readonly ReceivedSpan[];

beforeAll(async () => {
  orders = await runOrders(() => {});
  spans = orders.receiver.spans;
}, 120_000);
afterAll(() => orders.close());

interface Printed {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: readonly { key: string; value: { stringValue?: string } }[] };
  }[];
}

const of = (service: string) => spans.filter(({ resource }) => resource["service.name"] === service);
const named = (name: string) => spans.filter((span) => span.name === name);

test("an order is one connected trace over all three functions", () => {
  expect(connectivity(spans).connected).toBe(true);
  expect(new Set(spans.map(({ traceId }) => traceId)).size).toBe(1);
  expect(new Set(spans.map(({ resource }) => resource["service.name"]))).toEqual(
    new Set(["checkout", "fulfil", "notify"]),
  );
});

test("the request's span says what the conventions say of HTTP", () => {
  const [root, ...others] = of("checkout").filter(({ parentSpanId }) => parentSpanId === undefined);
  expect(others).toEqual([]);
  expect(root).toMatchObject({
    name: "POST /orders",
    kind: "SERVER",
    attributes: {
      "faas.trigger": "http",
      "http.request.method": "POST",
      "http.route": "/orders",
      "http.response.status_code": 202,
      "faas.coldstart": true,
    },
  });
});

test.each(["items-wrapped", "items-raw"])(
  "every item that came through %s is the parent or a link",
  (queue) => {
    const producers = new Set(named("send orders").map(({ spanId }) => spanId));
    const batches = named(`process ${queue}`);
    const contexts = batches.flatMap(({ parentSpanId, links }) => [
      parentSpanId,
      ...links.map(({ spanId }) => spanId),
    ]);
    expect(new Set(contexts)).toEqual(producers);
    for (const batch of batches) expect(batch.kind).toBe("CONSUMER");
  },
);

test("each announcement on the bus continues the batch that made it", () => {
  const batches = new Set(of("fulfil").map(({ spanId }) => spanId));
  const announced = named("process ItemsFulfilled").map(({ parentSpanId }) => parentSpanId);
  expect(new Set(announced)).toEqual(batches);
  expect(announced).toHaveLength(batches.size);
});

test("the README shows this trace", () => {
  const readme = readFileSync(join(import.meta.dirname, "../../../README.md"), "utf8");
  const [, picture = ""] = /<!-- trace:begin -->(.*)<!-- trace:end -->/s.exec(readme) ?? [];
  const rows = picture.matchAll(/^[ │├└]*(\S.*?) +(SERVER|CONSUMER|PRODUCER|INTERNAL) +(\w+)/gm);
  const shown = [...rows].map(([, name, kind, service]) => `${name} ${kind} ${service}`);
  const seen = spans.map(({ name, kind, resource }) => `${name} ${kind} ${resource["service.name"]}`);
  // How many batches there are is the queues' affair.
  expect(new Set(shown)).toEqual(new Set(seen));
});

test("npm run demo -- --json prints the spans as OTLP JSON, and nothing else", async () => {
  const args = ["-C", "@throughline/source", join(import.meta.dirname, "../src/demo.ts"), "--json"];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  const { resourceSpans } = JSON.parse(stdout) as Printed;
  const attributes = resourceSpans.flatMap(({ resource }) => resource.attributes);
  const services = attributes
    .filter(({ key }) => key === "service.name")
    .map(({ value }) => value.stringValue);
  expect(new Set(services)).toEqual(new Set(["checkout", "fulfil", "notify"]));
}, 120_000);
