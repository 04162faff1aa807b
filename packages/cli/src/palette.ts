import { styleText } from "node:util";
import type { Io } from "./command.ts";

/** What the parts of an answer look like. */
export type Palette = Readonly<Record<"heading" | "good" | "quiet", (text: string) => string>>;

/** Colours for people at a terminal who do not forbid them; plain text for everybody else. */
export function palette({ stdout, env }: Pick<Io, "stdout" | "env">): Palette {
  const paint = (style: Parameters<typeof styleText>[0]) =>
    stdout.isTTY && !env.NO_COLOR
      ? (text: string) => styleText(style, text, { validateStream: false })
      : (text: string) => text;
  return { heading: paint("bold"), good: paint("green"), quiet: paint("dim") };
}
