import { defaultTextMapGetter, defaultTextMapSetter, ROOT_CONTEXT, trace } from "@opentelemetry/api";
import { W3CTraceContextPropagator } from "@opentelemetry/core";
import { AWSXRayPropagator } from "@opentelemetry/propagator-aws-xray";
import { extract, headers, inject, w3c, xray } from "@throughline/propagation";
import { do_not_optimize as keep, measure } from "mitata";

/**
 * What it costs to read and write a trace context, ours beside the official propagators, in turns within one run.
 *
 * Theirs goes from the headers to a context with a span in it, ours from the headers to a `TraceContext`. Look at the ratios:
 * nanoseconds are this machine's.
 *
 *     node -C @throughline/source bench/propagation.ts [--json]
 */
const IDS = { traceId: "5759e988bd862e3fe1be46a994272793", spanId: "53995c3f42cd8ad8" };
const LAMBDA = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1";
const request = {
  host: "example.com",
  accept: "*/*",
  "user-agent": "bench",
  "content-type": "application/json",
};

const theirW3C = new W3CTraceContextPropagator();
const theirXRay = new AWSXRayPropagator();
const context = { ...IDS, sampled: true };
const theirContext = trace.setSpanContext(ROOT_CONTEXT, { ...IDS, traceFlags: 1 });

const withParent = { ...request, traceparent: w3c.write(context).traceparent };
const withState = { ...withParent, tracestate: "vendor=opaque,dd=s:1;p:53995c3f42cd8ad8" };
const withXRay = { ...request, "x-amzn-trace-id": LAMBDA };
const withLineage = { ...request, "x-amzn-trace-id": `${LAMBDA};Lineage=1:a87bd80c:0` };

interface Rivals {
  readonly name: string;
  /** How many times as fast as theirs ours should be. */
  readonly target?: number;
  readonly ours: () => unknown;
  readonly theirs: () => unknown;
}

const extractW3C = (map: object) => theirW3C.extract(ROOT_CONTEXT, map, defaultTextMapGetter);
const extractXRay = (map: object) => theirXRay.extract(ROOT_CONTEXT, map, defaultTextMapGetter);

const rivals: readonly Rivals[] = [
  {
    name: "W3C extract",
    target: 1.6,
    ours: () => w3c.read(headers(withParent)),
    theirs: () => extractW3C(withParent),
  },
  {
    // Ours has checked the list when it gives it away; theirs does when it is asked for.
    name: "W3C extract, tracestate read",
    target: 1.6,
    ours: () => w3c.read(headers(withState))?.traceState,
    theirs: () => trace.getSpanContext(extractW3C(withState))?.traceState?.serialize(),
  },
  {
    name: "W3C extract, theirs unread",
    ours: () => w3c.read(headers(withState)),
    theirs: () => extractW3C(withState),
  },
  {
    name: "W3C extract(), baggage too",
    ours: () => extract(headers(withParent), [w3c]),
    theirs: () => extractW3C(withParent),
  },
  {
    name: "W3C inject",
    target: 5,
    ours: () => w3c.write(context),
    theirs: () => {
      const carrier = {};
      theirW3C.inject(theirContext, carrier, defaultTextMapSetter);
      return carrier;
    },
  },
  {
    name: "W3C inject(), baggage too",
    ours: () => inject(context, [w3c]),
    theirs: () => {
      const carrier = {};
      theirW3C.inject(theirContext, carrier, defaultTextMapSetter);
      return carrier;
    },
  },
  {
    name: "X-Ray extract",
    target: 3.5,
    ours: () => xray.read(headers(withXRay)),
    theirs: () => extractXRay(withXRay),
  },
  {
    name: "X-Ray extract, Lineage",
    target: 3.5,
    ours: () => xray.read(headers(withLineage)),
    theirs: () => extractXRay(withLineage),
  },
];

const ROUNDS = 5;
const results = [];
for (const { name, target, ours, theirs } of rivals) {
  const times: { ours: number[]; theirs: number[] } = { ours: [], theirs: [] };
  for (let round = 0; round < ROUNDS; round++) {
    times.theirs.push(await nanoseconds(theirs));
    times.ours.push(await nanoseconds(ours));
  }
  const [mine, official] = [median(times.ours), median(times.theirs)];
  results.push({ name, ours: mine, theirs: official, ratio: official / mine, target });
}

if (process.argv.includes("--json")) console.log(JSON.stringify(results, null, 2));
else console.table(Object.fromEntries(results.map(({ name, ...row }) => [name, spell(row)])));

async function nanoseconds(run: () => unknown): Promise<number> {
  const { p50 } = await measure(() => keep(run()), { min_cpu_time: 200e6 });
  return p50;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

function spell({
  ours,
  theirs,
  ratio,
  target,
}: {
  ours: number;
  theirs: number;
  ratio: number;
  target?: number | undefined;
}) {
  return {
    "ours (ns)": ours.toFixed(1),
    "theirs (ns)": theirs.toFixed(1),
    "times as fast": ratio.toFixed(2),
    target: target ? `>= ${target}` : "",
  };
}
