import { fitting, isRecord, limits, parseObject, parseVerbatim } from "@throughline/payloads";
import * as semconv from "@throughline/triggers";
import { clientContextPlaces, present, text } from "@throughline/triggers";
import type { Injection } from "../injection.ts";
import type { Fields, Operation, Service } from "../service.ts";
import { utf8 } from "./fields.ts";

/**
 * A synchronous invocation's context is in its client context, which an asynchronous one does not deliver: there it may go into the
 * payload. The tracing header is sent with either.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
 */
export const lambda: Service = {
  client: "Lambda",
  operations: {
    Invoke: { ...invoking(), inject: withContext },
    InvokeWithResponseStream: { ...invoking(), inject: withContext },
    InvokeAsync: invoking(),
  },
};

function invoking(): Operation {
  return {
    attributes: ({ FunctionName }) => {
      const parts = (text(FunctionName) ?? "").split(":");
      const isArn = parts[0] === "arn";
      // `{name}`, `{account}:function:{name}`, the ARN; each may name a version behind it.
      const name = isArn ? parts[6] : parts[1] === "function" ? parts[2] : parts[0];
      return present({
        [semconv.FAAS_INVOKED_NAME]: text(name),
        [semconv.FAAS_INVOKED_PROVIDER]: "aws",
        [semconv.FAAS_INVOKED_REGION]: isArn ? text(parts[3]) : undefined,
      });
    },
    // Lambda answers 200 for a function that threw.
    answered: ({ FunctionError }) => ({ error: text(FunctionError) }),
  };
}

function withContext(input: Fields, into: Injection): Fields {
  switch (input.InvocationType) {
    case "DryRun":
      return input;
    case "Event":
      return withEnvelope(input, into);
    default:
      return withClientContext(input, into);
  }
}

/** Values are texts beside each other under `custom`: other languages' runtimes take nothing else there. */
function withClientContext(input: Fields, into: Injection): Fields {
  const json = decode(input.ClientContext);
  const given = parseObject(json);
  // What is no client context is Lambda's to refuse.
  if (json === undefined || !given || !isRecord(given.custom ?? {})) return input;
  return into.unlessOthers(input, clientContextPlaces({ clientContext: given }), () => {
    const verbatim = parseVerbatim(json);
    const sent = (level: Fields) =>
      encode({ ...verbatim, custom: { ...(verbatim?.custom as Fields | null | undefined), ...level } });
    const room = { maxBytes: limits.lambda.clientContext, onShortage: into.onShortage };
    const level = fitting(into.carried, (one) => sent(one).length, room);
    return level ? { ...input, ClientContext: sent(level) } : input;
  });
}

function withEnvelope(input: Fields, into: Injection): Fields {
  const { Payload, DurableExecutionName } = input;
  // Asked for an execution of the same name again, Lambda compares the payloads.
  if (DurableExecutionName !== undefined) return input;
  const given = Payload === undefined ? "{}" : utf8(Payload);
  const sent = into.text(given, "lambda", limits.lambda.asyncPayload);
  return sent === given ? input : { ...input, Payload: Buffer.from(String(sent)) };
}

function decode(clientContext: unknown): string | undefined {
  if (clientContext === undefined) return "{}";
  return typeof clientContext === "string" ? Buffer.from(clientContext, "base64").toString() : undefined;
}

function encode(clientContext: Fields): string {
  return Buffer.from(JSON.stringify(clientContext)).toString("base64");
}
