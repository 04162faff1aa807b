import { eventBridgeEvent, lambdaContext, sqsEvent } from "@throughline/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Aws, startAws } from "./aws.ts";
import { deliveries } from "./deliveries.ts";
import { whatOthersRead as differences } from "./differences.ts";
import { missing, type Program, startProgram } from "./program.ts";
import { readers } from "./readers.ts";
import { type Found, type Ids, verdict } from "./verdict.ts";
import { write } from "./write.ts";

const TRACE = "5b8efff798038103d269b633813fc60c";
const context = { ...lambdaContext() };

describe.skipIf(missing)("What we write, others read", () => {
  let aws: Aws;
  let ours: Program;
  beforeAll(async () => {
    aws = await startAws();
    ours = await startProgram("throughline.mjs");
  });
  afterAll(async () => {
    await ours?.stop();
    await aws?.stop();
  });

  describe.each(Object.entries(readers))("%s", (name, { program, environment, reads }) => {
    let reader: Program;
    beforeAll(async () => {
      reader = await startProgram(program, environment);
    });
    afterAll(() => reader?.stop());

    const known = Object.keys(deliveries).filter((by) =>
      deliveries[by]!.names.some((event) => reads.includes(event)),
    );
    test.each(known.flatMap((by) => [[by, "sampled", true] as const, [by, "not sampled", false] as const]))(
      "%s, %s",
      async (by, _, sampled) => {
        const { events, names } = deliveries[by]!;
        const asked = { traceId: TRACE, sampled };
        const written = await write(ours, by, aws, asked);
        expect(written).toMatchObject(asked);
        const delivered = await events(aws);
        const seen = names.filter((event) => reads.includes(event));
        const verdicts: Record<string, string> = {};
        for (const event of seen) {
          const { found } = await reader.ask<{ found: Found[] }>("receive", delivered[event]!);
          verdicts[event] = verdict(found, written);
        }
        expect(verdicts).toEqual(
          Object.fromEntries(seen.map((event) => [event, differences.shown(`${event} > ${name}`, sampled)])),
        );
      },
    );
  });

  describe("by hand, with envelope and getTraceHeaders", () => {
    let reader: Program;
    beforeAll(async () => {
      const { program, environment } = readers["datadog-lambda-js"]!;
      reader = await startProgram(program, environment);
    });
    afterAll(() => reader?.stop());

    test.each([
      ["a detail by hand", (detail: object) => eventBridgeEvent({ detail })],
      ["a body by hand", (body: object) => sqsEvent([{ body: JSON.stringify(body) }])],
      ["a payload by hand", (payload: object) => payload],
    ])("%s", async (place, toEvent) => {
      const asked = { traceId: TRACE, sampled: true, payload: { order: 17 } };
      const { payload, ...written } = await ours.ask<Ids & { payload: object }>("put", asked);
      const { found } = await reader.ask<{ found: Found[] }>("receive", { event: toEvent(payload), context });
      expect(verdict(found, written)).toBe(differences.shown(`${place} > datadog-lambda-js`, true));
    });
  });

  describe.each([
    ["datadog.cjs", "DD_TRACE_PROPAGATION_STYLE_EXTRACT", ["datadog", "tracecontext", "b3", "b3multi"]],
    ["opentelemetry.cjs", "OTEL_PROPAGATORS", ["tracecontext", "b3", "b3multi"]],
  ])("headers, %s", (program, variable, styles) => {
    test.each(styles)("%s", async (style) => {
      await using reader = await startProgram(program, { [variable]: style });
      for (const sampled of [true, false]) {
        const asked = { traceId: TRACE, sampled, format: style };
        const written = await write(ours, "HTTP request", aws, asked);
        const { headers } = (await aws.httpEvent()) as { headers: object };
        const found = await reader.ask<Found>("read", { carrier: headers });
        expect(verdict([found], written)).toBe("same");
      }
    });
  });

  test.each([
    ["SQS SendMessage", 1],
    ["SQS SendMessageBatch", 2],
  ])("OpenTelemetry links a message received to its %s", async (by, count) => {
    await using reader = await startProgram("opentelemetry.cjs");
    const input = { QueueUrl: aws.unread };
    const written = await write(ours, by, aws, { traceId: TRACE, sampled: true, input });
    const asked = { queueUrl: aws.unread, endpoint: aws.url.SQS, count };
    const { found } = await reader.ask<{ found: Found[] }>("receive", asked);
    expect([found.length, verdict(found, written)]).toEqual([count, "same"]);
  });

  test("OpenTelemetry links a message to its AWSTraceHeader, unless told otherwise", async () => {
    await using reader = await startProgram("opentelemetry-lambda.cjs");
    const asked = { traceId: TRACE, sampled: true, endpoint: aws.url.recorder };
    const written = await write(ours, "SQS SendMessage", aws, asked);
    const { AWSTraceHeader } = JSON.parse((await aws.request()).body).MessageSystemAttributes;
    const event = sqsEvent([{ attributes: { AWSTraceHeader: AWSTraceHeader.StringValue } }]);
    const { found } = await reader.ask<{ found: Found[] }>("receive", { event, context });
    expect(verdict(found, written)).toBe("same");
  });

  test("every difference listed is looked at", () => expect(differences.unasked()).toEqual([]));
});
