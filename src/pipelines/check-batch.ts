// Judges one production batch with an opened model: reads and measures the batch first, and only then asks the store for a
// decision, because the store may decide several times, or while it holds a lock.

import { basename } from "node:path";
import { UserError } from "../errors.ts";
import type { WindowPredictor } from "../learning/training/window-predictor.ts";
import type { CheckResult } from "../monitoring/streams/check-result.ts";
import { dataTimeOf } from "../monitoring/streams/data-time.ts";
import { noteOnPeopleInBatch, openGatedBatch } from "../monitoring/streams/gate-batch.ts";
import { gateSummary, rowTimesOfGatedSummary } from "../monitoring/streams/gate-summary.ts";
import { FaultsToUndo, judgeBatch, judgeRejectedBatch } from "../monitoring/streams/judge-batch.ts";
import { type Decision, MonitorStream, type StreamMemory } from "../monitoring/streams/monitor-stream.ts";
import { readSummary } from "../monitoring/streams/read-summary.ts";
import {
  type CheckFacts,
  type MeasuredBatch,
  type StreamState,
  streamSchemas,
  streamStateSchemaFor,
} from "../monitoring/streams/stream-state.ts";
import type { WatchedModel } from "../monitoring/streams/watched-model.ts";
import type { BatchMeasurement } from "../monitoring/summaries/batch-measurement.ts";
import { encodeSummary } from "../monitoring/summaries/device-summary-codec.ts";
import type { CheckConfig, CheckOptions } from "../options/resolve-config.ts";
import { collectingReporter, type Reporter, reporterOf } from "../reporter.ts";
import { namedColumnRoles } from "../signals/data/named-columns.ts";
import type { Float32Batch } from "../signals/files/float32-batch.ts";
import { sha256Bytes, sha256File } from "../storage/hash.ts";
import type { ServerAddress } from "../storage/server-address.ts";
import type { DataTime, StreamStore } from "../storage/stream-store.ts";
import { measureCheckedBatch } from "./measure-checked-batch.ts";
import { checkOutFile } from "./out-file.ts";
import { reportCheck } from "./report-check.ts";
import { summaryInFile } from "./summary-in-file.ts";
import { writeBatchPage } from "./write-batch-page.ts";

/** The return value of `check`. */
export interface CheckAnswer {
  /** The answer. */
  readonly result: CheckResult;
  /** Whether the batch had already been checked. If true, the result is the earlier one, and only `accept` has an effect. */
  readonly known: boolean;
  /** Warnings about reporting, alerts and the metrics file; warnings about the batch are in `result`. */
  readonly warnings: readonly string[];
}

/** Options of `check`, except the model, its store, alerts and metrics. */
export type BatchOptions = Omit<CheckOptions, "model" | "store" | "alert" | "metricsFile">;

/** Options of `check` for a batch that was summarised on a device. */
export type SummaryOptions = Pick<Required<CheckOptions>, "batchId"> &
  Pick<
    CheckOptions,
    | "stream"
    | "out"
    | "overwrite"
    | "accept"
    | "reason"
    | "by"
    | "thresholds"
    | "arl"
    | "alpha"
    | "keepDays"
    | "keepMegabytes"
    | "tracking"
    | "experiment"
  >;

/** The same options as `BatchOptions`, after validation. */
export type BatchConfig = Omit<CheckConfig, "model" | "store" | "alert" | "metricsFile">;

/** Dependencies of a check in addition to its options. */
export interface CheckRun {
  /** The clock. Default: the system clock. */
  readonly now?: () => Date;
  /** Receives warnings. Default: silent. */
  readonly reporter?: Partial<Reporter>;
  /** Local paths of files that came from elsewhere, keyed by their names in `files`. Default: none. */
  readonly stored?: ReadonlyMap<string, string>;
  /** Maximum number of rows. Default: unlimited. */
  readonly maxRows?: number;
  /** Time of the batch's last sample. Default: the time in the last row, if the recordings have dates. */
  readonly dataTime?: Date;
}

/** A check for which the caller has already read the batch. */
export interface NumbersRun extends CheckRun {
  /**
   * The rows, if the only file contains just the names of their columns; see `isNumberTable`. Default: the rows are in the
   * file.
   */
  readonly numbers?: Float32Batch;
}

/** The parts of an opened model that a check uses. */
export interface CheckingModel {
  readonly watched: WatchedModel;
  readonly predictor: WindowPredictor;
  readonly store: StreamStore;
}

/** @param server the tracking server that receives the stream afterwards; null if there is none */
export async function checkBatch(
  model: CheckingModel,
  config: BatchConfig,
  server: ServerAddress | null,
  run: NumbersRun = {},
): Promise<CheckAnswer> {
  const { watched } = model;
  if (config.streamFrom !== undefined) {
    throw new UserError("streamFrom may select several streams, but this function checks only one", {
      advice: "Use checkStreams.",
    });
  }
  const { channels, files } = config;
  const batchId = config.batchId ?? basename(files[0]!);
  const summary = await summaryInFile(config, run.stored);
  if (summary !== null) return checkSummarizedBatch(model, summary, { ...config, batchId }, server, run);
  const reporter = reporterOf(run.reporter);
  if (config.out !== undefined) await checkOutFile(config.out, config);
  const { channels: _, ...columns } = namedColumnRoles(config);
  const given = {
    ...(channels !== undefined && { channels }),
    columns,
    units: config.units,
    rate: config.rate,
    stored: run.stored,
    numbers: run.numbers,
    maxRows: run.maxRows,
  };
  const gated = await openGatedBatch(files, given, watched, reporter);
  const remembering = { config, server, reporter, now: run.now };
  const end = run.dataTime ?? null;
  if (!gated.accepted) {
    const contentHash = await hashCheckedBatch(files.map((file) => run.stored?.get(file) ?? file));
    const batch = { batchId, contentHash, dataTime: dataTimeOf(gated.times, end), measurement: null };
    return recordCheckedBatch(model, batch, remembering, (_, facts) => judgeRejectedBatch(gated.reasons, facts));
  }
  try {
    const people = noteOnPeopleInBatch(gated.opened.quality, config.groupFromPath);
    const noted = { ...gated, warnings: [...gated.warnings, ...(people === null ? [] : [people])] };
    const { measured, undoFaults } = await measureCheckedBatch(noted, config.jobs, model);
    const { fingerprint: contentHash, rows } = gated.opened;
    const { measurement } = measured;
    const batch = { batchId, contentHash, dataTime: dataTimeOf(rows.times(), end), measurement };
    const record = (undone: MeasuredBatch["undone"]): Promise<CheckAnswer> =>
      recordCheckedBatch(model, batch, remembering, (memory, facts) =>
        judgeBatch({ ...measured, undone }, memory, watched, config, facts),
      );
    return await record(null).catch(async (error: unknown) => {
      if (error instanceof FaultsToUndo) return record(await undoFaults());
      throw error;
    });
  } finally {
    gated.opened.rows.close();
  }
}

/**
 * @param sent bytes in either binary or JSON form, or parsed JSON; see `readSummary`
 * @param server the tracking server that receives the stream afterwards; null if there is none
 */
export async function checkSummarizedBatch(
  model: CheckingModel,
  sent: unknown,
  config: BatchConfig & Required<Pick<BatchConfig, "batchId">>,
  server: ServerAddress | null,
  run: CheckRun = {},
): Promise<CheckAnswer> {
  const { watched } = model;
  if (config.out !== undefined) await checkOutFile(config.out, config);
  const summary = readSummary(sent, watched.monitored);
  const gated = gateSummary(summary, watched);
  const measurement = gated.accepted ? gated.measured.measurement : null;
  const batch = {
    batchId: config.batchId,
    contentHash: sha256Bytes(encodeSummary(summary)),
    dataTime: dataTimeOf(rowTimesOfGatedSummary(summary, watched), run.dataTime ?? null),
    measurement,
  };
  const reporter = reporterOf(run.reporter);
  return recordCheckedBatch(model, batch, { config, server, reporter, now: run.now }, (memory, facts) =>
    gated.accepted
      ? judgeBatch(gated.measured, memory, watched, config, facts)
      : judgeRejectedBatch(gated.reasons, facts),
  );
}

async function recordCheckedBatch(
  { watched, store }: CheckingModel,
  { batchId, contentHash, dataTime, measurement }: BatchToRecord,
  { config, server, reporter, now = () => new Date() }: Remembering,
  decide: (memory: StreamMemory<StreamState>, facts: CheckFacts) => Decision<CheckResult, StreamState>,
): Promise<CheckAnswer> {
  const { accept, by, reason, stream: name } = config;
  const decidedBy = { ...(by !== undefined && { who: by }), ...(reason !== undefined && { reason }) };
  const facts = {
    batchId,
    stream: name,
    modelVersion: watched.monitored.modelVersion,
    checkedAt: now().toISOString(),
  };
  const keep = { days: config.keepDays, bytes: config.keepMegabytes * 1e6 };
  const schemas = { ...streamSchemas, evidence: streamStateSchemaFor(watched) };
  const stream = new MonitorStream(store, watched.monitored, { stream: name, schemas, keep, now });
  let judgedWith: StreamMemory<StreamState> | undefined;
  const recorded = await stream.record(
    { batchId, contentHash, dataTime, ...(accept && { accept: decidedBy }) },
    (memory) => {
      judgedWith = memory;
      return decide(memory, facts);
    },
  );
  // The result of an earlier check contains the name that the stream had at that time.
  const answer = { ...recorded, result: { ...recorded.result, stream: name } };
  if (answer.known && accept) await stream.decideByHand("accept", batchId, decidedBy);
  if (config.out !== undefined) {
    const memory = judgedWith ?? (await stream.memory());
    await writeBatchPage(config.out, { ...answer, dataTime, measurement, memory }, { watched, store });
  }
  const heard = collectingReporter(reporter);
  if (server !== null) await reportCheck(server, config, watched.monitored, store, heard);
  return { ...answer, warnings: heard.warnings };
}

interface BatchToRecord {
  readonly batchId: string;
  readonly contentHash: string;
  readonly dataTime: DataTime | null;
  readonly measurement: BatchMeasurement | null;
}

interface Remembering {
  readonly config: BatchConfig;
  readonly server: ServerAddress | null;
  readonly reporter: Reporter;
  readonly now: (() => Date) | undefined;
}

/**
 * Hash of the files of a batch that the quality gate has rejected. If a file cannot be opened, for example because it is
 * remote, its name is hashed instead of its content.
 */
async function hashCheckedBatch(files: readonly string[]): Promise<string> {
  const hashes = await Promise.all(files.map((file) => sha256File(file).catch(() => file)));
  return sha256Bytes(JSON.stringify(["rejected", ...hashes]));
}
