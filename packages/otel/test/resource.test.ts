import { expect, test } from "vitest";
import { lambdaResource } from "../src/index.ts";

const lambda = {
  AWS_LAMBDA_FUNCTION_NAME: "checkout",
  AWS_LAMBDA_FUNCTION_VERSION: "7",
  AWS_LAMBDA_FUNCTION_MEMORY_SIZE: "512",
  AWS_LAMBDA_LOG_GROUP_NAME: "/aws/lambda/checkout",
  AWS_LAMBDA_LOG_STREAM_NAME: "2026/11/20/[7]0123456789abcdef",
  AWS_REGION: "eu-west-1",
};
const resource = {
  "service.name": "checkout",
  "cloud.provider": "aws",
  "cloud.platform": "aws_lambda",
  "cloud.region": "eu-west-1",
  "faas.name": "checkout",
  "faas.version": "7",
  "faas.instance": "2026/11/20/[7]0123456789abcdef",
  "faas.max_memory": 536_870_912,
  "aws.log.group.names": ["/aws/lambda/checkout"],
};
const unknown = { "service.name": "unknown_service:node" };

test.each<[string, NodeJS.ProcessEnv, object]>([
  ["a Lambda function", lambda, resource],
  ["nothing is known outside Lambda", {}, unknown],
  [
    "what tools for AWS set outside Lambda says nothing",
    { ...lambda, AWS_LAMBDA_FUNCTION_NAME: undefined },
    unknown,
  ],
  ["an empty name is none", { ...lambda, AWS_LAMBDA_FUNCTION_NAME: "" }, unknown],
  [
    "what is missing or empty is left out",
    { AWS_LAMBDA_FUNCTION_NAME: "checkout", AWS_REGION: "", AWS_LAMBDA_LOG_GROUP_NAME: "" },
    {
      "service.name": "checkout",
      "cloud.provider": "aws",
      "cloud.platform": "aws_lambda",
      "faas.name": "checkout",
    },
  ],
])("%s", (_, env, expected) => {
  expect(lambdaResource(env)).toStrictEqual(expected);
});

test.each(["", "much", "0", "-1", "NaN"])("a memory size of %j is left out", (size) => {
  const attributes = lambdaResource({ ...lambda, AWS_LAMBDA_FUNCTION_MEMORY_SIZE: size });
  expect(attributes).not.toHaveProperty(["faas.max_memory"]);
});

test.each<[string, string, object]>([
  ["one", "team=shop", { team: "shop" }],
  ["several", "team=shop,tier=1", { team: "shop", tier: "1" }],
  ["spaces around", " team = shop , tier=1 ", { team: "shop", tier: "1" }],
  ["values percent-encoded", "team=shop%2C%20caf%C3%A9", { team: "shop, café" }],
  ["keys percent-encoded", "team%3Dname=shop", { "team=name": "shop" }],
  ["an equals sign in a value", "query=a=b", { query: "a=b" }],
  ["a comma too many", "team=shop,", { team: "shop" }],
  ["the last of the same key", "team=a,team=b", { team: "b" }],
  ["a value that is empty", "team=,tier=1", { tier: "1" }],
  ["an empty service name", "service.name=", {}],
  ["nothing", "", {}],
  ["none, where one has no equals sign", "team=shop,tier", {}],
  ["none, where one has no key", "team=shop,=1", {}],
  ["none, where one is badly encoded", "team=shop,tier=%E9", {}],
])("OTEL_RESOURCE_ATTRIBUTES: %s", (_, list, expected) => {
  expect(lambdaResource({ OTEL_RESOURCE_ATTRIBUTES: list })).toStrictEqual({ ...unknown, ...expected });
});

test.each<[string, NodeJS.ProcessEnv, string]>([
  ["the function's name", {}, "checkout"],
  ["the attributes', before it", { OTEL_RESOURCE_ATTRIBUTES: "service.name=shop" }, "shop"],
  [
    "OTEL_SERVICE_NAME, before both",
    { OTEL_RESOURCE_ATTRIBUTES: "service.name=shop", OTEL_SERVICE_NAME: "orders" },
    "orders",
  ],
  ["the function's, where OTEL_SERVICE_NAME is empty", { OTEL_SERVICE_NAME: "" }, "checkout"],
])("the service is named by %s", (_, env, name) => {
  expect(lambdaResource({ ...lambda, ...env })).toStrictEqual({ ...resource, "service.name": name });
});

test("other attributes win over what Lambda says", () => {
  const env = { ...lambda, OTEL_RESOURCE_ATTRIBUTES: "cloud.region=moon,team=shop" };
  expect(lambdaResource(env)).toStrictEqual({ ...resource, "cloud.region": "moon", team: "shop" });
});
