import { isRecord } from "@throughline/payloads";

/** An event with the `requestContext` that gateways and load balancers describe the request in. */
export interface RequestEvent extends Record<string, unknown> {
  readonly requestContext: Record<string, unknown>;
}

/** Whether a gateway or load balancer may have sent it: an event of records is a service's, whatever else it has. */
export function isRequestEvent(event: unknown): event is RequestEvent {
  return isRecord(event) && isRecord(event.requestContext) && !("Records" in event);
}

/** Who sent a request: a load balancer, a VPC Lattice service, an API with payload format 2.0, a WebSocket API, or another. */
export type Sender = "balancer" | "lattice" | "payload-2" | "websocket" | "destination" | "rest";

/** Each request has one sender, so the sources that ask for different ones never claim the same event. */
export function senderOf(event: RequestEvent): Sender {
  const { elb, serviceArn, serviceNetworkArn, http, connectionId } = event.requestContext;
  if (event.requestPayload !== undefined) return "destination";
  if (elb !== undefined) return "balancer";
  if (serviceArn !== undefined || serviceNetworkArn !== undefined) return "lattice";
  if (isRecord(http)) return "payload-2";
  return typeof connectionId === "string" && event.httpMethod === undefined ? "websocket" : "rest";
}

/** Whether an API asks it for permission, not for an answer: such events look like the request that they judge. */
export function isAuthorizerEvent({ type, methodArn, routeArn }: RequestEvent): boolean {
  return type === "REQUEST" || type === "TOKEN" || methodArn !== undefined || routeArn !== undefined;
}
