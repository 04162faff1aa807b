import { expect, test } from "vitest";
import { judge } from "../../src/apis/policy.ts";

const ARN = "arn:aws:execute-api:us-east-1:123456789012:a1b2c3d4e5/prod/GET/orders/17";
const allow = (Resource: unknown) => ({ Action: "execute-api:Invoke", Effect: "Allow", Resource });
const deny = (Resource: unknown) => ({ ...allow(Resource), Effect: "Deny" });

test.each<[string, unknown, string]>([
  ["all", allow("*"), "allow"],
  ["this request", allow(ARN), "allow"],
  ["this stage", allow("arn:aws:execute-api:*:*:a1b2c3d4e5/prod/*"), "allow"],
  ["one character", allow(ARN.replace("17", "1?")), "allow"],
  ["one of several", allow(["x", ARN]), "allow"],
  ["another request", allow(ARN.replace("GET", "POST")), "deny"],
  ["what only looks like it", allow(ARN.replaceAll("/", ".")), "deny"],
  ["its beginning", allow(ARN.slice(0, -1)), "deny"],
  ["a denial before an allowance", [allow("*"), deny("*/orders/*")], "explicit-deny"],
  ["a denial of something else", [deny("*/users/*"), allow("*")], "allow"],
])("a policy for %s", (_, Statement, judgement) => {
  expect(judge({ Version: "2012-10-17", Statement }, ARN)).toBe(judgement);
});

test.each([undefined, null, {}, { Statement: {} }, { Statement: [{ ...allow("*"), Effect: "allow" }] }])(
  "%j is no policy",
  (policy) => expect(() => judge(policy, ARN)).toThrow(TypeError),
);
