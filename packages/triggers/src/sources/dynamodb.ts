import type { DynamoDBRecord } from "aws-lambda";
import type { Message, Trigger } from "../trigger.ts";
import { resourceName } from "./shared/arn.ts";
import { text } from "./shared/attributes.ts";
import { failedIds } from "./shared/batch-failures.ts";
import { type Change, documentAttributes, isoTime } from "./shared/document.ts";
import { changePlaces, itemOperation } from "./shared/image.ts";
import { type Batch, isBatchOf, recordsOf } from "./shared/records.ts";
import { recordPointers } from "./shared/written.ts";

/**
 * A batch of changes from a DynamoDB table's stream. A context is in the item.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html
 */
export const dynamodb: Trigger<Batch<DynamoDBRecord>> = {
  name: "dynamodb",
  kind: "datasource",
  batch: true,
  match: (event): event is Batch<DynamoDBRecord> => isBatchOf(event, "aws:dynamodb"),
  messages: (event) => recordsOf(event).map((record) => toMessage(record, idOf(event, record))),
  attributes: (event) => documentAttributes(recordsOf(event).map(toChange)),
  outcome: (result, event) => ({
    failed: failedIds(
      result,
      recordsOf(event).map((record) => idOf(event, record)),
    ),
  }),
};

function toMessage(record: DynamoDBRecord, id: string | undefined): Message {
  return {
    id,
    places: () => changePlaces(record, "dynamodb"),
    pointers: () => recordPointers(record),
    attributes: documentAttributes([toChange(record)]),
  };
}

/** Pipes name a failed record by its event id, event source mappings by its sequence number. */
function idOf(event: Batch<DynamoDBRecord>, record: DynamoDBRecord): string | undefined {
  return Array.isArray(event) ? text(record?.eventID) : text(record?.dynamodb?.SequenceNumber);
}

/** The conventions know no item's name: the table is both, as in their example of another database. */
function toChange(record: DynamoDBRecord): Change {
  const table = resourceName(record?.eventSourceARN)?.split("/")[1];
  return {
    collection: table,
    name: table,
    operation: itemOperation(record?.eventName),
    time: isoTime(record?.dynamodb?.ApproximateCreationDateTime, 1000),
  };
}
