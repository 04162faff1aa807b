import { isRecord } from "@throughline/payloads";
import { headers } from "@throughline/propagation";
import * as semconv from "../semconv.ts";
import type { Trigger } from "../trigger.ts";
import { present } from "./shared/attributes.ts";
import { forwarded, httpAttributes } from "./shared/http.ts";
import { bears } from "./shared/marks.ts";
import { isAuthorizerEvent, isRequestEvent, senderOf } from "./shared/request-context.ts";

/** What is read of a resolver's context, Amplify's form of it, and an authorizer's request. */
export interface AppSyncContext {
  readonly info?: { readonly parentTypeName?: unknown } | null | undefined;
  readonly typeName?: unknown;
  readonly identity?: unknown;
  readonly request?: { readonly headers?: unknown } | null | undefined;
  readonly requestHeaders?: unknown;
}

/** A batch resolver gets the contexts of one request's fields together. */
export type AppSyncEvent = AppSyncContext | readonly AppSyncContext[];

/**
 * A GraphQL API of AppSync: a field to be resolved, many fields of one request, or a request to be authorized.
 *
 * However many fields, they have the headers of the one request.
 *
 * @see https://docs.aws.amazon.com/appsync/latest/devguide/resolver-context-reference-js.html
 */
export const appsync: Trigger<AppSyncEvent> = {
  name: "appsync",
  kind: "http",
  match: (event): event is AppSyncEvent =>
    Array.isArray(event) ? isResolver(event[0]) : isResolver(event) || isAuthorizer(event),
  messages: (event) => [{ places: () => [placeOf(contextOf(event))] }],
  attributes(event) {
    const context = contextOf(event);
    const header = placeOf(context).carrier;
    return {
      ...httpAttributes({
        method: undefined,
        path: undefined,
        query: undefined,
        scheme: "https",
        host: header("host"),
        port: header("x-forwarded-port"),
        client: clientOf(context) ?? forwarded(header).client,
        userAgent: header("user-agent"),
      }),
      ...present({ [semconv.GRAPHQL_OPERATION_TYPE]: operationOf(context) }),
    };
  },
};

function isResolver(event: unknown): boolean {
  if (bears(event, "info")) return isRecord(event.info) && typeof event.info.fieldName === "string";
  return bears(event, "typeName") && typeof event.fieldName === "string" && isRecord(event.request);
}

function isAuthorizer(event: unknown): boolean {
  return (
    isRequestEvent(event) &&
    senderOf(event) === "rest" &&
    !isAuthorizerEvent(event) &&
    event.httpMethod === undefined &&
    typeof event.authorizationToken === "string" &&
    typeof event.requestContext.apiId === "string"
  );
}

function contextOf(event: AppSyncEvent): AppSyncContext {
  return (Array.isArray(event) ? event[0] : event) as AppSyncContext;
}

function placeOf({ request, requestHeaders }: AppSyncContext) {
  return request === undefined
    ? { at: "requestHeaders", carrier: headers(requestHeaders) }
    : { at: "request.headers", carrier: headers(request?.headers) };
}

function clientOf({ identity }: AppSyncContext): unknown {
  return isRecord(identity) && Array.isArray(identity.sourceIp) ? identity.sourceIp[0] : undefined;
}

/** The root types say what the request is; a field further in does not. */
function operationOf({ info, typeName }: AppSyncContext): string | undefined {
  const type = info?.parentTypeName ?? typeName;
  return type === "Query" || type === "Mutation" || type === "Subscription" ? type.toLowerCase() : undefined;
}
