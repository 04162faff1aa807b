import { isRecord } from "@throughline/payloads";
import type { Trigger } from "../trigger.ts";
import { bears } from "./shared/marks.ts";
import { messageText } from "./shared/message-text.ts";

/** What is read of a job. */
export interface CodePipelineEvent {
  readonly "CodePipeline.job": {
    readonly data?: {
      readonly actionConfiguration?: {
        readonly configuration?: { readonly UserParameters?: unknown } | undefined;
      };
    };
  };
}

const KEY = "CodePipeline.job";

/**
 * An action of CodePipeline. Its `UserParameters` may be a JSON text, and a variable of the pipeline in it a context.
 *
 * @see https://docs.aws.amazon.com/codepipeline/latest/userguide/actions-invoke-lambda-function.html
 */
export const codepipeline: Trigger<CodePipelineEvent> = {
  name: "codepipeline",
  kind: "other",
  match: (event): event is CodePipelineEvent => bears(event, KEY) && isRecord(event[KEY]),
  messages: (event) => [
    {
      places: () =>
        messageText(
          () => event[KEY].data?.actionConfiguration?.configuration?.UserParameters,
          "UserParameters",
        ).places(),
    },
  ],
  attributes: () => ({}),
};
