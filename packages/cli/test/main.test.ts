import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import manifest from "../package.json" with { type: "json" };
import { bin, event, run, start } from "./program.ts";

describe.concurrent("the program", () => {
  test.each(["--version", "-v"])("%s", async (option) => {
    expect(await run([option])).toEqual({ stdout: `${manifest.version}\n`, stderr: "", code: 0 });
  });

  test.each([[["--help"]], [["-h"]], [["inspect", "--help"]], [["inspect", "event.json", "-h"]]])(
    "%j explains",
    async (args) => {
      const { stdout, stderr, code } = await run(args);
      expect(stdout).toContain("Usage: throughline");
      expect({ stderr, code }).toEqual({ stderr: "", code: 0 });
    },
  );

  test.each<[string, string[], string]>([
    ["no command", [], "Usage: throughline <command>"],
    ["an unknown command", ["inspekt"], 'no command "inspekt". See throughline --help.'],
    ["a command that every object has", ["constructor"], 'no command "constructor"'],
    ["an unknown option", ["--loud"], 'no option "--loud". See throughline --help.'],
    ["an unknown option of a command", ["inspect", "--loud"], "'--loud'. See throughline inspect --help."],
    ["an option without its value", ["inspect", "--xray"], "See throughline inspect --help."],
    ["no event", ["inspect"], 'Name a file, or "-" for standard input.'],
    ["two events", ["inspect", "a.json", "b.json"], '"b.json"'],
    ["two readers of standard input", ["inspect", "-", "--context", "-"], "Put one of them into a file."],
    [
      "an unknown format",
      ["inspect", "-", "--formats", "w3c,b4"],
      "the formats are w3c, datadog, xray, b3 or dynatrace.",
    ],
    ["no format", ["inspect", "-", "--formats", ""], "the formats are w3c, datadog, xray, b3 or dynatrace."],
    ["an unknown merge mode", ["inspect", "-", "--merge", "both"], "--merge: expected event, xray or link"],
    ["an unknown batch mode", ["inspect", "-", "--batch", "last"], "--batch: expected auto, first or links"],
    ["an event for --ndjson", ["inspect", "--ndjson", "a.json"], "each line brings its own"],
    ["a header for --ndjson", ["inspect", "--ndjson", "--xray", "x"], "each line brings its own"],
    [
      "a wrong option for --ndjson",
      ["inspect", "--ndjson", "--merge", "both"],
      "expected event, xray or link",
    ],
  ])("refuses %s", async (_, args, remedy) => {
    const { stdout, stderr, code } = await run(args, ["{}"]);
    expect(stderr).toMatch(/^throughline: /);
    expect(stderr).toContain(remedy);
    expect({ stdout, code }).toEqual({ stdout: "", code: 2 });
  });

  test.each<[string, string[], string[], string]>([
    ["a missing file", ["no-such-file.json"], [], "cannot read no-such-file.json: ENOENT"],
    ["a folder", ["packages"], [], "cannot read packages"],
    ["broken JSON", ["-"], ['{"a":'], "standard input is no JSON"],
    ["nothing", ["-"], [], "standard input is no JSON"],
    [
      "a context that is no JSON",
      [event("lambda/null"), "--context", "README.md~"],
      [],
      "cannot read README.md~",
    ],
  ])("fails on %s", async (_, args, stdin, reason) => {
    const { stdout, stderr, code } = await run(["inspect", ...args], stdin);
    expect(stderr).toContain(reason);
    expect(stderr.split("\n")).toHaveLength(2);
    expect({ stdout, code }).toEqual({ stdout: "", code: 1 });
  });

  test("stops quietly when nobody reads on", async () => {
    const program = start("inspect", event("sqs/several-traces"));
    program.stdout.destroy();
    let stderr = "";
    program.stderr.on("data", (chunk) => {
      stderr += chunk;
    });
    const code = await new Promise((resolve) => program.on("exit", resolve));
    expect({ stderr, code }).toEqual({ stderr: "", code: 0 });
  });

  test("runs as it is installed: by a link, without any option of Node.js", () => {
    const link = join(mkdtempSync(join(tmpdir(), "throughline-")), "throughline");
    symlinkSync(bin, link);
    const output = execFileSync(link, ["inspect", "-", "--json"], {
      input: "null",
      encoding: "utf8",
      env: { ...process.env, PATH: `${join(process.execPath, "..")}:${process.env.PATH}` },
    });
    expect(JSON.parse(output).trigger).toBe("lambda");
  });

  test("passes its exit code on from there", () => {
    expect(() => execFileSync(process.execPath, [bin, "inspekt"], { stdio: "pipe" })).toThrow(
      expect.objectContaining({ status: 2 }),
    );
  });

  test("loads no HTTP", () => {
    const script = `
      const { main } = await import("${new URL("../src/index.ts", import.meta.url)}");
      await main(["inspect", ${JSON.stringify(event("http-api/traceparent"))}]);
      process.stderr.write(JSON.stringify(process.moduleLoadList));
    `;
    const args = ["-C", "@throughline/source", "--input-type=module", "-e", script];
    const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
    expect(stdout).toContain("http-api");
    const modules: string[] = JSON.parse(stderr);
    expect(modules).toContain("NativeModule fs");
    expect(
      modules.filter((name) => /NativeModule (https?|_http_client|internal\/deps\/undici.*)$/.test(name)),
    ).toEqual([]);
  });
});
