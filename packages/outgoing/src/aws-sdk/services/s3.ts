import { isRecord, spanPointers } from "@throughline/payloads";
import * as semconv from "@throughline/triggers";
import { present, text } from "@throughline/triggers";
import type { Fields, Operation, Service } from "../service.ts";

/**
 * Objects carry no context that their notifications would show. What is written leaves a span pointer.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
 * @see https://opentelemetry.io/docs/specs/semconv/object-stores/s3/
 */
export const s3: Service = {
  client: "S3",
  attributes: ({ Bucket, Key, CopySource, UploadId, PartNumber }) =>
    present({
      [semconv.AWS_S3_BUCKET]: text(Bucket),
      [semconv.AWS_S3_KEY]: text(Key),
      [semconv.AWS_S3_COPY_SOURCE]: text(CopySource),
      [semconv.AWS_S3_UPLOAD_ID]: text(UploadId),
      [semconv.AWS_S3_PART_NUMBER]: typeof PartNumber === "number" ? PartNumber : undefined,
    }),
  operations: {
    PutObject: writing(({ ETag }) => ETag),
    CopyObject: writing(({ CopyObjectResult }) => isRecord(CopyObjectResult) && CopyObjectResult.ETag),
    CompleteMultipartUpload: writing(({ ETag }) => ETag),
  },
};

function writing(eTagOf: (output: Fields) => unknown): Operation {
  return {
    answered: (output, { Bucket, Key }) => ({
      pointers: [spanPointers.s3Object({ bucket: text(Bucket), key: text(Key), eTag: text(eTagOf(output)) })],
    }),
  };
}
