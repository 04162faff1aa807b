import { isRecord } from "@throughline/payloads";
import { headers } from "@throughline/propagation";
import { httpSpanName } from "../http.ts";
import type { Trigger } from "../trigger.ts";
import { text } from "./shared/attributes.ts";
import { forwarded, httpAttributes, toStatusCode } from "./shared/http.ts";
import { bears } from "./shared/marks.ts";
import { queryString } from "./shared/query.ts";
import { isRequestEvent, senderOf } from "./shared/request-context.ts";

/** What is read of a request in event structure version 1 or 2. */
export interface VpcLatticeEvent {
  readonly method: unknown;
  readonly headers?: unknown;
  readonly raw_path?: unknown;
  readonly query_string_parameters?: unknown;
  readonly path?: unknown;
  readonly queryStringParameters?: unknown;
}

/**
 * A service of VPC Lattice. The second version of its events has the values of a header in a list.
 *
 * @see https://docs.aws.amazon.com/vpc-lattice/latest/ug/lambda-functions.html
 */
export const vpcLattice: Trigger<VpcLatticeEvent> = {
  name: "vpc-lattice",
  kind: "http",
  match: (event): event is VpcLatticeEvent =>
    isVersion1(event) ||
    (isRequestEvent(event) && senderOf(event) === "lattice" && typeof event.method === "string"),
  messages: (event) => [{ places: () => [{ at: "headers", carrier: headers(event.headers) }] }],
  spanName: (event) => httpSpanName(event.method),
  attributes(event) {
    const header = headers(event.headers);
    const [path, query] = text(event.raw_path ?? event.path)?.split("?", 2) ?? [];
    return httpAttributes({
      method: event.method,
      path,
      query: query ?? queryString([event.queryStringParameters, event.query_string_parameters]),
      scheme: header("x-forwarded-proto") === "http" ? "http" : "https",
      ...forwarded(header),
    });
  },
  outcome: (result) => {
    const { statusCode } = Object(result) as { readonly statusCode?: unknown };
    return { statusCode: toStatusCode(statusCode) };
  },
};

function isVersion1(event: unknown): boolean {
  return bears(event, "raw_path") && typeof event.method === "string" && isRecord(event.headers);
}
