import { limits } from "@throughline/payloads";
import * as semconv from "@throughline/triggers";
import { present, text } from "@throughline/triggers";
import type { Injection } from "../injection.ts";
import type { Fields, Service } from "../service.ts";

/**
 * An execution's context is in its input, from where its tasks can hand it on, and in the tracing header.
 *
 * @see https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html
 */
export const stepFunctions: Service = {
  client: "SFN",
  attributes: ({ stateMachineArn, activityArn }) =>
    present({
      [semconv.AWS_STEP_FUNCTIONS_STATE_MACHINE_ARN]: text(stateMachineArn),
      [semconv.AWS_STEP_FUNCTIONS_ACTIVITY_ARN]: text(activityArn),
    }),
  operations: {
    // Started again with a name and the same input, an execution is not started twice; with another input that is an error.
    StartExecution: {
      inject: (input, into) =>
        input.name === undefined || into.insists("stepFunctions") ? withContext(input, into) : input,
    },
    StartSyncExecution: { inject: withContext },
  },
};

function withContext(execution: Fields, into: Injection): Fields {
  // Without an input, an execution gets an empty object.
  const given = execution.input ?? "{}";
  const input = into.text(given, "stepFunctions", limits.stepFunctions.input);
  return input === given ? execution : { ...execution, input };
}
