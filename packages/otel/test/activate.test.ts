import { type Context, context, createContextKey, diag, ROOT_CONTEXT } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { StackContextManager } from "@opentelemetry/sdk-trace";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { activate, ensureContextManager, LiveContext, within } from "../src/index.ts";
import { tick } from "./harness.ts";

const KEY = createContextKey("test");
const marked = (value: unknown) => ROOT_CONTEXT.setValue(KEY, value);
const active = () => context.active().getValue(KEY);

/** Gives each context values of its own before running it, as Sentry's does. */
class DerivingManager extends AsyncLocalStorageContextManager {
  override with<Args extends unknown[], Fn extends (...args: Args) => ReturnType<Fn>>(
    target: Context,
    run: Fn,
    thisArg?: ThisParameterType<Fn>,
    ...args: Args
  ): ReturnType<Fn> {
    return super.with(target.setValue(createContextKey("scopes"), {}), run, thisArg, ...args);
  }
}

/** And where it is attached, too. */
class DerivingEverywhere extends DerivingManager {
  override attach(target: Context) {
    return super.attach(target.setValue(createContextKey("scopes"), {}));
  }
}

beforeEach(() => context.disable());
afterEach(() => {
  context.disable();
  diag.disable();
});

describe("LiveContext", () => {
  test("answers as the context that it points at", () => {
    const live = new LiveContext(marked(1));
    expect(live.getValue(KEY)).toBe(1);
    live.point(marked(2));
    expect(live.getValue(KEY)).toBe(2);
    live.point(ROOT_CONTEXT);
    expect(live.getValue(KEY)).toBeUndefined();
    expect(new LiveContext().getValue(KEY)).toBeUndefined();
  });

  test.each([
    ["a pointed one is a context of its own", new LiveContext(marked(1)), 1],
    ["one that is yet to be pointed follows it", new LiveContext(), 2],
  ])("what is derived from %s", (_, live, expected) => {
    const [other, third] = [createContextKey("other"), createContextKey("third")];
    const set = live.setValue(other, "x");
    const further = set.setValue(third, "y").setValue(other, "z");
    const deleted = further.deleteValue(KEY).deleteValue(other);
    live.point(marked(2));
    const [none, x, y, z] = [undefined, "x", "y", "z"];
    expect(
      [live, set, further, deleted].map((one) => [KEY, other, third].map((key) => one.getValue(key))),
    ).toEqual([
      [2, none, none],
      [expected, x, none],
      [expected, z, y],
      [none, none, y],
    ]);
  });
});

describe.each([
  ["our manager", () => undefined],
  ["our manager, registered before", () => ensureContextManager()],
  ["the official manager", () => context.setGlobalContextManager(new AsyncLocalStorageContextManager())],
  ["a manager that derives what it runs", () => context.setGlobalContextManager(new DerivingManager())],
])("activate with %s", (_, register) => {
  beforeEach(register);

  /** An invocation: active in its own execution until it ends. */
  async function work(value: unknown, turns = 1): Promise<unknown[]> {
    const deactivate = activate(marked(value));
    expect(deactivate).toBeTypeOf("function");
    const seen = [active()];
    for (let turn = 0; turn < turns; turn += 1) {
      await tick();
      seen.push(active());
    }
    deactivate?.();
    return [...seen, active()];
  }

  test("the context is active in this execution and all it starts, until it ends", async () => {
    expect(await work(1, 2)).toEqual([1, 1, 1, undefined]);
    const deactivate = activate(marked(2));
    const timers = await Promise.all([
      new Promise((resolve) => setTimeout(() => resolve(active()), 1)),
      new Promise((resolve) => process.nextTick(() => resolve(active()))),
      Promise.resolve().then(active),
    ]);
    deactivate?.();
    expect(timers).toEqual([2, 2, 2]);
  });

  test("nothing is left active at the caller", async () => {
    const running = work(1);
    await running;
    expect(active()).toBeUndefined();
    await tick();
    expect(active()).toBeUndefined();
  });

  test("what was active at the caller is again, however often", async () => {
    await within(marked("caller"), async () => {
      expect(await work(1)).toEqual([1, 1, "caller"]);
      expect(active()).toBe("caller");
      await work(2);
      await Promise.all([work(3), work(4, 3)]);
      expect(active()).toBe("caller");
    });
    expect(active()).toBeUndefined();
  });

  test("within a scope that is pointed elsewhere, the scope is active again", async () => {
    const scope = new LiveContext();
    await within(scope, async () => {
      await work(1);
      expect(active()).toBeUndefined();
      scope.point(marked("next"));
      await work(2);
      expect(active()).toBe("next");
    });
  });

  test("within a scope derived from what is active, that scope is active again", async () => {
    const deactivate = activate(marked("outer"));
    await within(context.active().setValue(KEY, "derived"), async () => {
      await work("inner");
      expect(active()).toBe("derived");
    });
    expect(active()).toBe("outer");
    deactivate?.();
    expect(active()).toBeUndefined();
  });

  test("one within another: the inner ends first, then the outer", async () => {
    const deactivate = activate(marked("outer"));
    const inner = await within(context.active(), () => work("inner"));
    expect(inner.slice(0, -1)).toEqual(["inner", "inner"]);
    deactivate?.();
    expect(active()).toBeUndefined();
  });

  test("executions that overlap keep to themselves", async () => {
    const plan = fc.array(fc.nat({ max: 4 }), { minLength: 2, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(plan, async (turns) => {
        const seen = await Promise.all(turns.map((count, index) => work(index, count)));
        expect(seen).toEqual(
          turns.map((count, index) => [...Array.from({ length: count + 1 }, () => index), undefined]),
        );
        expect(active()).toBeUndefined();
      }),
      { numRuns: 30 },
    );
  });

  test("ten thousand executions leave no chain behind", () => {
    for (let count = 0; count < 10_000; count += 1) activate(marked(count))?.();
    expect(active()).toBeUndefined();
    const deactivate = activate(marked("last"));
    expect(active()).toBe("last");
    deactivate?.();
  });
});

describe.each([
  [
    "a manager without attach",
    () => Object.assign(new AsyncLocalStorageContextManager(), { attach: undefined }),
  ],
  ["a manager for browsers", () => new StackContextManager().enable()],
  ["a manager that attaches something else", () => new DerivingEverywhere()],
])("activate with %s", (_, create) => {
  beforeEach(() => context.setGlobalContextManager(create()));

  test("cannot, and changes nothing", async () => {
    expect(activate(marked(1))).toBeUndefined();
    expect(active()).toBeUndefined();
    await tick();
    expect(active()).toBeUndefined();
    within(marked("caller"), () => {
      expect(activate(marked(1))).toBeUndefined();
      expect(active()).toBe("caller");
    });
  });

  test("a scope still works", () => {
    expect(within(marked(1), active)).toBe(1);
    expect(active()).toBeUndefined();
  });
});

describe("ensureContextManager", () => {
  test("registers one where nobody has", () => {
    expect(context.with(marked(1), active)).toBeUndefined();
    ensureContextManager();
    expect(context.with(marked(1), active)).toBe(1);
  });

  test.each([
    ["the official one", () => new AsyncLocalStorageContextManager()],
    ["one that derives", () => new DerivingManager()],
    ["one for browsers", () => new StackContextManager().enable()],
  ])("leaves %s in place, without a word", (_, create) => {
    const complain = vi.fn();
    const manager = create();
    context.setGlobalContextManager(manager);
    diag.setLogger({ error: complain, warn: complain, info() {}, debug() {}, verbose() {} });
    ensureContextManager();
    expect(complain).not.toHaveBeenCalled();
    within(marked(1), () => expect(manager.active().getValue(KEY)).toBe(1));
  });

  test("all copies of the package have one manager", async () => {
    ensureContextManager();
    vi.resetModules();
    const copy: typeof import("../src/index.ts") = await import("../src/index.ts");
    expect(copy.activate).not.toBe(activate);
    const outer = activate(marked("ours"));
    const inner = copy.activate(marked("theirs"));
    expect(active()).toBe("theirs");
    inner?.();
    outer?.();
    expect(active()).toBeUndefined();
  });
});
