/**
 * The semantic-convention keys in use, at version 1.45. This table is the only place that spells them.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/faas/
 */
export const FAAS_TRIGGER = "faas.trigger";
export const FAAS_COLDSTART = "faas.coldstart";
export const FAAS_INVOCATION_ID = "faas.invocation.id";
export const FAAS_NAME = "faas.name";
export const FAAS_VERSION = "faas.version";
export const FAAS_INSTANCE = "faas.instance";
export const FAAS_MAX_MEMORY = "faas.max_memory";
export const FAAS_INVOCATION_START_TIME = "faas.invocation.start_time";
export const FAAS_DOCUMENT_COLLECTION = "faas.document.collection";
export const FAAS_DOCUMENT_NAME = "faas.document.name";
export const FAAS_DOCUMENT_OPERATION = "faas.document.operation";
export const CLOUD_PROVIDER = "cloud.provider";
export const CLOUD_PLATFORM = "cloud.platform";
export const CLOUD_REGION = "cloud.region";
export const CLOUD_ACCOUNT_ID = "cloud.account.id";
export const CLOUD_RESOURCE_ID = "cloud.resource_id";
export const AWS_LAMBDA_INVOKED_ARN = "aws.lambda.invoked_arn";
export const AWS_LOG_GROUP_NAMES = "aws.log.group.names";
export const SERVICE_NAME = "service.name";
export const ERROR_TYPE = "error.type";
export const HTTP_REQUEST_METHOD = "http.request.method";
export const HTTP_REQUEST_METHOD_ORIGINAL = "http.request.method_original";
export const HTTP_RESPONSE_STATUS_CODE = "http.response.status_code";
export const HTTP_ROUTE = "http.route";
export const URL_PATH = "url.path";
export const URL_QUERY = "url.query";
export const URL_SCHEME = "url.scheme";
export const SERVER_ADDRESS = "server.address";
export const SERVER_PORT = "server.port";
export const CLIENT_ADDRESS = "client.address";
export const USER_AGENT_ORIGINAL = "user_agent.original";
export const NETWORK_PROTOCOL_VERSION = "network.protocol.version";
export const MESSAGING_SYSTEM_NAME = "messaging.system.name";
export const MESSAGING_OPERATION_NAME = "messaging.operation.name";
export const MESSAGING_OPERATION_TYPE = "messaging.operation.type";
export const MESSAGING_DESTINATION_NAME = "messaging.destination.name";
export const MESSAGING_DESTINATION_TEMPLATE = "messaging.destination.template";
export const MESSAGING_MESSAGE_ID = "messaging.message.id";
export const MESSAGING_BATCH_MESSAGE_COUNT = "messaging.batch.message_count";
export const AWS_SNS_TOPIC_ARN = "aws.sns.topic.arn";
export const AWS_SECRETSMANAGER_SECRET_ARN = "aws.secretsmanager.secret.arn";
export const GRAPHQL_OPERATION_TYPE = "graphql.operation.type";
export const AWS_KINESIS_STREAM_NAME = "aws.kinesis.stream_name";
export const AWS_S3_BUCKET = "aws.s3.bucket";
export const AWS_S3_KEY = "aws.s3.key";
export const AWS_STEP_FUNCTIONS_STATE_MACHINE_ARN = "aws.step_functions.state_machine.arn";
export const FAAS_DOCUMENT_TIME = "faas.document.time";
export const KAFKA_MESSAGE_TOMBSTONE = "kafka.message.tombstone";
export const KAFKA_OFFSET = "kafka.offset";
export const MESSAGING_DESTINATION_PARTITION_ID = "messaging.destination.partition.id";
export const MESSAGING_MESSAGE_CONVERSATION_ID = "messaging.message.conversation_id";
