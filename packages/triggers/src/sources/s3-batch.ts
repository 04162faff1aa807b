import { envelope, isRecord } from "@throughline/payloads";
import type { S3BatchEvent, S3BatchEventTask } from "aws-lambda";
import type { Message, Trigger } from "../trigger.ts";
import { resourceName } from "./shared/arn.ts";
import { text } from "./shared/attributes.ts";
import { bears } from "./shared/marks.ts";
import { common } from "./shared/messaging.ts";
import { objectAttributes, objectKey } from "./shared/s3-object.ts";

/** With version 2.0 of the schema come the arguments that the job was created with. */
type Event = S3BatchEvent & { readonly job: { readonly userArguments?: unknown } };

/**
 * A task of an S3 Batch Operations job.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/batch-ops-invoke-lambda.html
 */
export const s3Batch: Trigger<Event> = {
  name: "s3-batch",
  kind: "other",
  batch: true,
  match: (event): event is Event =>
    bears(event, "invocationSchemaVersion") &&
    isRecord(event) &&
    isRecord(event.job) &&
    Array.isArray(event.tasks),
  messages: (event) => event.tasks.map((task) => toMessage(task, event.job.userArguments)),
  attributes: ({ tasks }) => objectAttributes(common(tasks.map(bucketOf)), common(tasks.map(keyOf))),
  outcome: (result) => ({ failed: failedTasks(result) }),
};

function toMessage(task: S3BatchEventTask, userArguments: unknown): Message {
  return {
    id: text(task?.taskId),
    places: () => envelope.extract(userArguments, "job.userArguments"),
    attributes: objectAttributes(bucketOf(task), keyOf(task)),
  };
}

function keyOf(task: S3BatchEventTask): string | undefined {
  return objectKey(task?.s3Key);
}

/** Version 1.0 has the bucket's ARN, version 2.0 its name. */
function bucketOf(task: S3BatchEventTask & { readonly s3Bucket?: unknown }): string | undefined {
  return text(task?.s3Bucket) ?? resourceName(task?.s3BucketArn);
}

function failedTasks(result: unknown): string[] {
  const results = isRecord(result) && Array.isArray(result.results) ? result.results : [];
  return results
    .filter((one) => isRecord(one) && /^(?:Temporary|Permanent)Failure$/.test(String(text(one.resultCode))))
    .map(({ taskId }) => text(taskId))
    .filter((id) => id !== undefined);
}
