import { httpSpanName } from "../http.ts";
import type { Trigger } from "../trigger.ts";
import { toRoute } from "./shared/http.ts";
import {
  isFunctionUrl,
  isV2,
  type PayloadV2,
  v2Attributes,
  v2Messages,
  v2Outcome,
} from "./shared/http-v2.ts";

/** An HTTP API of API Gateway, payload format 2.0. */
export const httpApi: Trigger<PayloadV2> = {
  name: "http-api",
  kind: "http",
  match: (event): event is PayloadV2 => isV2(event) && !isFunctionUrl(event),
  messages: v2Messages,
  spanName: (event) => httpSpanName(event.requestContext.http.method, route(event)),
  attributes: (event) => v2Attributes(event, route(event)),
  outcome: (result) => v2Outcome(result, 500),
};

/** The path of a route key, `GET /pets/{id}`; `$default` has none. */
function route({ routeKey }: PayloadV2): string | undefined {
  return typeof routeKey === "string" ? toRoute(routeKey.replace(/^[A-Z]+ /, "")) : undefined;
}
