import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { ask, event, run, start } from "./program.ts";

const A = { traceId: "4bf92f3577b34da6a3ce929d0e0e4736", spanId: "00f067aa0ba902b7" };
const B = { traceId: "68a7c0a1e4d94f1db2c3d4e5f6071829", spanId: "b7ad6b7169203331" };
const C = { traceId: "67891233abcdef012345678912345678", spanId: "463ac35c9f6413ad" };
const traceparent = `00-${A.traceId}-${A.spanId}-01`;
const header = `Root=1-67891233-abcdef012345678912345678;Parent=${C.spanId}`;
const load = (name: string) => JSON.parse(readFileSync(event(name), "utf8"));

const folder = event("").replace(/\.json$/, "");
const names = readdirSync(folder, { recursive: true, encoding: "utf8" })
  .filter((path) => path.endsWith(".expected.json"))
  .map((path) => path.replace(/\.expected\.json$/, "").replaceAll("\\", "/"));

test("every known event gets the answer that is expected of it", async () => {
  const { answers, stderr, code } = await ask(names.map((id) => ({ id, event: load(id) })));
  expect({ stderr, code }).toEqual({ stderr: "", code: 0 });
  const decided = (context: object | null) =>
    context && { ...context, sampled: (context as { sampled: boolean | null }).sampled ?? true };
  expect(answers).toEqual(
    names.map((id) => {
      const { trigger, parent, links, messages, pointers = [], attributes } = load(`${id}.expected`);
      return {
        id,
        trigger,
        kind: attributes["faas.trigger"],
        parent: decided(parent),
        links,
        messages: messages.map((context: object | null, index: number) => ({
          context: decided(context),
          ...(pointers[index]?.length > 0 && { pointers: pointers[index] }),
        })),
        attributes,
      };
    }),
  );
});

describe.concurrent("a line", () => {
  test("without an event asks about null", async () => {
    const { answers } = await ask([{ id: 1 }, { id: 2, event: null }]);
    expect(answers[0]).toEqual({
      id: 1,
      trigger: "lambda",
      kind: "other",
      parent: null,
      links: [],
      messages: [{ context: null }],
      attributes: { "faas.trigger": "other" },
    });
    expect(answers[1]).toEqual({ ...answers[0], id: 2 });
  });

  test("keeps its id, whatever it is; none is null", async () => {
    const ids = ["a", 0, false, null, { a: [1] }, ""];
    const { answers } = await ask([...ids.map((id) => ({ id })), { event: {} }]);
    expect(answers.map(({ id }) => id)).toEqual([...ids, null]);
  });

  test("may bring a client context and the runtime's header", async () => {
    const custom = { traceparent };
    const { answers } = await ask([
      { event: {}, context: { clientContext: { custom } } },
      { event: {}, context: { clientContext: JSON.stringify({ Custom: { _datadog: custom } }) } },
      { event: {}, xray: `${header};Sampled=1` },
      { event: {}, xray: `${header};Sampled=0` },
      { event: { traceparent }, xray: `${header};Sampled=1` },
      { event: { traceparent }, context: null, xray: null, options: null },
    ]);
    expect(answers.map(({ parent, links }) => [parent, links])).toEqual([
      [{ ...A, sampled: true }, []],
      [{ ...A, sampled: true }, []],
      [{ ...C, sampled: true }, []],
      [null, []],
      [{ ...A, sampled: true }, [C]],
      [{ ...A, sampled: true }, []],
    ]);
  });

  test("may bring options, which go before those of the command line", async () => {
    const event = load("sqs/several-traces");
    const { answers } = await ask(
      [
        { event },
        { event, options: { batch: "first" } },
        { event, options: { batch: null } },
        { event, options: { formats: ["datadog"], batch: "first" } },
        { event, options: { formats: "xray, w3c", batch: "auto" } },
        { event, xray: header, options: { merge: "xray" } },
      ],
      "--batch=links",
    );
    expect(answers.map(({ parent, links }) => [parent?.spanId, links.length])).toEqual([
      [undefined, 3],
      [A.spanId, 2],
      [undefined, 3],
      [B.spanId, 0],
      [undefined, 2],
      [C.spanId, 2],
    ]);
  });

  test("an undecided parent is one that our sampler records", async () => {
    const { answers } = await ask([{ event: { "x-amzn-trace-id": `${header};Sampled=?` } }]);
    expect(answers[0]?.parent).toEqual({ ...C, sampled: true });
    expect(answers[0]?.messages).toEqual([{ context: { ...C, sampled: true } }]);
  });

  test("that cannot be answered says why, and the next one is", async () => {
    const { answers, stderr, code } = await ask([
      '{"id":1',
      "",
      "   ",
      "42",
      "null",
      "[1]",
      '"text"',
      { id: "merge", options: { merge: "both" } },
      { id: "batch", options: { batch: 1 } },
      { id: "format", options: { formats: ["w3c", "b4"] } },
      { id: "formats", options: { formats: 7 } },
      { id: "options", options: [] },
      { id: "xray", xray: 7 },
      { id: "good" },
    ]);
    const error = expect.any(String);
    expect(answers.slice(0, -1)).toEqual([
      ...Array.from({ length: 7 }, () => ({ id: null, error })),
      ...["merge", "batch", "format", "formats", "options", "xray"].map((id) => ({ id, error })),
    ]);
    expect(answers[9]?.error).toBe(
      'options.formats: there is no format "b4"; the formats are w3c, datadog, xray, b3 or dynatrace.',
    );
    expect(answers.at(-1)).toMatchObject({ id: "good", trigger: "lambda" });
    expect({ stderr, code }).toEqual({ stderr: "", code: 0 });
  });

  test("an id that cannot be written again is null", async () => {
    const abyss = `${"[".repeat(200_000)}${"]".repeat(200_000)}`;
    const { answers } = await ask([`{"id":${abyss},"event":{}}`, { id: 2 }]);
    expect(answers).toMatchObject([{ id: null, error: expect.any(String) }, { id: 2 }]);
  });

  test("may have been cut anywhere, even within a character", async () => {
    const line = Buffer.from('{"id":"ä😀\u2028"}\r\n{"id":2}\n');
    const pieces = Array.from(line, (byte) => Uint8Array.of(byte));
    const { stdout } = await run(["inspect", "--ndjson"], pieces);
    expect(stdout.split("\n").map((answer) => answer && JSON.parse(answer).id)).toEqual(["ä😀\u2028", 2, ""]);
  });

  test("may be huge", async () => {
    const event = { filler: "x".repeat(20_000_000), traceparent };
    const { answers } = await ask([{ id: 1, event }, { id: 2 }]);
    expect(answers).toMatchObject([{ id: 1, parent: A }, { id: 2 }]);
  });
});

describe.concurrent("the stream", () => {
  test("is answered while it is open", async () => {
    const program = start("inspect", "--ndjson");
    for (const id of [1, 2]) {
      program.stdin.write(`${JSON.stringify({ id })}\n`);
      const [answer] = await once(program.stdout, "data");
      expect(JSON.parse(String(answer))).toMatchObject({ id });
    }
    program.stdin.end();
    expect(await once(program, "exit")).toEqual([0, null]);
  });

  test("is empty for an empty one", async () => {
    expect(await run(["inspect", "--ndjson"])).toEqual({ stdout: "", stderr: "", code: 0 });
  });

  test("waits for a reader that is slow, and loses nothing", async () => {
    const program = start("inspect", "--ndjson");
    const event = load("sqs/several-traces");
    const count = 5_000;
    program.stdin.end(Array.from({ length: count }, (_, id) => JSON.stringify({ id, event })).join("\n"));
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    let output = "";
    for await (const chunk of program.stdout.setEncoding("utf8")) output += chunk;
    const ids = output
      .trimEnd()
      .split("\n")
      .map((answer) => JSON.parse(answer).id);
    expect(ids).toEqual(Array.from({ length: count }, (_, id) => id));
  });

  test("ends quietly when its reader leaves", async () => {
    const program = start("inspect", "--ndjson");
    const exit = once(program, "exit");
    program.stdin.on("error", () => {}); // Ours is the writer that is told.
    let stderr = "";
    program.stderr.on("data", (chunk) => {
      stderr += chunk;
    });
    const more = setInterval(() => program.stdin.write(`${JSON.stringify({ id: 1 })}\n`.repeat(1_000)), 1);
    await once(program.stdout, "data");
    program.stdout.destroy();
    expect(await exit).toEqual([0, null]);
    clearInterval(more);
    expect(stderr).toBe("");
  });
});
