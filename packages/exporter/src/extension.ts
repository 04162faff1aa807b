import { diag } from "@opentelemetry/api";
import { shared } from "@throughline/otel";
import { MARGIN } from "./deadline.ts";
import { connectExtensionsApi, type ExtensionsApi } from "./extensions-api.ts";
import { Invocations } from "./invocations.ts";

/**
 * Our extension inside the function's process: while it has not asked Lambda for the next event, the environment goes on
 * running although the caller has its response.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/runtimes-extensions-api.html
 */
export interface Extension {
  /** Whether Lambda accepted it; while the answer is awaited, not. */
  readonly registered: boolean;
  /** Settles with the answer. Never rejects. */
  readonly answered: Promise<boolean>;
  /** What is to be done after each response, by what it drains; told the function's deadline (epoch milliseconds). */
  readonly drains: Map<unknown, (functionDeadline: number) => Promise<void>>;
  /** An invocation is traced: the environment is held until it ends. */
  started(requestId: string): void;
  /** A traced invocation ended; whether the drains will follow its response. If not, the caller drains. */
  ended(requestId: string): boolean;
}

// Lambda answers in milliseconds; the function's init must not hang on what pretends to be Lambda.
const REGISTRATION_TIMEOUT = 1000;

/**
 * The process's one extension, registered at the first call.
 *
 * Lambda accepts a registration only until the runtime asks for its first invocation. Where it is refused, or there is no
 * Lambda, `registered` stays false.
 */
export function registerExtension(api: string): Extension {
  return shared("extension", () => createExtension(api));
}

function createExtension(api: string): Extension {
  const invocations = new Invocations();
  const drains: Extension["drains"] = new Map();
  const call = connectExtensionsApi(api);
  let registered = false;
  const answered = register(call).then(
    (identifier) => {
      registered = identifier !== undefined;
      if (identifier) {
        void serve(call, identifier, invocations, drains).finally(() => {
          registered = false;
        });
      }
      return registered;
    },
    () => false,
  );
  return {
    get registered() {
      return registered;
    },
    answered,
    drains,
    started(requestId) {
      if (registered) invocations.start(requestId);
    },
    ended: (requestId) => registered && invocations.end(requestId),
  };
}

async function register(call: ExtensionsApi): Promise<string | undefined> {
  const { status, headers } = await call("POST", "register", {
    headers: { "lambda-extension-name": "throughline", "content-type": "application/json" },
    body: JSON.stringify({ events: ["INVOKE"] }),
    timeout: REGISTRATION_TIMEOUT,
  });
  const identifier = headers["lambda-extension-identifier"];
  return status === 200 && typeof identifier === "string" ? identifier : undefined;
}

/**
 * For each invocation: wait until it ended and its response is out, drain, then let Lambda freeze us.
 *
 * Lambda begins no invocation that its extensions have not asked for, so the asking is not given up for a call that failed.
 */
async function serve(
  call: ExtensionsApi,
  identifier: string,
  invocations: Invocations,
  drains: Extension["drains"],
): Promise<void> {
  for (let failures = 0; ; ) {
    const event = await nextEvent(call, identifier);
    if (event === "gone") return;
    failures = event ? 0 : failures + 1;
    if (!event) await pause(failures);
    else if (drains.size > 0 && (await invocations.ends(event.requestId, event.deadlineMs - MARGIN))) {
      await responsePosted();
      await Promise.all([...drains.values()].map((drain) => drain(event.deadlineMs)));
    }
  }
}

interface InvokeEvent {
  readonly requestId: string;
  readonly deadlineMs: number;
}

/** The next event; `undefined` for a call that failed and may be made again, `"gone"` when Lambda does not know us any more. */
async function nextEvent(call: ExtensionsApi, identifier: string): Promise<InvokeEvent | "gone" | undefined> {
  try {
    const headers = { "lambda-extension-identifier": identifier };
    const { status, body } = await call("GET", "event/next", { headers });
    if (status === 403) return "gone";
    return status === 200 ? (JSON.parse(body) as InvokeEvent) : undefined;
  } catch (error) {
    diag.warn("Throughline: the Extensions API did not answer", error);
    return undefined;
  }
}

/** From 10 ms on, doubling, up to a second. Does not keep the process alive. */
async function pause(failures: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, Math.min(1000, 5 * 2 ** failures)).unref());
}

/** The runtime posts the response in the turn after the handler's promise settled; by the second turn it is out. */
async function responsePosted(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
  await new Promise((resolve) => setImmediate(resolve));
}
