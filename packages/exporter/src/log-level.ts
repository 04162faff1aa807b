import { DiagConsoleLogger, DiagLogLevel, diag } from "@opentelemetry/api";

/**
 * Lets OpenTelemetry's own messages through to the console, from the level that `OTEL_LOG_LEVEL` names. Without it they stay
 * silent, unless the user set a logger.
 */
export function logAsAsked({ OTEL_LOG_LEVEL: name = "" }: NodeJS.ProcessEnv = process.env): void {
  const level = DiagLogLevel[name.trim().toUpperCase() as keyof typeof DiagLogLevel];
  if (level === undefined) return;
  diag.setLogger(new DiagConsoleLogger(), { logLevel: level, suppressOverrideMessage: true });
}
