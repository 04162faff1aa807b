import { isRecord, limits } from "@throughline/payloads";
import type { Operation, Service } from "../service.ts";

// Targets that read their input as a payload; for others it is a request, whose fields are spoken for.
const PAYLOAD_TARGETS = /^arn:[^:]*:(?:lambda|states|sqs|sns|events):/;

/**
 * What a one-time schedule will start has its context in the target's input. A schedule that recurs belongs to no trace: its ticks
 * are pieces of work of their own.
 *
 * @see https://docs.aws.amazon.com/scheduler/latest/APIReference/API_Target.html
 */
export const scheduler: Service = {
  client: "Scheduler",
  operations: {
    CreateSchedule: scheduling(),
    UpdateSchedule: scheduling(),
  },
};

function scheduling(): Operation {
  return {
    inject(input, into) {
      const { ScheduleExpression, Target } = input;
      const once = typeof ScheduleExpression === "string" && ScheduleExpression.startsWith("at(");
      if (!once || !isRecord(Target) || !PAYLOAD_TARGETS.test(String(Target.Arn))) return input;
      const Input = into.text(Target.Input, "scheduler", limits.scheduler.input);
      return { ...input, Target: { ...Target, Input } };
    },
  };
}
