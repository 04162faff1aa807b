import {
  AWS_LOG_GROUP_NAMES,
  CLOUD_PLATFORM,
  CLOUD_PROVIDER,
  CLOUD_REGION,
  FAAS_INSTANCE,
  FAAS_MAX_MEMORY,
  FAAS_NAME,
  FAAS_VERSION,
  SERVICE_NAME,
} from "@throughline/triggers";

/** What a resource says of its function, ready for an OpenTelemetry `Resource`. */
export type ResourceAttributes = Record<string, string | number | readonly string[]>;

/**
 * The resource of this Lambda function, from the variables that Lambda sets, `OTEL_RESOURCE_ATTRIBUTES` and
 * `OTEL_SERVICE_NAME`; the later ones win.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/resource/faas/
 */
export function lambdaResource(env: NodeJS.ProcessEnv = process.env): ResourceAttributes {
  const name = env.AWS_LAMBDA_FUNCTION_NAME;
  return {
    [SERVICE_NAME]: name || "unknown_service:node",
    ...(name && functionAttributes(name, env)),
    ...parseAttributes(env.OTEL_RESOURCE_ATTRIBUTES),
    ...(env.OTEL_SERVICE_NAME && { [SERVICE_NAME]: env.OTEL_SERVICE_NAME }),
  };
}

function functionAttributes(name: string, env: NodeJS.ProcessEnv): ResourceAttributes {
  const memory = Number(env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE);
  return present({
    [CLOUD_PROVIDER]: "aws",
    [CLOUD_PLATFORM]: "aws_lambda",
    [CLOUD_REGION]: env.AWS_REGION,
    [FAAS_NAME]: name,
    [FAAS_VERSION]: env.AWS_LAMBDA_FUNCTION_VERSION,
    [FAAS_INSTANCE]: env.AWS_LAMBDA_LOG_STREAM_NAME,
    [FAAS_MAX_MEMORY]: memory > 0 ? memory * 1024 * 1024 : undefined,
    [AWS_LOG_GROUP_NAMES]: env.AWS_LAMBDA_LOG_GROUP_NAME && [env.AWS_LAMBDA_LOG_GROUP_NAME],
  });
}

/** `key=value,key=value`, percent-encoded. One malformed pair and none counts, as the specification has it. */
function parseAttributes(list = ""): ResourceAttributes {
  const attributes: ResourceAttributes = {};
  for (const pair of list.split(",")) {
    if (pair.trim() === "") continue;
    const equals = pair.indexOf("=");
    try {
      const key = decodeURIComponent(pair.slice(0, Math.max(0, equals)).trim());
      if (key === "") return {};
      attributes[key] = decodeURIComponent(pair.slice(equals + 1).trim());
    } catch {
      return {};
    }
  }
  return present(attributes);
}

function present(attributes: Record<string, ResourceAttributes[string] | undefined>): ResourceAttributes {
  return Object.fromEntries(
    Object.entries(attributes).filter(([, value]) => value !== undefined && value !== ""),
  ) as ResourceAttributes;
}
