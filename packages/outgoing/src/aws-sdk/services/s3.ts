import { isRecord, spanPointers } from "@throughline/payloads";
import * as semconv from "@throughline/triggers";
import { present, text } from "@throughline/triggers";
import type { Fields, Operation, Service } from "../service.ts";

/**
 * Objects carry no context that their notifications would show. What is written leaves a span pointer.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
 */
export const s3: Service = {
  client: "S3",
  attributes: ({ Bucket, Key }) =>
    present({ [semconv.AWS_S3_BUCKET]: text(Bucket), [semconv.AWS_S3_KEY]: text(Key) }),
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
