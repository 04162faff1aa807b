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
  /** What is to be done after each response; told the function's deadline (epoch milliseconds). */
  readonly drains: Set<(functionDeadline: number) => Promise<void>>;
  /** An invocation is traced: the environment is held until it ends. */
  started(requestId: string): void;
  /** A traced invocation ended; whether the drains will follow its response. If not, the caller drains. */
  ended(requestId: string): boolean;
}

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
  const drains: Extension["drains"] = new Set();
  const call = connectExtensionsApi(api);
  let registered = false;
  const answered = register(call).then(
    (identifier) => {
      registered = identifier !== undefined;
      if (identifier) void serve(call, identifier, invocations, drains).catch(stop);
      return registered;
    },
    () => false,
  );
  function stop(error: unknown): void {
    registered = false;
    diag.error("Throughline: the extension stopped; spans are flushed before the response", error);
  }
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
  });
  const identifier = headers["lambda-extension-identifier"];
  return status === 200 && typeof identifier === "string" ? identifier : undefined;
}

/** For each invocation: wait until it ended and its response is out, drain, then let Lambda freeze us. */
async function serve(
  call: ExtensionsApi,
  identifier: string,
  invocations: Invocations,
  drains: Extension["drains"],
) {
  const headers = { "lambda-extension-identifier": identifier };
  for (;;) {
    const { status, body } = await call("GET", "event/next", { headers, background: true });
    if (status !== 200) throw new Error(`the Extensions API answered ${status}`);
    const { requestId, deadlineMs } = JSON.parse(body) as { requestId: string; deadlineMs: number };
    if (drains.size === 0 || !(await invocations.ends(requestId, deadlineMs - MARGIN))) continue;
    await responsePosted();
    await Promise.all([...drains].map((drain) => drain(deadlineMs)));
  }
}

/** The runtime posts the response in the turn after the handler's promise settled; by the second turn it is out. */
async function responsePosted(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
  await new Promise((resolve) => setImmediate(resolve));
}
