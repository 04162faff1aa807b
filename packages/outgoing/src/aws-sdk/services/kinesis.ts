import { SpanKind } from "@opentelemetry/api";
import { limits } from "@throughline/payloads";
import * as semconv from "@throughline/triggers";
import { present } from "@throughline/triggers";
import type { Injection } from "../injection.ts";
import type { Fields, Operation, Service } from "../service.ts";
import { bytes, eachEntry, limitFor, nameOf, records, shareOf, utf8 } from "./fields.ts";
import { countOf, messaging } from "./messaging.ts";

/**
 * A record's context is in its data where that is JSON: records have no headers.
 *
 * @see https://docs.aws.amazon.com/kinesis/latest/APIReference/API_PutRecord.html
 */
export const kinesis: Service = {
  client: "Kinesis",
  attributes: (input) => present({ [semconv.AWS_KINESIS_STREAM_NAME]: streamOf(input) }),
  operations: {
    PutRecord: {
      ...putting(),
      inject: (input, into) => withContext(input, into, recordLimit(input) - size(input)),
    },
    PutRecords: {
      ...putting(),
      inject(input, into) {
        const share = shareOf(limits.kinesis.batch, records(input.Records).map(size));
        return eachEntry(input, "Records", (entry) =>
          withContext(entry, into, Math.min(share, recordLimit(entry) - size(entry))),
        );
      },
    },
  },
};

function putting(): Operation {
  return {
    ...messaging({
      system: "aws.kinesis",
      type: "send",
      destination: streamOf,
      count: countOf("Records"),
    }),
    kind: SpanKind.PRODUCER,
  };
}

function streamOf({ StreamName, StreamARN }: Fields): string | undefined {
  return nameOf(StreamName) ?? nameOf(StreamARN);
}

function withContext(record: Fields, into: Injection, room: number): Fields {
  const given = utf8(record.Data);
  if (given === undefined) return record;
  const sent = into.text(given, "kinesis", bytes(record.Data) + room);
  return sent === given ? record : { ...record, Data: Buffer.from(String(sent)) };
}

function recordLimit(record: Fields): number {
  return limitFor(size(record), limits.kinesis.record, limits.kinesis.raisedRecord);
}

function size({ Data, PartitionKey }: Fields): number {
  return bytes(Data) + bytes(PartitionKey);
}
