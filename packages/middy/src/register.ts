/**
 * Registers the extension that lets spans leave after the response, and waits for Lambda's answer: `tracing()` alone usually
 * asks half a millisecond too late. ES modules only.
 *
 * @example
 * import "@throughline/middy/register"; // or NODE_OPTIONS=--import=@throughline/middy/register
 */
import { extensionOfEnvironment } from "@throughline/exporter";

// The pending answer does not keep a process alive, but the wait for it must.
const alive = setInterval(() => {}, 1000);
await extensionOfEnvironment()?.answered;
clearInterval(alive);
