import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import * as conventions from "@opentelemetry/semantic-conventions/incubating";
import { describe, expect, test } from "vitest";
import { resolve } from "../src/index.ts";
import * as semconv from "../src/semconv.ts";
import { fixtures } from "./fixtures.ts";

const constants = Object.entries(conventions);
const keys: ReadonlySet<unknown> = new Set(
  constants.filter(([name]) => name.startsWith("ATTR_")).map(([, key]) => key),
);

/** Values for which the registry has no name yet. */
const CUSTOM_VALUES = ["aws.appsync", "aws.eventbridge", "aws.firehose", "aws.iot", "aws.kinesis", "aws.ses"];
/** The keys whose values the registry names. */
const NAMED = ["faas.trigger", "http.request.method", "messaging.system.name", "messaging.operation.type"];

test("the constants come from the release that the table names", () => {
  const manifest = import.meta
    .resolve("@opentelemetry/semantic-conventions")
    .replace(/dist\/.*/, "package.json");
  expect(JSON.parse(readFileSync(fileURLToPath(manifest), "utf8")).version).toMatch(/^1\.45\./);
});

test.each(Object.entries(semconv))("%s is %s there too", (name, key) => {
  expect(Reflect.get(conventions, `ATTR_${name}`)).toBe(key);
});

test("no key is deprecated", () => {
  const deprecated = deprecatedKeys();
  expect(deprecated).toContain("messaging.system"); // The reading of the declarations works.
  expect(Object.values(semconv).filter((key) => deprecated.includes(key))).toEqual([]);
});

describe.each(fixtures)("$name", ({ event }) => {
  const { attributes, messages } = resolve(event, undefined, {});
  const all = [attributes, ...messages.map((message) => message.attributes)].flatMap(Object.entries);

  test("every attribute's key is in the registry", () => {
    expect(all.map(([key]) => key).filter((key) => !keys.has(key))).toEqual([]);
  });

  test("named values are the registry's", () => {
    const strange = all.filter(([key]) => NAMED.includes(key)).filter(([key, value]) => !isNamed(key, value));
    expect(strange.map(([, value]) => value).filter((value) => !CUSTOM_VALUES.includes(value))).toEqual([]);
  });
});

function isNamed(key: string, value: unknown): boolean {
  const prefix = `${key.replaceAll(".", "_").toUpperCase()}_VALUE_`;
  return constants.some(([name, named]) => name.startsWith(prefix) && named === value);
}

/** The declarations say it in a comment before the constant. */
function deprecatedKeys(): string[] {
  const folder = new URL(".", import.meta.resolve("@opentelemetry/semantic-conventions"));
  return ["stable_attributes", "experimental_attributes"].flatMap((file) => {
    const declarations = readFileSync(new URL(`${file}.d.mts`, folder), "utf8").split("/**");
    return declarations
      .filter((declaration) => declaration.includes("@deprecated"))
      .map((declaration) => /declare const ATTR_\w+: "([^"]+)"/.exec(declaration)?.[1])
      .filter((key) => key !== undefined);
  });
}
