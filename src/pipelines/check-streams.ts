// `tidemark check --stream-from`: judges batches of many streams that arrive together, in tables with a column of stream names
// or in files whose paths contain the stream names. The model is opened once and each table is parsed once. A stream that
// cannot be checked gets its own error, and the remaining streams are still checked.

import { UserError, verdictExitCodes } from "../errors.ts";
import type { CheckResult } from "../monitoring/streams/check-result.ts";
import { type CheckConfig, type CheckOptions, resolveCheckConfig } from "../options/resolve-config.ts";
import { type Reporter, reporterOf, silent } from "../reporter.ts";
import { openDuckdb } from "../signals/files/duckdb.ts";
import { findFiles } from "../signals/files/find-files.ts";
import { isPathTemplate, valueFromPath } from "../signals/files/path-columns.ts";
import { splitTables } from "../signals/files/split-tables.ts";
import { type ServerAddress, serverAddress } from "../storage/server-address.ts";
import { afterCheck, planAfterCheck } from "./after-check.ts";
import { type BatchConfig, type CheckRun, checkBatch } from "./check-batch.ts";
import { type ModelHandle, openModelHandleWithStore } from "./model-handle.ts";

/** The outcome for one stream among several. */
export interface CheckedStream {
  /** Name of the stream. */
  stream: string;
  /** Whether the stream's batch had already been checked. If true, `result` is the earlier result. */
  known: boolean;
  /** The result; null if the stream could not be checked. */
  result: CheckResult | null;
  /** Why the stream could not be checked; null otherwise. */
  error: {
    /** What is wrong. */
    message: string;
    /** What to do next; null if there is no advice. */
    advice: string | null;
  } | null;
}

/** The categories in which a check of many streams counts the streams. */
export type CheckedStreamKind = CheckResult["verdict"] | "error";

/** The results of a check of many streams. */
export interface CheckedStreams {
  /** Version of the model. */
  model_version: string;
  /** The highest exit code of any stream; an error counts as 2. */
  exit_code: number;
  /** Number of streams per verdict, and of streams that could not be checked. */
  counts: Record<CheckedStreamKind, number>;
  /** One entry per stream, in the order in which the streams first appear. */
  streams: CheckedStream[];
}

/**
 * Checks one batch of each stream that `streamFrom` finds in the files.
 *
 * @param options the options of `check`, including `streamFrom`
 * @throws UserError if an option is wrong, the model folder was changed, or the files do not say which streams they belong to.
 *   A stream that cannot be checked does not make the call fail; see `CheckedStream.error`
 */
export async function checkStreams(options: CheckOptions, run: CheckRun = {}): Promise<CheckedStreams> {
  const { alert, metricsFile, ...config } = resolveCheckConfig(options);
  const server = serverAddress(config.tracking);
  const plan = planAfterCheck({ ...(alert && { alert }), ...(metricsFile !== undefined && { metricsFile }) });
  const model = await openModelHandleWithStore(config);
  try {
    const answers = await checkStreamsOf(model, config, server, run);
    const results = answers.streams.flatMap(({ result }) => (result === null ? [] : [result]));
    await afterCheck(model, results, plan, reporterOf(run.reporter), run.now);
    return answers;
  } finally {
    await model.close();
  }
}

async function checkStreamsOf(
  model: ModelHandle,
  { streamFrom, columns, ...config }: BatchConfig,
  server: ServerAddress | null,
  run: CheckRun = {},
): Promise<CheckedStreams> {
  if (streamFrom === undefined)
    throw new UserError("checkStreams needs streamFrom", { advice: "To check one stream, use check." });
  const reporter = checkStreamsReporter(reporterOf(run.reporter));
  const streams: CheckedStream[] = [];
  const parts = isPathTemplate(streamFrom)
    ? streamsToCheckByPath(config.files, streamFrom, reporter, run.stored)
    : streamsToCheckByColumn(
        config.files,
        streamFrom,
        { ...config, ...(columns && { columns }) },
        reporter,
        run.stored,
      );
  for await (const { stream, files, stored } of parts) {
    const kept = isPathTemplate(streamFrom) && columns !== undefined ? { columns } : {};
    const one = { ...config, ...kept, stream, files };
    streams.push(await checkOneOfStreams(model, one, server, { ...run, reporter, stored }));
  }
  const kinds = streams.map(({ result }): CheckedStreamKind => result?.verdict ?? "error");
  const counts = { normal: 0, gradual_drift: 0, sudden_change: 0, rejected: 0, error: 0 };
  for (const kind of kinds) counts[kind]++;
  const codes = { ...verdictExitCodes, error: 2 };
  return {
    model_version: model.watched.monitored.modelVersion,
    exit_code: Math.max(0, ...kinds.map((kind) => codes[kind])),
    counts,
    streams,
  };
}

interface StreamFiles {
  readonly stream: string;
  readonly files: string[];
  readonly stored: ReadonlyMap<string, string>;
}

async function checkOneOfStreams(
  model: ModelHandle,
  config: Omit<BatchConfig, "streamFrom">,
  server: ServerAddress | null,
  run: CheckRun,
): Promise<CheckedStream> {
  const { stream } = config;
  try {
    const { known, result } = await checkBatch(model, config, server, run);
    return { stream, known, result, error: null };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { stream, known: false, result: null, error: { message: error.message, advice: error.advice ?? null } };
  }
}

async function* streamsToCheckByColumn(
  files: readonly string[],
  column: string,
  { columns, channels, time }: Pick<CheckConfig, "columns" | "channels" | "time">,
  reporter: Reporter,
  stored: ReadonlyMap<string, string> | undefined,
): AsyncGenerator<StreamFiles> {
  for await (const part of splitTables(files, column, { columns, channels, time, reporter, stored })) {
    yield { stream: part.value, files: [...part.files], stored: part.stored };
  }
}

async function* streamsToCheckByPath(
  patterns: readonly string[],
  template: string,
  reporter: Reporter,
  stored: ReadonlyMap<string, string> = new Map(),
): AsyncGenerator<StreamFiles> {
  const database = await openDuckdb();
  const filesOf = new Map<string, string[]>();
  try {
    for (const { path } of await findFiles(database, patterns, reporter, stored)) {
      const stream = valueFromPath(path, template, "--stream-from");
      filesOf.set(stream, [...(filesOf.get(stream) ?? []), path]);
    }
  } finally {
    database.close();
  }
  for (const [stream, files] of filesOf) yield { stream, files, stored };
}

/** Identical warnings are merged, because hundreds of streams may cause the same one. */
function checkStreamsReporter(reporter: Reporter): Reporter {
  const said = new Set<string>();
  return {
    ...silent,
    ...reporter,
    warn(message) {
      if (!said.has(message)) reporter.warn(message);
      said.add(message);
    },
  };
}
