// Writes docs/triggers.md from the sources, their fixtures and docs/triggers.notes.json. With --check it only says whether it is so.
import { readFileSync, writeFileSync } from "node:fs";
import { lambda, sources, type Trigger } from "@throughline/triggers";
import { type Fixture, fixtures } from "../packages/triggers/test/fixtures.ts";

const page = new URL("../docs/triggers.md", import.meta.url);
const notes: Readonly<Record<string, readonly [string, string]>> = JSON.parse(
  readFileSync(new URL("../docs/triggers.notes.json", import.meta.url), "utf8"),
);

const triggers = [...sources, lambda].toSorted((a, b) => (a.name < b.name ? -1 : 1));
const text = `# Triggers

What each of them is known by, where a trace context may ride, what becomes of it, and what AWS loses on the way. The rows are written
by \`npm run triggers\` from the sources and their fixtures.

A context is the span's **parent**, or a **link** where several traces meet or the event only tells of another. An index stands for
each. Lambda's own X-Ray header comes beside all of them. Where there is a span **pointer**, an event tells of an S3 object or a
DynamoDB item that was written: the span and the writer's are linked by a hash of it, whatever became of the context.

| trigger | kind | known by | where a context was found | becomes | what AWS loses |
|---|---|---|---|---|---|
${triggers.map(row).join("\n")}
`;

if (!process.argv.includes("--check")) writeFileSync(page, text);
else if (readFileSync(page, "utf8") !== text) {
  console.error("docs/triggers.md is not what the sources say: npm run triggers");
  process.exitCode = 1;
}

function row({ name, kind, batch }: Trigger): string {
  const note = notes[name];
  if (!note) throw new Error(`docs/triggers.notes.json says nothing of ${name}`);
  const own = fixtures.filter(({ expected }) => expected.trigger === name);
  const found = [...new Set(own.flatMap(({ expected }) => expected.found.map(place)))]
    .filter((at) => at !== undefined)
    .sort();
  const places = found.length > 0 ? found.map((at) => `\`${at}\``).join("<br>") : "nowhere";
  return `| \`${name}\` | ${kind}${batch ? ", batch" : ""} | ${note[0]} | ${places} | ${becomes(own)} | ${note[1]} |`;
}

function place(at: string | null): string | undefined {
  return at?.replace(/\[\d+\]|\.\d+(?=\.|$)/g, "[…]") || undefined;
}

function becomes(own: readonly Fixture[]): string {
  const parent = own.some(({ expected }) => expected.parent);
  const link = own.some(({ expected }) => expected.links.length > 0);
  const pointer = own.some(({ expected }) => expected.pointers);
  return [parent && "parent", link && "link", pointer && "pointer"].filter(Boolean).join(", ") || "–";
}
