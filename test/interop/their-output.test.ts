import { resolve } from "@throughline/triggers";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Aws, startAws } from "./aws.ts";
import { deliveries } from "./deliveries.ts";
import { whatOthersWrite as differences } from "./differences.ts";
import { missing, type Program, startProgram } from "./program.ts";
import { verdict } from "./verdict.ts";
import { write } from "./write.ts";
import { writers } from "./writers.ts";

describe.skipIf(missing)("What others write, we read", () => {
  let aws: Aws;
  beforeAll(async () => {
    aws = await startAws();
  });
  afterAll(() => aws?.stop());

  describe.each(Object.entries(writers))("%s", (name, { program, environment, writes }) => {
    let writer: Program;
    beforeAll(async () => {
      writer = await startProgram(program, environment);
    });
    afterAll(() => writer?.stop());

    const cases = writes.flatMap((delivery) => [
      [delivery, "sampled", true] as const,
      [delivery, "not sampled", false] as const,
    ]);
    test.each(cases)("%s, %s", async (by, _, sampled) => {
      const { events, names } = deliveries[by]!;
      const written = await write(writer, by, aws, { sampled });
      const found = Object.entries(await events(aws)).map(([event, delivered]) => {
        const { messages } = resolve(delivered.event, delivered.context);
        return [
          event,
          verdict(
            messages.map((message) => message.context),
            written,
          ),
        ];
      });
      expect(Object.fromEntries(found)).toEqual(
        Object.fromEntries(names.map((event) => [event, differences.shown(`${name} > ${event}`, sampled)])),
      );
    });
  });

  test("every difference listed is looked at", () => expect(differences.unasked()).toEqual([]));
});
