import { isRecord } from "../json.ts";
import { StateFailure } from "./failure.ts";

/** What a path leads to; `undefined` when there is nothing. With `[*]` in it, a list of all that it leads to. */
export function lookUp(path: string, root: unknown): { readonly value: unknown } | undefined {
  const steps = parse(path);
  let found = [root];
  for (const step of steps) found = found.flatMap((value) => follow(value, step));
  if (steps.includes(EVERY)) return { value: found };
  return found.length === 0 ? undefined : { value: found[0] };
}

/** A copy of the input with a value at a path, whose missing objects are made. */
export function place(path: string, input: unknown, value: unknown): unknown {
  return set(input, parse(path), value);
}

const EVERY = Symbol("every");
type Step = string | number | typeof EVERY;

const STEP =
  /\.(?<name>[^\s.[\]'"()*]+)|\[(?<index>-?\d+)\]|\[(?:'(?<single>[^']*)'|"(?<double>[^"]*)")\]|(?<every>\[\*\]|\.\*)/uy;

function parse(path: string): Step[] {
  const steps: Step[] = [];
  if (!path.startsWith("$")) throw new StateFailure("States.Runtime", `Invalid path '${path}'`);
  STEP.lastIndex = 1;
  while (STEP.lastIndex < path.length) {
    const { groups } = STEP.exec(path) ?? {};
    if (!groups) throw new StateFailure("States.Runtime", `Invalid path '${path}'`);
    const { name, index, single, double, every } = groups;
    steps.push(every ? EVERY : index === undefined ? (name ?? single ?? double ?? "") : Number(index));
  }
  return steps;
}

function follow(value: unknown, step: Step): unknown[] {
  if (step === EVERY) return Array.isArray(value) ? value : isRecord(value) ? Object.values(value) : [];
  if (typeof step === "string") return isRecord(value) && Object.hasOwn(value, step) ? [value[step]] : [];
  const item = Array.isArray(value) ? value.at(step) : undefined;
  return item === undefined ? [] : [item];
}

function set(target: unknown, [step, ...rest]: readonly Step[], value: unknown): unknown {
  if (step === undefined) return value;
  if (typeof step === "string" && (target === undefined || isRecord(target))) {
    return { ...target, [step]: set(target?.[step], rest, value) };
  }
  if (typeof step === "number" && Array.isArray(target) && step >= 0 && step < target.length) {
    return target.with(step, set(target[step], rest, value));
  }
  throw new StateFailure("States.ResultPathMatchFailure", `Unable to put a value at '${String(step)}'`);
}
