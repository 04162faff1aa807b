import { createHash } from "node:crypto";
import jsonata from "jsonata";

export const ID = "arn:aws:states:eu-west-1:123456789012:execution:orders:one";
export const PARENT_ID = "arn:aws:states:eu-west-1:123456789012:execution:intake:two";
export const traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

export interface ContextObject {
  readonly Execution: Readonly<Record<string, unknown>>;
  readonly State: Readonly<Record<string, unknown>>;
  readonly StateMachine: Readonly<Record<string, unknown>>;
  readonly Task: Readonly<Record<string, unknown>>;
}

/** The context object that Step Functions gives a state. */
export function contextObject({
  Input = {},
  RetryCount = 0,
  RedriveCount = 0,
  Id = ID,
}: Readonly<Record<string, unknown>> = {}): ContextObject {
  return {
    Execution: {
      Id,
      Input,
      Name: "one",
      RoleArn: "arn:aws:iam::123456789012:role/r",
      StartTime: "2026-05-04T10:00:00.000Z",
      RedriveCount,
    },
    State: { Name: "Charge", EnteredTime: "2026-05-04T10:00:01.000Z", RetryCount },
    StateMachine: { Id: "arn:aws:states:eu-west-1:123456789012:stateMachine:orders", Name: "orders" },
    Task: { Token: "secret" },
  };
}

/** A template of the JSONata dialect as Step Functions evaluates it: expressions stand in texts between `{%` and `%}`. */
export async function evaluate(template: unknown, states: unknown): Promise<unknown> {
  if (typeof template === "string") {
    const [, expression] = /^\{%(.*)%\}$/s.exec(template) ?? [];
    return expression === undefined ? template : plain(await jsonata(expression).evaluate({}, { states }));
  }
  if (Array.isArray(template)) return Promise.all(template.map((one) => evaluate(one, states)));
  if (typeof template !== "object" || template === null) return template;
  const entries = Object.entries(template).map(async ([key, value]) => [key, await evaluate(value, states)]);
  return Object.fromEntries(await Promise.all(entries));
}

function plain(value: unknown): unknown {
  return value === undefined ? undefined : JSON.parse(JSON.stringify(value));
}

/** The ids that a reader of Datadog's finds in a function's event, by its documented rules; written apart from ours. */
export function datadogIds(
  event: Record<string, unknown>,
): { readonly trace: string; readonly span: string } | undefined {
  const context = (event._datadog ?? event) as ContextObject & Record<string, string>;
  if (typeof context.Execution?.Id !== "string") return undefined;
  const { Execution, State } = context;
  const counts =
    State.RetryCount || Execution.RedriveCount ? `#${State.RetryCount}#${Execution.RedriveCount}` : "";
  const span = halves(`${Execution.Id}#${State.Name}#${State.EnteredTime}${counts}`)[0];
  const isV1 = context["serverless-version"] === "v1";
  const given = isV1
    ? context
    : ((Execution.Input as Record<string, unknown>)?._datadog as Record<string, string> | undefined);
  const low = given?.["x-datadog-trace-id"];
  const high = /_dd\.p\.tid=([0-9a-f]{16})/.exec(given?.["x-datadog-tags"] ?? "")?.[1];
  if (low && high) return { trace: high + BigInt(low).toString(16).padStart(16, "0"), span: span as string };
  if (isV1 && !context.RootExecutionId) return undefined;
  return {
    trace: halves((isV1 ? context.RootExecutionId : Execution.Id) as string).join(""),
    span: span as string,
  };
}

export function halves(text: string): [string, string] {
  const digest = createHash("sha256").update(text).digest();
  const half = (at: number) =>
    (digest.readBigUInt64BE(at) & 0x7fffffffffffffffn).toString(16).padStart(16, "0");
  return [half(0), half(8)];
}
