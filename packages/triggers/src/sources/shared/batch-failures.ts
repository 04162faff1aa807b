import { isRecord } from "@throughline/payloads";

/**
 * The messages that a partial batch response reports as failed, by their ids. An item that names none of them fails the whole
 * batch.
 *
 * `identify` reads an item's identifier where it is no text.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
 * @see https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-batchfailurereporting.html
 */
export function failedIds(
  result: unknown,
  ids: readonly (string | undefined)[],
  identify: (identifier: unknown) => unknown = (identifier) => identifier,
): string[] {
  const items = isRecord(result) && Array.isArray(result.batchItemFailures) ? result.batchItemFailures : [];
  const known = new Set(ids.filter((id) => id !== undefined));
  const failed: string[] = [];
  for (const item of items) {
    const id = isRecord(item) ? identify(item.itemIdentifier) : undefined;
    if (typeof id !== "string" || !known.has(id)) return [...known];
    failed.push(id);
  }
  return failed;
}
