import type { Trigger } from "../trigger.ts";
import { alb } from "./alb.ts";
import { apiGateway } from "./api-gateway.ts";
import { eventbridge } from "./eventbridge.ts";
import { functionUrl } from "./function-url.ts";
import { httpApi } from "./http-api.ts";
import { sns } from "./sns.ts";
import { sqs } from "./sqs.ts";

/** Every trigger that can be told from its event. The order does not matter: exactly one matches an event. */
export const sources: readonly Trigger[] = [alb, apiGateway, eventbridge, functionUrl, httpApi, sns, sqs];
