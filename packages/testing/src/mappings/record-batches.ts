/** Batches of a stream's records, given to a function in order. */
export interface RecordBatches<Record> {
  readonly batches: readonly RecordBatch<Record>[];
  /** Resolves when the records have been worked on, or given up. */
  deliver(records: readonly Record[]): Promise<void>;
}

export interface RecordBatch<Record> {
  readonly event: { Records: Record[] };
  /** What the function returned; `undefined` when it failed. */
  readonly result: unknown;
  /** What it rejected with. */
  readonly error: unknown;
}

export interface RecordBatchesOptions<Record> {
  readonly invoke: (event: { Records: Record[] }) => Promise<unknown>;
  readonly sequenceNumber: (record: Record) => string | undefined;
  /** How often what failed is given again before it is left out. */
  readonly retries: number;
}

/**
 * As Lambda's mapping of a stream does: a batch that failed comes again, from the first record in `batchItemFailures` on; all of
 * it where the function failed, or named a record that is not in it.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-batchfailurereporting.html
 */
export function startRecordBatches<Record>(options: RecordBatchesOptions<Record>): RecordBatches<Record> {
  const { invoke, sequenceNumber, retries } = options;
  const batches: RecordBatch<Record>[] = [];

  const attempt = async (records: readonly Record[]): Promise<number> => {
    const event = { Records: [...records] };
    try {
      const result = await invoke(structuredClone(event));
      batches.push({ event, result, error: undefined });
      return firstFailure(result, records.map(sequenceNumber));
    } catch (error) {
      batches.push({ event, result: undefined, error: error ?? new Error("the function failed") });
      return 0;
    }
  };

  return {
    batches,
    async deliver(records) {
      let left = records;
      for (let tries = 0; left.length > 0 && tries <= retries; tries += 1) {
        left = left.slice(await attempt(left));
      }
    },
  };
}

/** Its index; beyond the last record when there is none. */
function firstFailure(result: unknown, ids: readonly (string | undefined)[]): number {
  const { batchItemFailures } = (result ?? {}) as { batchItemFailures?: unknown };
  if (!Array.isArray(batchItemFailures) || batchItemFailures.length === 0) return ids.length;
  const failed = batchItemFailures.map((failure: { itemIdentifier?: string } | null) =>
    ids.indexOf(failure?.itemIdentifier ?? ""),
  );
  return Math.max(0, Math.min(...failed));
}
