// A function that Datadog's layer starts: what Lambda loads is theirs, which loads and wraps the user's.
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import answers from "./answering.cjs";

process.env.LAMBDA_TASK_ROOT = import.meta.dirname;
process.env.DD_LAMBDA_HANDLER = "datadog-handler.handler";
const library = dirname(createRequire(import.meta.url).resolve("datadog-lambda-js"));
const { handler } = await import(pathToFileURL(join(library, "handler.mjs")));

answers.answering({
  receive: ({ event, context }) => handler(event, { ...context, getRemainingTimeInMillis: () => 3000 }),
});
