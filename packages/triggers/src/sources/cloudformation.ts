import { envelope } from "@throughline/payloads";
import type { Trigger } from "../trigger.ts";
import { bears } from "./shared/marks.ts";

/** What is read of a custom resource's request. */
export interface CloudFormationEvent {
  readonly RequestType: unknown;
  readonly ResourceProperties?: unknown;
}

/**
 * A custom resource of a CloudFormation stack is created, updated or deleted, directly or through the CDK's provider.
 *
 * A template can hand the deployment's context to it as a property. What a deletion brings is that of an earlier deployment.
 *
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-requests.html
 */
export const cloudformation: Trigger<CloudFormationEvent> = {
  name: "cloudformation",
  kind: "other",
  match: (event): event is CloudFormationEvent =>
    bears(event, "RequestType") &&
    typeof event.RequestType === "string" &&
    typeof event.StackId === "string" &&
    typeof event.LogicalResourceId === "string",
  messages: ({ RequestType, ResourceProperties }) => [
    {
      places: () =>
        RequestType === "Delete" ? [] : envelope.extract(ResourceProperties, "ResourceProperties"),
    },
  ],
  attributes: () => ({}),
};
