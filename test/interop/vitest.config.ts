import type { ViteUserConfig } from "vitest/config";
import { suite } from "../suite.ts";

const config: ViteUserConfig = suite(import.meta.dirname, "interop");

export default config;
