import { limits } from "@throughline/payloads";
import * as semconv from "@throughline/triggers";
import { present, text } from "@throughline/triggers";
import type { Operation, Service } from "../service.ts";

/**
 * An execution's context is in its input, from where its tasks can hand it on, and in the tracing header.
 *
 * @see https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html
 */
export const stepFunctions: Service = {
  client: "SFN",
  attributes: ({ stateMachineArn }) =>
    present({ [semconv.AWS_STEP_FUNCTIONS_STATE_MACHINE_ARN]: text(stateMachineArn) }),
  operations: {
    StartExecution: starting(),
    StartSyncExecution: starting(),
  },
};

function starting(): Operation {
  return {
    // Without an input, an execution gets an empty object.
    inject: (input, into) => ({
      ...input,
      input: into.text(input.input ?? "{}", "stepFunctions", limits.stepFunctions.input),
    }),
  };
}
