import { LiveContext, within } from "@throughline/otel";
import { Chain } from "./chain.ts";
import type { MiddyRequest } from "./request.ts";

/** As Middy types its modes: what they take is between it and them. */
export type ExecutionMode = () => void;

type RunRequest = (request: MiddyRequest, ...chain: unknown[]) => Promise<unknown>;

interface Core {
  readonly middyRequest: (event: unknown, context: unknown) => MiddyRequest;
  readonly runRequest: RunRequest;
}

interface Plugin {
  readonly requestStart: (request: MiddyRequest) => void;
  readonly requestEnd: (request: MiddyRequest) => unknown;
}

type Mode = (
  core: Core,
  before: unknown,
  handler: unknown,
  after: unknown,
  onError: unknown,
  plugin: Plugin,
) => object;

/**
 * An execution mode for Middy 7 that runs the whole chain in a scope of its own, in which `tracing()` and `extractContext()`
 * then make their context active.
 *
 * What `.use()` alone cannot do: nothing is ever active outside the chain, any context manager serves, the span ends with what
 * the caller really gets, and a chain cut short still waits for its flush. Takes the mode to wrap; default Middy's standard.
 *
 * @see https://middy.js.org/docs/intro/hooks
 * @example
 * export const handler = middy({ executionMode: tracedExecution() }).use(tracing()).handler(work);
 */
export function tracedExecution(mode?: ExecutionMode): ExecutionMode {
  const wrapped = (mode ?? standard) as Mode;
  const traced: Mode = (core, ...rest) => wrapped({ ...core, runRequest: inScope(core.runRequest) }, ...rest);
  return traced as unknown as ExecutionMode;
}

function inScope(runRequest: RunRequest): RunRequest {
  return (request, ...rest) => {
    const scope = new LiveContext();
    const chain = Chain.of(request);
    chain.enter(scope);
    return within(scope, async () => {
      try {
        const result = await runRequest(request, ...rest);
        await chain.endAll({ result });
        return result;
      } catch (error) {
        await chain.endAll({ error });
        throw error;
      }
    });
  };
}

/** Middy's standard mode, which cannot be imported: a CommonJS build could not load Middy 7. */
const standard: Mode = ({ middyRequest, runRequest }, before, handler, after, onError, plugin) => {
  let current = handler;
  const run = async (event: unknown, context: unknown) => {
    const request = middyRequest(event, context);
    plugin.requestStart(request);
    const outcome = await settled(runRequest(request, before, current, after, onError, plugin));
    const ended = await settled(Promise.resolve().then(() => plugin.requestEnd(request)));
    if ("error" in outcome) throw withCause(outcome.error, ended);
    if ("error" in ended) throw ended.error;
    return outcome.result;
  };
  return Object.assign(run, {
    handler(replacement: unknown) {
      current = replacement;
      return run;
    },
  });
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
