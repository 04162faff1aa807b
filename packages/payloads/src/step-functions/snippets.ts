import { KEY } from "../json.ts";
import { jsonPath } from "./json-path.ts";
import { jsonata } from "./jsonata.ts";

/** Fields for the `Parameters` or `Arguments` of a task that invokes a function by `arn:aws:states:::lambda:invoke`. */
export interface TaskSnippets {
  /** JSONPath: a payload of named fields; put your own beside `_datadog`. */
  readonly jsonPath: { readonly Payload: Readonly<Record<string, unknown>> };
  /** JSONPath: the whole input as the payload. The state fails where the input is no object, so it must always be one. */
  readonly jsonPathMerge: { readonly "Payload.$": string };
  /** JSONata: the whole input as the payload. An input that is no object is passed on as it is. */
  readonly jsonata: { readonly Payload: string };
}

/**
 * What a state machine's task must say so that the function it invokes goes on with the trace: the execution's context object
 * under `_datadog`, and the trace context that came with the execution's input.
 *
 * Our own readers and Datadog's understand both languages' forms. `traceStateMachine` writes them into a whole definition.
 *
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/connect-lambda.html
 */
export function snippets(): TaskSnippets {
  return {
    jsonPath: { Payload: { [KEY]: jsonPath.context } },
    jsonPathMerge: { "Payload.$": jsonPath.merge("$") as string },
    jsonata: { Payload: jsonata.merge("{% $states.input %}") as string },
  };
}
