import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { event, run } from "./program.ts";

const A = "4bf92f3577b34da6a3ce929d0e0e4736 00f067aa0ba902b7";
const B = "68a7c0a1e4d94f1db2c3d4e5f6071829 b7ad6b7169203331";
const C = "67891233abcdef012345678912345678 463ac35c9f6413ad";
const ROOT = "Root=1-67891233-abcdef012345678912345678";
const SPAN = `${ROOT};Parent=463ac35c9f6413ad`;
const SAME_TRACE = "Root=1-4bf92f35-77b34da6a3ce929d0e0e4736;Parent=1111111111111111";
const TAG = "FW4;-1076712821;0;0;0;0;1292943070;0;ae29;6h4bf92f3577b34da6a3ce929d0e0e4736;7h53995c3f42cd8ad8";

async function inspect(name: string, ...options: string[]): Promise<string> {
  const { stdout, stderr, code } = await run(["inspect", event(name), ...options]);
  expect({ stderr, code }).toEqual({ stderr: "", code: 0 });
  return stdout;
}

/** A line's words, with one space between them. */
const squeezed = (text: string) => text.replace(/ +/g, " ");

describe.concurrent("for people", () => {
  test("the whole answer", async () => {
    expect(await inspect("sns/eventbridge", "--xray", `${SPAN};Sampled=1`)).toBe(
      `Trigger     sns (pubsub)
Span name   process order-events

Looked for a context
  message 1 of 1, 95df01b4-ee98-5cb9-9903-4c221d41eb5e
    ✗ Sns.MessageAttributes        nothing
    ✓ Sns.Message.detail._datadog  datadog ${B}: sampled; the parent
  the runtime's header
    ✓ runtime                      xray ${C}: sampled; other trace: linked

Parent      ${B}, sampled
Links       ${C}, sampled

Attributes
  faas.trigger                pubsub
  messaging.system.name       aws.sns
  messaging.operation.name    process
  messaging.operation.type    process
  messaging.destination.name  order-events
  aws.sns.topic.arn           arn:aws:sns:us-east-2:123456789012:order-events
  messaging.message.id        95df01b4-ee98-5cb9-9903-4c221d41eb5e
`,
    );
  });

  test.each<[string, string, string[], string[]]>([
    [
      "no context anywhere",
      "sqs/no-context",
      [],
      ["✗ messageAttributes nothing", "Parent none", "Links none"],
    ],
    [
      "an event that has no places",
      "lambda/null",
      [],
      ["✗ no place where one could be", "Span name the function's"],
    ],
    ["no runtime header", "lambda/null", [], ["✗ none given (--xray)"]],
    ["a broken traceparent", "api-gateway/broken-traceparent", [], [`datadog ${B}`, "traceparent: invalid"]],
    [
      "a header that names no span",
      "alb/root-only",
      [],
      ["✗ headers x-amzn-trace-id: names a trace but no span"],
    ],
    ["several traceparents", "http-api/two-traceparents", [], ["traceparent: several that differ"]],
    [
      "X-Ray that is not sampled",
      "api-gateway/proxy-xray-undecided",
      [],
      [`✓ headers xray ${C}: Sampled=0: undecided; the parent`, "undecided, our sampler decides"],
    ],
    ["X-Ray without a decision", "alb/self-before-root", [], ["no Sampled: undecided"]],
    ["an unsampled parent", "http-api/any-method-named-stage", [], [`w3c ${A}: not sampled; the parent`]],
    [
      "a format that is not looked for",
      "sqs/datadog-attribute",
      ["--formats", "w3c"],
      ["x-datadog-trace-id: there, but datadog is none of the formats looked for", "Parent none"],
    ],
    [
      "another trace of the runtime's",
      "http-api/traceparent",
      ["--xray", `${SPAN};Sampled=1`],
      [`✓ runtime xray ${C}: sampled; other trace: linked`, `Links ${C}, sampled`],
    ],
    [
      "the runtime's unsampled header",
      "http-api/traceparent",
      ["--xray", `${SPAN};Sampled=0`],
      [`– runtime xray ${C}: Sampled=0: undecided; no decision to sample: not used`],
    ],
    [
      "the runtime's header without a span",
      "http-api/traceparent",
      ["--xray", ROOT],
      ["✗ runtime x-amzn-trace-id: names a trace but no span"],
    ],
    [
      "the runtime in the same trace",
      "http-api/traceparent",
      ["--xray", `${SAME_TRACE};Sampled=1`],
      ["the event's own trace: nothing to add", "Links none"],
    ],
    [
      "merge xray",
      "http-api/traceparent",
      ["--xray", SPAN, "--merge", "xray"],
      [`✓ headers w3c ${A}: sampled; other trace: linked`, `Parent ${C}, undecided`],
    ],
    [
      "merge link",
      "http-api/traceparent",
      ["--xray", SPAN, "--merge=link"],
      ["Parent none: a new trace starts here", "no single parent: linked"],
    ],
    [
      "batch first",
      "sqs/several-traces",
      ["--batch", "first"],
      ["Span name process orders", `Parent ${A}, sampled`, `datadog ${B}: sampled; other trace: linked`],
    ],
    [
      "what was written",
      "s3/created",
      [],
      ["✗ no place where one could be\n → span pointer aws.s3.object c7b4c9020bb49a67457acf3e91e6c887"],
    ],
    [
      "one trace in a batch",
      "sqs/one-trace",
      [],
      ["same trace: linked", "message 2 of 2, 2e1424d4-f796-459a-8184-9c92662be6da"],
    ],
  ])("%s", async (_, name, options, expected) => {
    const answer = squeezed(await inspect(name, ...options));
    for (const line of expected) expect(answer).toContain(line);
  });

  test.each([
    ["b3", { b3: `${B.replace(" ", "-")}-1` }, `✓ event b3 ${B}: sampled; the parent`],
    ["a decision alone", { b3: "0" }, "✗ event b3: a decision, but no trace"],
    ["a broken b3", { b3: "junk" }, "✗ event b3: invalid"],
    ["several b3", { b3: "1,0" }, "✗ event b3: several that differ"],
    ["a trace without a span", { "x-b3-traceid": B.slice(0, 32) }, "✗ event x-b3-spanid: missing"],
    ["broken ids", { "x-b3-traceid": "1", "x-b3-spanid": "2" }, "✗ event x-b3-traceid, x-b3-spanid: invalid"],
    [
      "Dynatrace's tag",
      { "x-dynatrace": TAG },
      "✓ event dynatrace 4bf92f3577b34da6a3ce929d0e0e4736 53995c3f42cd8ad8: sampled; the parent",
    ],
    [
      "a tag with a wrong checksum",
      { "x-dynatrace": TAG.replace("ae29", "ae28") },
      "x-dynatrace: wrong checksum",
    ],
    [
      "a tag without ids",
      { dtdTraceTagInfo: "FW4;1;2;3;4;5;6;7" },
      "✗ event dtdtracetaginfo: does not name trace and span",
    ],
    ["a broken tag", { "x-dynatrace": "FW4" }, "✗ event x-dynatrace: invalid"],
    ["several tags", { "x-dynatrace": "FW4,FW3" }, "✗ event x-dynatrace: several that differ"],
    ["a tracestate alone", { tracestate: "a=1" }, "✗ event tracestate: alone, without a traceparent"],
  ])("of %s it says why", async (_, event, expected) => {
    const { stdout } = await run(["inspect", "-"], [JSON.stringify(event)]);
    expect(squeezed(stdout)).toContain(expected);
  });

  test("what an authorizer left for another request is named, and passed over", async () => {
    const lines = squeezed(await inspect("api-gateway/authorizer-cached"));
    expect(lines).toContain(
      "requestContext.authorizer._datadog the authorizer's answer is cached: of another request",
    );
    expect(lines).toContain(`Parent ${A}`);
  });

  test("an event's control characters are shown, not obeyed", async () => {
    const hostile = JSON.stringify({
      "detail-type": "\u001b[2J\u202eevil",
      source: "x",
      detail: {},
      id: "a\nParent b",
    });
    const { stdout } = await run(["inspect", "-"], [hostile]);
    expect(stdout).toContain("process \\u001b[2J\\u202eevil");
    expect(stdout).toContain("a\\u000aParent b");
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
    expect(stdout).not.toMatch(/[\u001b\u202e]/);
  });
});

describe.concurrent("--json", () => {
  test("prints the resolution, and every place with its verdict", async () => {
    const answer = JSON.parse(await inspect("http-api/traceparent", "--json", "--xray", `${SPAN};Sampled=?`));
    expect(answer).toMatchObject({
      trigger: "http-api",
      kind: "http",
      spanName: "GET /pets/{petId}",
      parent: { traceId: A.slice(0, 32), spanId: A.slice(33), sampled: true },
      links: [],
      messages: [{ context: { traceId: A.slice(0, 32) } }],
      attributes: { "http.request.method": "GET" },
      looked: [
        { at: "headers", message: 0, format: "w3c", use: "parent" },
        {
          at: "runtime",
          message: null,
          format: "xray",
          use: "not used",
          why: [expect.stringContaining("Sampled=?"), expect.any(String)],
        },
      ],
    });
  });

  test("reads the event from standard input, however it is cut", async () => {
    const { stdout } = await run(
      ["inspect", "-", "--json"],
      ["\uFEFF{", '"traceparent":', `"00-${A.replace(" ", "-")}-01"}`],
    );
    expect(JSON.parse(stdout).parent).toEqual({
      traceId: A.slice(0, 32),
      spanId: A.slice(33),
      sampled: true,
    });
  });
});

describe.concurrent("--context", () => {
  const context = (content: unknown) => {
    const path = join(mkdtempSync(join(tmpdir(), "throughline-")), "context.json");
    writeFileSync(path, JSON.stringify(content));
    return path;
  };
  const clientContext = { custom: { traceparent: `00-${B.replace(" ", "-")}-01` } };

  test("is where a direct caller's client context comes from", async () => {
    const answer = await inspect("lambda/plain-fields", "--context", context({ clientContext }));
    expect(squeezed(answer)).toContain(`✓ clientContext.custom w3c ${B}: sampled; the parent`);
  });

  test("may bring the runtime's header", async () => {
    const path = context({ xRayTraceId: `${SPAN};Sampled=1` });
    expect(await inspect("lambda/console-test", "--context", path)).toContain(`Parent      ${C}, sampled`);
    expect(await inspect("lambda/console-test", "--context", path, "--xray", "")).toContain(
      "Parent      none",
    );
  });

  test.each([null, 17, "text", [1], { clientContext: null }])("%j says nothing", async (content) => {
    expect(await inspect("lambda/plain-fields", "--context", context(content))).toContain(`Parent      ${A}`);
  });
});
