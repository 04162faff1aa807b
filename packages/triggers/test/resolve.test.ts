import {
  type BatchMode,
  datadog,
  type Format,
  type MergeMode,
  w3c,
  xray,
  xrayHonored,
} from "@throughline/propagation";
import { describe, expect, test } from "vitest";
import { lambda, type ResolveOptions, resolve, type Trigger } from "../src/index.ts";
import { fixture } from "./fixtures.ts";

const A = "4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7";
const A2 = "4bf92f3577b34da6a3ce929d0e0e4736-53995c3f42cd8ad8";
const B = "68a7c0a1e4d94f1db2c3d4e5f6071829-b7ad6b7169203331";
const C = "67891233abcdef012345678912345678-463ac35c9f6413ad";
/** The runtime's span in the event's own trace. */
const A_LAMBDA = "4bf92f3577b34da6a3ce929d0e0e4736-1111111111111111";

const header = (span: string, tail: string) =>
  `Root=1-${span.slice(0, 8)}-${span.slice(8, 32)};Parent=${span.slice(33)}${tail}`;

const RUNTIME = {
  none: undefined,
  empty: "",
  rootOnly: "Root=1-67891233-abcdef012345678912345678",
  sampled: header(C, ";Sampled=1"),
  unsampled: header(C, ";Sampled=0;Lineage=1:a87bd80c:0"),
  undecided: header(C, ";Sampled=?"),
  silent: header(C, ""),
  sameTrace: header(A_LAMBDA, ";Sampled=1"),
  sameSpan: header(A, ";Sampled=1"),
  broken: "Root=1-zz;Parent=1;Sampled=1",
};

function parentage(event: unknown, xRayTraceId?: string, options?: ResolveOptions, context?: object) {
  const resolution = resolve(event, context, { xRayTraceId }, options);
  const name = (span: { traceId: string; spanId: string } | undefined) =>
    span && `${span.traceId}-${span.spanId}`;
  return [name(resolution.parentage.parent), ...resolution.parentage.links.map(name)];
}

const HTTP = fixture("http-api/traceparent");
const NO_CONTEXT = fixture("lambda/console-test");

describe.each<[string, unknown]>([
  ["an HTTP request", HTTP],
  ["a queue's message", fixture("sqs/traceparent-attribute")],
  ["a direct invocation", fixture("lambda/plain-fields")],
])("%s with a context of its own", (_, event) => {
  test.each<[MergeMode | undefined, keyof typeof RUNTIME, (string | undefined)[]]>([
    [undefined, "none", [A]],
    [undefined, "sampled", [A, C]],
    ["event", "none", [A]],
    ["event", "empty", [A]],
    ["event", "rootOnly", [A]],
    ["event", "sampled", [A, C]],
    ["event", "unsampled", [A]],
    ["event", "undecided", [A]],
    ["event", "silent", [A]],
    ["event", "sameTrace", [A]],
    ["event", "sameSpan", [A]],
    ["event", "broken", [A]],
    ["xray", "none", [A]],
    ["xray", "rootOnly", [A]],
    ["xray", "sampled", [C, A]],
    ["xray", "unsampled", [C, A]],
    ["xray", "sameTrace", [A_LAMBDA, A]],
    ["xray", "sameSpan", [A]],
    ["link", "none", [undefined, A]],
    ["link", "sampled", [undefined, A, C]],
    ["link", "unsampled", [undefined, A, C]],
    ["link", "sameSpan", [undefined, A]],
  ])("merge %s, runtime %s", (merge, runtime, expected) => {
    expect(parentage(event, RUNTIME[runtime], { merge })).toEqual(expected);
  });
});

describe("an event without a context", () => {
  test.each<[MergeMode, keyof typeof RUNTIME, (string | undefined)[]]>([
    ["event", "none", [undefined]],
    ["event", "rootOnly", [undefined]],
    ["event", "sampled", [C]],
    ["event", "unsampled", [undefined]],
    ["event", "undecided", [undefined]],
    ["event", "silent", [undefined]],
    ["xray", "sampled", [C]],
    ["xray", "unsampled", [C]],
    ["link", "sampled", [undefined, C]],
  ])("merge %s, runtime %s", (merge, runtime, expected) => {
    expect(parentage(NO_CONTEXT, RUNTIME[runtime], { merge })).toEqual(expected);
  });
});

describe("a batch", () => {
  test.each<[BatchMode | undefined, string, (string | undefined)[]]>([
    [undefined, "sqs/one-trace", [A, A2]],
    ["auto", "sqs/one-trace", [A, A2]],
    ["auto", "sqs/one-span", [A]],
    ["auto", "sqs/several-traces", [undefined, A, B, C]],
    ["auto", "sqs/no-context", [undefined]],
    ["first", "sqs/one-trace", [A, A2]],
    ["first", "sqs/several-traces", [A, B, C]],
    ["first", "sqs/some-without-context", [A]],
    ["links", "sqs/one-trace", [undefined, A, A2]],
    ["links", "sqs/traceparent-attribute", [undefined, A]],
    ["links", "sns/traceparent-attribute", [undefined, A]],
    ["links", "eventbridge/plain-fields", [A]],
    ["links", "http-api/traceparent", [A]],
  ])("%s of %s", (batch, name, expected) => {
    expect(parentage(fixture(name), undefined, { batch })).toEqual(expected);
  });

  test("of several traces leaves the runtime's span to be linked, not to be the parent", () => {
    expect(parentage(fixture("sqs/mixed-queues"), RUNTIME.sampled)).toEqual([undefined, A, B, C]);
  });
});

describe("a client context", () => {
  const carried = { traceparent: `00-${B}-01` };
  const fields = { ...carried, tracestate: "rojo=1" };

  test.each<[string, unknown, (string | undefined)[]]>([
    ["custom", { custom: fields }, [B]],
    ["Custom", { Custom: fields }, [B]],
    ["custom._datadog", { custom: { _datadog: carried } }, [B]],
    ["Custom._datadog as a JSON text", { Custom: { _datadog: JSON.stringify(carried) } }, [B]],
    ["a JSON text", JSON.stringify({ custom: fields, client: {}, env: {} }), [B]],
    ["an empty custom", { custom: {} }, [A]],
    ["custom that is a text", { custom: "traceparent" }, [A]],
    ["no object", 42, [A]],
    ["broken JSON", '{"custom":', [A]],
    ["nothing", undefined, [A]],
  ])("in %s", (_, clientContext, expected) => {
    expect(parentage(fixture("lambda/plain-fields"), undefined, {}, { clientContext })).toEqual(expected);
  });

  test("comes before what the payload holds, whatever the payload looks like", () => {
    expect(parentage(HTTP, undefined, {}, { clientContext: { custom: fields } })).toEqual([B]);
  });

  test("says nothing of a batch's messages", () => {
    const event = fixture("sqs/traceparent-attribute");
    expect(parentage(event, undefined, {}, { clientContext: { custom: fields } })).toEqual([A]);
  });

  test("may be missing with all of Lambda's context", () => {
    expect(resolve(HTTP, undefined, {}).parentage.parent?.spanId).toBe("00f067aa0ba902b7");
    expect(resolve(HTTP, null as never, {}).parentage.parent?.spanId).toBe("00f067aa0ba902b7");
  });
});

describe("formats", () => {
  const both = fixture<{ multiValueHeaders: object }>("api-gateway/broken-traceparent");
  const ours: Format = {
    name: "ours",
    keys: ["x-ours"],
    read: (carrier) => {
      const [traceId = "", spanId = ""] = (carrier("x-ours") ?? "").split("-");
      return traceId ? { traceId, spanId, sampled: true } : undefined;
    },
    write: ({ traceId, spanId }) => ({ "x-ours": `${traceId}-${spanId}` }),
  };

  test.each<[string, readonly Format[] | undefined, (string | undefined)[]]>([
    ["the default", undefined, [B]],
    ["W3C only", [w3c], [undefined]],
    ["Datadog only", [datadog], [B]],
    ["none", [], [undefined]],
  ])("%s", (_, formats, expected) => {
    expect(parentage(both, undefined, { formats })).toEqual(expected);
  });

  test("another format reads every place", () => {
    const event = fixture<{ Records: { body: string }[] }>("sqs/no-context");
    const inBody = {
      Records: event.Records.map((record) => ({ ...record, body: `{"x-ours":"${A}","trace":1}` })),
    };
    expect(parentage(inBody, undefined, { formats: [ours] })).toEqual([A]);
    expect(parentage({ "x-ours": A }, undefined, { formats: [ours, w3c] })).toEqual([A]);
  });

  test("a format that throws is passed over", () => {
    const broken: Format = {
      ...ours,
      read: () => {
        throw new Error("not today");
      },
    };
    expect(parentage(HTTP, undefined, { formats: [broken, w3c] })).toEqual([A]);
  });

  test("the runtime's X-Ray header is read whatever formats are chosen for events", () => {
    expect(parentage(NO_CONTEXT, RUNTIME.sampled, { formats: [w3c] })).toEqual([C]);
  });
});

describe("X-Ray's sampling decision", () => {
  const queue = (AWSTraceHeader: string) => {
    const event = fixture<{ Records: { attributes: object }[] }>("sqs/aws-trace-header");
    return {
      Records: event.Records.map((record) => ({
        ...record,
        attributes: { ...record.attributes, AWSTraceHeader },
      })),
    };
  };
  const honor = [w3c, datadog, xrayHonored];

  test.each<[string, keyof typeof RUNTIME, boolean | undefined, boolean | undefined]>([
    ["Sampled=1", "sampled", true, true],
    ["Sampled=0", "unsampled", undefined, false],
    ["Sampled=?", "undecided", undefined, undefined],
    ["none", "silent", undefined, undefined],
  ])("%s", (_, form, usual, honored) => {
    const xRayTraceId = RUNTIME[form];
    const event = queue(xRayTraceId ?? "");
    expect(resolve(event, undefined, {}).parentage.parent?.sampled).toBe(usual);
    expect(resolve(event, undefined, {}, { formats: honor }).parentage.parent?.sampled).toBe(honored);
    expect(resolve(NO_CONTEXT, undefined, { xRayTraceId }).runtime?.sampled).toBe(usual);
    expect(resolve(NO_CONTEXT, undefined, { xRayTraceId }, { formats: honor }).runtime?.sampled).toBe(
      honored,
    );
  });

  test("what else the header says is kept to be passed on", () => {
    expect(resolve(queue(RUNTIME.unsampled), undefined, {}).parentage.parent?.xrayFields).toBe(
      "Lineage=1:a87bd80c:0",
    );
  });
});

describe("the runtime", () => {
  test("may bring a W3C context, which wins over its X-Ray header", () => {
    const runtime = {
      traceparent: `00-${B}-01`,
      tracestate: "rojo=1",
      baggage: "k=v",
      xRayTraceId: RUNTIME.sampled,
    };
    expect(resolve(NO_CONTEXT, undefined, runtime).parentage.parent).toMatchObject({
      spanId: "b7ad6b7169203331",
      traceState: "rojo=1",
      baggage: "k=v",
    });
  });

  test("is looked at last", () => {
    const { looked } = resolve(HTTP, undefined, { xRayTraceId: RUNTIME.rootOnly });
    expect(looked.map(({ at, message, format }) => [at, message, format])).toEqual([
      ["headers", 0, w3c.name],
      ["runtime", undefined, undefined],
    ]);
  });

  test("is not looked at when it says nothing", () => {
    expect(resolve(HTTP, undefined, { xRayTraceId: "" }).looked.map(({ at }) => at)).toEqual(["headers"]);
  });
});

describe("a chosen set of triggers", () => {
  test("leaves the other events to the fallback", () => {
    const { trigger } = resolve(HTTP, undefined, {}, { triggers: [] });
    expect(trigger).toBe(lambda);
  });

  test("may hold one's own, which may be wrong in every way", () => {
    const fail = () => {
      throw new Error("not implemented");
    };
    const own: Trigger = {
      name: "own",
      kind: "other",
      match: (event): event is unknown => event === HTTP,
      messages: () => [{ places: fail, pointers: fail }],
      spanName: fail,
      attributes: fail,
    };
    const { trigger, messages, spanName, attributes } = resolve(HTTP, undefined, {}, { triggers: [own] });
    expect({ trigger, messages, spanName, attributes }).toEqual({
      trigger: own,
      messages: [{ id: undefined, context: undefined, attributes: {}, pointers: [] }],
      spanName: undefined,
      attributes: { "faas.trigger": "other" },
    });
  });
});

test("a message's attributes are its own", () => {
  const { messages } = resolve(fixture("sqs/mixed-queues"), undefined, {});
  expect(messages.map(({ id, attributes }) => ({ id, attributes }))).toEqual([
    {
      id: "059f36b4-87a3-44ab-83d2-661975830a7d",
      attributes: {
        "messaging.message.id": "059f36b4-87a3-44ab-83d2-661975830a7d",
        "messaging.destination.name": "orders",
      },
    },
    {
      id: "2e1424d4-f796-459a-8184-9c92662be6da",
      attributes: {
        "messaging.message.id": "2e1424d4-f796-459a-8184-9c92662be6da",
        "messaging.destination.name": "returns",
      },
    },
  ]);
});

test("the X-Ray format's name is what the runtime's reader is chosen by", () =>
  expect(xrayHonored.name).toBe(xray.name));

test("a list with holes in it holds the records that are there", () => {
  const { Records } = fixture<{ Records: unknown[] }>("sqs/datadog-attribute");
  const sparse = [...Records];
  sparse.length += 2;
  const inner = { ...fixture<object>("lambda-destination/sqs"), requestPayload: { Records: sparse } };
  expect(resolve({ Records: sparse }, undefined).messages).toHaveLength(Records.length);
  expect(() => resolve(inner, undefined)).not.toThrow();
});
