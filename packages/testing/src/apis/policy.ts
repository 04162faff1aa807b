/** What a policy says of a request: nobody but an authorizer's own `Deny` denies explicitly. */
export type Judgement = "allow" | "explicit-deny" | "deny";

/**
 * Judges a request by an authorizer's policy, as API Gateway does: a `Deny` that fits its ARN comes before any `Allow`.
 *
 * @throws TypeError when it is no policy.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-output.html
 */
export function judge(policyDocument: unknown, arn: string): Judgement {
  const { Statement } = Object(policyDocument) as { Statement?: unknown };
  const statements = [Statement].flat().map(parseStatement);
  const effects = new Set(
    statements.filter(({ resources }) => resources.some((one) => fits(one, arn))).map(({ effect }) => effect),
  );
  if (effects.has("Deny")) return "explicit-deny";
  return effects.has("Allow") ? "allow" : "deny";
}

function parseStatement(statement: unknown) {
  const { Action, Effect, Resource } = Object(statement) as Record<string, unknown>;
  const resources = [Resource].flat();
  const known = Effect === "Allow" || Effect === "Deny";
  if (!known || Action === undefined || !resources.every((one) => typeof one === "string")) {
    throw new TypeError(`no statement of a policy: ${JSON.stringify(statement)}`);
  }
  return { effect: Effect, resources };
}

/** `*` is any text, `?` any character. */
function fits(pattern: string, arn: string): boolean {
  let reached = new Set([0]);
  for (const sign of pattern) {
    const next = [...reached].flatMap((at) => {
      if (sign === "*") return Array.from({ length: arn.length - at + 1 }, (_, skipped) => at + skipped);
      return at < arn.length && (sign === "?" || sign === arn[at]) ? [at + 1] : [];
    });
    reached = new Set(next);
  }
  return reached.has(arn.length);
}
