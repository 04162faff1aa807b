import { isRecord, parseObject } from "@throughline/payloads";
import { headers, type Place } from "@throughline/propagation";
import type { Trigger } from "../trigger.ts";
import { bears } from "./shared/marks.ts";

interface Event extends Record<string, unknown> {
  readonly DurableExecutionArn: string;
}

/**
 * An invocation of a durable execution: its first one, or a later one that replays what was done. The user's event is the
 * input of its first operation.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/durable-functions.html
 */
export const durable: Trigger<Event> = {
  name: "durable",
  kind: "other",
  match: (event): event is Event =>
    bears(event, "DurableExecutionArn") && isRecord(event) && typeof event.DurableExecutionArn === "string",
  // A context kept by an earlier invocation speaks for the whole execution; otherwise the input does.
  messages: (event) => {
    const kept = keptPlaces(event);
    return kept.length > 0 ? [{ places: () => kept }] : [];
  },
  inner: (event) =>
    keptPlaces(event).length > 0 ? undefined : { at: "ExecutionDetails.InputPayload", event: inputOf(event) },
  attributes: () => ({}),
};

const KEPT = /^_datadog_(0|[1-9][0-9]{0,8})$/;

/** The contexts that Datadog's tracer kept as operations of their own, the latest first. */
function keptPlaces(event: Event): Place[] {
  return operationsOf(event)
    .map(({ Name: name, Payload, StepDetails }) => {
      const number = typeof name === "string" ? KEPT.exec(name)?.[1] : undefined;
      if (number === undefined) return undefined;
      const context =
        parseObject(Payload) ?? parseObject(isRecord(StepDetails) ? StepDetails.Result : undefined);
      return context && { at: `Operations.${name}`, number: Number(number), carrier: headers(context) };
    })
    .filter((kept) => kept !== undefined)
    .toSorted((a, b) => b.number - a.number);
}

/** The user's event: an object, or whatever else its JSON text holds. */
function inputOf(event: Event): unknown {
  const execution = operationsOf(event).find(({ Type }) => Type === "EXECUTION");
  const details = execution?.ExecutionDetails;
  const text = isRecord(details) ? details.InputPayload : undefined;
  if (typeof text !== "string") return text;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function operationsOf({ InitialExecutionState: state }: Event): Record<string, unknown>[] {
  return isRecord(state) && Array.isArray(state.Operations) ? state.Operations.filter(isRecord) : [];
}
