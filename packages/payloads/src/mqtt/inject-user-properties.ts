import { type Carried, isNothing, type Room } from "../carried.ts";
import { parseJson } from "../json.ts";
import { carries, propertiesOf } from "./user-properties.ts";

/**
 * The `userProperties` of AWS IoT Data's `Publish` with a trace context among them: the JSON text of an array of one-key objects.
 * The SDK encodes it in base64.
 *
 * What is there stays, as it is spelled. A text that holds no array, or brings a context along, is given back as it is. A header
 * of more than 1,024 characters is left out, of which `onShortage` hears. Never throws.
 *
 * @see https://docs.aws.amazon.com/iot/latest/apireference/API_iotdata_Publish.html
 */
export function injectUserProperties(
  text: string | undefined,
  carried: Carried,
  { onShortage }: Pick<Room, "onShortage"> = {},
): string | undefined {
  if (isNothing(carried)) return text;
  const properties = parseJson(text ?? "[]");
  if (!Array.isArray(properties) || carries(properties)) return text;
  const context = propertiesOf(carried).map(([name, value]) => JSON.stringify({ [name]: value }));
  if (context.length < Object.keys(carried).length) onShortage?.(context.length > 0 ? "reduced" : "skipped");
  if (context.length === 0) return text;
  const others = (text ?? "[]").trim().slice(1, -1).trim();
  return `[${[...(others ? [others] : []), ...context].join(",")}]`;
}
