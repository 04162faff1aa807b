import { type Context, context } from "@opentelemetry/api";
import { type Extractor, LiveContext, runExtractor } from "@throughline/otel";
import type { Format, TraceContext } from "@throughline/propagation";
import type { Chain, Running } from "./chain.ts";
import type { MiddyRequest } from "./request.ts";
import { warnNotActive } from "./warn-not-active.ts";

/** Makes a context active for the rest of the chain; gives the way to end that. */
export type Activate = (target: Context) => () => void;

export interface Extracting {
  readonly extractor: Extractor | undefined;
  readonly formats: readonly Format[] | undefined;
}

/**
 * Begins with the context that the user's extractor finds, if there is one and it does.
 *
 * An asynchronous one is waited for. What is entered after an `await` would not reach the handler; so a context is entered at once,
 * and pointed at the invocation's when that is known.
 */
export function extracting<Begun extends Running | undefined>(
  { extractor, formats }: Extracting,
  request: MiddyRequest,
  chain: Chain,
  begin: (extracted: TraceContext | undefined, activate: Activate) => Begun,
): Begun | Promise<Begun> {
  const activate: Activate = (target) => {
    const deactivate = chain.activate(target);
    if (!deactivate) warnNotActive();
    return deactivate ?? (() => {});
  };
  const found = extractor && runExtractor(extractor, request.event, request.context, formats);
  if (!(found instanceof Promise)) return begin(found, activate);
  const live = new LiveContext(context.active());
  const deactivate = activate(live);
  return found.then((extracted) =>
    begin(extracted, (target) => {
      live.point(target);
      return deactivate;
    }),
  );
}
