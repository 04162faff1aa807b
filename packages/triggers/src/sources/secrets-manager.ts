import * as semconv from "../semconv.ts";
import type { Trigger } from "../trigger.ts";
import { present, text } from "./shared/attributes.ts";
import { bears } from "./shared/marks.ts";

/** What is read of a rotation's step. */
export interface SecretsManagerEvent {
  readonly SecretId: unknown;
}

/**
 * A step of a secret's rotation, which has no place for a context.
 *
 * @see https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotate-secrets_lambda-functions.html
 */
export const secretsManager: Trigger<SecretsManagerEvent> = {
  name: "secrets-manager",
  kind: "other",
  match: (event): event is SecretsManagerEvent =>
    bears(event, "SecretId") &&
    typeof event.Step === "string" &&
    typeof event.ClientRequestToken === "string",
  messages: () => [{ places: () => [] }],
  attributes: ({ SecretId }) => present({ [semconv.AWS_SECRETSMANAGER_SECRET_ARN]: arn(SecretId) }),
};

function arn(id: unknown): string | undefined {
  return text(id)?.startsWith("arn:") ? text(id) : undefined;
}
