import { isRecord, type StepFunctionsContext, stepFunctions } from "@throughline/payloads";

/** The payloads of an event that may be, or hold, a state machine's context object: itself, and what a task put it under. */
export function taskPayloads(event: unknown): Record<string, unknown>[] {
  return isRecord(event) ? [event, event.Payload].filter(isRecord) : [];
}

/** The context object that a state machine's task handed on. */
export function taskContext(event: unknown): StepFunctionsContext | undefined {
  return taskPayloads(event)
    .flatMap((payload) => [payload._datadog, payload])
    .find(stepFunctions.matches);
}

/** Whether a state machine's task started the function, and said so. */
export function isTask(event: unknown): boolean {
  return taskContext(event) !== undefined;
}
