import type { Carrier } from "@throughline/propagation";
import type { Listeners } from "./channels.ts";
import { type Exchange, type Peer, startExchange, tracedContext } from "./exchange.ts";
import type { HttpSettings } from "./options.ts";
import { toTarget } from "./target.ts";

/** What is read of undici's request. */
interface Request {
  readonly origin?: unknown;
  readonly path: string;
  readonly method: string;
  /** Names and values, alternating. */
  readonly headers: unknown;
  /** The protocol that a WebSocket, say, asks for. */
  readonly upgrade?: unknown;
  addHeader(name: string, value: string): unknown;
}

interface Asked {
  readonly request: Request;
}

interface Sent {
  /** As they go over the wire, or in HTTP/2 a line each. */
  readonly headers: string;
  readonly socket: Peer | null;
}

/**
 * Undici's channels: Node's own `fetch`, and the undici of npm. Requests that upgrade are left alone, as no channel says how they
 * end.
 *
 * @see https://undici.nodejs.org/#/docs/api/DiagnosticsChannel
 */
export function undici(settings: HttpSettings): Listeners {
  const exchanges = new WeakMap<Request, Exchange>();
  return {
    "undici:request:create"({ request }: Asked) {
      const parent = request.upgrade ? undefined : tracedContext();
      const target = parent && toTarget(request.method, String(request.origin), request.path);
      if (!target) return;
      const { headers } = request;
      const outgoing = {
        target,
        header: headerOf(headers),
        setHeader: Array.isArray(headers)
          ? (name: string, value: string) => void request.addHeader(name, value)
          : undefined,
      };
      const exchange = startExchange(parent, outgoing, settings);
      if (exchange) exchanges.set(request, exchange);
    },
    "undici:client:sendHeaders"({ request, headers, socket }: Asked & Sent) {
      // HTTP/1.1 begins with the request line, and undici speaks nothing else but 2, which has none.
      const version = /^.* HTTP\/1\.1\r/.test(headers) ? "1.1" : "2";
      exchanges.get(request)?.sent(socket, version);
    },
    "undici:request:headers"({ request, response }: Asked & { readonly response: { statusCode: number } }) {
      // Early hints come here, too: the answer is still to come.
      if (response.statusCode >= 200) exchanges.get(request)?.answered(response.statusCode);
    },
    "undici:request:trailers"({ request }: Asked) {
      exchanges.get(request)?.done();
    },
    "undici:request:error"({ request, error }: Asked & { readonly error: unknown }) {
      exchanges.get(request)?.failed(error);
    },
  };
}

function headerOf(headers: unknown): Carrier {
  const list: readonly unknown[] = Array.isArray(headers) ? headers : [];
  return (key) => {
    for (let index = 0; index < list.length; index += 2) {
      if (String(list[index]).toLowerCase() === key) return String(list[index + 1]);
    }
    return undefined;
  };
}
