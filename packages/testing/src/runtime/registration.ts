/** What an extension asks for, and what stands when it asks. */
export interface Registration {
  /** The `Lambda-Extension-Name` header. */
  readonly name: unknown;
  readonly events: readonly string[];
  /** The names of those that are registered. */
  readonly registered: readonly string[];
  /** How many invocations the environment runs at once; more than 1 is a managed instance. */
  readonly concurrency: number;
  /** Whether the init phase is over. */
  readonly closed: boolean;
}

export interface Refusal {
  readonly status: number;
  readonly errorType: string;
  readonly errorMessage: string;
}

const MAX_EXTENSIONS = 10;

/**
 * Why Lambda refuses a registration; `undefined` when it accepts it.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/runtimes-extensions-api.html
 */
export function refusalOf({
  name,
  events,
  registered,
  concurrency,
  closed,
}: Registration): Refusal | undefined {
  if (typeof name !== "string" || name === "")
    return refuse(400, "InvalidExtensionName", "missing Lambda-Extension-Name");
  if (registered.includes(name)) return refuse(403, "Extension.AlreadyRegistered", `${name} is registered`);
  if (closed) return refuse(403, "Extension.RegistrationClosed", "registration ended with the init phase");
  if (registered.length >= MAX_EXTENSIONS) return refuse(403, "Extension.TooManyExtensions", "10 at most");
  if (events.includes("SHUTDOWN")) {
    const message = "internal extensions cannot ask for SHUTDOWN";
    return refuse(403, "ShutdownEventNotSupportedForInternalExtension", message);
  }
  if (concurrency > 1 && events.includes("INVOKE"))
    return refuse(403, "Extension.InvokeNotSupported", "INVOKE is not offered on Managed Instances");
  const unknown = events.find((event) => event !== "INVOKE");
  return unknown === undefined ? undefined : refuse(400, "InvalidEventType", unknown);
}

function refuse(status: number, errorType: string, errorMessage: string): Refusal {
  return { status, errorType, errorMessage };
}
