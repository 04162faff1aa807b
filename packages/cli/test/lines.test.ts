import fc from "fast-check";
import { expect, test } from "vitest";
import { lines } from "../src/lines.ts";

async function collect(chunks: readonly string[]): Promise<string[]> {
  const all: string[] = [];
  for await (const line of lines(from(chunks))) all.push(line);
  return all;
}

async function* from(chunks: readonly string[]): AsyncGenerator<string> {
  yield* chunks;
}

test.each<[string[], string[]]>([
  [[], []],
  [[""], []],
  [["a"], ["a"]],
  [["a\n"], ["a"]],
  [["\n"], [""]],
  [["a\n\nb"], ["a", "", "b"]],
  [
    ["a", "b\nc", "d"],
    ["ab", "cd"],
  ],
  [["\uFEFFa\n\uFEFFb"], ["a", "\uFEFFb"]],
])("%j holds the lines %j", async (chunks, expected) => expect(await collect(chunks)).toEqual(expected));

test("it does not matter where a text is cut", async () => {
  const pieces = fc.array(fc.string({ unit: fc.constantFrom("a", "b", "\n", "\r") }));
  await fc.assert(
    fc.asyncProperty(pieces, async (chunks) => {
      const text = chunks.join("");
      const expected = text.split("\n");
      if (expected.at(-1) === "") expected.pop();
      expect(await collect(chunks)).toEqual(expected);
    }),
  );
});
