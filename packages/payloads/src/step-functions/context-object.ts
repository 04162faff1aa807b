import { type Carrier, datadog, empty, headers, type Place, w3c } from "@throughline/propagation";
import { isRecord, unwrap } from "../json.ts";
import { sha256 } from "../sha256.ts";

/** The part of a state machine's context object that names an execution's state. */
export interface StepFunctionsContext extends Record<string, unknown> {
  readonly Execution: Readonly<Record<string, unknown>> & { readonly Id: string };
  readonly State: Readonly<Record<string, unknown>> & { readonly Name: string; readonly EnteredTime: string };
}

// A nested execution's input may hold the context object of the one that started it.
const MAX_LEVELS = 3;

/**
 * Whether it is a state machine's context object.
 *
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/input-output-contextobject.html
 */
export function matches(value: unknown): value is StepFunctionsContext {
  return (
    isRecord(value) &&
    isRecord(value.Execution) &&
    isRecord(value.State) &&
    typeof value.Execution.Id === "string" &&
    typeof value.State.Name === "string" &&
    typeof value.State.EnteredTime === "string"
  );
}

/**
 * Where a context object holds a trace context, nearest first: the execution's input, then the ids derived from the object.
 *
 * The object names no trace itself: its ids are derived from it, as Datadog's backend derives those of the execution's own
 * spans. Anything else holds none. Nothing is hashed before the derived ids are asked for. Never throws.
 */
export function extract(value: unknown, at: string): Place[] {
  if (!matches(value)) return [];
  const inside = at ? `${at}.` : "";
  return [
    ...inputPlaces(value, `${inside}Execution.Input`, MAX_LEVELS),
    { at: `${inside}Execution.Id`, carrier: derived(value) },
  ];
}

/** What was put into the input when the execution was started; contexts alone, nothing that is derived. */
function inputPlaces(
  { Execution: { Input: input } }: StepFunctionsContext,
  at: string,
  levels: number,
): Place[] {
  if (!isRecord(input)) return [];
  const { BatchInput: batch, CONTEXT } = input;
  const parent = [unwrap(input), isRecord(batch) && unwrap(batch), CONTEXT].find(matches);
  return [
    ...headerPlaces(input, at),
    // What a distributed Map gives to each batch of its items.
    ...headerPlaces(batch, `${at}.BatchInput`),
    // The event of a rule that started the execution.
    ...headerPlaces(input.detail, `${at}.detail`),
    ...(parent && levels > 1 ? inputPlaces(parent, `${at}…Execution.Input`, levels - 1) : []),
  ];
}

function headerPlaces(payload: unknown, at: string): Place[] {
  if (!isRecord(payload)) return [];
  const wrapped = unwrap(payload);
  const fields: Place = { at, carrier: headers(payload) };
  return wrapped ? [{ at: `${at}._datadog`, carrier: headers(wrapped) }, fields] : [fields];
}

/** Answers in Datadog's and in W3C's spelling. */
function derived(context: StepFunctionsContext): Carrier {
  let carrier: Carrier | undefined;
  return (key) => {
    carrier ??= carrierOf(context);
    return carrier(key);
  };
}

function carrierOf(context: StepFunctionsContext): Carrier {
  const spanId = hash(stateOf(context)).high;
  for (const trace of traces(context)) {
    const carried = {
      ...trace,
      "x-datadog-parent-id": BigInt(`0x${spanId}`).toString(),
      "x-datadog-sampling-priority": "1", // AUTO_KEEP: the backend keeps all of an execution's spans.
    };
    const found = datadog.read(headers(carried));
    if (found) return headers({ ...w3c.write(found), ...carried });
  }
  return empty;
}

/** Where the trace's id comes from: a function at the root, the root's execution, this execution. */
function* traces(context: StepFunctionsContext): Generator<Record<string, unknown>> {
  const { Execution, RootExecutionId } = context;
  const version1 = context["serverless-version"] === "v1";
  const given = version1 ? context : isRecord(Execution.Input) ? unwrap(Execution.Input) : undefined;
  if (given?.["x-datadog-trace-id"] !== undefined && given["x-datadog-tags"] !== undefined) {
    // The tag's upper half is hex, and stays as it is.
    yield { "x-datadog-trace-id": given["x-datadog-trace-id"], "x-datadog-tags": given["x-datadog-tags"] };
  }
  const root = version1 && typeof RootExecutionId === "string" ? RootExecutionId : Execution.Id;
  const { high, low } = hash(root);
  yield { "x-datadog-trace-id": BigInt(`0x${low}`).toString(), "x-datadog-tags": `_dd.p.tid=${high}` };
}

/** The counts tell the attempts at a state apart; an execution's first attempt is named without them. */
function stateOf({ Execution, State }: StepFunctionsContext): string {
  const retries = count(State.RetryCount);
  const redrives = count(Execution.RedriveCount);
  const state = `${Execution.Id}#${State.Name}#${State.EnteredTime}`;
  return retries === "0" && redrives === "0" ? state : `${state}#${retries}#${redrives}`;
}

function count(value: unknown): string {
  return typeof value === "number" || (typeof value === "string" && value !== "") ? String(value) : "0";
}

/** The first two 64-bit halves of a text's SHA-256, as ids: 63 bits of them, and never zero. */
function hash(text: string): { readonly high: string; readonly low: string } {
  const digest = sha256(text);
  return { high: toId(digest.readBigUInt64BE(0)), low: toId(digest.readBigUInt64BE(8)) };
}

function toId(bits: bigint): string {
  const id = BigInt.asUintN(63, bits);
  return (id === 0n ? 1n : id).toString(16).padStart(16, "0");
}
