import { building } from "./header.ts";
import { sending } from "./send.ts";
import { type ClientOptions, settingsOf } from "./settings.ts";
import type { ClientStack } from "./stack.ts";

/** An AWS SDK v3 client, of any service. */
export interface AwsClient {
  readonly middlewareStack: { use(plugin: never): void };
}

/** What `client.middlewareStack.use` takes. */
export interface ClientPlugin {
  applyToStack(stack: object): void;
}

/**
 * Traces an AWS SDK v3 client: each command gets a span, and what it sends carries that span's context, in the place its service
 * has for it. Gives the client back.
 *
 * SQS and SNS get message attributes, a synchronous Lambda invocation its client context, EventBridge, Kinesis, Step Functions,
 * Scheduler and IoT a JSON payload; every request gets the live `X-Amzn-Trace-Id`, which no signature covers. Writes to S3 and
 * DynamoDB leave span pointers, which the functions they start are linked by. Where a service's limits leave no room, less is sent,
 * or nothing; never is a send refused for it. Inputs stay as they were.
 *
 * @throws TypeError when an option is wrong, naming it and what it may be.
 * @see https://docs.aws.amazon.com/AWSJavaScriptSDK/v3/latest/
 * @example
 * const sqs = traced(new SQSClient());
 */
export function traced<Client extends AwsClient>(client: Client, options: ClientOptions = {}): Client {
  if (typeof client?.middlewareStack?.use !== "function")
    throw new TypeError("traced(client): expected a client of the AWS SDK v3, such as new SQSClient()");
  client.middlewareStack.use(clientPlugin(options) as never);
  return client;
}

/**
 * The same as a plugin, for a client's or a command's `middlewareStack.use`. Used twice, the last one's options hold.
 *
 * @throws TypeError when an option is wrong, naming it and what it may be.
 */
export function clientPlugin(options: ClientOptions = {}): ClientPlugin {
  const settings = settingsOf(options);
  return {
    applyToStack(stack) {
      const steps = stack as ClientStack;
      steps.add(sending(settings), {
        name: "throughlineSend",
        step: "initialize",
        priority: "high",
        override: true,
      });
      // Before the SDK's own, which adds what the environment says where no header is.
      steps.add(building, { name: "throughlineHeader", step: "build", priority: "high", override: true });
    },
  };
}
