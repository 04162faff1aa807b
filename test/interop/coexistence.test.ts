import { resolve } from "@throughline/triggers";
import type { SQSRecord } from "aws-lambda";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Aws, startAws } from "./aws.ts";
import { type Delivered, deliveries } from "./deliveries.ts";
import { missing, type Program, startProgram } from "./program.ts";
import { readers } from "./readers.ts";
import { type Found, type Ids, verdict } from "./verdict.ts";
import { write } from "./write.ts";

interface Both {
  readonly theirs: Ids;
  readonly ours: Ids;
}

const caller = { traceparent: "00-5b8efff798038103d269b633813fc60c-00f067aa0ba902b7-01" };

describe.skipIf(missing)("A client that dd-trace patches and we trace", () => {
  let aws: Aws;
  let both: Program;
  let datadog: Program;
  let opentelemetry: Program;
  beforeAll(async () => {
    aws = await startAws();
    both = await startProgram("coexisting.mjs");
    datadog = await startProgram("datadog-lambda.mjs", readers["datadog-lambda-js"]!.environment);
    opentelemetry = await startProgram("opentelemetry-lambda.cjs", { MESSAGE_ATTRIBUTES: "true" });
  });
  afterAll(async () => {
    for (const program of [both, datadog, opentelemetry]) await program?.stop();
    await aws?.stop();
  });

  function send(by: string, shared: boolean, input: object = {}): Promise<Both> {
    return write<Both>(both, by, aws, { caller, shared, input });
  }

  async function foundBy(program: Program, delivered: Delivered): Promise<readonly Found[]> {
    return (await program.ask<{ found: readonly Found[] }>("receive", delivered)).found;
  }

  const commands = [
    "SQS SendMessage",
    "SNS Publish",
    "EventBridge PutEvents",
    "Kinesis PutRecord",
    "Lambda Invoke",
  ];

  test.each(
    commands.flatMap((by) => [
      [by, "with a trace each", false] as const,
      [by, "in one trace", true] as const,
    ]),
  )("%s, %s: every reader finds the same context", async (by, _, shared) => {
    const { theirs, ours } = await send(by, shared);
    // What holds another trace's context is not ours to change; of one trace, the span nearest to the wire counts.
    const written = shared ? ours : theirs;
    for (const delivered of Object.values(await deliveries[by]!.events(aws))) {
      const { parentage } = resolve(delivered.event, delivered.context);
      expect(verdict([parentage.parent], written)).toBe("same");
      expect(verdict(await foundBy(datadog, delivered), written)).toBe("same");
    }
  });

  test.each([0, 6, 7, 8, 9, 10].flatMap((count) => [[count, false] as const, [count, true] as const]))(
    "a message with %d attributes of its own keeps them, and none is refused, in one trace: %s",
    async (count, shared) => {
      const own = Array.from({ length: count }, (_, index) => [
        `own${index}`,
        { DataType: "String", StringValue: "x" },
      ]);
      const MessageAttributes = Object.fromEntries(own);
      const { theirs, ours } = await send("SQS SendMessage", shared, { MessageAttributes });
      const { SQS } = await deliveries["SQS SendMessage"]!.events(aws);
      const { messageAttributes } = (SQS!.event as { Records: SQSRecord[] }).Records[0]!;
      const names = Object.keys(messageAttributes);
      expect(names).toEqual(expect.arrayContaining(Object.keys(MessageAttributes)));
      expect(names.length).toBeLessThanOrEqual(10);

      const { messages } = resolve(SQS!.event, SQS!.context);
      const found = [
        messages[0]?.context,
        ...(await foundBy(datadog, SQS!)),
        ...(await foundBy(opentelemetry, SQS!)),
      ];
      const verdicts = found.map((one) => verdict([one], shared ? ours : theirs));
      // Where there is room for one dialect only, readers of the other find nothing; never another context.
      expect(verdicts.filter((one) => one !== "nothing" && one !== "same")).toEqual([]);
      expect(verdicts[0]).toBe(count < 10 ? "same" : "nothing");
    },
  );
});
