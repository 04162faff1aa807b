import { envelope, isRecord } from "@throughline/payloads";
import * as semconv from "../semconv.ts";
import type { Trigger } from "../trigger.ts";
import { present, text } from "./shared/attributes.ts";
import { bears } from "./shared/marks.ts";
import { taskContext, taskPayloads } from "./shared/task.ts";

/**
 * A task of a Step Functions state machine that hands its context object on. A task that does not is a direct invocation.
 *
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/input-output-contextobject.html
 */
export const stepFunctions: Trigger = {
  name: "step-functions",
  kind: "other",
  match: (event): event is unknown => bears(event, "Execution"),
  messages: (event) => [
    {
      places: () =>
        taskPayloads(event)
          .toReversed() // What is under `Payload` is nearer than what is beside it.
          .flatMap((payload) => envelope.extract(payload, payload === event ? "event" : "event.Payload")),
    },
  ],
  attributes(event) {
    const machine = taskContext(event)?.StateMachine;
    return present({
      [semconv.AWS_STEP_FUNCTIONS_STATE_MACHINE_ARN]: isRecord(machine) ? text(machine.Id) : undefined,
    });
  },
};
