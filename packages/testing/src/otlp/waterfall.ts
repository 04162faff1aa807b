import { byStart, pointerKey } from "./connectivity.ts";
import type { ReceivedLink, ReceivedSpan } from "./received-span.ts";

const BAR_WIDTH = 32;

/**
 * Draws spans as text: a tree per trace, and for each span its kind, service, trigger, duration and place in the trace's time.
 *
 * A span whose parent is not among them stands at the root with a note. Links are listed below their span.
 *
 * @example
 * console.log(waterfall(receiver.spans));
 * // trace 5b8aa5a2d2c872e8321cf37308d69df2 · 3 spans · 41.2 ms
 * //   checkout                SERVER    checkout  http    41.2 ms  ████████████████████████████████
 * //   └ orders publish        PRODUCER  checkout          12.0 ms  ····██████████
 * //     └ fulfil              CONSUMER  fulfil    pubsub   8.1 ms  ··············█████
 * //         → link to orders publish
 */
export function waterfall(spans: readonly ReceivedSpan[]): string {
  const sorted = spans.toSorted(byStart);
  const traceIds = [...new Set(sorted.map(({ traceId }) => traceId))];
  const drawn = traceIds.map((traceId) =>
    draw(
      sorted.filter((span) => span.traceId === traceId),
      spans,
    ),
  );
  const widths = columnWidths(drawn.flatMap(({ rows }) => rows));
  return drawn
    .map(({ title, rows }) => [title, ...rows.flatMap((row) => print(row, widths))].join("\n"))
    .join("\n\n");
}

interface Row {
  /** Name, kind, service, trigger, duration. */
  readonly cells: readonly string[];
  readonly bar: string;
  readonly notes: readonly string[];
  readonly indent: string;
}

function draw(trace: readonly ReceivedSpan[], all: readonly ReceivedSpan[]): { title: string; rows: Row[] } {
  const first = trace[0]?.startTimeUnixNano ?? 0n;
  const last = trace.reduce((end, span) => (span.endTimeUnixNano > end ? span.endTimeUnixNano : end), first);
  const total = Number(last - first);
  const traceId = trace[0]?.traceId;
  const size = trace.length === 1 ? "1 span" : `${trace.length} spans`;
  return {
    title: `trace ${traceId} · ${size} · ${duration(total)}`,
    rows: tree(trace).map(({ span, branch, indent, remote }) => ({
      cells: [
        branch + span.name,
        span.kind,
        String(span.resource["service.name"] ?? ""),
        String(span.attributes["faas.trigger"] ?? ""),
        duration(Number(span.endTimeUnixNano - span.startTimeUnixNano)),
      ],
      bar: bar(span, first, total),
      notes: notes(span, remote, all),
      indent,
    })),
  };
}

interface Node {
  readonly span: ReceivedSpan;
  readonly branch: string;
  /** What continues the tree's lines beside this span's notes. */
  readonly indent: string;
  readonly remote: boolean;
}

/** Depth first, siblings by start. A circle of parents, which only a broken producer makes, is entered at its earliest. */
function tree(trace: readonly ReceivedSpan[]): Node[] {
  const ids = new Set(trace.map(({ spanId }) => spanId));
  const isRoot = ({ parentSpanId }: ReceivedSpan) => parentSpanId === undefined || !ids.has(parentSpanId);
  const nodes: Node[] = [];
  const visited = new Set<ReceivedSpan>();
  const visit = (span: ReceivedSpan, branch: string, indent: string): void => {
    if (visited.has(span)) return;
    visited.add(span);
    const children = trace.filter(({ parentSpanId }) => parentSpanId === span.spanId);
    const remote = isRoot(span) && span.parentSpanId !== undefined;
    nodes.push({ span, branch, indent: indent + (children.length ? "│ " : "  "), remote });
    for (const child of children) {
      const more = child !== children.at(-1);
      visit(child, `${indent}${more ? "├" : "└"} `, indent + (more ? "│ " : "  "));
    }
  };
  for (const root of [...trace.filter(isRoot), ...trace]) visit(root, "", "");
  return nodes;
}

function notes(span: ReceivedSpan, remote: boolean, all: readonly ReceivedSpan[]): string[] {
  const { code, message } = span.status;
  return [
    ...(remote ? [`remote parent ${span.parentSpanId}`] : []),
    ...(code === "ERROR" ? [`✗ ${message ?? "error"}`] : []),
    ...span.links.map((link) => `→ link to ${target(link, span, all)}`),
  ];
}

function target(link: ReceivedLink, from: ReceivedSpan, all: readonly ReceivedSpan[]): string {
  const pointer = pointerKey(link);
  if (pointer !== undefined) {
    const other = otherEnd(link, from, all);
    return other ? other.name + elsewhere(other.traceId, from) : pointer;
  }
  const span = all.find(({ traceId, spanId }) => traceId === link.traceId && spanId === link.spanId);
  return (span?.name ?? `span ${link.spanId}`) + elsewhere(link.traceId, from);
}

function elsewhere(traceId: string, from: ReceivedSpan): string {
  return traceId === from.traceId ? "" : ` in trace ${traceId}`;
}

/** Of all that wrote what a pointer names, or that were told of it, the one that is next in time: an item is written often. */
function otherEnd(
  pointer: ReceivedLink,
  from: ReceivedSpan,
  all: readonly ReceivedSpan[],
): ReceivedSpan | undefined {
  const isOtherEnd = (link: ReceivedLink) =>
    pointerKey(link) === pointerKey(pointer) && link.attributes["ptr.dir"] !== pointer.attributes["ptr.dir"];
  const distance = (span: ReceivedSpan) => Math.abs(Number(span.startTimeUnixNano - from.startTimeUnixNano));
  return all
    .filter((span) => span.links.some(isOtherEnd))
    .toSorted((a, b) => distance(a) - distance(b))
    .find((span) => span !== from);
}

function bar(span: ReceivedSpan, first: bigint, total: number): string {
  const scale = (time: bigint): number => (total === 0 ? 0 : (Number(time - first) / total) * BAR_WIDTH);
  const start = Math.min(Math.floor(scale(span.startTimeUnixNano)), BAR_WIDTH - 1);
  const end = Math.max(Math.round(scale(span.endTimeUnixNano)), start + 1);
  return "·".repeat(start) + "█".repeat(end - start);
}

function duration(nanoseconds: number): string {
  if (nanoseconds >= 1e9) return `${(nanoseconds / 1e9).toFixed(2)} s`;
  return `${(nanoseconds / 1e6).toFixed(1)} ms`;
}

function columnWidths(rows: readonly Row[]): number[] {
  return [0, 1, 2, 3, 4].map((column) =>
    Math.max(0, ...rows.map(({ cells }) => [...(cells[column] ?? "")].length)),
  );
}

function print({ cells, bar, notes, indent }: Row, widths: readonly number[]): string[] {
  const padded = cells.map((cell, column) => {
    const space = " ".repeat((widths[column] ?? 0) - [...cell].length);
    return column === cells.length - 1 ? space + cell : cell + space;
  });
  // A column that no span fills (functions without a trigger, say) takes no room.
  const columns = padded.filter((_, column) => widths[column]);
  return [`  ${columns.join("  ")}  ${bar}`, ...notes.map((note) => `  ${indent}  ${note}`)];
}
