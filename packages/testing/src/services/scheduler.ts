import { randomBytes, randomUUID } from "node:crypto";
import { ACCOUNT_ID, REGION } from "../events/events.ts";
import { isRecord, parseJson } from "../json.ts";
import type { LocalServer } from "../local-server.ts";
import { type FunctionTarget, parseFunctionName } from "../runtime/function-target.ts";
import { newTraceRoot } from "../trace-root.ts";
import { ServiceError } from "./aws-json.ts";
import { type Deliveries, startDeliveries } from "./deliveries.ts";
import { type RestRequest, startRestService, unknownOperation } from "./rest-json.ts";

export interface SchedulerOptions {
  /** By name: those that schedules' targets are. */
  readonly functions: Readonly<Record<string, FunctionTarget>>;
  /** Default: a free one. */
  readonly port?: number | undefined;
}

/** EventBridge Scheduler; its deliveries are what schedules invoke. */
export interface Scheduler extends LocalServer, Pick<Deliveries, "failures" | "idle"> {}

/**
 * Starts a stand-in for EventBridge Scheduler that takes `CreateSchedule` with functions as targets. Every schedule fires once,
 * and at once.
 *
 * A function's event is the target's `Input`, its context attributes replaced; without one it is a scheduled event.
 *
 * @see https://docs.aws.amazon.com/scheduler/latest/APIReference/API_CreateSchedule.html
 * @see https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-context-attributes.html
 *
 * @example
 * const scheduler = await startScheduler({ functions: { remind: remind.invoke } });
 * const client = new SchedulerClient({ endpoint: scheduler.url });
 */
export async function startScheduler({ functions, port }: SchedulerOptions): Promise<Scheduler> {
  const { failures, start, idle } = startDeliveries();
  const arns = new Set<string>();
  const server = await startRestService((request) => {
    const schedule = read(request);
    const target = functionOf(functions, schedule.target);
    if (arns.has(schedule.arn))
      throw new ServiceError("ConflictException", `Schedule ${schedule.name} already exists.`, 409);
    arns.add(schedule.arn);
    start(() => target(eventOf(schedule), { traceHeader: newTraceRoot() }));
    return { status: 200, body: JSON.stringify({ ScheduleArn: schedule.arn }) };
  }, port);
  return { ...server, failures, idle };
}

interface Schedule {
  readonly name: string;
  readonly arn: string;
  /** When it would fire; one that repeats, now. */
  readonly time: string;
  readonly target: string;
  readonly input: string | undefined;
}

const NAME = /^[\w.-]{1,64}$/;
const EXPRESSION =
  /^(?:at\((?<time>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\)|rate\(\d+ \w+\)|cron\(\S+(?: \S+){5}\))$/;
const MAX_INPUT = 262_144;

function read({ method, path, body }: RestRequest): Schedule {
  const [collection, name = "", ...rest] = path;
  if (method !== "POST" || collection !== "schedules" || rest.length > 0) throw unknownOperation();
  const input = parseJson(body.toString("utf8"));
  if (!isRecord(input)) throw new ServiceError("SerializationException");
  const { ScheduleExpression, FlexibleTimeWindow, Target, GroupName = "default" } = input;
  if (!NAME.test(name)) throw invalid(`Invalid name: ${name}`);
  const expression = EXPRESSION.exec(String(ScheduleExpression));
  if (!expression) throw invalid(`Invalid Schedule Expression ${ScheduleExpression}.`);
  if (!isRecord(FlexibleTimeWindow) || !isRecord(Target) || typeof Target.RoleArn !== "string") {
    throw invalid("FlexibleTimeWindow, Target and the target's RoleArn must not be null");
  }
  return {
    name,
    arn: `arn:aws:scheduler:${REGION}:${ACCOUNT_ID}:schedule/${GroupName}/${name}`,
    time: `${expression.groups?.time ?? new Date().toISOString().slice(0, 19)}Z`,
    target: String(Target.Arn),
    input: checkInput(Target.Input),
  };
}

function checkInput(input: unknown): string | undefined {
  if (input === undefined || input === null) return undefined;
  if (typeof input !== "string") throw new ServiceError("SerializationException");
  const size = Buffer.byteLength(input);
  if (size < 1 || size > MAX_INPUT) throw invalid(`Input must have 1 to ${MAX_INPUT} bytes`);
  // A number may stand without quotes, and be JSON only when it has been put in.
  if (parseJson(input.replaceAll("<aws.scheduler.attempt-number>", "1")) === undefined) {
    throw invalid("Input must be JSON for this target");
  }
  return input;
}

function functionOf(functions: SchedulerOptions["functions"], arn: string): FunctionTarget {
  const name = arn.startsWith("arn:") ? parseFunctionName(arn)?.name : undefined;
  const target = name !== undefined && Object.hasOwn(functions, name) ? functions[name] : undefined;
  if (!target) throw invalid(`The target ${arn} is none of the functions`);
  return target;
}

function eventOf({ arn, time, input }: Schedule): unknown {
  if (input === undefined) return scheduledEvent(arn, time);
  const attributes: Record<string, string> = {
    "schedule-arn": arn,
    "scheduled-time": time,
    "execution-id": randomBytes(8).toString("hex"),
    "attempt-number": "1",
  };
  return JSON.parse(
    input.replaceAll(/<aws\.scheduler\.([a-z-]+)>/g, (text, name) => attributes[name] ?? text),
  );
}

function scheduledEvent(arn: string, time: string): object {
  return {
    version: "0",
    id: randomUUID(),
    "detail-type": "Scheduled Event",
    source: "aws.scheduler",
    account: ACCOUNT_ID,
    time,
    region: REGION,
    resources: [arn],
    // A text, otherwise than in the event of a rule.
    detail: "{}",
  };
}

function invalid(message: string): ServiceError {
  return new ServiceError("ValidationException", message);
}
