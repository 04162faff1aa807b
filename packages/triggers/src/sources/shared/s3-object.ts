import * as semconv from "../../semconv.ts";
import type { Attributes } from "../../trigger.ts";
import { present, text } from "./attributes.ts";
import type { Change } from "./document.ts";

/** A key as S3 puts it into events: percent-encoded, a space as `+`. What cannot be decoded stays as it came. */
export function objectKey(key: unknown): string | undefined {
  const encoded = text(key);
  try {
    return encoded && decodeURIComponent(encoded.replaceAll("+", " "));
  } catch {
    return encoded;
  }
}

export function objectAttributes(bucket: string | undefined, key: string | undefined): Attributes {
  return present({ [semconv.AWS_S3_BUCKET]: bucket, [semconv.AWS_S3_KEY]: key });
}

/** `ObjectCreated:Put`, `ObjectRemoved:Delete`, `LifecycleExpiration:Delete`; whatever else happens to an object edits it. */
export function objectOperation(eventName: unknown): Change["operation"] {
  const name = text(eventName);
  if (name === undefined) return undefined;
  if (name.startsWith("ObjectCreated:")) return "insert";
  return /^(?:ObjectRemoved|LifecycleExpiration):/.test(name) ? "delete" : "edit";
}
