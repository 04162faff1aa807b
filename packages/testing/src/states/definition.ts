/** A state machine as Amazon States Language spells it; JSON that was parsed will do. */
export interface StateMachineDefinition extends StateGraph {
  readonly Comment?: string | undefined;
}

/** States and the one to begin with: of a machine, a branch, or what runs for each item of a map. */
export interface StateGraph {
  readonly StartAt: string;
  readonly States: Readonly<Record<string, StateDefinition>>;
  /** `JSONPath` where nothing is said; a state of such a machine may have another. */
  readonly QueryLanguage?: string | undefined;
}

/** One state: its type, what follows it, and fields by its type. */
export interface StateDefinition {
  readonly Type: string;
  readonly Next?: string | undefined;
  readonly End?: boolean | undefined;
  readonly QueryLanguage?: string | undefined;
  readonly [field: string]: unknown;
}

const TYPES = ["Task", "Pass", "Choice", "Wait", "Succeed", "Fail", "Parallel", "Map"];
const FINAL = ["Choice", "Succeed", "Fail"];
const MAX_NAME = 80;
const JSON_PATH = ["InputPath", "Parameters", "ResultSelector", "ResultPath", "OutputPath", "ItemsPath"];
const JSONATA = ["Arguments", "Output", "Items"];
const DISTRIBUTED = ["ItemReader", "ItemBatcher", "ResultWriter", "ToleratedFailureCount"];

/**
 * Finds what AWS would refuse, and what is not played here; a `TypeError` names the state and the field.
 *
 * States that say nothing of their language have the machine's, also inside of a state that has one of its own.
 *
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/workflow-states.html
 */
export function checkGraph(
  graph: StateGraph,
  place: string,
  inherited = "JSONPath",
  names: Set<string> = new Set(),
): void {
  const { StartAt, States, QueryLanguage = inherited } = graph;
  const refuse = (problem: string): never => {
    throw new TypeError(`stateMachine({ definition }): ${place}: ${problem}`);
  };
  if (!States || !Object.hasOwn(States, StartAt)) refuse(`StartAt "${StartAt}" names no state`);
  for (const [name, state] of Object.entries(States)) {
    if (name === "" || name.length > MAX_NAME) refuse(`"${name}": a name has 1 to ${MAX_NAME} characters`);
    if (names.has(name)) refuse(`${name}: another state of the machine has this name`);
    names.add(name);
    checkState(state, `${place}.${name}`, QueryLanguage, names);
    for (const next of successors(state)) {
      if (!Object.hasOwn(States, next)) refuse(`${name} goes on to "${next}", which is no state`);
    }
  }
}

/** The graphs inside a state: a parallel's branches, a map's processor. */
export function innerGraphs(state: StateDefinition): StateGraph[] {
  const graphs = state.Type === "Parallel" ? state.Branches : [state.ItemProcessor ?? state.Iterator];
  return (Array.isArray(graphs) ? graphs : []).filter((graph) => graph !== undefined) as StateGraph[];
}

function checkState(state: StateDefinition, place: string, inherited: string, names: Set<string>): void {
  const { QueryLanguage: language = inherited } = state;
  const refuse = (problem: string): never => {
    throw new TypeError(`stateMachine({ definition }): ${place}: ${problem}`);
  };
  if (!TYPES.includes(state.Type)) refuse(`Type "${state.Type}": expected one of ${TYPES.join(", ")}`);
  if (language !== "JSONPath" && language !== "JSONata") {
    refuse(`QueryLanguage "${language}": expected JSONPath or JSONata`);
  }
  if (inherited === "JSONata" && language !== inherited) {
    refuse(`QueryLanguage "${language}": a machine in JSONata has no states in another language`);
  }
  const ends = [state.Next !== undefined, state.End === true].filter(Boolean).length;
  if (FINAL.includes(state.Type) ? ends > 0 : ends !== 1) {
    refuse(
      `a ${state.Type} has ${FINAL.includes(state.Type) ? "neither Next nor End" : "either Next or End"}`,
    );
  }
  const foreign = (language === "JSONata" ? JSON_PATH : JSONATA).filter((field) => field in state);
  if (foreign.length > 0) refuse(`${foreign.join(", ")}: not a field of a ${language} state`);
  const distributed = DISTRIBUTED.filter((field) => field in state);
  if (distributed.length > 0) refuse(`${distributed.join(", ")}: distributed maps are not played here`);
  for (const [index, graph] of innerGraphs(state).entries())
    checkGraph(graph, `${place}[${index}]`, inherited, names);
}

function successors(state: StateDefinition): string[] {
  const { Next, Default, Choices = [], Catch = [] } = state;
  const rules = [Choices, Catch].flat() as { Next?: string }[];
  return [Next, Default, ...rules.map((rule) => rule.Next)].filter((next) => next !== undefined) as string[];
}
