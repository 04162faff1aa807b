import { SpanKind } from "@opentelemetry/api";
import { limits } from "@throughline/payloads";
import * as semconv from "@throughline/triggers";
import { present } from "@throughline/triggers";
import type { Injection } from "../injection.ts";
import type { Fields, Operation, Service } from "../service.ts";
import { bytes, eachEntry, nameOf, records, shareOf, utf8 } from "./fields.ts";
import { messaging, messagingSpanName } from "./messaging.ts";

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
      inject: (input, into) => withContext(input, into, limits.kinesis.record),
    },
    PutRecords: {
      ...putting(),
      inject(input, into) {
        const share = shareOf(limits.kinesis.batch, records(input.Records).map(size));
        return eachEntry(input, "Records", (entry) =>
          withContext(entry, into, Math.min(size(entry) + share, limits.kinesis.record)),
        );
      },
    },
  },
};

function putting(): Operation {
  return {
    kind: SpanKind.PRODUCER,
    spanName: (input) => messagingSpanName("send", streamOf(input)),
    attributes: (input) =>
      messaging(
        "aws.kinesis",
        "send",
        streamOf(input),
        Array.isArray(input.Records) ? input.Records.length : undefined,
      ),
  };
}

function streamOf({ StreamName, StreamARN }: Fields): string | undefined {
  return nameOf(StreamName) ?? nameOf(StreamARN);
}

function withContext(record: Fields, into: Injection, maxSize: number): Fields {
  const { Data, PartitionKey } = record;
  const given = utf8(Data);
  if (given === undefined) return record;
  const sent = into.text(given, "kinesis", maxSize - bytes(PartitionKey));
  return sent === given ? record : { ...record, Data: Buffer.from(String(sent)) };
}

function size({ Data, PartitionKey }: Fields): number {
  return bytes(Data) + bytes(PartitionKey);
}
