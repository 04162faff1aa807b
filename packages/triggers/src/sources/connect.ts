import { envelope, isRecord } from "@throughline/payloads";
import type { Trigger } from "../trigger.ts";
import { bears } from "./shared/marks.ts";

/** What is read of a flow's event. */
export interface ConnectEvent {
  readonly Details?: {
    readonly Parameters?: unknown;
    readonly ContactData?: { readonly Attributes?: unknown } | null | undefined;
  };
  readonly InvocationMetadata?: unknown;
}

/**
 * A flow of Amazon Connect, or one of its outbound campaigns, which has no place for a context. The parameters of the block that
 * invokes the function are nearer than the contact's attributes.
 *
 * @see https://docs.aws.amazon.com/connect/latest/adminguide/connect-lambda-functions.html
 */
export const connect: Trigger<ConnectEvent> = {
  name: "connect",
  kind: "other",
  match: (event): event is ConnectEvent => isFlow(event) || isCampaign(event),
  messages: ({ Details }) => [
    {
      places: () => [
        ...envelope.extract(Details?.Parameters, "Details.Parameters"),
        ...envelope.extract(Details?.ContactData?.Attributes, "Details.ContactData.Attributes"),
      ],
    },
  ],
  attributes: () => ({}),
};

function isFlow(event: unknown): boolean {
  return (
    bears(event, "Details") &&
    event.Name === "ContactFlowEvent" &&
    isRecord(event.Details) &&
    isRecord(event.Details.ContactData)
  );
}

function isCampaign(event: unknown): boolean {
  return (
    bears(event, "InvocationMetadata") &&
    isRecord(event.InvocationMetadata) &&
    isRecord(event.InvocationMetadata.CampaignContext) &&
    isRecord(event.Items)
  );
}
