import type { Carrier } from "@throughline/propagation";
import { redactQuery } from "@throughline/triggers";
import type { Target } from "./target.ts";

/**
 * Whether a request is signed, by header or by query: one more header could make its receiver refuse it.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html
 */
export function isSigned(header: Carrier, { parsed }: Target): boolean {
  if (header("authorization")?.startsWith("AWS4-")) return true;
  const query = parsed.search.slice(1);
  // What must not be shown of a query is what signs it.
  return /(?:^|&)X-Amz-Algorithm=/i.test(query) || redactQuery(query) !== query;
}
