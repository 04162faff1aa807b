import { DiagConsoleLogger, DiagLogLevel, diag } from "@opentelemetry/api";

/**
 * Lets OpenTelemetry's own messages through to the console, from the level that `OTEL_LOG_LEVEL` names. Without it they stay
 * silent. A logger that the user set stays.
 */
export function logAsAsked({ OTEL_LOG_LEVEL: name = "" }: NodeJS.ProcessEnv = process.env): void {
  const level = DiagLogLevel[name.trim().toUpperCase() as keyof typeof DiagLogLevel];
  if (level === undefined || hasLogger()) return;
  diag.setLogger(new DiagConsoleLogger(), { logLevel: level, suppressOverrideMessage: true });
}

/** The API keeps what was registered where all its copies find it, and has no other way to ask. */
function hasLogger(): boolean {
  const api = (globalThis as { [key: symbol]: { diag?: unknown } | undefined })[
    Symbol.for("opentelemetry.js.api.1")
  ];
  return api?.diag !== undefined;
}
