import * as semconv from "../semconv.ts";
import type { Trigger } from "../trigger.ts";
import { present, text } from "./shared/attributes.ts";
import { headerList } from "./shared/header-list.ts";
import { processing, sole } from "./shared/messaging.ts";
import { firstRecord } from "./shared/records.ts";

/** What is read of received mail. */
export interface SesEvent {
  readonly Records: readonly SesRecord[];
}

interface SesRecord {
  readonly ses?: { readonly mail?: { readonly messageId?: unknown; readonly headers?: unknown } };
}

/**
 * Mail that SES received. What its sender's headers carry is a context like that of any message.
 *
 * @see https://docs.aws.amazon.com/ses/latest/dg/receiving-email-action-lambda-event.html
 */
export const ses: Trigger<SesEvent> = {
  name: "ses",
  kind: "pubsub",
  batch: true,
  match: (event): event is SesEvent => firstRecord(event)?.eventSource === "aws:ses",
  messages: (event) =>
    event.Records.map((record) => ({
      id: idOf(record),
      places: () => [{ at: "ses.mail.headers", carrier: headerList(record?.ses?.mail?.headers) }],
      attributes: present({ [semconv.MESSAGING_MESSAGE_ID]: idOf(record) }),
    })),
  // The registry has no value for mail. The addresses it went to are people's, and name no destination.
  attributes: (event) =>
    processing("aws.ses", { [semconv.MESSAGING_MESSAGE_ID]: sole(event.Records.map(idOf)) }),
};

function idOf(record: SesRecord): string | undefined {
  return text(record?.ses?.mail?.messageId);
}
