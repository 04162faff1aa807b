import { fitting, isRecord, limits, parseObject } from "@throughline/payloads";
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
    Invoke: {
      ...invoking(),
      inject: (input, into) =>
        input.InvocationType === "Event" ? withEnvelope(input, into) : withClientContext(input, into),
    },
    InvokeWithResponseStream: { ...invoking(), inject: withClientContext },
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
  };
}

/** Values are texts beside each other under `custom`: other languages' runtimes take nothing else there. */
function withClientContext(input: Fields, into: Injection): Fields {
  const { ClientContext } = input;
  const given = ClientContext === undefined ? {} : decode(ClientContext);
  // What is no client context is Lambda's to refuse.
  if (!given || (given.custom !== undefined && !isRecord(given.custom))) return input;
  const sent = (level: Fields) => encode({ ...given, custom: { ...(given.custom as Fields), ...level } });
  return into.unlessOthers(input, clientContextPlaces({ clientContext: given }), () => {
    const room = { maxBytes: limits.lambda.clientContext, onShortage: into.onShortage };
    const level = fitting(into.carried, (one) => sent(one).length, room);
    return level ? { ...input, ClientContext: sent(level) } : input;
  });
}

function withEnvelope(input: Fields, into: Injection): Fields {
  const { Payload } = input;
  const given = Payload === undefined ? "{}" : typeof Payload === "string" ? Payload : utf8(Payload);
  if (given === undefined) return input;
  const sent = into.text(given, "lambda", limits.lambda.asyncPayload);
  return sent === given ? input : { ...input, Payload: Buffer.from(String(sent)) };
}

function decode(clientContext: unknown): Fields | undefined {
  return typeof clientContext === "string"
    ? parseObject(Buffer.from(clientContext, "base64").toString("utf8"))
    : undefined;
}

function encode(clientContext: Fields): string {
  return Buffer.from(JSON.stringify(clientContext)).toString("base64");
}
