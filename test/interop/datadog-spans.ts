/** A span as dd-trace exports it, its trace id whole. */
export interface DatadogSpan {
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  /** `0000000000000000` of a root. */
  readonly parentId: string;
}

/** The spans in what a program printed: a line of JSON for each export. */
export function datadogSpans(printed: string): DatadogSpan[] {
  const lines = printed.split("\n").filter((line) => line.startsWith('{"traces":') && line.endsWith("}"));
  return lines.flatMap((line) => (JSON.parse(line) as Export).traces.flatMap(toSpans));
}

interface Export {
  readonly traces: readonly (readonly ExportedSpan[])[];
}

interface ExportedSpan {
  readonly name: string;
  readonly trace_id: string;
  readonly span_id: string;
  readonly parent_id: string;
  readonly meta: Readonly<Record<string, string>>;
}

/** The first of a trace's spans has what all of them have in common. */
function toSpans(trace: readonly ExportedSpan[]): DatadogSpan[] {
  const high = trace[0]?.meta["_dd.p.tid"] ?? "";
  return trace.map(({ name, trace_id, span_id, parent_id }) => ({
    name,
    traceId: high + trace_id,
    spanId: span_id,
    parentId: parent_id,
  }));
}
