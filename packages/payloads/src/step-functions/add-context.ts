import { isRecord, KEY } from "../json.ts";
import { limits } from "../limits.ts";
import type { Dialect } from "./dialect.ts";

/** What a task sends, before it is evaluated. */
export type Template = Readonly<Record<string, unknown>>;

/** What became of one field that can hold a context. */
export interface Point {
  /** The field, from the definition on: `States.Fan.Branches[0].States.Send.Parameters.Entries[0].Detail`. */
  readonly at: string;
  readonly outcome: "added" | "present" | "left";
  /** Why it was left as it is, and what to do about it. */
  readonly reason?: string | undefined;
}

/** A template with the context in it, and what became of each of its fields that can hold one. */
export interface Edit {
  readonly template: Template;
  readonly points: readonly Point[];
}

/** Where a field stands, and what is known of it. */
export interface Scope {
  readonly dialect: Dialect;
  readonly at: string;
  /** Whether expressions of unknown outcome are known to give an object. */
  readonly givesObjects: boolean;
}

/** What to do where a field is missing: make an object or its text, merge with what is sent in its stead, or leave it. */
export type Absent =
  | { readonly create: "object" | "text" }
  | { readonly merge: string }
  | { readonly left: string };

/** A template whose field, an object that the task sends, has the context under `_datadog`. */
export function addContext(template: Template, field: string, scope: Scope, absent: Absent): Edit {
  const { dialect } = scope;
  const key = dialect.expressionKey(field);
  const expression = own(template, key);
  if (dialect.isExpression(expression)) return addToExpression(template, key, expression, scope);
  const value = own(template, field);
  if (isRecord(value)) return addToObject(template, field, value, scope);
  if (value !== undefined) return left(template, field, scope, "it is no object that could take a context");
  if ("left" in absent) return left(template, field, scope, absent.left);
  if ("merge" in absent) return added(template, field, dialect.merge(absent.merge), scope);
  return absent.create === "text"
    ? added(template, key, dialect.text("wrapped"), scope)
    : added(template, field, { [KEY]: dialect.context }, scope);
}

/** A template whose `MessageAttributes` have the context in one more, `_datadog`, as a JSON text. */
export function addAttribute(template: Template, scope: Scope): Edit {
  const { dialect } = scope;
  const field = "MessageAttributes";
  const key = dialect.expressionKey(field);
  if (dialect.isExpression(own(template, key))) {
    return left(template, key, scope, "one expression makes all attributes: how many there are is not known");
  }
  const attributes = own(template, field) ?? {};
  if (!isRecord(attributes)) return left(template, field, scope, "it is no object of attributes");
  if (hasKey(attributes, KEY)) return present(template, field, scope);
  const count = limits.sqs.attributesCount;
  if (Object.keys(attributes).length >= count) {
    return left(template, field, scope, `it has ${count} attributes, and a message can have no more`);
  }
  const attribute = { DataType: "String", [dialect.expressionKey("StringValue")]: dialect.text() };
  return added(template, field, { ...attributes, [KEY]: attribute }, scope);
}

/** A template whose field is a list, with each of its entries edited. */
export function addToEach(
  template: Template,
  field: string,
  scope: Scope,
  edit: (entry: Template, scope: Scope) => Edit,
): Edit {
  const entries = own(template, field);
  if (!Array.isArray(entries)) {
    return left(template, field, scope, "it is no list of entries that could be told apart");
  }
  const edits = entries.map((entry: unknown, index): Edit => {
    const at = `${scope.at}.${field}[${index}]`;
    if (isRecord(entry)) return edit(entry, { ...scope, at });
    return {
      template: entry as Template,
      points: [{ at, outcome: "left", reason: "it is no object of fields" }],
    };
  });
  return {
    template: { ...template, [field]: edits.map((one) => one.template) },
    points: edits.flatMap(({ points }) => points),
  };
}

/** A template left as it is. */
export function left(template: Template, field: string, scope: Scope, reason: string): Edit {
  return { template, points: [{ at: `${scope.at}.${field}`, outcome: "left", reason }] };
}

function addToExpression(template: Template, key: string, expression: string, scope: Scope): Edit {
  const { dialect, givesObjects } = scope;
  if (dialect.carries(expression)) return present(template, key, scope);
  const merged = dialect.merge(expression);
  if (merged === undefined) return left(template, key, scope, `${expression} gives no object`);
  const isSafe = givesObjects || dialect.guarded || dialect.givesObject(expression);
  return isSafe ? added(template, key, merged, scope) : left(template, key, scope, unsafe(expression));
}

function unsafe(expression: string): string {
  return `should ${expression} ever give a list or a text, the state would fail: name the state in \`objects\` if it never does`;
}

function addToObject(template: Template, field: string, value: Template, scope: Scope): Edit {
  return hasKey(value, KEY) || (hasKey(value, "Execution") && hasKey(value, "State"))
    ? present(template, field, scope)
    : added(template, field, { ...value, [KEY]: scope.dialect.context }, scope);
}

function added(template: Template, key: string, value: unknown, { at }: Scope): Edit {
  return { template: { ...template, [key]: value }, points: [{ at: `${at}.${key}`, outcome: "added" }] };
}

function present(template: Template, key: string, { at }: Scope): Edit {
  return { template, points: [{ at: `${at}.${key}`, outcome: "present" }] };
}

function hasKey(value: Template, key: string): boolean {
  return Object.hasOwn(value, key) || Object.hasOwn(value, `${key}.$`);
}

/** A field of the template's own, never an inherited one. */
export function own(template: Template, key: string): unknown {
  return Object.hasOwn(template, key) ? template[key] : undefined;
}
