import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { type FunctionOptions, type LambdaFunction, startFunction } from "../../src/runtime/ric.ts";

let running: LambdaFunction | undefined;
afterEach(async () => {
  await running?.stop();
  running = undefined;
});

/** A function of this source on the real runtime client. */
async function start(source: string, options: Partial<FunctionOptions> = {}): Promise<LambdaFunction> {
  const taskRoot = mkdtempSync(join(tmpdir(), "throughline-runtime-"));
  writeFileSync(join(taskRoot, "index.mjs"), source);
  running = await startFunction({ taskRoot, ...options });
  return running;
}

const whats = (fn: LambdaFunction) => fn.timeline.map(({ what }) => what);

/** In the function: registers an extension and says what came of it. */
const REGISTER = `
  const api = "http://" + process.env.AWS_LAMBDA_RUNTIME_API + "/2020-01-01/extension/";
  async function register(events, name = "ours") {
    const headers = name ? { "Lambda-Extension-Name": name } : {};
    const reply = await fetch(api + "register", { method: "POST", headers, body: JSON.stringify({ events }) });
    return { status: reply.status, id: reply.headers.get("lambda-extension-identifier") };
  }
  const next = async (id) => {
    const reply = await fetch(api + "event/next", { headers: { "Lambda-Extension-Identifier": id } });
    return { status: reply.status, event: await reply.json() };
  };`;

test("an invocation brings what Lambda's does, and its result comes back", async () => {
  const fn = await start(`export const handler = async (event, context) => ({
    event,
    trace: context.xRayTraceId,
    variable: process.env._X_AMZN_TRACE_ID,
    client: context.clientContext,
    tenant: context.tenantId,
    arn: context.invokedFunctionArn,
    remaining: context.getRemainingTimeInMillis() > 0,
  });`);
  const traceHeader = "Root=1-5759e988-bd862e3fe1be46a994272793";
  expect(
    await fn.invoke({ a: "é" }, { traceHeader, clientContext: { custom: { k: "v" } }, tenantId: "t" }),
  ).toEqual({
    event: { a: "é" },
    trace: traceHeader,
    variable: traceHeader,
    client: { custom: { k: "v" } },
    tenant: "t",
    arn: fn.arn,
    remaining: true,
  });
  expect(await fn.invoke(null)).toMatchObject({ event: null, trace: "" });
});

test("a handler's error comes back as the runtime client tells it", async () => {
  const fn = await start(`export const handler = async () => { throw new RangeError("no"); };`);
  await expect(fn.invoke({})).rejects.toMatchObject({
    name: "FunctionError",
    errorType: "RangeError",
    message: "no",
  });
});

test("a function that cannot be loaded is an init error", async () => {
  const fn = await start(`throw new TypeError("at init");`);
  await expect(fn.invoke({})).rejects.toMatchObject({ errorType: "TypeError", message: "at init" });
  expect(whats(fn)).toContain("init-error");
});

test("between invocations the process is stopped: no timer of it runs", async () => {
  const fn = await start(`
    let ticks = 0;
    setInterval(() => { ticks += 1; }, 1);
    export const handler = async () => ticks;`);
  await fn.invoke({});
  await fn.settled();
  const before = (await fn.invoke({})) as number;
  await fn.settled();
  await new Promise((resolve) => setTimeout(resolve, 300));
  const after = (await fn.invoke({})) as number;
  expect(after - before).toBeLessThan(100);
  expect(
    whats(fn)
      .filter((what) => what === "frozen" || what === "thawed")
      .slice(0, 2),
  ).toEqual(["frozen", "thawed"]);
});

test("an invocation past its deadline is ended with the process, and the next one starts cold", async () => {
  const fn = await start(
    `let n = 0;
    export const handler = async (event) => { n += 1; if (event.hang) await new Promise((r) => setTimeout(r, 60_000)); return n; };`,
    { timeout: 200 },
  );
  expect(await fn.invoke({}, { timeout: 5000 })).toBe(1);
  await expect(fn.invoke({ hang: true })).rejects.toMatchObject({ errorType: "Sandbox.Timedout" });
  await fn.settled();
  expect(await fn.invoke({}, { timeout: 5000 })).toBe(1);
});

test("a process that ends without an answer fails its invocation, and is replaced", async () => {
  const fn = await start(
    `export const handler = async (event) => { if (event.exits) process.exit(3); return "alive"; };`,
  );
  await expect(fn.invoke({ exits: true })).rejects.toThrow("Runtime exited: 3");
  await fn.settled();
  expect(await fn.invoke({})).toBe("alive");
});

test("an extension is accepted until the runtime asks for its first invocation, then refused", async () => {
  const fn = await start(`${REGISTER}
    const early = await register(["INVOKE"]);
    const polled = next(early.id);
    export const handler = async () => {
      const { event } = await polled;
      void next(early.id);
      return { early: early.status, type: event.eventType, late: (await register(["INVOKE"], "late")).status };
    };`);
  expect(await fn.invoke({})).toEqual({ early: 200, type: "INVOKE", late: 403 });
});

test.each([
  ["SHUTDOWN, which internal extensions do not get", `["SHUTDOWN"]`, `"ours"`, {}, 403],
  ["an unknown event", `["RESTORE"]`, `"ours"`, {}, 400],
  ["no name", `["INVOKE"]`, `""`, {}, 400],
  ["INVOKE on a managed instance", `["INVOKE"]`, `"ours"`, { concurrency: 2 }, 403],
])("a registration for %s is refused", async (_, events, name, options, status) => {
  const fn = await start(
    `${REGISTER}
    const reply = await register(${events}, ${name});
    export const handler = async () => reply.status;`,
    options,
  );
  expect(await fn.invoke({})).toBe(status);
});

test("a name counts once, ten extensions are the most, and a stranger may not poll", async () => {
  const fn = await start(`${REGISTER}
    const statuses = [];
    const ids = [];
    for (let n = 0; n < 11; n += 1) {
      const reply = await register([], "e" + n);
      statuses.push(reply.status);
      if (reply.id) ids.push(reply.id);
    }
    statuses.push((await register([], "e0")).status, (await next("nobody")).status);
    for (const id of ids) void next(id);
    export const handler = async () => statuses;`);
  expect(await fn.invoke({})).toEqual([...Array(10).fill(200), 403, 403, 403]);
});

test("an environment is not frozen before its extension has polled again", async () => {
  const fn = await start(`${REGISTER}
    const { id } = await register(["INVOKE"]);
    (async () => {
      for (;;) {
        await next(id);
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    })();
    export const handler = async () => "answered";`);
  expect(await fn.invoke({})).toBe("answered");
  expect(whats(fn)).not.toContain("frozen");
  await fn.settled();
  expect(whats(fn).slice(-2)).toEqual(["extension-polls", "frozen"]);
});

test.each([
  ["with an extension", `await register([]).then(({ id }) => void next(id));`, "said goodbye"],
  ["without one", "", ""],
])("the end comes with SIGTERM only %s", async (_, registration, said) => {
  const fn = await start(`${REGISTER}
    ${registration}
    process.on("SIGTERM", () => { console.log("said goodbye"); process.exit(0); });
    export const handler = async () => {};`);
  await fn.invoke({});
  await fn.stop();
  expect(fn.log).toContain(said);
  expect(fn.log.includes("said goodbye")).toBe(said !== "");
});

test("a managed instance runs invocations at once, and is never frozen", async () => {
  const fn = await start(
    `let current = 0, most = 0;
    export const handler = async () => {
      most = Math.max(most, current += 1);
      await new Promise((resolve) => setTimeout(resolve, 50));
      current -= 1;
      return { most, variable: process.env._X_AMZN_TRACE_ID ?? null };
    };`,
    { concurrency: 3 },
  );
  const results = await Promise.all([1, 2, 3, 4].map(() => fn.invoke({}, { traceHeader: "Root=1-x" })));
  expect(results.at(-1)).toEqual({ most: 3, variable: null });
  await fn.settled();
  expect(whats(fn)).not.toContain("frozen");
});

test("a streamed response is its text; one that breaks off is an error", async () => {
  const fn = await start(`
    export const handler = awslambda.streamifyResponse(async (event, stream) => {
      stream.write("one ");
      if (event.breaks) throw new RangeError("broken");
      stream.end("two");
    });`);
  expect(await fn.invoke({})).toBe("one two");
  await expect(fn.invoke({ breaks: true })).rejects.toMatchObject({
    errorType: "RangeError",
    message: "broken",
  });
});
