import { isRecord } from "@throughline/payloads";

/** An event with the `requestContext` that gateways and load balancers describe the request in. */
export interface RequestEvent extends Record<string, unknown> {
  readonly requestContext: Record<string, unknown>;
}

/** Whether a gateway or load balancer may have sent it: an event of records is a service's, whatever else it has. */
export function isRequestEvent(event: unknown): event is RequestEvent {
  return isRecord(event) && isRecord(event.requestContext) && !("Records" in event);
}

/** Whether an API asks it for permission, not for an answer: such events look like the request that they judge. */
export function isAuthorizerEvent({ type, methodArn, routeArn }: RequestEvent): boolean {
  return type === "REQUEST" || type === "TOKEN" || methodArn !== undefined || routeArn !== undefined;
}
