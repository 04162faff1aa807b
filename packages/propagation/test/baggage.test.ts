import fc from "fast-check";
import { expect, test } from "vitest";
import { readBaggage } from "../src/baggage.ts";
import { type BaggageMember, extract, formatBaggage, headers, inject, parseBaggage } from "../src/index.ts";

const member = (key: string, value: string, metadata?: string) => ({ key, value, metadata });

test.each<[string, string, BaggageMember[]]>([
  ["one member", "a=1", [member("a", "1")]],
  ["several members", "a=1,b=2", [member("a", "1"), member("b", "2")]],
  ["blanks around everything", " a = 1 ; p = q , b = 2 ", [member("a", "1", "p = q"), member("b", "2")]],
  ["properties", "a=1;p;q=r", [member("a", "1", "p;q=r")]],
  ["percent-encoded values", "a=%C3%A9%2C%20%3D", [member("a", "é, =")]],
  ["an equals sign in a value", "a=b=c", [member("a", "b=c")]],
  ["an empty value", "a=", [member("a", "")]],
  ["broken percent-encoding", "a=%zz,b=2", [member("b", "2")]],
  ["broken UTF-8", "a=%ff,b=2", [member("b", "2")]],
  ["a key that is no token", "a b=1,é=2,=3,c=4", [member("c", "4")]],
  ["no value", "a,b=2", [member("b", "2")]],
  ["empty members", ",a=1,,", [member("a", "1")]],
  [
    "keys that reach into prototypes",
    "__proto__=1,constructor=2",
    [member("__proto__", "1"), member("constructor", "2")],
  ],
  ["nothing", "", []],
])("baggage with %s is parsed", (_, list, members) => {
  const before = Object.getOwnPropertyNames(Object.prototype);
  expect(parseBaggage(list)).toEqual(members);
  expect(Object.getOwnPropertyNames(Object.prototype)).toEqual(before);
});

test("64 members are carried, not more", () => {
  const list = Array.from({ length: 100 }, (_, index) => member(`k${index}`, "1"));
  const text = list.map(({ key, value }) => `${key}=${value}`).join(",");
  expect(parseBaggage(text)).toEqual(list.slice(0, 64));
  expect(formatBaggage(list).split(",")).toHaveLength(64);
});

test("8192 characters are written, not more; what does not fit is left out", () => {
  const list = [member("a", "1"), member("big", "x".repeat(8190)), member("b", "2")];
  expect(formatBaggage(list)).toBe("a=1,b=2");
  expect(formatBaggage([member("a", "x".repeat(8190))])).toHaveLength(8192);
  expect(formatBaggage([member("a", "x".repeat(8191))])).toBe("");
});

test.each<[string, BaggageMember[], string]>([
  ["values in percent-encoding", [member("a", "é, =")], "a=%C3%A9%2C%20%3D"],
  ["properties as they are", [member("a", "1", "p;q=r")], "a=1;p;q=r"],
  ["no member whose key is no token", [member("a b", "1"), member("", "2"), member("c", "3")], "c=3"],
  ["no member whose value is no text", [member("a", "\ud800"), member("b", "2")], "b=2"],
  [
    "no member whose properties would break the list",
    [member("a", "1", "p,q"), member("b", "2", "p\r\nq")],
    "",
  ],
  ["nothing of nothing", [], ""],
])("baggage is written: %s", (_, members, list) => expect(formatBaggage(members)).toBe(list));

test("a value that is no string, as JavaScript allows, throws nothing", () => {
  const members = [
    member("a", 1 as never),
    member("b", Symbol("b") as never),
    member("c", undefined as never),
  ];
  expect(formatBaggage(members)).toBe("a=1,c=undefined");
});

test("members come back as they were written", () => {
  const keys = fc.stringMatching(/^[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,20}$/);
  const metadata = fc.constantFrom(undefined, "p", "p=q;r");
  const members = fc.array(fc.record({ key: keys, value: fc.string({ unit: "grapheme" }), metadata }), {
    maxLength: 20,
  });
  fc.assert(
    fc.property(members, (list) => {
      expect(parseBaggage(formatBaggage(list))).toEqual(list);
    }),
  );
});

test("no members, however odd, make a list that cannot be sent", () => {
  const odd = fc.record({
    key: fc.string({ unit: "binary" }),
    value: fc.string({ unit: "binary" }),
    metadata: fc.option(fc.string({ unit: "binary" }), { nil: undefined }),
  });
  fc.assert(
    fc.property(fc.array(odd), (members) => {
      expect(formatBaggage(members)).toMatch(/^[\t\x20-\x7e]*$/);
    }),
  );
});

test.each([
  ["a list as it came", " a=%C3%A9 ,b=2;p", " a=%C3%A9 ,b=2;p"],
  ["8192 characters", "a=".padEnd(8192, "x"), "a=".padEnd(8192, "x")],
  ["nothing of 8193 characters", "a=".padEnd(8193, "x"), undefined],
  ["nothing of a line break, which would fail the next request", "a=1\r\nx-evil: 1", undefined],
  ["nothing of letters that headers cannot hold", "a=é", undefined],
  ["nothing of nothing", "", undefined],
])("a carrier holds %s", (_, baggage, read) => expect(readBaggage(headers({ baggage }))).toBe(read));

test("of more than 64 members the first 64 are carried", () => {
  const list = Array.from({ length: 100 }, (_, index) => `k${index}=1`);
  expect(readBaggage(headers({ baggage: list.join(",") }))).toBe(list.slice(0, 64).join(","));
  expect(readBaggage(headers({ baggage: list.slice(0, 64).join(",") }))).toBe(list.slice(0, 64).join(","));
});

test("the limits hold on the way in and on the way out, whatever the list", () => {
  const ids = { traceId: "4bf92f3577b34da6a3ce929d0e0e4736", spanId: "00f067aa0ba902b7", sampled: true };
  const members = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.constantFrom("a=1", " b=2;p ", "x".repeat(500), ""),
  );
  const lists = fc.array(members, { maxLength: 200 }).map((list) => list.join(","));
  fc.assert(
    fc.property(lists, (baggage) => {
      const sent = inject({ ...ids, baggage }).baggage;
      const found = extract(headers({ ...inject(ids), baggage }))?.context.baggage;
      expect(found).toBe(sent);
      expect(sent ?? "").toMatch(/^[\t\x20-\x7e]{0,8192}$/);
      expect((sent ?? "").split(",").length).toBeLessThanOrEqual(64);
      expect(baggage.startsWith(sent ?? "")).toBe(true);
    }),
  );
});
