import type { ClientRequest, IncomingMessage } from "node:http";
import { type Listeners, quietly } from "./channels.ts";
import { type Exchange, startExchange, tracedContext } from "./exchange.ts";
import type { HttpSettings } from "./options.ts";
import { type Target, toTarget } from "./target.ts";

interface Asked {
  readonly request: ClientRequest;
}

/**
 * The channels of `node:http` and `node:https`. Needs Node 22.15: before, none told of a request while headers could be set.
 *
 * @see https://nodejs.org/api/diagnostics_channel.html#http
 */
export function nodeHttp(settings: HttpSettings): Listeners {
  const exchanges = new WeakMap<ClientRequest, Exchange>();
  return {
    "http.client.request.created"({ request }: Asked) {
      const parent = tracedContext();
      const target = parent && targetOf(request, namedPort(request));
      if (!target) return;
      const outgoing = {
        target,
        header: (key: string) => headerOf(request, key),
        setHeader: request.headersSent
          ? undefined
          : (name: string, value: string) => void request.setHeader(name, value),
      };
      const exchange = startExchange(parent, outgoing, settings);
      if (!exchange) return;
      exchanges.set(request, exchange);
      // The one event that every request comes to, one that was upgraded or destroyed, too; to listen to it changes nothing.
      request.once(
        "close",
        quietly(() => exchange.done()),
      );
    },
    "http.client.response.finish"({ request, response }: Asked & { readonly response: IncomingMessage }) {
      const exchange = exchanges.get(request);
      if (!exchange) return;
      const { socket, httpVersion, statusCode = 0 } = response;
      exchange.sent(socket, httpVersion);
      const target = namedPort(request) === undefined && targetOf(request, socket.remotePort);
      if (target) exchange.located(target);
      exchange.answered(statusCode);
      const broken = quietly(() => response.errored && exchange.failed(response.errored));
      request.prependOnceListener("close", broken);
    },
    "http.client.request.error"({ request, error }: Asked & { readonly error: unknown }) {
      exchanges.get(request)?.failed(error);
    },
  };
}

function headerOf(request: ClientRequest, name: string): string | undefined {
  const value = request.getHeader(name);
  return value === undefined ? undefined : String(value);
}

/**
 * The port, as the Host header says it, `""` for the scheme's own; `undefined` where the user set that of another host, or headers
 * that are rendered already. Nothing else knows before there is a connection.
 */
function namedPort(request: ClientRequest): string | undefined {
  const named = URL.parse(`http://${headerOf(request, "host")}`);
  const meant = URL.parse(`http://${bracketed(request.host)}`);
  if (named?.hostname !== meant?.hostname) return undefined;
  return /:([0-9]+)$/.exec(headerOf(request, "host") ?? "")?.[1] ?? "";
}

/** The path's URL at the host that is connected to. */
function targetOf(
  { protocol, host, method, path }: ClientRequest,
  port: string | number = "",
): Target | undefined {
  return toTarget(method, `${protocol}//${bracketed(host)}${port === "" ? "" : `:${port}`}`, path);
}

function bracketed(host: string): string {
  return host.includes(":") ? `[${host}]` : host;
}
