import { diag } from "@opentelemetry/api";
import { Chain, type Running } from "./chain.ts";
import type { Middleware, MiddyRequest } from "./request.ts";

/**
 * The hooks of a middleware that puts something around the invocation: it begins in `before` and ends exactly once.
 *
 * Used twice in one chain, the first counts. Should `begin` throw, the invocation goes on without.
 */
export function around(
  name: string,
  begin: (request: MiddyRequest, chain: Chain) => Running | undefined | Promise<Running>,
): Middleware {
  const failed = (error: unknown) => diag.error(`Throughline: ${name} did not begin`, error);
  return named(name, {
    before(request) {
      const chain = Chain.of(request);
      if (chain.has(name)) return undefined;
      try {
        const running = begin(request, chain);
        if (running instanceof Promise) return running.then((begun) => chain.add(name, begun), failed);
        if (running) chain.add(name, running);
      } catch (error) {
        failed(error);
      }
      return undefined;
    },
    after: (request) => respond(name, request),
    onError(request) {
      // Another hook may have made a response of the error.
      if (request.response !== undefined) return respond(name, request);
      const chain = Chain.of(request);
      return chain.scoped ? undefined : chain.end(name, { error: request.error });
    },
  });
}

function respond(name: string, request: MiddyRequest): Promise<void> | undefined {
  const chain = Chain.of(request);
  if (chain.scoped) return undefined;
  const answer = chain.answer(request.response);
  if (answer !== request.response) request.response = answer;
  return chain.end(name, { result: answer });
}

/** Middy's profiling hooks and stack traces tell middlewares apart by their functions' names. */
function named(name: string, hooks: Middleware): Middleware {
  for (const [hook, run] of Object.entries(hooks)) {
    Object.defineProperty(run, "name", { value: `${name}${hook.charAt(0).toUpperCase()}${hook.slice(1)}` });
  }
  return hooks;
}
