// A function under OpenTelemetry's instrumentation of Lambda.
process.env.LAMBDA_TASK_ROOT = __dirname;
process.env._HANDLER = "opentelemetry-handler.handler";
const { propagation, ROOT_CONTEXT, SpanKind } = require("@opentelemetry/api");
const { AwsLambdaInstrumentation } = require("@opentelemetry/instrumentation-aws-lambda");
const { idsOf, start } = require("./opentelemetry-setup.cjs");

const { spans } = start();
new AwsLambdaInstrumentation({
  useGlobalPropagatorForSqsExtraction: process.env.MESSAGE_ATTRIBUTES === "true",
  // Its own looks at the headers only; this is what its documentation leaves to users.
  eventContextExtractor: (event, { clientContext }) =>
    propagation.extract(
      ROOT_CONTEXT,
      clientContext?.custom ?? event?.detail?._datadog ?? event?.headers ?? {},
    ),
});
const { handler } = require("./opentelemetry-handler.cjs");
const { answering } = require("./answering.cjs");

answering({
  async receive({ event, context }) {
    spans.length = 0;
    await handler(event, context);
    const [consumer] = spans.filter(({ links }) => links.length > 0);
    const server = spans.find(({ kind }) => kind === SpanKind.SERVER);
    const contexts = consumer ? consumer.links.map(({ context: its }) => its) : [server.parentSpanContext];
    return { found: contexts.map((its) => its && idsOf(its)) };
  },
});
