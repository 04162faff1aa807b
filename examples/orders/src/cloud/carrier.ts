import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { defaultTextMapGetter, ROOT_CONTEXT, SpanKind } from "@opentelemetry/api";
import { W3CTraceContextPropagator } from "@opentelemetry/core";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-proto";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { SimpleSpanProcessor, TracerProvider } from "@opentelemetry/sdk-trace";

/** Somebody else's service: plain HTTP with plain OpenTelemetry, nothing of Lambda and nothing of ours. */
export async function startCarrier(receiver: string) {
  const exporter = new OTLPTraceExporter({ url: `${receiver}/v1/traces` });
  const provider = new TracerProvider({
    resource: resourceFromAttributes({ "service.name": "carrier" }),
    spanProcessors: [new SimpleSpanProcessor({ exporter })],
  });
  const tracer = provider.getTracer("carrier");
  const propagator = new W3CTraceContextPropagator();

  const server = createServer(({ headers }, response) => {
    const upstream = propagator.extract(ROOT_CONTEXT, headers, defaultTextMapGetter);
    const span = tracer.startSpan("POST /pickups", { kind: SpanKind.SERVER }, upstream);
    response.writeHead(201).end();
    span.end();
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    flush: () => provider.forceFlush(),
    async stop() {
      server.closeAllConnections();
      server.close();
      await provider.shutdown();
    },
  };
}
