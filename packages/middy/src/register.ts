/**
 * Registers the extension that lets spans leave after the response, and waits for Lambda's answer: `tracing()` alone usually
 * asks half a millisecond too late. ES modules only.
 *
 * @example
 * import "@throughline/middy/register"; // or NODE_OPTIONS=--import=@throughline/middy/register
 */
import { extensionOfEnvironment } from "@throughline/exporter";

await extensionOfEnvironment()?.answered;
