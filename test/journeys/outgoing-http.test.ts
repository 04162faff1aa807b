import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { startFunction, startReceiver } from "@throughline/testing";
import { expect, test } from "vitest";
import { bundle } from "./bundle.ts";

const TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";

test("a bundled function's requests carry its trace on; the runtime's and the exporter's have no span", async () => {
  const receiver = await startReceiver();
  const seen: { path: string | undefined; headers: IncomingHttpHeaders }[] = [];
  const service = createServer(({ url, headers }, response) => {
    seen.push({ path: url, headers });
    // The body never ends.
    response.writeHead(200).write("and so on");
  });
  await new Promise<void>((resolve) => service.listen(0, "127.0.0.1", resolve));
  const { port } = service.address() as AddressInfo;
  const fn = await startFunction({
    taskRoot: await bundle("calls"),
    environment: { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url },
  });
  try {
    for (let invocation = 1; invocation <= 3; invocation += 1) {
      seen.length = 0;
      receiver.clear();
      const event = { service: `http://127.0.0.1:${port}`, traceparent: `00-${TRACE}-00f067aa0ba902b7-01` };
      await fn.invoke(event, {
        traceHeader: "Root=1-6549ef76-f0308a0c90cd9bff6e71c01d;Sampled=0;Lineage=a87bd80c:1",
      });
      await fn.settled();
      const spans = await receiver.waitForSpans(3);
      expect(spans.map(({ name, kind }) => [name, kind]).sort()).toEqual([
        ["GET", "CLIENT"],
        ["GET", "CLIENT"],
        ["function", "SERVER"],
      ]);
      const root = spans.find(({ name }) => name === "function");
      const calls = spans.filter(({ kind }) => kind === "CLIENT");
      for (const call of calls) expect(call).toMatchObject({ traceId: TRACE, parentSpanId: root?.spanId });
      for (const [index, path] of ["/by-fetch", "/by-http"].entries()) {
        const call = calls.find(({ attributes }) => String(attributes["url.full"]).endsWith(path));
        expect(seen[index]?.path).toBe(path);
        expect(seen[index]?.headers).toMatchObject({
          traceparent: `00-${TRACE}-${call?.spanId}-01`,
          "x-amzn-trace-id": expect.stringMatching(`Parent=${call?.spanId};Sampled=1;Lineage=a87bd80c:1$`),
        });
      }
    }
  } finally {
    await fn.stop();
    service.closeAllConnections();
    service.close();
    await receiver.close();
  }
});
