import "@throughline/middy/register";
import { get } from "node:http";
import middy from "@middy/core";
import { tracing } from "@throughline/middy";

/** Asks a service twice, by `fetch` and by `node:http`, and does not wait to read what it answers. */
export const handler = middy(async ({ service }: { readonly service: string }): Promise<void> => {
  await fetch(`${service}/by-fetch`);
  await new Promise<void>((resolve) => get(`${service}/by-http`, () => resolve()));
}).use(tracing());
