import { isRecord } from "@throughline/payloads";
import { headers } from "@throughline/propagation";
import * as semconv from "../semconv.ts";
import type { Trigger } from "../trigger.ts";
import { present, text } from "./shared/attributes.ts";
import { bears } from "./shared/marks.ts";

/** What is read of a request to an Object Lambda access point. */
export interface S3ObjectLambdaEvent {
  readonly userRequest: { readonly url?: unknown; readonly headers?: unknown };
  readonly configuration: { readonly accessPointArn?: unknown };
  readonly getObjectContext?: unknown;
  readonly headObjectContext?: unknown;
}

/**
 * An object or a list of objects is read through an Object Lambda access point.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/olap-event-context.html
 */
export const s3ObjectLambda: Trigger<S3ObjectLambdaEvent> = {
  name: "s3-object-lambda",
  kind: "datasource",
  match: (event): event is S3ObjectLambdaEvent =>
    bears(event, "userRequest") && isRecord(event.userRequest) && isRecord(event.configuration),
  messages: (event) => [
    { places: () => [{ at: "userRequest.headers", carrier: headers(event.userRequest.headers) }] },
  ],
  attributes: (event) =>
    present({
      // The bucket is the access point's own affair; this is what the reader asked.
      [semconv.FAAS_DOCUMENT_COLLECTION]: accessPoint(event.configuration.accessPointArn),
      [semconv.FAAS_DOCUMENT_OPERATION]: operationOf(event),
      [semconv.FAAS_DOCUMENT_NAME]:
        event.getObjectContext || event.headObjectContext ? keyOf(event) : undefined,
    }),
};

/** The registry's values are all for changes; S3's own names say what is read. */
function operationOf({ getObjectContext, headObjectContext }: S3ObjectLambdaEvent): string {
  if (getObjectContext !== undefined) return "get";
  return headObjectContext === undefined ? "list" : "head";
}

/** `arn:aws:s3-object-lambda:us-east-1:123456789012:accesspoint/orders`. */
function accessPoint(arn: unknown): string | undefined {
  return text(arn)?.split("accesspoint/")[1] || undefined;
}

/** The path of the address that was asked, without the query, which may hold a signature. */
function keyOf({ userRequest: { url } }: S3ObjectLambdaEvent): string | undefined {
  const path = URL.parse(text(url) ?? "")?.pathname.slice(1);
  try {
    return path ? decodeURIComponent(path) : undefined;
  } catch {
    return path; // A lone percent sign is part of the name.
  }
}
