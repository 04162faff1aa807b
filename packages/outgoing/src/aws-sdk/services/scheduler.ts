import { isCopyable, limits } from "@throughline/payloads";
import type { Injection } from "../injection.ts";
import type { Fields, Service } from "../service.ts";

// Targets that read their input as a payload; for others it is a request, whose fields are spoken for.
const PAYLOAD_TARGETS = /^arn:[^:]*:(?:lambda|states|sqs|sns|events|kinesis):/;

/**
 * What a one-time schedule will start has its context in the target's input. A schedule that recurs belongs to no trace: its ticks
 * are pieces of work of their own.
 *
 * @see https://docs.aws.amazon.com/scheduler/latest/APIReference/API_Target.html
 */
export const scheduler: Service = {
  client: "Scheduler",
  operations: {
    CreateSchedule: { inject: withContext },
    UpdateSchedule: { inject: withContext },
  },
};

function withContext(schedule: Fields, into: Injection): Fields {
  const { ScheduleExpression, Target, ClientToken } = schedule;
  const recurs = typeof ScheduleExpression !== "string" || !ScheduleExpression.startsWith("at(");
  // Who gives a token may ask for the same again, which then must be the same.
  if (recurs || (ClientToken !== undefined && !into.insists("scheduler"))) return schedule;
  if (!isCopyable(Target) || !PAYLOAD_TARGETS.test(String(Target.Arn))) return schedule;
  const Input = into.text(Target.Input, "scheduler", limits.scheduler.input);
  return Input === Target.Input ? schedule : { ...schedule, Target: { ...Target, Input } };
}
