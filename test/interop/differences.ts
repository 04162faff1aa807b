/** A difference that is intended, or theirs: what shows, and why. */
interface Difference {
  readonly shows: string;
  readonly why: string;
}

/** What is not listed must be the same; what is listed must show. */
export interface Differences {
  /** What must show. */
  shown(name: string, sampled: boolean): string;
  /** What is listed and was not asked for: none is kept that nobody looks at. */
  unasked(): string[];
}

/** By the case's name, with `, not sampled` behind it where that shows something else. */
function listing(differences: Readonly<Record<string, Difference>>): Differences {
  const asked = new Set<string>();
  return {
    shown(name, sampled) {
      const names = sampled ? [name] : [`${name}, not sampled`, name];
      const listed = names.find((key) => differences[key]);
      if (listed === undefined) return "same";
      asked.add(listed);
      return differences[listed]?.shows ?? "";
    },
    unasked: () => Object.keys(differences).filter((name) => !asked.has(name)),
  };
}

const FIRST_ONLY = "without batch propagation, dd-trace writes into the first message only";
const NOT_WRITTEN = "dd-trace writes nothing into an asynchronous invocation";
const STATE_BETWEEN = "the execution's state stands between, whose span has a derived id";
const ALWAYS_KEPT = "Datadog's backend keeps all of an execution's spans, whatever its starter decided";

/** `writer > event` */
export const whatOthersWrite: Differences = listing({
  "dd-trace > SQS batch": { shows: "same; nothing", why: FIRST_ONLY },
  "dd-trace > SNS batch": { shows: "same; nothing", why: FIRST_ONLY },
  "dd-trace > SNS batch to SQS": { shows: "same; nothing", why: FIRST_ONLY },
  "dd-trace > SNS batch to SQS, raw": { shows: "same; nothing", why: FIRST_ONLY },
  "dd-trace > Kinesis batch": { shows: "same; nothing", why: FIRST_ONLY },
  "dd-trace > Lambda, asynchronous": { shows: "nothing", why: NOT_WRITTEN },
  "dd-trace > Step Functions, JSONata": { shows: "span id", why: STATE_BETWEEN },
  "dd-trace > Step Functions, JSONata, not sampled": { shows: "span id, decision", why: ALWAYS_KEPT },
});

const NOT_READ = "they look for no context there";
const HIDDEN = "the input's context hides the state machine's from them, be it ours or dd-trace's own";
const DECIMAL = "they take the hexadecimal upper half of the trace id for a decimal number";
const STATE = "upper half of the trace id, span id";
const STATE_KEPT = `${STATE}, decision`;

/** `event > reader` */
export const whatOthersRead: Differences = listing({
  "Lambda, asynchronous > datadog-lambda-js": { shows: "nothing", why: NOT_READ },
  "a body by hand > datadog-lambda-js": { shows: "nothing", why: NOT_READ },
  "a payload by hand > datadog-lambda-js": { shows: "nothing", why: NOT_READ },
  "Step Functions, input > datadog-lambda-js": { shows: "nothing", why: NOT_READ },
  "Step Functions, JsonMerge > datadog-lambda-js": { shows: "nothing", why: HIDDEN },
  "Step Functions, fields > datadog-lambda-js": { shows: STATE, why: `${STATE_BETWEEN}; ${DECIMAL}` },
  "Step Functions, JSONata > datadog-lambda-js": { shows: STATE, why: `${STATE_BETWEEN}; ${DECIMAL}` },
  "Step Functions, fields > datadog-lambda-js, not sampled": { shows: STATE_KEPT, why: ALWAYS_KEPT },
  "Step Functions, JSONata > datadog-lambda-js, not sampled": { shows: STATE_KEPT, why: ALWAYS_KEPT },
});

/** The state machine's context object. */
export const whatIsDerived: Differences = listing({
  "a function at the root": { shows: "upper half of the trace id", why: DECIMAL },
});
