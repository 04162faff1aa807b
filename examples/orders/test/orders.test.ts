import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { connectivity, type ReceivedSpan } from "@throughline/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findMosquitto, startAedes, startMosquitto } from "../src/cloud/broker.ts";
import { type Orders, runOrders } from "../src/orders.ts";

const SERVICES = new Set(["checkout", "fulfil", "notify", "ship", "track", "audit", "carrier"]);
const ITEMS = 2;

let orders: Orders;
let spans: readonly ReceivedSpan[];

beforeAll(async () => {
  orders = await runOrders(() => {}, startAedes);
  spans = orders.receiver.spans;
}, 120_000);
afterAll(() => orders.close());

const serviceOf = ({ resource }: ReceivedSpan) => resource["service.name"];
const of = (service: string) => spans.filter((span) => serviceOf(span) === service);
const named = (name: string) => spans.filter((span) => span.name === name);
const parentOf = ({ parentSpanId }: ReceivedSpan) => spans.find(({ spanId }) => spanId === parentSpanId);

test("an order is one connected trace over all functions and somebody else's service", () => {
  expect(connectivity(spans)).toMatchObject({ connected: true, missingParents: [] });
  expect(new Set(spans.map(serviceOf))).toEqual(SERVICES);
});

test("what the bucket and the table tell of is traces of their own, all else is one", () => {
  const told = spans.filter(({ attributes }) => attributes["faas.trigger"] === "datasource");
  for (const span of told) expect(span.parentSpanId).toBeUndefined();
  const others = spans.filter((span) => !told.includes(span));
  expect(new Set(others.map(({ traceId }) => traceId)).size).toBe(1);
  expect(others.filter(({ parentSpanId }) => parentSpanId === undefined)).toHaveLength(1);
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

test.each([
  ["send orders", "PRODUCER", "checkout", "POST /orders"],
  ["process items-raw", "CONSUMER", "fulfil", "send orders"],
  ["process items-wrapped", "CONSUMER", "audit", "send orders"],
  ["send default", "PRODUCER", "fulfil", "process items-raw"],
  ["process ItemsFulfilled", "CONSUMER", "notify", "send default"],
  ["render mail", "INTERNAL", "notify", "process ItemsFulfilled"],
  ["SFN.StartExecution", "CLIENT", "fulfil", "process items-raw"],
  ["ship", "SERVER", "ship", "SFN.StartExecution"],
  ["S3.PutObject", "CLIENT", "ship", "ship"],
  ["PutItem shipments", "CLIENT", "ship", "ship"],
  ["send shipments/parcel", "PRODUCER", "ship", "ship"],
  ["send shipments/freight", "PRODUCER", "ship", "ship"],
  ["track", "SERVER", "track", /^send shipments\/(?:parcel|freight)$/],
  ["POST", "CLIENT", "track", "track"],
  ["POST /pickups", "SERVER", "carrier", "POST"],
])("%s, a %s of %s, comes of %s", (name, kind, service, parent) => {
  const found = named(name);
  expect(found).not.toEqual([]);
  for (const span of found) {
    expect([span.kind, serviceOf(span)]).toEqual([kind, service]);
    expect(parentOf(span)?.name).toMatch(parent);
  }
});

test.each(["items-raw", "items-wrapped"])(
  "every item that came through %s is the parent or a link",
  (queue) => {
    const producers = named("send orders").map(({ spanId }) => spanId);
    const contexts = named(`process ${queue}`).flatMap(({ parentSpanId, links }) => [
      parentSpanId,
      ...links.map(({ spanId }) => spanId),
    ]);
    expect(producers).toHaveLength(ITEMS);
    expect(new Set(contexts)).toEqual(new Set(producers));
  },
);

test("each batch is announced once, and shipped once", () => {
  const batches = named("process items-raw").map(({ spanId }) => spanId);
  for (const name of ["send default", "SFN.StartExecution"])
    expect(
      named(name)
        .map(({ parentSpanId }) => parentSpanId)
        .sort(),
    ).toEqual(batches.toSorted());
});

describe("the state machine", () => {
  test("ships every item, by the branch that is chosen for it", () => {
    expect(named("ship")).toHaveLength(ITEMS);
    const keys = named("S3.PutObject").map(({ attributes }) => attributes["aws.s3.key"]);
    expect(keys.sort()).toEqual(["order-1/lamp.txt", "order-1/table.txt"]);
    expect([...named("send shipments/parcel"), ...named("send shipments/freight")]).toHaveLength(ITEMS);
  });

  test.each(["S3.PutObject", "PutItem shipments", "track", "POST", "POST /pickups"])(
    "has %s in each item's own part of the trace",
    (name) => {
      const parents = named(name).map(({ parentSpanId }) => parentSpanId);
      expect(parents).toHaveLength(ITEMS);
      expect(new Set(parents).size).toBe(ITEMS);
    },
  );

  test("tells the functions who it is", () => {
    const arns = named("ship").map(({ attributes }) => attributes["aws.step_functions.state_machine.arn"]);
    expect(new Set(arns)).toEqual(
      new Set([named("SFN.StartExecution")[0]?.attributes["aws.step_functions.state_machine.arn"]]),
    );
  });
});

test.each([
  ["aws.s3.object", "S3.PutObject"],
  ["aws.dynamodb.item", "PutItem shipments"],
])("whoever wrote and whoever was told have the same pointers of kind %s", (kind, writer) => {
  const pointers = (direction: string, from: readonly ReceivedSpan[]) =>
    from
      .flatMap(({ links }) => links.map(({ attributes }) => attributes))
      .filter((pointer) => pointer["ptr.kind"] === kind && pointer["ptr.dir"] === direction)
      .map((pointer) => pointer["ptr.hash"])
      .sort();
  const written = pointers("d", named(writer));
  expect(new Set(written).size).toBe(ITEMS);
  expect(pointers("u", of("audit"))).toEqual(written);
});

test("the README shows this trace", () => {
  const readme = readFileSync(join(import.meta.dirname, "../../../README.md"), "utf8");
  const [, picture = ""] = /<!-- trace:begin -->(.*)<!-- trace:end -->/s.exec(readme) ?? [];
  const rows = picture.matchAll(/^[ │├└]*(\S.*?) +(SERVER|CLIENT|CONSUMER|PRODUCER|INTERNAL) +(\w+)/gm);
  // Of the two items, one is shown.
  const either = (name = "") => name.replace(/^send shipments\/\w+$/, "send shipments/…");
  const shown = [...rows].map(([, name, kind, service]) => `${either(name)} ${kind} ${service}`);
  const seen = spans.map((span) => `${either(span.name)} ${span.kind} ${serviceOf(span)}`);
  expect(new Set(shown)).toEqual(new Set(seen));
});

const mosquitto = findMosquitto();
test.skipIf(mosquitto === undefined)(
  "where mosquitto is installed, MQTT 5's user properties carry the trace",
  async () => {
    const { receiver, protocolVersion, close } = await runOrders(
      () => {},
      () => startMosquitto(mosquitto ?? ""),
    );
    await close();
    const told = receiver.spans.filter(
      ({ kind, resource }) => kind === "CONSUMER" && resource["service.name"] === "track",
    );
    expect(protocolVersion).toBe(5);
    expect(told.map(({ name }) => name).sort()).toEqual([
      "process shipments/freight",
      "process shipments/parcel",
    ]);
    expect(connectivity(receiver.spans)).toMatchObject({ connected: true, missingParents: [] });
  },
  120_000,
);

interface Printed {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: readonly { key: string; value: { stringValue?: string } }[] };
  }[];
}

test("npm run demo -- --json prints the spans as OTLP JSON, and nothing else", async () => {
  const args = ["-C", "@throughline/source", join(import.meta.dirname, "../src/demo.ts"), "--json"];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  const { resourceSpans } = JSON.parse(stdout) as Printed;
  const attributes = resourceSpans.flatMap(({ resource }) => resource.attributes);
  const services = attributes
    .filter(({ key }) => key === "service.name")
    .map(({ value }) => value.stringValue);
  expect(new Set(services)).toEqual(SERVICES);
}, 120_000);
