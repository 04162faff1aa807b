import { type Matcher, toMatcher } from "./patterns.ts";

/**
 * The calls that are the runtime's and tracing's own, nobody's requests: those of Lambda's Runtime and Extensions API, and the
 * X-Ray daemon's, whose address may come as `host:port` or `tcp:host:port udp:host:port`.
 */
export function ownCalls(
  { AWS_LAMBDA_RUNTIME_API = "", AWS_XRAY_DAEMON_ADDRESS = "" }: NodeJS.ProcessEnv = process.env,
): readonly Matcher[] {
  const daemon = AWS_XRAY_DAEMON_ADDRESS.split(/\s+/).map((address) => address.replace(/^(?:tcp|udp):/, ""));
  return [AWS_LAMBDA_RUNTIME_API, ...daemon].flatMap((address) => toMatcher(address) ?? []);
}
