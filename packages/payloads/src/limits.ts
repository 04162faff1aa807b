/**
 * What services take, in bytes unless the name says otherwise: the bounds that an added context must keep.
 *
 * Where a limit can be raised, it is the one that holds without asking, and beside it what it can be raised to. Where one can be
 * lowered, it is the highest.
 */
export const limits = {
  /**
   * Attributes count: name, data type and value. `AWSTraceHeader`, a system attribute, counts in neither.
   *
   * @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html
   */
  sqs: { message: 1_048_576, batch: 1_048_576, attributesCount: 10 },
  /**
   * Body and attributes together, of all the messages of a batch; a topic can be given up to 1 MiB. Of more than 10 attributes, raw delivery to SQS discards the
   * message.
   *
   * @see https://docs.aws.amazon.com/sns/latest/dg/sns-message-attributes.html
   */
  sns: { message: 262_144, raisedMessage: 1_048_576, attributesCount: 10 },
  /**
   * All entries of a request: for each 14 for a time, then source, detail type, detail and resources. They must stay below.
   *
   * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevents.html
   */
  eventbridge: { entries: 1_048_576, time: 14, traceHeaderLength: 500 },
  /**
   * Data and partition key; a stream can be given up to 10 MiB a record.
   *
   * @see https://docs.aws.amazon.com/kinesis/latest/APIReference/API_PutRecord.html
   */
  kinesis: { record: 1_048_576, raisedRecord: 10_485_760, batch: 10_485_760 },
  /**
   * The client context is counted in base64.
   *
   * @see https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
   */
  lambda: { payload: 6_291_456, asyncPayload: 1_048_576, clientContext: 3583 },
  /** @see https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html */
  stepFunctions: { input: 262_144, traceHeaderLength: 256 },
  /** @see https://docs.aws.amazon.com/scheduler/latest/APIReference/API_Target.html */
  scheduler: { input: 262_144 },
  /**
   * A message's payload; a user property's key and value.
   *
   * @see https://docs.aws.amazon.com/general/latest/gr/iot-core.html#limits_iot
   */
  iot: { payload: 131_072, userPropertyLength: 1024 },
} as const;
