import { ServiceError } from "./aws-json.ts";
import { type MessageAttribute, messageSize } from "./message-rules.ts";

const MAX_BYTES = 262_144;

/** Refuses what is published to SNS with too many bytes, attributes included; looks at nothing else. */
export function checkPublish(form: URLSearchParams): void {
  const action = form.get("Action");
  if (action === "Publish" && sizeOf(form, "") > MAX_BYTES) {
    throw new ServiceError("InvalidParameter", "Invalid parameter: Message too long");
  }
  if (action !== "PublishBatch") return;
  const entries = members(form, "PublishBatchRequestEntries.member.");
  if (entries.reduce((total, entry) => total + sizeOf(form, entry), 0) <= MAX_BYTES) return;
  const message = "The length of all the batch messages put together is more than the limit.";
  throw new ServiceError("BatchRequestTooLong", message);
}

/** A refusal as the query protocol spells it. */
export function publishRefusal({ type, message }: ServiceError): string {
  const error = `<Type>Sender</Type><Code>${type}</Code><Message>${message}</Message>`;
  return `<ErrorResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><Error>${error}</Error></ErrorResponse>`;
}

function sizeOf(form: URLSearchParams, prefix: string): number {
  const attributes = members(form, `${prefix}MessageAttributes.entry.`).map((entry) => {
    const value = (name: string): string => form.get(`${entry}Value.${name}`) ?? "";
    const attribute: MessageAttribute = {
      DataType: value("DataType"),
      StringValue: value("StringValue"),
      BinaryValue: value("BinaryValue"),
    };
    return [form.get(`${entry}Name`) ?? "", attribute] as const;
  });
  return messageSize(form.get(`${prefix}Message`) ?? "", Object.fromEntries(attributes));
}

/** The beginnings of a list's keys: `…entry.1.`, `…entry.2.` and so on. */
function members(form: URLSearchParams, prefix: string): string[] {
  const own = [...form.keys()].filter((key) => key.startsWith(prefix));
  return [...new Set(own.map((key) => `${prefix}${key.slice(prefix.length).split(".")[0]}.`))];
}
