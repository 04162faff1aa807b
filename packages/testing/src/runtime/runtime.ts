import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type Answer, answerOf, FunctionError, type InvokeOptions } from "./answer.ts";
import { refusalOf } from "./registration.ts";

/** One thing that happened in an execution environment, in the order the Runtime API saw it. */
export interface RuntimeEvent {
  /** `performance.now()` of this process, in milliseconds. */
  readonly at: number;
  readonly what:
    | "registered"
    | "refused"
    | "ready"
    | "invoke"
    | "response"
    | "error"
    | "init-error"
    | "runtime-polls"
    | "extension-polls"
    | "frozen"
    | "thawed"
    | "timeout"
    | "exit";
  readonly requestId?: string | undefined;
  readonly detail?: string | undefined;
}

export interface RuntimeOptions {
  readonly functionArn: string;
  readonly functionName: string;
  readonly handler: string;
  /** Milliseconds an invocation may take. */
  readonly timeout: number;
  /** More than 1: Managed Instances, several invocations at once, never frozen. */
  readonly concurrency: number;
  /** Milliseconds before a registration is answered, as a slow environment would. */
  readonly registrationDelay: number;
  /** Told when everybody polls and nothing is running, and before the next invocation begins. */
  readonly freeze: (frozen: boolean) => void;
  /** Told when an invocation (or an extension after it) outlived its deadline. */
  readonly kill: () => void;
}

interface Extension {
  readonly name: string;
  readonly id: string;
  readonly events: readonly string[];
  poll: ServerResponse | undefined;
  readonly queued: object[];
}

interface Pending {
  readonly id: string;
  readonly event: unknown;
  readonly options: InvokeOptions;
  deadline: number;
  timer: NodeJS.Timeout | undefined;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: unknown) => void;
}

const MAX_RESPONSE = 6 * 1024 * 1024;

/**
 * The Lambda Runtime API and Extensions API of one execution environment, as strict as Lambda's own: an extension that
 * registers after the runtime's first `/next` is refused, an internal one may not ask for SHUTDOWN, nobody may ask for INVOKE
 * on Managed Instances, and the environment freezes once the runtime and every extension have polled.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
 * @see https://docs.aws.amazon.com/lambda/latest/dg/runtimes-extensions-api.html
 */
export class RuntimeApi {
  readonly timeline: RuntimeEvent[] = [];
  readonly #options: RuntimeOptions;
  readonly #server: Server;
  readonly #waiting: Pending[] = [];
  readonly #running = new Map<string, Pending>();
  readonly #extensions = new Map<string, Extension>();
  #polls: ServerResponse[] = [];
  #initialised = false;
  #frozen = false;
  /** The invocation whose phase has not ended: the response may be out, an extension still at work. */
  #phase: Pending | undefined;
  #dead: unknown;

  constructor(options: RuntimeOptions) {
    this.#options = options;
    this.#server = createServer((request, response) => {
      this.#route(request, response).catch((error) =>
        reply(response, 500, fault("InternalError", String(error))),
      );
    });
    this.#server.keepAliveTimeout = 0;
  }

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.died(new Error("the environment was stopped"));
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /** Whether an extension is registered: only then does Lambda announce the end with SIGTERM. */
  get hasExtensions(): boolean {
    return this.#extensions.size > 0;
  }

  /** Whether nothing runs or waits: every invocation's phase is over, its extensions' work included. */
  get settled(): boolean {
    return this.#dead !== undefined || (this.#waiting.length === 0 && this.#idle());
  }

  /** Queues an invocation and gives the function's answer as soon as it is posted: its result, or its streamed text. */
  invoke(event: unknown, options: InvokeOptions = {}): Promise<unknown> {
    if (this.#dead) return Promise.reject(this.#dead);
    return new Promise((resolve, reject) => {
      const id = options.requestId ?? randomUUID();
      this.#waiting.push({ id, event, options, deadline: 0, timer: undefined, resolve, reject });
      this.#dispatch();
    });
  }

  /** The process is gone: nobody will answer any more. */
  died(reason: unknown): void {
    if (this.#dead) return;
    this.#dead = reason;
    if (this.#phase) clearTimeout(this.#phase.timer);
    for (const pending of [...this.#running.values(), ...this.#waiting]) {
      clearTimeout(pending.timer);
      pending.reject(reason);
    }
  }

  note(what: RuntimeEvent["what"], requestId?: string, detail?: string): void {
    this.timeline.push({ at: performance.now(), what, requestId, detail });
  }

  async #route(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url ?? "";
    const call = `${request.method} ${path}`;
    if (call === "GET /2018-06-01/runtime/invocation/next") return this.#runtimePolls(response);
    if (call === "GET /2020-01-01/extension/event/next") return this.#extensionPolls(request, response);
    const body = await read(request);
    if (call === "POST /2020-01-01/extension/register") return this.#register(request, response, body);
    if (call === "POST /2018-06-01/runtime/init/error") {
      this.note("init-error", undefined, body);
      this.died(new FunctionError(JSON.parse(body)));
      return reply(response, 202, { status: "OK" });
    }
    const match = /^POST \/2018-06-01\/runtime\/invocation\/([^/]+)\/(response|error)$/.exec(call);
    if (match)
      return this.#answered(decodeURIComponent(match[1]!), answerOf(request, match[2]!, body), response);
    reply(response, 404, fault("NotFound", call));
  }

  #runtimePolls(response: ServerResponse): void {
    this.note("runtime-polls");
    this.#initialised = true;
    this.#polls.push(response);
    response.on("close", () => {
      this.#polls = this.#polls.filter((poll) => poll !== response);
    });
    this.#settle();
  }

  async #register(request: IncomingMessage, response: ServerResponse, body: string): Promise<void> {
    const name = request.headers["lambda-extension-name"];
    const { events = [] } = JSON.parse(body || "{}") as { events?: string[] };
    const { concurrency } = this.#options;
    const registered = [...this.#extensions.values()].map((extension) => extension.name);
    const refusal = refusalOf({ name, events, registered, concurrency, closed: this.#initialised });
    // Refusal or not is decided on arrival; only the answer may be slow.
    const extension: Extension = {
      name: String(name),
      id: randomUUID(),
      events,
      poll: undefined,
      queued: [],
    };
    if (!refusal) this.#extensions.set(extension.id, extension);
    this.note(refusal ? "refused" : "registered", undefined, `${String(name)} ${events.join(",")}`);
    await new Promise((resolve) => setTimeout(resolve, this.#options.registrationDelay));
    if (refusal) return reply(response, refusal.status, fault(refusal.errorType, refusal.errorMessage));
    const { functionName, handler } = this.#options;
    response.setHeader("Lambda-Extension-Identifier", extension.id);
    reply(response, 200, { functionName, functionVersion: "$LATEST", handler });
  }

  #extensionPolls(request: IncomingMessage, response: ServerResponse): void {
    const extension = this.#extensions.get(String(request.headers["lambda-extension-identifier"]));
    if (!extension)
      return reply(response, 403, fault("Extension.UnknownExtensionIdentifier", "unknown identifier"));
    this.note("extension-polls", undefined, extension.name);
    const queued = extension.queued.shift();
    if (queued) return reply(response, 200, queued);
    extension.poll = response;
    response.on("close", () => {
      if (extension.poll === response) extension.poll = undefined;
    });
    this.#settle();
  }

  /** Everybody polls: the phase is over, the environment may freeze or take the next invocation. */
  #settle(): void {
    if (!this.#idle()) return this.#dispatch();
    if (this.#phase) clearTimeout(this.#phase.timer);
    this.#phase = undefined;
    if (this.timeline.every(({ what }) => what !== "ready")) this.note("ready");
    if (this.#waiting.length > 0) return this.#dispatch();
    if (this.#options.concurrency > 1 || this.#frozen) return;
    this.#frozen = true;
    this.note("frozen");
    this.#options.freeze(true);
  }

  #idle(): boolean {
    const extensionsPoll = [...this.#extensions.values()].every(({ poll }) => poll !== undefined);
    return this.#polls.length > 0 && extensionsPoll && this.#running.size === 0;
  }

  #dispatch(): void {
    while (this.#waiting.length > 0 && this.#polls.length > 0 && this.#mayBegin()) {
      if (this.#frozen) {
        this.#options.freeze(false);
        this.#frozen = false;
        this.note("thawed");
      }
      this.#begin(this.#waiting.shift()!, this.#polls.shift()!);
    }
  }

  #mayBegin(): boolean {
    return this.#options.concurrency > 1 ? this.#running.size < this.#options.concurrency : this.#idle();
  }

  #begin(pending: Pending, poll: ServerResponse): void {
    const { functionArn, concurrency } = this.#options;
    const { traceHeader, clientContext, tenantId, timeout = this.#options.timeout } = pending.options;
    pending.deadline = Date.now() + timeout;
    pending.timer = setTimeout(() => this.#timedOut(pending, timeout), timeout);
    this.#running.set(pending.id, pending);
    if (concurrency === 1) this.#phase = pending;
    this.note("invoke", pending.id);
    for (const extension of this.#extensions.values()) {
      if (extension.events.includes("INVOKE")) this.#notify(extension, pending);
    }
    poll.setHeader("Content-Type", "application/json");
    poll.setHeader("Lambda-Runtime-Aws-Request-Id", pending.id);
    poll.setHeader("Lambda-Runtime-Deadline-Ms", String(pending.deadline));
    poll.setHeader("Lambda-Runtime-Invoked-Function-Arn", functionArn);
    if (traceHeader) poll.setHeader("Lambda-Runtime-Trace-Id", traceHeader);
    if (clientContext !== undefined)
      poll.setHeader("Lambda-Runtime-Client-Context", JSON.stringify(clientContext));
    if (tenantId) poll.setHeader("Lambda-Runtime-Aws-Tenant-Id", tenantId);
    poll.end(JSON.stringify(pending.event ?? null));
  }

  #notify(extension: Extension, { id, deadline, options }: Pending): void {
    const event = {
      eventType: "INVOKE",
      deadlineMs: deadline,
      requestId: id,
      invokedFunctionArn: this.#options.functionArn,
      tracing: { type: "X-Amzn-Trace-Id", value: options.traceHeader ?? "" },
    };
    const poll = extension.poll;
    extension.poll = undefined;
    if (poll) reply(poll, 200, event);
    else extension.queued.push(event);
  }

  #answered(id: string, answer: Answer, response: ServerResponse): void {
    const pending = this.#running.get(id);
    if (!pending) return reply(response, 400, fault("InvalidRequestID", id));
    if (answer.size > MAX_RESPONSE)
      return reply(response, 413, fault("RequestEntityTooLarge", "6 MB at most"));
    this.#running.delete(id);
    if (this.#phase !== pending) clearTimeout(pending.timer);
    this.note(answer.error ? "error" : "response", id);
    reply(response, 202, { status: "OK" });
    if (answer.error) pending.reject(answer.error);
    else pending.resolve(answer.result);
    this.#dispatch(); // On a managed instance there may be a place again for one that waits.
  }

  #timedOut(pending: Pending, timeout: number): void {
    this.note("timeout", pending.id);
    pending.reject(
      new FunctionError({
        errorType: "Sandbox.Timedout",
        errorMessage: `Task timed out after ${timeout} ms`,
      }),
    );
    this.#running.delete(pending.id);
    if (this.#options.concurrency === 1) this.#options.kill();
  }
}

function fault(errorType: string, errorMessage: string) {
  return { errorType, errorMessage };
}

function reply(response: ServerResponse, status: number, body: object): void {
  response.statusCode = status;
  response.setHeader("Content-Type", "application/json");
  response.end(JSON.stringify(body));
}

async function read(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}
