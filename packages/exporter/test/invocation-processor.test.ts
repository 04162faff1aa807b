import type { ReadableSpan } from "@opentelemetry/sdk-trace";
import { expect, test, vi } from "vitest";
import { InvocationProcessor } from "../src/invocation-processor.ts";
import { SpanQueue } from "../src/queue.ts";
import { type Sink, SinkError } from "../src/sinks/sink.ts";
import { spansOf } from "./spans.ts";

const soon = () => Date.now() + 1000;
const names = (spans: readonly ReadableSpan[]) => spans.map(({ name }) => name).join("");

/** A sink whose sends end when the test says so. */
function held() {
  const sends: { readonly names: string; readonly settle: PromiseWithResolvers<void> }[] = [];
  const sink: Sink = {
    name: "held",
    send(spans) {
      const settle = Promise.withResolvers<void>();
      sends.push({ names: names(spans), settle });
      return settle.promise;
    },
  };
  return { sink, sends };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

test("a flush waits for the export under way and sends what ended meanwhile", async () => {
  const { sink, sends } = held();
  const processor = new InvocationProcessor(sink);
  const [a, b] = spansOf("a", "b") as [ReadableSpan, ReadableSpan];
  processor.onEnd(a);
  const first = processor.flush(soon());
  await turn();
  processor.onEnd(b);
  let flushed = false;
  const second = processor.flush(soon()).then(() => {
    flushed = true;
  });
  await turn();
  expect(sends.map((send) => send.names)).toEqual(["a"]);
  sends[0]?.settle.resolve();
  await first;
  await turn();
  expect([sends.map((send) => send.names), flushed]).toEqual([["a", "b"], false]);
  sends[1]?.settle.resolve();
  await second;
});

test("a flush is over at its moment, the export it began goes on", async () => {
  const { sink, sends } = held();
  const processor = new InvocationProcessor(sink);
  for (const span of spansOf("a")) processor.onEnd(span);
  await processor.flush(Date.now() + 5);
  expect(sends).toHaveLength(1);
  sends[0]?.settle.resolve();
});

test("nothing to send is nothing sent", async () => {
  const { sink, sends } = held();
  await new InvocationProcessor(sink).flush(soon());
  expect(sends).toEqual([]);
});

test.each([
  [true, "ab"],
  [false, "b"],
])("after an error that is retryable: %s, the next export holds %s", async (retryable, expected) => {
  const sent: string[] = [];
  let fails = true;
  const sink: Sink = {
    name: "failing",
    async send(spans) {
      if (fails) throw new SinkError("no", { retryable });
      sent.push(names(spans));
    },
  };
  const queue = new SpanQueue();
  const processor = new InvocationProcessor(sink, queue);
  const [a, b] = spansOf("a", "b") as [ReadableSpan, ReadableSpan];
  processor.onEnd(a);
  await processor.flush(soon());
  fails = false;
  processor.onEnd(b);
  await processor.forceFlush();
  expect(sent).toEqual([expected]);
});

test("a sink that throws what it likes does not reject the flush", async () => {
  const sink: Sink = {
    name: "hostile",
    send() {
      throw null;
    },
  };
  const processor = new InvocationProcessor(sink);
  for (const span of spansOf("a")) processor.onEnd(span);
  await processor.shutdown();
});

test("many flushes while one export runs become one export", async () => {
  const { sink, sends } = held();
  const processor = new InvocationProcessor(sink);
  const spans = spansOf("a", "b", "c", "d") as [ReadableSpan, ReadableSpan, ReadableSpan, ReadableSpan];
  const flushes = spans.map((span) => {
    processor.onEnd(span);
    return turn().then(() => processor.flush(soon()));
  });
  await turn();
  await turn();
  sends[0]?.settle.resolve();
  await turn();
  await turn();
  sends[1]?.settle.resolve();
  await Promise.all(flushes);
  expect(sends.length).toBeLessThanOrEqual(2);
  expect(sends.map((send) => send.names).join("")).toBe("abcd");
});

test("a sink that hangs once does not stop the exports after it", async () => {
  const sent: string[] = [];
  let hangs = true;
  const sink: Sink = {
    name: "hanging",
    send: async (spans) => {
      if (hangs) await new Promise(() => {});
      sent.push(names(spans));
    },
  };
  const processor = new InvocationProcessor(sink);
  const [a, b] = spansOf("a", "b") as [ReadableSpan, ReadableSpan];
  processor.onEnd(a);
  await processor.flush(Date.now() + 10);
  hangs = false;
  processor.onEnd(b);
  await processor.flush(soon());
  expect(sent).toEqual(["b"]);
});

test("with no time left nothing is begun, and the spans stay for the next export", async () => {
  const { sink, sends } = held();
  const processor = new InvocationProcessor(sink);
  for (const span of spansOf("a")) processor.onEnd(span);
  await processor.flush(Date.now() - 1);
  await turn();
  expect(sends).toEqual([]);
  const flushed = processor.flush(soon());
  await turn();
  expect(sends.map((send) => send.names)).toEqual(["a"]);
  sends[0]?.settle.resolve();
  await flushed;
});

test("the first failure is one plain line in the log", async () => {
  Reflect.deleteProperty(globalThis, Symbol.for("@throughline/export-warning"));
  const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
  const sink: Sink = {
    name: "failing",
    send: () =>
      Promise.reject(new SinkError("the OTLP endpoint answered 401 to 1 spans", { retryable: false })),
  };
  const processor = new InvocationProcessor(sink);
  for (const span of spansOf("a", "b")) {
    processor.onEnd(span);
    await processor.flush(soon());
  }
  expect(warn.mock.calls).toEqual([
    ["Throughline: spans were not exported: the OTLP endpoint answered 401 to 1 spans"],
  ]);
  warn.mockRestore();
});
