import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, test } from "vitest";

test("to listen loads neither undici nor node:http", async () => {
  const source = import.meta.resolve("../../src/index.ts");
  const script = `
    const { traceHttp } = await import(${JSON.stringify(source)});
    traceHttp();
    console.log(JSON.stringify(process.moduleLoadList.filter((name) => /undici|\\b_?https?\\b|_http_/.test(name))));`;
  const args = ["-C", "@throughline/source", "--input-type=module", "--eval", script];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: import.meta.dirname });
  expect(JSON.parse(stdout)).toStrictEqual([]);
});
