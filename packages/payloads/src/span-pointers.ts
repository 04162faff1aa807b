import { decimal } from "./decimal.ts";
import { isRecord } from "./json.ts";
import { sha256 } from "./sha256.ts";

/** What a write and the function that it starts both know: the span of the one and that of the other join by it. */
export interface SpanPointer {
  readonly kind: "aws.s3.object" | "aws.dynamodb.item";
  /** 32 hex digits. */
  readonly hash: string;
}

/**
 * Pointers to what was written, hashed as Datadog's tracers hash them: the first half of a SHA-256 over the parts, joined by `|`.
 * What does not name one thing gives `undefined`.
 */
export const spanPointers = {
  /**
   * Points to what an S3 object was when it was written. `key` is the decoded one, `eTag` with or without its quotes. Behind an
   * access point the bucket has no name that its events know.
   *
   * @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_Object.html
   */
  s3Object({ bucket, key, eTag }: S3Object): SpanPointer | undefined {
    if (!isText(bucket) || !isText(key) || !isText(eTag) || ACCESS_POINT.test(bucket)) return undefined;
    const tag = eTag.replace(/^"|"$/g, "");
    return tag === "" ? undefined : pointer("aws.s3.object", [bucket, key, tag]);
  },

  /**
   * Points to a DynamoDB item, whatever its state. `table` is a name, or the ARN of the table or of its stream. `keys` are the
   * primary key's one or two attributes and nothing else, their values as the SDK's client has them (`{ S }`, `{ N }`, `{ B }`),
   * as a stream's events do (bytes in base64), or plain, as the document client takes them.
   *
   * @see https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_AttributeValue.html
   */
  dynamodbItem({ table, keys }: DynamoDBItem): SpanPointer | undefined {
    const name = isText(table) ? tableName(table) : undefined;
    const parts = isRecord(keys) ? keyParts(keys) : undefined;
    return name && parts ? pointer("aws.dynamodb.item", [name, ...parts]) : undefined;
  },
};

interface S3Object {
  readonly bucket: string | undefined;
  readonly key: string | undefined;
  readonly eTag: string | undefined;
}

interface DynamoDBItem {
  readonly table: string | undefined;
  readonly keys: Readonly<Record<string, unknown>> | undefined;
}

type Part = string | Uint8Array;

// By its ARN, or by an alias, whose ending no bucket's name may have.
const ACCESS_POINT = /^arn:|-s3alias$/;

function pointer(kind: SpanPointer["kind"], parts: readonly Part[]): SpanPointer {
  // Bytes are joined as they are: as text, different ones would become the same.
  const joined = parts.flatMap((part, index) => (index === 0 ? [part] : ["|", part]));
  return { kind, hash: sha256(...joined).toString("hex", 0, 16) };
}

function tableName(table: string): string | undefined {
  return table.startsWith("arn:") ? /:table\/([^/]+)/.exec(table)?.[1] : table;
}

/** Name, value, name, value; the latter two are empty where there is no sort key. */
function keyParts(keys: Readonly<Record<string, unknown>>): Part[] | undefined {
  const names = Object.keys(keys).sort();
  if (names.length !== 1 && names.length !== 2) return undefined;
  const parts = names.flatMap((name) => [name, keyValue(keys[name])]);
  return parts.every(isPart) ? [...parts, "", ""].slice(0, 4) : undefined;
}

function keyValue(value: unknown): Part | undefined {
  if (typeof value === "string") return value;
  if (typeof value === "number" || typeof value === "bigint") return decimal(String(value));
  if (!isRecord(value)) return undefined;
  // The document client's own numbers, of more digits than JavaScript's have, hold a text under `value`.
  const { S, N = value.value, B = value } = value;
  if (typeof S === "string") return S;
  if (typeof N === "string") return decimal(N);
  return typeof B === "string" ? Buffer.from(B, "base64") : bytes(B);
}

function bytes(value: unknown): Uint8Array | undefined {
  if (ArrayBuffer.isView(value)) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  return value instanceof ArrayBuffer ? new Uint8Array(value) : undefined;
}

/** No key of DynamoDB's is empty. */
function isPart(part: Part | undefined): part is Part {
  return part !== undefined && part.length > 0;
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}
