import fc, { type Arbitrary } from "fast-check";

/** A schema, as far as it is looked into: what it accepts, and how it says what it is made of. */
export interface Schema {
  safeParse(value: unknown): { readonly success: boolean };
}

interface Definition {
  readonly type: string;
  readonly shape?: Readonly<Record<string, Schema>>;
  readonly element?: Schema;
  readonly innerType?: Schema;
  readonly in?: Schema;
  readonly options?: readonly Schema[];
  readonly values?: readonly unknown[];
  readonly entries?: Readonly<Record<string, unknown>>;
  readonly keyType?: Schema;
  readonly valueType?: Schema;
  readonly format?: string;
}

const base64 = (arbitrary: Arbitrary<string>) =>
  arbitrary.map((text) => Buffer.from(text).toString("base64"));

const TEXTS: Readonly<Record<string, Arbitrary<string>>> = {
  datetime: fc
    .date({ min: new Date(0), max: new Date("2099-01-01"), noInvalidDate: true })
    .map((date) => date.toISOString()),
  ipv4: fc.ipV4(),
  url: fc.webUrl(),
};

/**
 * Values that a zod schema is likely to accept: what it is made of is generated, what it checks beyond that is not known, so
 * whoever uses them asks the schema.
 */
export function arbitraryOf(schema: Schema, key = ""): Arbitrary<unknown> {
  const { def } = schema as unknown as { readonly def: Definition };
  if (IMAGES.includes(key)) return fc.dictionary(fc.string(), fc.record({ S: fc.string() }));
  switch (def.type) {
    case "object":
      return recordOf(def.shape ?? {});
    case "array":
      return fc.array(arbitraryOf(def.element!), { minLength: 1, maxLength: 2 });
    case "record":
      return fc.dictionary(fc.stringMatching(/^[a-z]{1,5}-[0-9]$/), arbitraryOf(def.valueType!), {
        minKeys: 1,
        maxKeys: 3,
      });
    case "optional":
    case "nullable":
    case "default":
      return arbitraryOf(def.innerType!, key);
    case "union":
      return fc.oneof(...def.options!.map((option) => arbitraryOf(option, key)));
    case "pipe":
      return arbitraryOf(def.in!, key);
    case "literal":
      return fc.constantFrom(...def.values!);
    case "enum":
      return fc.constantFrom(...Object.values(def.entries!));
    case "number":
      return fc.oneof({ arbitrary: fc.nat(255), weight: 8 }, fc.nat());
    case "boolean":
      return fc.boolean();
    case "string":
      return TEXTS[def.format ?? ""] ?? textOf(key);
    default:
      return fc.jsonValue();
  }
}

const IMAGES = ["Keys", "NewImage", "OldImage"];

/** Keys that must be there are; of the others some. */
function recordOf(shape: Readonly<Record<string, Schema>>): Arbitrary<unknown> {
  const required = Object.keys(shape).filter((key) => !shape[key]!.safeParse(undefined).success);
  const entries = Object.entries(shape).map(([key, schema]) => [key, arbitraryOf(schema, key)] as const);
  return fc.record(Object.fromEntries(entries), { requiredKeys: required });
}

/** Any text; where events have encoded ones, those. */
function textOf(key: string): Arbitrary<string> {
  if (key === "data") return base64(contents);
  if (key === "body" || key === "Message") return contents;
  return fc.string();
}

/** What a schema within a text asks for. */
const NESTED = [
  {
    Records: [
      {
        eventVersion: "2.1",
        eventSource: "aws:s3",
        awsRegion: "us-east-2",
        eventTime: "2026-11-12T10:21:07.123Z",
        eventName: "ObjectCreated:Put",
        userIdentity: { principalId: "A1" },
        requestParameters: { sourceIPAddress: "205.255.255.255" },
        responseElements: { "x-amz-request-id": "D8", "x-amz-id-2": "vl" },
        s3: {
          s3SchemaVersion: "1.0",
          configurationId: "c",
          object: { key: "a.png" },
          bucket: { name: "uploads", ownerIdentity: { principalId: "A1" }, arn: "arn:aws:s3:::uploads" },
        },
      },
    ],
  },
  {
    messageId: "m",
    receiptHandle: "r",
    body: "{}",
    attributes: {
      ApproximateReceiveCount: "1",
      ApproximateFirstReceiveTimestamp: "1",
      SenderId: "s",
      SentTimestamp: "1",
    },
    messageAttributes: {},
    md5OfBody: "x",
    eventSource: "aws:sqs",
    eventSourceARN: "arn:aws:sqs:us-east-2:123456789012:orders",
    awsRegion: "us-east-2",
  },
  {
    eventID: "1",
    eventName: "INSERT",
    eventSource: "aws:dynamodb",
    awsRegion: "us-east-2",
    recordFormat: "application/json",
    tableName: "orders",
    dynamodb: { Keys: { id: { S: "17" } }, NewImage: { id: { S: "17" } }, SizeBytes: 26 },
  },
].map((value) => JSON.stringify(value));

const contents = fc.oneof(fc.string(), fc.json(), { arbitrary: fc.constantFrom(...NESTED), weight: 8 });
