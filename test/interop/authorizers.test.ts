import { lambdaContext, startHttpApi, startRestApi } from "@throughline/testing";
import { resolve } from "@throughline/triggers";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { missing, type Program, startProgram } from "./program.ts";
import { readers } from "./readers.ts";
import { type Found, type Ids, verdict } from "./verdict.ts";

const context = { ...lambdaContext() };
const headers = { authorization: "Bearer 17" };
const traceparent = "00-5b8efff798038103d269b633813fc60c-00f067aa0ba902b7-01";

const ANSWER = {
  principalId: "17",
  policyDocument: {
    Version: "2012-10-17",
    Statement: [{ Action: "execute-api:Invoke", Effect: "Allow", Resource: "*" }],
  },
};

describe.skipIf(missing)("Through an authorizer", () => {
  let ours: Program;
  let theirs: Program;
  beforeAll(async () => {
    const { program, environment } = readers["datadog-lambda-js"]!;
    ours = await startProgram("throughline.mjs");
    theirs = await startProgram(program, environment);
  });
  afterAll(async () => {
    await ours?.stop();
    await theirs?.stop();
  });

  test.each([
    ["REST API", startRestApi, ["ANY /{proxy+}"]],
    ["HTTP API", startHttpApi, ["$default"]],
  ] as const)("ours before theirs, %s", async (_, start, routes) => {
    let written: Ids | undefined;
    let found: readonly Found[] = [];
    await using api = await start({
      routes,
      authorizer: {
        async invoke(event: object) {
          const answer = await ours.ask<{ result: object; written: Ids }>("authorize", {
            event,
            answer: ANSWER,
          });
          written = answer.written;
          return answer.result;
        },
      },
      async invoke(event: object) {
        ({ found } = await theirs.ask<{ found: readonly Found[] }>("receive", { event, context }));
        return { statusCode: 200 };
      },
    });
    expect((await fetch(`${api.url}/orders`, { headers: { ...headers, traceparent } })).status).toBe(200);
    expect(verdict(found, written!)).toBe("same");
    expect(written).toMatchObject({ traceId: traceparent.split("-")[1], sampled: true });
  });

  test("theirs before ours, REST API", async () => {
    let written: Ids | undefined;
    let found: Found;
    await using api = await startRestApi({
      routes: ["ANY /{proxy+}"],
      authorizer: {
        async invoke(event) {
          const asked = { event: { ...event, answer: ANSWER }, context };
          const {
            active,
            found: _,
            ...result
          } = await theirs.ask<{ active: Ids; found: unknown }>("receive", asked);
          written = active;
          return result;
        },
      },
      async invoke(event) {
        found = resolve(event, context).parentage.parent;
        return { statusCode: 200 };
      },
    });
    expect((await fetch(`${api.url}/orders`, { headers: { ...headers, traceparent } })).status).toBe(200);
    expect(verdict([found], written!)).toBe("same");
  });
});
