import type { Sink } from "./sink.ts";

/** Sends nothing anywhere: for functions that only pass traces on. */
export const none: Sink = { name: "none", send: async () => {} };
