import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { spanPointers } from "../src/index.ts";

/** What the parts hash to, reckoned apart from the code that is tested. */
function hashOf(...parts: (string | Uint8Array)[]): string {
  const bytes = parts
    .flatMap((part, index) => [...(index ? ["|"] : []), part])
    .map((part) => Buffer.from(part));
  return createHash("sha256").update(Buffer.concat(bytes)).digest("hex").slice(0, 32);
}

const item = (keys: Record<string, unknown>, table = "some-table") =>
  spanPointers.dynamodbItem({ table, keys })?.hash;

describe("an S3 object", () => {
  const object = { bucket: "some-bucket", key: "some-key.data", eTag: "ab12ef34" };

  test.each([
    ["an object", {}, "e721375466d4116ab551213fdea08413"],
    ["letters of all kinds", { key: "some-key.你好" }, "d1333a04b9928ab462b5c6cadfa401f4"],
    ["an upload of several parts", { eTag: "ab12ef34-5" }, "2b90dffc37ebc7bc610152c3dc72af9f"],
    ["an ETag in quotes", { eTag: '"ab12ef34"' }, "e721375466d4116ab551213fdea08413"],
  ])("%s", (_, change, hash) => {
    expect(spanPointers.s3Object({ ...object, ...change })).toEqual({ kind: "aws.s3.object", hash });
  });

  test.each([
    ["no bucket", { bucket: undefined }],
    ["no key", { key: "" }],
    ["no ETag", { eTag: undefined }],
    ["an ETag of quotes", { eTag: '""' }],
    ["an ETag that is no text", { eTag: 17 as never }],
    ["an access point", { bucket: "arn:aws:s3:us-east-1:123456789012:accesspoint/orders" }],
    ["an access point's alias", { bucket: "orders-hrzrlukc5m36ft7okagglf3gmwluquse1b-s3alias" }],
  ])("%s is nothing to point to", (_, change) => {
    expect(spanPointers.s3Object({ ...object, ...change })).toBeUndefined();
  });
});

describe("a DynamoDB item", () => {
  test.each([
    ["a text", { "some-key": { S: "some-value" } }, "7f1aee721472bcb48701d45c7c7f7821"],
    ["a plain text", { "some-key": "some-value" }, "7f1aee721472bcb48701d45c7c7f7821"],
    ["a number", { "some-key": { N: "123.456" } }, "434a6dba3997ce4dbbadc98d87a0cc24"],
    ["a plain number", { "some-key": 123.456 }, "434a6dba3997ce4dbbadc98d87a0cc24"],
    [
      "two keys, in the order of their names",
      { "some-key": { S: "some-value" }, "other-key": { N: "123" } },
      "7aa1b80b0e49bd2078a5453399f4dd67",
    ],
  ])("%s", (_, keys, hash) => {
    expect(spanPointers.dynamodbItem({ table: "some-table", keys })).toEqual({
      kind: "aws.dynamodb.item",
      hash,
    });
  });

  test.each([
    ["its name", "orders"],
    ["its ARN", "arn:aws:dynamodb:eu-west-1:123456789012:table/orders"],
    [
      "its stream's ARN",
      "arn:aws:dynamodb:eu-west-1:123456789012:table/orders/stream/2026-11-12T10:21:07.123",
    ],
  ])("a table is known by %s", (_, table) => {
    expect(item({ id: "17" }, table)).toBe(hashOf("orders", "id", "17", "", ""));
  });

  test("different bytes are different items, also where they are no text", () => {
    const [a, b] = [Uint8Array.of(0xff), Uint8Array.of(0xfe)];
    expect(item({ id: a })).toBe(hashOf("some-table", "id", a, "", ""));
    expect(item({ id: a })).not.toBe(item({ id: b }));
  });

  test("a number is the same however it is written, to its last digit", () => {
    const spelled = ["100", "100.0", "1E2", "+1e+2", "0100"].map((N) => item({ id: { N } }));
    expect(
      new Set([...spelled, item({ id: 100 }), item({ id: 100n }), item({ id: { value: "1e2" } })]).size,
    ).toBe(1);
    const long = "12345678901234567890123456789012345678";
    expect(item({ id: { N: long } })).toBe(hashOf("some-table", "id", long, "", ""));
    expect(item({ id: BigInt(long) })).toBe(item({ id: { N: `${long}.0` } }));
  });

  test.each<[string, Record<string, unknown>]>([
    ["no key", {}],
    ["three keys", { a: "1", b: "2", c: "3" }],
    ["an empty text", { id: { S: "" } }],
    ["no bytes", { id: new Uint8Array() }],
    ["no number", { id: { N: "seventeen" } }],
    ["a number beyond all bounds", { id: Number.POSITIVE_INFINITY }],
    ["a boolean", { id: { BOOL: true } }],
    ["a list", { id: [1] }],
    ["a map", { id: { M: { S: "17" } } }],
    ["null", { id: null }],
    ["a sort key without a value", { id: "17", date: undefined }],
  ])("%s is nothing to point to", (_, keys) => expect(item(keys)).toBeUndefined());

  test.each(["", undefined, "arn:aws:dynamodb:eu-west-1:123456789012:index/orders"])(
    "%j is no table",
    (table) => {
      expect(spanPointers.dynamodbItem({ table, keys: { id: "17" } })).toBeUndefined();
    },
  );

  const texts = fc.string({ minLength: 1 });
  const bytes = fc.uint8Array({ minLength: 1, maxLength: 32 });
  const numbers = fc.oneof(fc.integer(), fc.double({ noNaN: true, min: -1e20, max: 1e20 }), fc.bigInt());
  /** A key's value as the client, a stream's event and the document client have it. */
  const values = fc.oneof(
    texts.map((text) => [{ S: text }, { S: text }, text]),
    bytes.map((raw) => [{ B: raw }, { B: Buffer.from(raw).toString("base64") }, raw]),
    bytes.map((raw) => [{ B: new DataView(raw.buffer) }, { B: Buffer.from(raw) }, raw.slice().buffer]),
    numbers.map((number) => [{ N: `${number}` }, { N: `${number}`.replace(/^\d+$/, "$&.0") }, number]),
  );

  test("its writer and its stream agree, whatever client wrote", () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.tuple(texts, values), { minLength: 1, maxLength: 2, selector: ([name]) => name }),
        (keys) => {
          const [client, event, document] = [0, 1, 2].map((form) =>
            item(Object.fromEntries(keys.map(([name, forms]) => [name, forms[form]]))),
          );
          expect(event).toBe(client);
          expect(document).toBe(client);
          expect(item(Object.fromEntries(keys.map(([name, forms]) => [name, forms[0]]).reverse()))).toBe(
            client,
          );
        },
      ),
    );
  });

  test("whatever else stands in a key's place is declined, nothing is thrown", () => {
    fc.assert(
      fc.property(fc.dictionary(texts, fc.anything()), (keys) => {
        expect([undefined, expect.stringMatching(/^[0-9a-f]{32}$/)]).toContainEqual(item(keys));
      }),
    );
  });
});
