import {
  context,
  defaultTextMapGetter,
  defaultTextMapSetter,
  propagation,
  ROOT_CONTEXT,
  type TextMapPropagator,
  trace,
} from "@opentelemetry/api";
import { CompositePropagator, W3CBaggagePropagator, W3CTraceContextPropagator } from "@opentelemetry/core";
import { AWSXRayPropagator } from "@opentelemetry/propagator-aws-xray";
import {
  b3,
  b3Multi,
  datadog,
  defaultInjectFormats,
  dynatrace,
  type Format,
  headers,
  inject,
  w3c,
  xray,
  xrayHonored,
} from "@throughline/propagation";
import fc from "fast-check";
import { afterEach, describe, expect, test, vi } from "vitest";
import { anyCase, decidedContexts } from "../../propagation/test/arbitraries.ts";
import {
  formatsFromEnvironment,
  fromPropagator,
  startInvocation,
  toContext,
  toPropagator,
} from "../src/index.ts";
import { recorder } from "./harness.ts";

const carried = { traceId: "4bf92f3577b34da6a3ce929d0e0e4736", spanId: "00f067aa0ba902b7", sampled: true };
const traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

describe("fromPropagator", () => {
  const stock: [string, Format, Format][] = [
    ["W3CTraceContextPropagator", fromPropagator(new W3CTraceContextPropagator()), w3c],
    ["AWSXRayPropagator", fromPropagator(new AWSXRayPropagator()), xrayHonored],
  ];

  test.each(stock)("%s reads what ours writes, as ours does", (_, theirs, ours) => {
    fc.assert(
      fc.property(decidedContexts, (context) => {
        const carrier = headers(ours.write({ ...context, xrayFields: undefined }));
        expect(theirs.read(carrier)).toEqual(ours.read(carrier));
      }),
    );
  });

  test.each(stock)("%s writes as ours does", (_, theirs, ours) => {
    fc.assert(
      fc.property(decidedContexts, (context) => {
        const plain = { ...context, xrayFields: undefined };
        expect(theirs.write(plain)).toEqual(ours.write(plain));
      }),
    );
  });

  test.each(stock)("%s finds its headers in any case", (_, theirs, ours) => {
    const [[key, value] = ["", ""]] = Object.entries(ours.write(carried));
    fc.assert(
      fc.property(anyCase(key), (name) => {
        expect(theirs.read(headers({ [name]: value }))).toEqual(carried);
      }),
    );
  });

  test.each(stock)("%s finds nothing where nothing is", (_, theirs) => {
    for (const map of [{}, undefined, { [theirs.keys[0]!]: "junk" }]) {
      expect(theirs.read(headers(map))).toBeUndefined();
    }
  });

  test("is named after the propagator, or as one says", () => {
    expect(fromPropagator(new AWSXRayPropagator()).name).toBe("AWSXRayPropagator");
    expect(fromPropagator(new AWSXRayPropagator(), "xray").name).toBe("xray");
    expect(fromPropagator(new AWSXRayPropagator()).keys).toEqual(["x-amzn-trace-id"]);
  });

  test("ids come in lower case, whatever the propagator keeps", () => {
    const format = fromPropagator(new AWSXRayPropagator());
    const header = "Root=1-4BF92F35-77B34DA6A3CE929D0E0E4736;Parent=00F067AA0BA902B7;Sampled=1";
    expect(format.read(headers({ "x-amzn-trace-id": header }))).toEqual(carried);
  });

  test("an invalid span context is none", () => {
    const invalid: TextMapPropagator = {
      fields: () => ["X-Own"],
      inject() {},
      extract: (onto) => trace.setSpanContext(onto, { traceId: "", spanId: "", traceFlags: 1 }),
    };
    expect(fromPropagator(invalid, "own").read(headers({ "x-own": "1" }))).toBeUndefined();
    expect(fromPropagator(invalid, "own").keys).toEqual(["x-own"]);
  });

  test("a trace is continued by it", () => {
    const { tracer } = recorder();
    const event = {
      traceparent,
      "x-amzn-trace-id": "Root=1-0af76519-16cd43dd8448eb211c80319c;Parent=b7ad6b7169203331;Sampled=1",
    };
    const formats = [fromPropagator(new AWSXRayPropagator())];
    const { span } = startInvocation(event, undefined, { tracer, formats });
    expect(span.spanContext().traceId).toBe("0af7651916cd43dd8448eb211c80319c");
  });

  test("several at once are one format; baggage needs none of them", () => {
    const composite = new CompositePropagator({
      propagators: [new W3CTraceContextPropagator(), new W3CBaggagePropagator()],
    });
    const format = fromPropagator(composite, "both");
    expect(format.keys).toEqual(expect.arrayContaining(["traceparent", "tracestate", "baggage"]));
    expect(format.read(headers({ traceparent, baggage: "a=1" }))).toEqual(carried);
    expect(fromPropagator(new W3CBaggagePropagator()).read(headers({ baggage: "a=1" }))).toBeUndefined();
  });
});

describe("toPropagator, registered with the API", () => {
  const register = (formats: readonly Format[] = defaultInjectFormats) =>
    propagation.setGlobalPropagator(toPropagator(formats));
  const spanContextOf = (carrier: unknown) =>
    trace.getSpanContext(propagation.extract(ROOT_CONTEXT, carrier));

  afterEach(() => propagation.disable());

  test("names the fields of its formats, and baggage", () => {
    register([w3c, xray, w3c]);
    expect(propagation.fields()).toEqual(["traceparent", "tracestate", "x-amzn-trace-id", "baggage"]);
  });

  test("injects what the formats write", () => {
    register();
    fc.assert(
      fc.property(decidedContexts, (decided) => {
        const carrier = {};
        propagation.inject(toContext(ROOT_CONTEXT, decided), carrier);
        expect(carrier).toEqual(inject(decided));
      }),
    );
  });

  test("extracts what it injected, remote", () => {
    register();
    fc.assert(
      fc.property(decidedContexts, ({ traceState: _, ...decided }) => {
        const carrier: Record<string, string> = {};
        propagation.inject(toContext(ROOT_CONTEXT, decided), carrier);
        const { traceId, spanId } = decided;
        expect(spanContextOf(carrier)).toMatchObject({ traceId, spanId, isRemote: true });
      }),
    );
  });

  test.each([
    ["lower case", { traceparent }],
    ["mixed case", { TraceParent: traceparent }],
    ["lists", { traceparent: [traceparent] }],
    ["a header twice over, the same", { traceparent: [traceparent, traceparent] }],
  ])("extracts from %s", (_, carrier) => {
    register();
    expect(spanContextOf(carrier)).toMatchObject({ traceId: carried.traceId, spanId: carried.spanId });
  });

  test.each([
    ["no headers", {}],
    ["no carrier", undefined],
    ["null", null],
    ["junk", { traceparent: "junk", tracestate: 5, "x-amzn-trace-id": null }],
    ["two traces", { traceparent: [traceparent, traceparent.replace("4bf", "5bf")] }],
  ])("leaves the context as it is: %s", (_, carrier) => {
    register();
    const before = trace.setSpanContext(ROOT_CONTEXT, { ...carried, traceFlags: 1 });
    expect(propagation.extract(before, carrier)).toBe(before);
  });

  test("injects nothing where nothing is active", () => {
    register();
    const carrier = {};
    propagation.inject(ROOT_CONTEXT, carrier);
    expect(carrier).toEqual({});
  });

  test("baggage travels with a trace and alone", () => {
    register();
    const baggage = propagation.createBaggage({ user: { value: "a b" } });
    for (const from of [ROOT_CONTEXT, toContext(ROOT_CONTEXT, carried)]) {
      const carrier: Record<string, string> = {};
      propagation.inject(propagation.setBaggage(from, baggage), carrier);
      expect(carrier.baggage).toBe("user=a%20b");
      const found = propagation.extract(ROOT_CONTEXT, carrier);
      expect(propagation.getBaggage(found)?.getEntry("user")?.value).toBe("a b");
    }
  });

  test("uses the getter and setter it is given", () => {
    register([w3c]);
    const carrier = new Map<string, string>();
    propagation.inject(toContext(ROOT_CONTEXT, carried), carrier, {
      set: (map, key, value) => void map.set(key, value),
    });
    expect([...carrier]).toEqual([["traceparent", traceparent]]);
    const found = propagation.extract(ROOT_CONTEXT, carrier, {
      get: (map, key) => map.get(key),
      keys: (map) => [...map.keys()],
    });
    expect(trace.getSpanContext(found)).toMatchObject({ traceId: carried.traceId });
  });

  test("agrees with the stock propagators about valid headers", () => {
    const theirs = new CompositePropagator({
      propagators: [new W3CTraceContextPropagator(), new W3CBaggagePropagator()],
    });
    const ours = toPropagator([w3c]);
    const written = (propagator: TextMapPropagator, from = context.active()) => {
      const carrier = {};
      propagator.inject(from, carrier, defaultTextMapSetter);
      return carrier;
    };
    fc.assert(
      fc.property(decidedContexts, (decided) => {
        const from = toContext(ROOT_CONTEXT, { ...decided, baggage: "user=42;secret" });
        const carrier = written(theirs, from);
        expect(written(ours, from)).toEqual(carrier);
        const found = ours.extract(ROOT_CONTEXT, carrier, defaultTextMapGetter);
        expect(written(theirs, found)).toEqual(carrier);
      }),
    );
  });
});

describe("OTEL_PROPAGATORS", () => {
  afterEach(() => {
    vi.unstubAllEnvs();
    vi.restoreAllMocks();
  });

  test.each<[string | undefined, readonly Format[] | undefined, string[]]>([
    [undefined, undefined, []],
    ["", undefined, []],
    [" ", undefined, []],
    [",", undefined, []],
    ["tracecontext", [w3c], []],
    ["tracecontext,baggage", [w3c], []],
    ["xray,tracecontext", [xray, w3c], []],
    ["xray-lambda", [xray], []],
    ["xray,xray-lambda,xray", [xray], []],
    ["datadog", [datadog], []],
    ["b3", [b3], []],
    ["b3multi", [b3Multi], []],
    ["B3,tracecontext,b3multi", [b3, w3c, b3Multi], []],
    ["dynatrace", [dynatrace], []],
    [" TraceContext , XRAY ", [w3c, xray], []],
    ["tracecontext,,xray,", [w3c, xray], []],
    ["none", [], []],
    ["baggage", [], []],
    ["ottrace,tracecontext", [w3c], ["ottrace"]],
    ["w3c", [w3c], []],
    ["ottrace", undefined, ["ottrace"]],
    ["constructor,__proto__,toString", undefined, ["constructor", "__proto__", "tostring"]],
  ])("%j", (names, expected, unknown) => {
    const reported: string[] = [];
    vi.stubEnv("OTEL_PROPAGATORS", names);
    expect(formatsFromEnvironment(undefined, (name) => reported.push(name))).toEqual(expected);
    expect(formatsFromEnvironment(names, () => {})).toEqual(expected);
    expect(reported).toEqual(unknown);
  });

  test("an unknown name is said aloud, once", () => {
    const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
    formatsFromEnvironment("tracecontext,ottrace");
    formatsFromEnvironment("tracecontext,ottrace");
    expect(warn.mock.calls).toEqual([[expect.stringMatching(/OTEL_PROPAGATORS.*ottrace.*tracecontext/)]]);
  });
});
