import {
  type Attributes,
  AWS_LAMBDA_INVOKED_ARN,
  CLOUD_ACCOUNT_ID,
  CLOUD_RESOURCE_ID,
  FAAS_COLDSTART,
  FAAS_INVOCATION_ID,
  type LambdaContext,
} from "@throughline/triggers";
import { isColdStart } from "./runtime.ts";
import { once } from "./shared.ts";

/** What is read of Lambda's context object; every field may be missing. */
export interface InvocationContext extends LambdaContext {
  readonly awsRequestId?: string | undefined;
  readonly invokedFunctionArn?: string | undefined;
  readonly functionName?: string | undefined;
  readonly functionVersion?: string | undefined;
}

/** The function's name; outside Lambda there may be none. */
export function functionName(context: InvocationContext | undefined): string | undefined {
  return context?.functionName || process.env.AWS_LAMBDA_FUNCTION_NAME || undefined;
}

/** What the conventions say of every invocation, whatever triggered it. */
export function invocationAttributes(context: InvocationContext | undefined): Attributes {
  const { awsRequestId, invokedFunctionArn: arn, functionVersion } = context ?? {};
  return {
    [FAAS_COLDSTART]: isColdStart(once("environment")),
    ...(awsRequestId && { [FAAS_INVOCATION_ID]: awsRequestId }),
    ...(typeof arn === "string" && arn && arnAttributes(arn, functionVersion)),
  };
}

function arnAttributes(arn: string, version: string | undefined): Attributes {
  const account = arn.split(":")[4];
  return {
    [AWS_LAMBDA_INVOKED_ARN]: arn,
    [CLOUD_RESOURCE_ID]: resourceId(arn, version),
    ...(account && { [CLOUD_ACCOUNT_ID]: account }),
  };
}

/** The conventions want the version that ran where the invoked ARN says an alias. */
function resourceId(arn: string, version: string | undefined): string {
  const parts = arn.split(":");
  const qualified = parts.length > 7;
  return qualified && version ? [...parts.slice(0, 7), version].join(":") : arn;
}
