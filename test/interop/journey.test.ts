import { join } from "node:path";
import {
  type LambdaFunction,
  lambdaContext,
  type Receiver,
  startFunction,
  startReceiver,
} from "@throughline/testing";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { type Aws, startAws } from "./aws.ts";
import { datadogSpans } from "./datadog-spans.ts";
import { deliveries } from "./deliveries.ts";
import { missing, type Program, startProgram } from "./program.ts";
import { type Found, type Ids, verdict } from "./verdict.ts";
import { write } from "./write.ts";

/** Much more than it takes, on a busy machine too. */
const SOON = { timeout: 20_000 };

describe.skipIf(missing)("One trace from a tracer to another, with a function of ours between", () => {
  let aws: Aws;
  let receiver: Receiver;
  let datadog: Program;
  let opentelemetry: Program;
  let datadogFunction: Program;
  let opentelemetryFunction: Program;
  let relay: LambdaFunction;

  beforeAll(async () => {
    aws = await startAws();
    receiver = await startReceiver();
    const exporting = { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url };
    datadog = await startProgram("datadog.cjs");
    datadogFunction = await startProgram("datadog-lambda.mjs", { AWS_LAMBDA_FUNCTION_NAME: "theirs" });
    opentelemetryFunction = await startProgram("opentelemetry-lambda.cjs", { MESSAGE_ATTRIBUTES: "true" });
    opentelemetry = await startProgram("opentelemetry.cjs", exporting);
    const { url } = await opentelemetry.ask<{ url: string }>("listen", {});
    relay = await startFunction({
      name: "relay",
      taskRoot: join(import.meta.dirname, "programs/relay"),
      environment: {
        ...exporting,
        NODE_OPTIONS: "--conditions=@throughline/source",
        SERVICE_URL: url,
        SQS_ENDPOINT: aws.url.SQS,
        QUEUE_URL: aws.queueUrl("next"),
      },
    });
  });
  afterAll(async () => {
    await relay?.stop();
    for (const program of [datadog, opentelemetry, datadogFunction, opentelemetryFunction])
      await program?.stop();
    await receiver?.close();
    await aws?.stop();
  });

  const commands = [
    "HTTP request",
    "SQS SendMessage",
    "SNS Publish",
    "EventBridge PutEvents",
    "Kinesis PutRecord",
  ];

  /** Sends, and hands the first event that comes of it to our function. */
  async function begin(host: Program, by: string): Promise<Ids> {
    const { events, names } = deliveries[by]!;
    const written = await write(host, by, aws, { sampled: true });
    const delivered = await events(aws);
    expect(await relay.invoke(delivered[names[0]!]!.event)).toEqual({ statusCode: 202 });
    await relay.settled();
    return written;
  }

  /** What a function makes of the message that ours sent. */
  async function readBy(program: Program): Promise<readonly Found[]> {
    const event = { Records: await aws.messages("next", 1) };
    const asked = { event, context: { ...lambdaContext() } };
    return (await program.ask<{ found: readonly Found[] }>("receive", asked)).found;
  }

  function spanOf(parent: { readonly traceId: string; readonly spanId: string }, kind: string) {
    const found = receiver.spans.filter(
      (span) => span.traceId === parent.traceId && span.parentSpanId === parent.spanId && span.kind === kind,
    );
    expect(found).toHaveLength(1);
    return found[0]!;
  }

  test.each(commands)("from dd-trace by %s to OpenTelemetry", async (by) => {
    const written = await begin(datadog, by);
    // What it wrote is a span that it exports.
    await vi.waitFor(() => {
      const ids = datadogSpans(datadog.printed).map(({ traceId, spanId }) => [traceId, spanId]);
      expect(ids).toContainEqual([written.traceId, written.spanId]);
    }, SOON);
    const ours = spanOf(written, by === "HTTP request" ? "SERVER" : "CONSUMER");
    const sent = spanOf(ours, "PRODUCER");
    // The service exports by itself.
    await vi.waitFor(() => spanOf(ours, "SERVER"), SOON);

    expect(verdict(await readBy(opentelemetryFunction), { ...sent, sampled: true })).toBe("same");
  });

  test.each(["HTTP request", "SQS SendMessage", "SNS Publish"])(
    "from OpenTelemetry by %s to datadog-lambda-js",
    async (by) => {
      const written = await begin(opentelemetry, by);
      const ours = spanOf(written, by === "HTTP request" ? "SERVER" : "CONSUMER");
      const sent = spanOf(ours, "PRODUCER");
      await readBy(datadogFunction);
      // The queue's own span is theirs as well; whichever is outermost is below ours.
      await vi.waitFor(() => {
        const spans = datadogSpans(datadogFunction.printed).filter(
          ({ traceId }) => traceId === written.traceId,
        );
        const ids = new Set(spans.map(({ spanId }) => spanId));
        const outermost = spans.filter(({ parentId }) => !ids.has(parentId));
        expect(spans.map(({ name }) => name)).toContain("aws.lambda");
        expect(outermost.map(({ parentId }) => parentId)).toEqual([sent.spanId]);
      }, SOON);
    },
  );
});
