/**
 * The name of a queue or topic: the sixth part of `arn:aws:sqs:us-east-1:123456789012:orders`.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html
 */
export function resourceName(arn: unknown): string | undefined {
  return typeof arn === "string" && arn.startsWith("arn:") ? arn.split(":")[5] || undefined : undefined;
}
