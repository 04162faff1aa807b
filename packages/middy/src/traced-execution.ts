import { context, createContextKey, ROOT_CONTEXT } from "@opentelemetry/api";
import { LiveContext, within } from "@throughline/otel";
import { Chain } from "./chain.ts";
import type { MiddyRequest } from "./request.ts";

/** As Middy types its modes: what they take is between it and them. */
export type ExecutionMode = () => void;

interface Core {
  readonly middyRequest: (event: unknown, context: unknown) => MiddyRequest;
  readonly runRequest: (request: MiddyRequest, ...chain: unknown[]) => Promise<unknown>;
}

interface Plugin {
  readonly requestStart: (request: MiddyRequest) => void;
  readonly requestEnd: (request: MiddyRequest) => unknown;
}

interface Handler {
  (...args: unknown[]): Promise<unknown>;
  handler(replacement: unknown): Handler;
}

type Mode = (
  core: Core,
  before: unknown,
  handler: unknown,
  after: unknown,
  onError: unknown,
  plugin: Plugin,
) => Handler;

const EXECUTION = createContextKey("@throughline/execution");

/** One run of the handler: the scope it runs in, and the chain that its request turned out to have. */
interface Execution {
  scope?: LiveContext;
  request?: MiddyRequest;
}

/**
 * An execution mode for Middy 7 that runs each invocation in a scope of its own, in which `tracing()` and `extractContext()` then
 * make their context active.
 *
 * What `.use()` alone cannot do: nothing is ever active outside, any context manager serves, the span ends with what the caller
 * really gets (a streamed body included), and a chain cut short still waits for its flush. Takes the mode to wrap; default
 * Middy's standard.
 *
 * @see https://middy.js.org/docs/intro/hooks
 * @example
 * export const handler = middy({ executionMode: tracedExecution() }).use(tracing()).handler(work);
 */
export function tracedExecution(mode?: ExecutionMode): ExecutionMode {
  const wrapped = (mode ?? standard) as unknown as Mode;
  const traced: Mode = (core, ...rest) =>
    inScope(wrapped({ ...core, middyRequest: noted(core.middyRequest) }, ...rest));
  return traced as unknown as ExecutionMode;
}

/** Runs the mode's handler in a scope and ends the chain with its outcome. Marks, such as that of streaming, are kept. */
function inScope(inner: Handler): Handler {
  const run = (...args: unknown[]) => {
    const execution: Execution = {};
    const scope = new LiveContext(undefined, undefined, context.active().setValue(EXECUTION, execution));
    execution.scope = scope;
    return within(scope, async () => {
      try {
        const result = await inner(...args);
        const chain = chainOf(execution);
        if (!chain) return result;
        const answer = chain.answer(result);
        // A streaming handler returns nothing; the response it streamed is on the request.
        await chain.endAll({ result: answer ?? execution.request?.response });
        return answer;
      } catch (error) {
        await chainOf(execution)?.endAll({ error });
        throw error;
      } finally {
        scope.point(ROOT_CONTEXT);
      }
    });
  };
  const outer: Handler = Object.assign(run, {
    handler(replacement: unknown) {
      inner.handler(replacement);
      return outer;
    },
  });
  for (const mark of Object.getOwnPropertySymbols(inner)) Reflect.set(outer, mark, Reflect.get(inner, mark));
  return outer;
}

/** Lets the run of the handler know its request. */
function noted(middyRequest: Core["middyRequest"]): Core["middyRequest"] {
  return (event, lambdaContext) => {
    const request = middyRequest(event, lambdaContext);
    const execution = context.active().getValue(EXECUTION) as Execution | undefined;
    if (execution?.scope) {
      execution.request = request;
      Chain.of(request).enter(execution.scope);
    }
    return request;
  };
}

function chainOf({ request }: Execution): Chain | undefined {
  return request && Chain.of(request);
}

/** Middy's standard mode, which cannot be imported: a CommonJS build could not load Middy 7. */
const standard: Mode = ({ middyRequest, runRequest }, before, handler, after, onError, plugin) => {
  let current = handler;
  const run = async (event?: unknown, lambdaContext?: unknown) => {
    const request = middyRequest(event, lambdaContext);
    plugin.requestStart(request);
    const outcome = await settled(runRequest(request, before, current, after, onError, plugin));
    const ended = await settled(Promise.resolve().then(() => plugin.requestEnd(request)));
    if ("error" in outcome) throw withCause(outcome.error, ended);
    if ("error" in ended) throw ended.error;
    return outcome.result;
  };
  const outer: Handler = Object.assign(run, {
    handler(replacement: unknown) {
      current = replacement;
      return outer;
    },
  });
  return outer;
};

type Outcome = { readonly result: unknown } | { readonly error: unknown };

function settled(promise: Promise<unknown>): Promise<Outcome> {
  return promise.then(
    (result) => ({ result }),
    (error) => ({ error }),
  );
}

/** The handler's error goes out; what the hook threw beside it is its cause, unless it has one. */
function withCause(error: unknown, ended: Outcome): unknown {
  if ("error" in ended && typeof error === "object" && error !== null) {
    (error as { cause?: unknown }).cause ??= ended.error;
  }
  return error;
}
