import type { IncomingMessage } from "node:http";
import { optionalText, requiredText, ServiceError, startJsonService, violation } from "../aws-json.ts";
import { parseJson } from "../json.ts";
import type { LocalServer } from "../local-server.ts";
import type { Execution, ExecutionResult } from "./execution.ts";
import type { StartOptions, StateMachine } from "./state-machine.ts";

export interface StepFunctionsOptions {
  readonly machines: readonly StateMachine[];
  /** Default: a free one. */
  readonly port?: number | undefined;
}

type Input = Readonly<Record<string, unknown>>;

/**
 * Starts a stand-in for Step Functions' API in front of state machines: start, sync start, describe, stop, redrive, and what
 * holders of task tokens report.
 *
 * The SDK puts `sync-` before the host of `StartSyncExecution`, which no loopback address survives: give the client
 * `disableHostPrefix: true`.
 *
 * @see https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html
 *
 * @example
 * const endpoint = await startStepFunctions({ machines: [orders] });
 * const client = new SFNClient({ endpoint: endpoint.url, disableHostPrefix: true });
 * await client.send(new StartExecutionCommand({ stateMachineArn: orders.arn, input: "{}" }));
 */
export function startStepFunctions({ machines, port }: StepFunctionsOptions): Promise<LocalServer> {
  const find = (input: Input): Execution => findExecution(machines, requiredText(input, "executionArn"));
  return startJsonService({
    target: "AWSStepFunctions",
    version: "1.0",
    operations: {
      StartExecution: (input, request) => start(machineOf(machines, input), input, request),
      StartSyncExecution: (input, request) => startSync(machineOf(machines, input), input, request),
      DescribeExecution: (input) => describe(find(input), machines),
      StopExecution(input) {
        find(input).stop(optionalText(input, "error"), optionalText(input, "cause"));
        return { stopDate: seconds(new Date()) };
      },
      RedriveExecution: (input) => redrive(find(input)),
      SendTaskSuccess(input) {
        const output = document(requiredText(input, "output"), "InvalidOutput");
        return report(
          machines.some(({ tokens }) => tokens.succeed(requiredText(input, "taskToken"), output)),
        );
      },
      SendTaskFailure(input) {
        const [error = "", cause = ""] = [optionalText(input, "error"), optionalText(input, "cause")];
        return report(
          machines.some(({ tokens }) => tokens.fail(requiredText(input, "taskToken"), error, cause)),
        );
      },
    },
    port,
  });
}

function start(machine: StateMachine, input: Input, request: IncomingMessage): unknown {
  const options = startOptions(input, request);
  const value = executionInput(input);
  const { executions, type } = machine;
  const same = type === "STANDARD" ? executions.find(({ name }) => name === options.name) : undefined;
  if (!same) {
    const execution = machine.start(value, options);
    return { executionArn: execution.arn, startDate: seconds(execution.startDate) };
  }
  const repeated = same.status === "RUNNING" && JSON.stringify(same.input) === JSON.stringify(value);
  if (!repeated) throw new ServiceError("ExecutionAlreadyExists", `Execution Already Exists: '${same.arn}'`);
  return { executionArn: same.arn, startDate: seconds(same.startDate) };
}

async function startSync(machine: StateMachine, input: Input, request: IncomingMessage): Promise<unknown> {
  const options = startOptions(input, request);
  const value = executionInput(input);
  if (machine.type !== "EXPRESS") {
    throw new ServiceError("StateMachineTypeNotSupported", "This operation is not supported by this type");
  }
  const execution = machine.start(value, options);
  const result = await execution.done;
  const { stopDate = new Date(), startDate } = execution;
  const duration = stopDate.getTime() - startDate.getTime();
  return {
    ...described(execution, machine, result),
    // Billed are 64 MB and 100 ms at least.
    billingDetails: { billedMemoryUsedInMB: 64, billedDurationInMilliseconds: Math.max(100, duration) },
  };
}

async function describe(execution: Execution, machines: readonly StateMachine[]): Promise<unknown> {
  const machine = machines.find(({ executions }) => executions.includes(execution))!;
  const { status, redriveCount, redriveDate } = execution;
  const result = status === "RUNNING" ? undefined : await execution.done;
  const redrivable = status === "FAILED" || status === "ABORTED";
  return {
    ...described(execution, machine, result),
    redriveCount,
    ...(redriveDate && { redriveDate: seconds(redriveDate) }),
    redriveStatus: redrivable ? "REDRIVABLE" : "NOT_REDRIVABLE",
    ...(!redrivable && { redriveStatusReason: `Execution is ${status} and cannot be redriven` }),
  };
}

function described(execution: Execution, machine: StateMachine, result: ExecutionResult | undefined): object {
  const { arn, name, input, status, startDate, stopDate, traceHeader } = execution;
  return {
    executionArn: arn,
    stateMachineArn: machine.arn,
    ...{ name, status, traceHeader },
    startDate: seconds(startDate),
    ...(stopDate && { stopDate: seconds(stopDate) }),
    input: JSON.stringify(input),
    inputDetails: { included: true },
    ...(result?.status === "SUCCEEDED"
      ? { output: JSON.stringify(result.output), outputDetails: { included: true } }
      : { error: result?.error, cause: result?.cause }),
  };
}

function redrive(execution: Execution): unknown {
  if (execution.status !== "FAILED" && execution.status !== "ABORTED") {
    throw new ServiceError(
      "ExecutionNotRedrivable",
      `Execution is ${execution.status} and cannot be redriven`,
    );
  }
  execution.redrive();
  return { redriveDate: seconds(execution.redriveDate ?? new Date()) };
}

function report(found: boolean): unknown {
  if (!found) throw new ServiceError("InvalidToken", "Invalid token");
  return {};
}

const MACHINE_ARN = /^arn:aws[\w-]*:states:[a-z0-9-]+:\d{12}:stateMachine:[^:\s]+(:[^:\s]+)?$/;
const EXECUTION_ARN = /^arn:aws[\w-]*:states:[a-z0-9-]+:\d{12}:execution:[^:\s]+:[^:\s]+$/;

/** A version or an alias of a machine is the machine. */
function machineOf(machines: readonly StateMachine[], input: Input): StateMachine {
  const arn = requiredText(input, "stateMachineArn");
  if (!MACHINE_ARN.test(arn)) throw new ServiceError("InvalidArn", `Invalid Arn: '${arn}'`);
  const machine = machines.find((each) => each.arn === arn || arn.startsWith(`${each.arn}:`));
  if (!machine) throw new ServiceError("StateMachineDoesNotExist", `State Machine Does Not Exist: '${arn}'`);
  return machine;
}

/** Those of express machines are not kept. */
function findExecution(machines: readonly StateMachine[], arn: string): Execution {
  if (!EXECUTION_ARN.test(arn)) throw new ServiceError("InvalidArn", `Invalid Arn: '${arn}'`);
  const execution = machines.flatMap(({ executions }) => executions).find((each) => each.arn === arn);
  if (!execution) throw new ServiceError("ExecutionDoesNotExist", `Execution Does Not Exist: '${arn}'`);
  return execution;
}

const NOT_IN_NAMES = /[\s<>{}[\]?*"#%\\^|~`$&,;:/]/;
const MAX_NAME = 80;
const MAX_TRACE_HEADER = 256;

/** The request's own tracing header is preferred to what is in its body. */
function startOptions(input: Input, request: IncomingMessage): StartOptions {
  const [name, given] = [optionalText(input, "name"), optionalText(input, "traceHeader")];
  if (name !== undefined && (name === "" || NOT_IN_NAMES.test(name) || name.length > MAX_NAME)) {
    throw new ServiceError("InvalidName", `Invalid Name: '${name}'`);
  }
  const atMost = `Member must have length less than or equal to ${MAX_TRACE_HEADER}`;
  if (given && given.length > MAX_TRACE_HEADER) throw violation(given, "traceHeader", atMost);
  const header = request.headers["x-amzn-trace-id"];
  return { name, traceHeader: typeof header === "string" ? header : given };
}

const MAX_INPUT = 262_144;

function executionInput(input: Input): unknown {
  const text = optionalText(input, "input") ?? "{}";
  if (Buffer.byteLength(text) > MAX_INPUT) {
    throw violation("...", "input", `Member must have length less than or equal to ${MAX_INPUT}`);
  }
  return document(text, "InvalidExecutionInput");
}

function document(text: string, refusal: string): unknown {
  const value = parseJson(text);
  if (value === undefined) throw new ServiceError(refusal, `Invalid JSON: '${text.slice(0, 80)}'`);
  return value;
}

/** Since the epoch, as the protocol spells times. */
function seconds(date: Date): number {
  return date.getTime() / 1000;
}
