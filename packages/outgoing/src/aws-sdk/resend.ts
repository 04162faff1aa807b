import { diag } from "@opentelemetry/api";
import { isRecord } from "@throughline/payloads";
import { countShortage } from "../shortages.ts";
import type { Call } from "./call.ts";
import { quietly } from "./quietly.ts";
import type { Fields } from "./service.ts";
import { records } from "./services/fields.ts";
import type { Args, Next, Result } from "./stack.ts";

/**
 * Sends an input with our addition to it. Where a service refuses that, what the user gave is sent again as it is: a queue's own
 * limit may be lower than the service's, and is not known here. Of a batch, the entries that were refused alone are sent again.
 *
 * What was refused was not taken, so nothing arrives twice. A second refusal is the user's own.
 */
export async function deliver(next: Next, args: Args, input: Fields, call: Call): Promise<Result> {
  if (input === args.input) return next(args);
  try {
    const result = await next({ ...args, input });
    const refused = quietly(() => refusedEntries(result, args.input, input, call.operation.entries));
    return refused ? await sendAgain(next, args, result, refused, call) : result;
  } catch (error) {
    if (!isRefusal(error)) throw error;
    const result = await next(args);
    skipped(call);
    return result;
  }
}

// The services' names for an input that is too long, or wrong: what we added may be what is.
const REFUSALS = new Set([
  "BatchRequestTooLong",
  "InvalidArgument",
  "InvalidAttributeName",
  "InvalidAttributeValue",
  "InvalidExecutionInput",
  "InvalidMessageContents",
  "InvalidParameter",
  "InvalidParameterValue",
  "InvalidRequest",
  "InvalidRequestContent",
  "RequestEntityTooLarge",
  "RequestTooLarge",
  "Validation",
]);
const CONTENT_TOO_LARGE = 413;

function isRefusal(error: unknown): boolean {
  const { name, $metadata } = (error ?? {}) as { readonly name?: unknown; readonly $metadata?: unknown };
  const status = isRecord($metadata) ? Number($metadata.httpStatusCode) : Number.NaN;
  return status === CONTENT_TOO_LARGE || (status >= 400 && status < 500 && isRefusalName(name));
}

/** Names come as an error's, or as a code with the service before it: `AWS.SimpleQueueService.BatchRequestTooLong`. */
function isRefusalName(name: unknown): boolean {
  const last = String(name).split(".").at(-1) ?? "";
  return REFUSALS.has(last.replace(/(?:Exception|Error)$/, ""));
}

/** The list of a batch and those of its entries, as the user gave them, that a service refused alone. */
interface Refused {
  readonly list: string;
  readonly entries: readonly Fields[];
}

function refusedEntries(
  { output = {} }: Result,
  given: Fields,
  sent: Fields,
  list: string | undefined,
): Refused | undefined {
  if (list === undefined) return undefined;
  const failed = records(output.Failed).filter(
    ({ SenderFault, Code }) => SenderFault === true && isRefusalName(Code),
  );
  if (failed.length === 0) return undefined;
  const ids = new Set(failed.map(({ Id }) => Id));
  const unchanged = new Set(records(sent[list]));
  const entries = records(given[list]).filter((entry) => ids.has(entry.Id) && !unchanged.has(entry));
  return entries.length > 0 ? { list, entries } : undefined;
}

/** One answer of two. Should the second request fail as a whole, the first one's answer stands: the rest was sent. */
async function sendAgain(
  next: Next,
  args: Args,
  first: Result,
  { list, entries }: Refused,
  call: Call,
): Promise<Result> {
  const second = await next({ ...args, input: { ...args.input, [list]: entries } }).catch(() => undefined);
  if (!second) return first;
  const ids = new Set(entries.map(({ Id }) => Id));
  const { output = {} } = first;
  const again = second.output ?? {};
  for (const _ of records(again.Successful)) skipped(call);
  const Successful = [...records(output.Successful), ...records(again.Successful)];
  const Failed = [...records(output.Failed).filter(({ Id }) => !ids.has(Id)), ...records(again.Failed)];
  return {
    ...first,
    output: { ...output, Successful, Failed: Failed.length > 0 ? Failed : again.Failed },
  };
}

function skipped({ name }: Call): void {
  countShortage("skipped");
  diag.debug(`Throughline: ${name} was refused with a trace context, and sent without`);
}
