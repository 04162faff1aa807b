import {
  type LambdaFunction,
  type LocalServer,
  type Receiver,
  startFunction,
  startHttpApi,
  startReceiver,
  startRestApi,
} from "@throughline/testing";
import { afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { bundle } from "./bundle.ts";

const FIRST = { trace: "4bf92f3577b34da6a3ce929d0e0e4736", span: "00f067aa0ba902b7" };
const SECOND = { trace: "0af7651916cd43dd8448eb211c80319c", span: "b7ad6b7169203331" };

const roots: Record<string, string> = {};
let receiver: Receiver;
const running: (LambdaFunction | LocalServer)[] = [];

beforeAll(async () => {
  for (const name of ["authorizer", "guarded"]) roots[name] = await bundle(name);
});
beforeEach(async () => {
  receiver = await startReceiver();
});
afterEach(async () => {
  for (const one of running.splice(0)) await ("stop" in one ? one.stop() : one.close());
  await receiver.close();
});

async function start(name: string, environment: Record<string, string>): Promise<LambdaFunction> {
  const fn = await startFunction({
    name,
    taskRoot: roots[name] ?? "",
    environment: { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, ...environment },
  });
  running.push(fn);
  return fn;
}

type Fn = { invoke(event: unknown): Promise<unknown> };
const routes = ["GET /orders/{id}"];

const APIS: readonly [string, (authorizer: Fn, guarded: Fn) => Promise<LocalServer>, boolean][] = [
  [
    "an HTTP API with simple answers",
    ({ invoke: ask }, { invoke }) =>
      startHttpApi({ routes, invoke, authorizer: { invoke: ask, ttl: 60, simpleResponses: true } }),
    true,
  ],
  [
    "an HTTP API with policies",
    ({ invoke: ask }, { invoke }) => startHttpApi({ routes, invoke, authorizer: { invoke: ask, ttl: 60 } }),
    true,
  ],
  [
    "a REST API",
    ({ invoke: ask }, { invoke }) => startRestApi({ routes, invoke, authorizer: { invoke: ask } }),
    true,
  ],
  [
    "a REST API with tokens, whose authorizer cannot see the client's trace",
    ({ invoke: ask }, { invoke }) =>
      startRestApi({ routes, invoke, authorizer: { invoke: ask, type: "TOKEN" } }),
    false,
  ],
];

test.each(APIS)(
  "%s: client, authorizer and function are one trace, and a cached answer is not",
  async (name, front, seesHeaders) => {
    const authorizer = await start("authorizer", name.includes("simple") ? { SIMPLE: "yes" } : {});
    const guarded = await start("guarded", {});
    const api = await front(authorizer, guarded);
    running.push(api);
    const request = async ({ trace, span }: typeof FIRST) => {
      const headers = { authorization: "Bearer a", traceparent: `00-${trace}-${span}-01` };
      const response = await fetch(`${api.url}/orders/17`, { headers });
      expect([response.status, await response.text()]).toEqual([200, "gold"]);
      await Promise.all([authorizer.settled(), guarded.settled()]);
    };

    await request(FIRST);
    const [asked, answered] = ["authorizer", "guarded"].map((service) =>
      receiver.spans.find(({ resource }) => resource["service.name"] === service),
    );
    expect(asked?.parentSpanId).toBe(seesHeaders ? FIRST.span : undefined);
    const parentSpanId = seesHeaders ? asked?.spanId : FIRST.span;
    expect(answered).toMatchObject({ traceId: FIRST.trace, parentSpanId });
    // One that does not see them has a trace of its own, which the function is linked to.
    const links = seesHeaders ? [] : [{ traceId: asked?.traceId, spanId: asked?.spanId }];
    expect(answered?.links).toMatchObject(links);

    receiver.clear();
    await request(SECOND);
    expect(receiver.spans).toHaveLength(1);
    expect(receiver.spans[0]).toMatchObject({ traceId: SECOND.trace, parentSpanId: SECOND.span, links: [] });
  },
);
