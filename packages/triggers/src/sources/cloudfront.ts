import { isRecord } from "@throughline/payloads";
import { httpSpanName } from "../http.ts";
import type { Trigger } from "../trigger.ts";
import { headerList } from "./shared/header-list.ts";
import { httpAttributes, toStatusCode } from "./shared/http.ts";
import { firstRecord } from "./shared/records.ts";

/** What is read of a request on its way through CloudFront. */
export interface CloudFrontEvent {
  readonly Records: readonly { readonly cf: CloudFrontExchange }[];
}

interface CloudFrontExchange {
  readonly request?:
    | {
        readonly method?: unknown;
        readonly uri?: unknown;
        readonly querystring?: unknown;
        readonly clientIp?: unknown;
        readonly headers?: unknown;
      }
    | undefined;
}

/**
 * Lambda@Edge: a request or a response passes CloudFront. It comes in a list, of one.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/lambda-event-structure.html
 */
export const cloudfront: Trigger<CloudFrontEvent> = {
  name: "cloudfront",
  kind: "http",
  match: (event): event is CloudFrontEvent => {
    const { cf, eventSource, EventSource } = firstRecord(event) ?? {};
    return isRecord(cf) && eventSource === undefined && EventSource === undefined;
  },
  messages: (event) =>
    event.Records.map((record) => ({
      places: () => [{ at: "cf.request.headers", carrier: headerList(record?.cf?.request?.headers) }],
    })),
  spanName: (event) => httpSpanName(requestOf(event)?.method),
  attributes(event) {
    const request = requestOf(event);
    const header = headerList(request?.headers);
    return httpAttributes({
      method: request?.method,
      path: request?.uri,
      query: request?.querystring,
      scheme: header("cloudfront-forwarded-proto") === "http" ? "http" : "https",
      host: header("host"),
      port: undefined,
      client: request?.clientIp,
      userAgent: header("user-agent"),
    });
  },
  outcome: (result) => {
    // A request that is passed on has no status, and says nothing of the answer.
    const { status } = Object(result) as { readonly status?: unknown };
    return { statusCode: toStatusCode(status) };
  },
};

function requestOf(event: CloudFrontEvent) {
  return event.Records[0]?.cf.request;
}
