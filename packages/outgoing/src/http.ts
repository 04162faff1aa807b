import { shared } from "@throughline/otel";
import { subscribe } from "./http/channels.ts";
import { nodeHttp } from "./http/node-http.ts";
import { type HttpOptions, type HttpSettings, resolveHttpOptions } from "./http/options.ts";
import { undici } from "./http/undici.ts";

/**
 * Gives each request of `fetch`, undici and `node:http(s)` that is made within a span a CLIENT span and the trace headers; gives
 * the way to stop that.
 *
 * Nothing is patched: Node and undici publish what they do on diagnostics channels, in ES modules, CommonJS and bundles alike.
 * Where it is called several times in a process, the first options count, until every caller has stopped.
 * `OTEL_NODE_DISABLED_INSTRUMENTATIONS` with `http` or `undici` in it leaves those requests alone.
 *
 * @throws TypeError when an option is wrong, naming it.
 * @see https://opentelemetry.io/docs/specs/semconv/http/http-spans/#http-client-span
 * @example
 * const stop = traceHttp({ headersTo: { deny: ["api.partner.example"] } });
 */
export function traceHttp(options: HttpOptions = {}): () => void {
  return listenToHttp(resolveHttpOptions("traceHttp", options));
}

/** The same with options that are resolved already. */
export function listenToHttp(settings: HttpSettings): () => void {
  const disabled = (process.env.OTEL_NODE_DISABLED_INSTRUMENTATIONS ?? "")
    .split(",")
    .map((name) => name.trim());
  const tracing = shared<{ callers: number; stop?: () => void }>("http", () => ({ callers: 0 }));
  if (tracing.callers === 0)
    tracing.stop = subscribe({
      ...(!disabled.includes("http") && nodeHttp(settings)),
      ...(!disabled.includes("undici") && undici(settings)),
    });
  tracing.callers += 1;
  let stopped = false;
  return () => {
    if (stopped) return;
    stopped = true;
    tracing.callers -= 1;
    if (tracing.callers === 0) tracing.stop?.();
  };
}
