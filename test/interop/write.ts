import type { Aws } from "./aws.ts";
import { deliveries } from "./deliveries.ts";
import type { Program } from "./program.ts";
import type { Ids } from "./verdict.ts";

/** Has a program send a delivery's command or request. Gives the context that it wrote, or whatever else it answers. */
export function write<Answer = Ids>(
  program: Program,
  by: string,
  aws: Aws,
  { input: more, ...asked }: Readonly<Record<string, unknown>> & { readonly input?: object } = {},
): Promise<Answer> {
  const { client, command, input } = deliveries[by]!;
  if (!client) return program.ask<Answer>("get", { url: aws.url.http, ...asked });
  const sent = { ...input?.(aws), ...more };
  return program.ask<Answer>("send", { client, command, input: sent, endpoint: aws.url[client], ...asked });
}
