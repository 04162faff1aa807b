import { describe, expect, test } from "vitest";
import { mqtt } from "../../src/index.ts";

const CONTEXT =
  "get_user_properties('traceparent') AS traceparent, get_user_properties('tracestate') AS tracestate, get_user_properties('baggage') AS baggage";

describe("a rule's SQL", () => {
  test.each<[string, Parameters<typeof mqtt.ruleSql>[1], string]>([
    ["orders/#", undefined, `SELECT *, ${CONTEXT} FROM 'orders/#'`],
    [
      "orders/+/new",
      { select: "*, topic() AS topic" },
      `SELECT *, topic() AS topic, ${CONTEXT} FROM 'orders/+/new'`,
    ],
    ["#", { where: "price > 5" }, `SELECT *, ${CONTEXT} FROM '#' WHERE price > 5`],
    ["it's", {}, `SELECT *, ${CONTEXT} FROM 'it''s'`],
    ["/", {}, `SELECT *, ${CONTEXT} FROM '/'`],
    ["a/b/c/d/e/f/g/h", {}, `SELECT *, ${CONTEXT} FROM 'a/b/c/d/e/f/g/h'`],
    ["$aws/rules/mine/a/b/c/d/e/f/g/h", {}, `SELECT *, ${CONTEXT} FROM '$aws/rules/mine/a/b/c/d/e/f/g/h'`],
  ])("for %s", (filter, options, sql) => expect(mqtt.ruleSql(filter, options)).toBe(sql));

  test.each([
    "",
    "a#",
    "#/a",
    "a/#/b",
    "a+/b",
    "a\0b",
    "a/b/c/d/e/f/g/h/i",
    "x".repeat(257),
    undefined as never,
    7 as never,
  ])("is refused for the topic filter %j", (filter) => {
    expect(() => mqtt.ruleSql(filter)).toThrow(TypeError);
    expect(() => mqtt.ruleSql(filter)).toThrow(/^mqtt\.ruleSql\(.*\): expected a topic filter/);
  });

  test("is refused for an empty clause", () => {
    expect(() => mqtt.ruleSql("a", { select: " " })).toThrow(/ruleSql\(\{ select \}\)/);
    expect(() => mqtt.ruleSql("a", { where: "" })).toThrow(/ruleSql\(\{ where \}\)/);
  });
});
