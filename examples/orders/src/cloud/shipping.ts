import { readFileSync } from "node:fs";
import { traceStateMachine } from "@throughline/payloads";
import { type FunctionTarget, startStepFunctions, stateMachine } from "@throughline/testing";

const DEFINITION = readFileSync(new URL("../shipping.asl.json", import.meta.url), "utf8");

/** Step Functions with the shipping state machine, whose tasks send the trace on: a build would transform the file so. */
export async function startShipping(ship: FunctionTarget) {
  const { definition } = traceStateMachine(DEFINITION);
  const machine = stateMachine({
    name: "shipping",
    definition: JSON.parse(definition),
    functions: { ship },
  });
  const { url, close } = await startStepFunctions({ machines: [machine] });
  return { url, machine, stop: close };
}
