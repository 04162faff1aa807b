import "@throughline/middy/register";
import middy from "@middy/core";
import { tracing } from "@throughline/middy";
import type { Shipment } from "../item.ts";

/** Asks the carrier to fetch what was shipped. */
export const handler = middy(async ({ order, name, by }: Shipment): Promise<void> => {
  const body = JSON.stringify({ order, name, by });
  const { status } = await fetch(`${process.env.CARRIER_URL}/pickups`, { method: "POST", body });
  if (status !== 201) throw new Error(`the carrier answered ${status}`);
}).use(tracing());
