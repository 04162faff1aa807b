import fc from "fast-check";
import { expect, test } from "vitest";
import {
  type DynatraceTag,
  decodeDynatrace,
  encodeHeader,
  encodeState,
  stateKey,
} from "../../../src/formats/dynatrace/fw4.ts";
import { mutations } from "../../arbitraries.ts";

const int32 = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
const bytes = fc
  .uint8Array({ minLength: 1, maxLength: 20 })
  .map((array) => Buffer.from(array).toString("hex"));
const tags: fc.Arbitrary<DynatraceTag> = fc
  .record({
    tenantId: int32,
    clusterId: int32,
    serverId: int32,
    agentId: int32,
    tagId: int32,
    linkId: fc.nat(2 ** 27 - 1),
    ignored: fc.boolean(),
    samplingExponent: fc.nat(15),
    pathInfo: int32,
    extensions: fc
      .uniqueArray(fc.record({ id: fc.nat(20), hex: bytes }), { maxLength: 5, selector: ({ id }) => id })
      .map((list) => list.toSorted((a, b) => a.id - b.id)),
  })
  .map((tag) => ({ ...tag, checksum: tag.extensions.length > 0 ? "right" : "none" }));

test("a header is decoded to what it was made of", () => {
  fc.assert(
    fc.property(tags, (tag) => {
      expect(decodeDynatrace(encodeHeader(tag))).toEqual(tag);
    }),
  );
});

test("a member is decoded to what it was made of, but for the trace id", () => {
  fc.assert(
    fc.property(tags, (tag) => {
      const extensions = tag.extensions.filter(({ id }) => id !== 6);
      const kept = { ...tag, extensions, checksum: extensions.length > 0 ? "right" : "none" };
      expect(decodeDynatrace(`${stateKey(tag)}=${encodeState(tag)}`)).toEqual(kept);
      expect(decodeDynatrace(encodeState(tag))).toEqual({
        ...kept,
        tenantId: undefined,
        clusterId: undefined,
      });
    }),
  );
});

// The two spellings of one tag, as they were captured.
const captured = {
  serverId: 5,
  agentId: 1234567,
  tagId: 964,
  linkId: 1,
  ignored: false,
  samplingExponent: 0,
  tenantId: 62323150,
  clusterId: -1076712821,
  pathInfo: 327,
  checksum: "none",
  extensions: [],
};

test.each([
  ["a header", "FW4;-1076712821;5;1234567;964;1;62323150;327"],
  ["a member", "3b6f9ce-bfd2aa8b@dt=fw4;5;12d687;3c4;1;0;0;147"],
])("one tag as %s", (_, value) => expect(decodeDynatrace(value)).toEqual(captured));

test.each([
  [";2h01;7h8877665544332211", "7db5"],
  [";1h48656c6c6f2c20576f726c6421", "727c"],
  [";2h0123", "b03b"],
  [";7h2947bad48fb3d7da", "68a4"],
])("the checksum of %s is %s", (extensions, checksum) => {
  const header = (sum: string) => `FW4;1;2;3;4;5;6;7;${sum}${extensions}`;
  expect(decodeDynatrace(header(checksum))?.checksum).toBe("right");
  expect(decodeDynatrace(header(checksum.toUpperCase()))?.checksum).toBe("right");
  expect(decodeDynatrace(header("0000"))?.checksum).toBe("wrong");
  expect(decodeDynatrace(`fw4;1;2;3;4;0;0;7;${checksum}${extensions}`)?.checksum).toBe("right");
});

test.each([
  ["nothing packed", 1, { linkId: 1, ignored: false, samplingExponent: 0 }],
  ["the ignored bit", -2147483647, { linkId: 1, ignored: true, samplingExponent: 0 }],
  ["a sampling exponent", 0x18000001, { linkId: 1, ignored: false, samplingExponent: 3 }],
  ["everything", -1, { linkId: 0x7ffffff, ignored: true, samplingExponent: 15 }],
])("a header's link id with %s", (_, link, unpacked) => {
  expect(decodeDynatrace(`FW4;1;2;3;4;${link};6;7`)).toMatchObject(unpacked);
});

test.each([
  [
    "the shortest member there is",
    "fw4;0;0;0;0;1;2;5f",
    { ignored: true, samplingExponent: 2, pathInfo: 95 },
  ],
  ["a member's fields as signed numbers", "fw4;ffffffff;0;0;0;0;0;0", { serverId: -1 }],
  [
    "extensions of unknown kinds left out",
    "FW4;1;2;3;4;5;6;7;0000;1x00;h;2h01",
    { extensions: [{ id: 2, hex: "01" }] },
  ],
])("%s", (_, value, expected) => expect(decodeDynatrace(value)).toMatchObject(expected));

test.each([
  [""],
  ["fw4"],
  ["FW4;1;2;3;4;5;6"],
  ["FW4;1;2;3;4;5;6;7;"],
  ["FW4;1;2;3;4;5;6;7;12"],
  ["FW4;1;2;3;4;5;6;ff"],
  ["FW4;1;2;3;4;5;6;2147483648"],
  ["FW4;1;2;3;4;5;6;-2147483649"],
  ["fw4;1;2;3;4;0;0"],
  ["fw4;1;2;3;4;2;0;7"],
  ["fw4;1;2;3;4;0;10;7"],
  ["fw4;1;2;3;4;0;ffffffff;7"],
  ["fw4;1;2;3;4;0;0;100000000"],
  ["1-@dt=fw4;1;2;3;4;0;0;7"],
  ["1-1@nr=fw4;1;2;3;4;0;0;7"],
  ["00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"],
])("%j is no tag", (value) => expect(decodeDynatrace(value)).toBeUndefined());

test("no text throws", () => {
  fc.assert(
    fc.property(mutations(tags.map(encodeHeader), "FfwW4;h-0a@=\0é"), (value) => {
      expect(() => decodeDynatrace(value)).not.toThrow();
    }),
  );
});

test("a text longer than any tag is none, however long", () => {
  const header = (length: number) => `FW4;1;2;3;4;5;6;7;0000;1h${"00".repeat(length)}`;
  expect(decodeDynatrace(header(0x4000))?.checksum).toBe("wrong");
  expect(decodeDynatrace(header(1_000_000))).toBeUndefined();
});
