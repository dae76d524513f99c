// Judges a batch that was sent to the service. A batch id stays with the model that judged it first, even if the line has had a
// new champion since then.

import { readFile } from "node:fs/promises";
import type { CheckResult } from "../monitoring/streams/check-result.ts";
import { checkResultSchema } from "../monitoring/streams/check-result-schema.ts";
import { resolveCheckConfig } from "../options/resolve-config.ts";
import type { Reporter } from "../reporter.ts";
import { isNumberTable } from "../signals/data/number-table.ts";
import {
  type Float32Batch,
  float32TimeColumn,
  parseFloat32Batch,
  writeFloat32Table,
} from "../signals/files/float32-batch.ts";
import { checkStreamName } from "../storage/stream-names.ts";
import { type CheckAnswer, checkBatch } from "./check-batch.ts";
import type { ModelHandle } from "./model-handle.ts";
import { type PostedBatch, type PostedColumns, readPostedSummary } from "./posted-batch.ts";
import type { ServedModels } from "./served-models.ts";

export { checkResultSchema } from "../monitoring/streams/check-result-schema.ts";
export { OtherContent } from "../monitoring/streams/monitor-stream.ts";
export { TooManyRows } from "../signals/data/open-recordings.ts";
export type { PostedBatch } from "./posted-batch.ts";

/** The verdict on a batch, once that verdict has been stored. */
export interface PostedVerdict {
  readonly project: string;
  /** Name of the folder of the model that judged the batch. */
  readonly model: string;
  readonly stream: string;
  readonly batch: string;
  /** Whether the batch had already been judged. */
  readonly known: boolean;
  readonly result: CheckResult;
}

/** A verdict that has just been stored. */
export interface JudgedEvent extends Omit<PostedVerdict, "known"> {
  /**
   * The result of the stream's previous batch; null if there is none, or if only its headline is stored; undefined without
   * `JudgeRun.withPrevious`.
   */
  readonly previous?: CheckResult | null;
}

export interface JudgeRun {
  readonly keep: { readonly keepDays: number; readonly keepMegabytes: number };
  readonly maxRows: number;
  readonly now?: () => Date;
  readonly reporter?: Partial<Reporter>;
  /** Called after a new verdict has been stored, but before it is sent. Must not throw. */
  readonly onJudged?: (event: JudgedEvent) => void;
  /** Whether events include `previous`, which must be read from the store. Default: false. */
  readonly withPrevious?: boolean;
}

/**
 * @throws UserError if the names or the content cannot be used; the subclasses UnknownModel, UnusableModel and OtherContent
 * distinguish the reasons
 */
export async function judgePostedBatch(
  models: ServedModels,
  posted: PostedBatch,
  run: JudgeRun,
): Promise<PostedVerdict> {
  const { stream, batch } = posted;
  checkStreamName("stream", stream);
  checkStreamName("batch id", batch);
  const { folder, earlier } = await models.resolve(posted.model);
  const judge = (await firstModelToJudgePostedBatch(models, posted, earlier)) ?? folder;
  const { known, result } = await models.use(posted.project, judge, async (model) => {
    const answer = await judgePostedBatchWithModel(model, posted, run);
    if (!answer.known && run.onJudged !== undefined) {
      const { result } = answer;
      const before = run.withPrevious === true ? { previous: await resultBeforePosted(model, posted) } : {};
      run.onJudged({ project: posted.project, model: judge, stream, batch, result, ...before });
    }
    return answer;
  });
  return { project: posted.project, model: judge, stream, batch, known, result };
}

/** The earliest of the champions that have judged this batch id; null if none has. */
async function firstModelToJudgePostedBatch(
  models: ServedModels,
  { project, stream, batch }: PostedBatch,
  champions: readonly string[],
): Promise<string | null> {
  for (const folder of champions) {
    const ledger = await models.ledger(project, folder);
    if (ledger !== null && (await ledger.streams.find(stream, batch)) !== null) return folder;
  }
  return null;
}

async function resultBeforePosted(model: ModelHandle, { stream, batch }: PostedBatch): Promise<CheckResult | null> {
  const { batches } = await model.store.page(stream, { limit: 2, fromEnd: true });
  const before = batches[batches.findIndex(({ batchId }) => batchId === batch) - 1];
  return before === undefined ? null : (checkResultSchema.safeParse(before.result).data ?? null);
}

async function judgePostedBatchWithModel(model: ModelHandle, posted: PostedBatch, run: JudgeRun): Promise<CheckAnswer> {
  const { stream, batch, body, dataTime } = posted;
  const { keep, now, reporter = {} } = run;
  const options = { stream, batchId: batch, ...keep };
  const own = { reporter, ...(now !== undefined && { now }), ...(dataTime !== null && { dataTime }) };
  if (body.kind === "summary") {
    const summary = await readPostedSummary(body.path);
    return model.checkSummary(summary, { ...options, tracking: "none" }, own);
  }
  const { name, path, columns, numbers } = await tableToJudge(posted, model.watched.folder.manifest.data);
  const content = { stored: new Map([[name, path]]), ...(numbers !== undefined && { numbers }) };
  const { directory } = model.watched.folder;
  const config = resolveCheckConfig({ ...options, ...columns, files: [name], jobs: 1, model: directory });
  return checkBatch(model, config, null, { ...own, ...content, maxRows: run.maxRows });
}

/**
 * The posted file, and the name that error messages use for it. Every format except Parquet gets the name "body", because the
 * content hash of a recording without a name of its own covers this name.
 */
async function tableToJudge(
  { body: { kind, path }, columns }: PostedBatch,
  { channels }: { readonly channels: readonly string[] },
): Promise<{ name: string; path: string; columns: PostedColumns; numbers?: Float32Batch }> {
  if (kind !== "float32") return { name: kind === "parquet" ? "body.parquet" : "body", path, columns };
  const numbers = parseFloat32Batch(await readFile(path));
  const clock = numbers.rate === undefined ? { time: float32TimeColumn, timeUnit: "s" } : { rate: numbers.rate };
  const named = { name: "body", columns: { ...columns, ...clock } };
  const { units: _units, rate: _rate, ...others } = columns;
  if (isNumberTable(numbers, channels) && Object.keys(others).length === 0) {
    return { ...named, path, numbers };
  }
  const table = `${path}.csv`;
  await writeFloat32Table(numbers, table);
  return { ...named, path: table };
}
