// Creates batches from a file: either the whole file as one batch, or its rows grouped by stream. Batch ids are derived from
// the name and content of the file, so the same file always gets the same ids.

import { basename } from "node:path";
import { createGzip } from "node:zlib";
import { UserError } from "../errors.ts";
import { isSummary, summaryHeadBytes } from "../monitoring/summaries/is-summary.ts";
import type { PostedColumn } from "../options/push-options.ts";
import type { PushConfig } from "../options/resolve-config.ts";
import type { Reporter } from "../reporter.ts";
import { shellCommand, shellPath } from "../shell-words.ts";
import { fileBytes } from "../signals/files/file-bytes.ts";
import { isPathTemplate, valueFromPath } from "../signals/files/path-columns.ts";
import { splitTables } from "../signals/files/split-tables.ts";
import { copyToSpool, type SpooledFacts } from "../storage/batch-spool.ts";
import { sha256File } from "../storage/hash.ts";
import { checkStreamName } from "../storage/stream-names.ts";
import { dataTimeToPush } from "./data-time-to-push.ts";

/** A batch that can be put into the spool. */
export interface CutBatch {
  readonly facts: SpooledFacts;
  /** Writes the content of the batch to a path. */
  readonly write: (path: string) => Promise<void>;
}

export interface CutOptions extends Pick<PushConfig, "stream" | "streamFrom" | "dataTime" | PostedColumn> {
  /** Request parameters that tell the service how to read the columns. */
  readonly query: Record<string, string>;
  readonly reporter: Reporter;
}

/** @throws UserError if the file cannot be read, or does not say which stream it belongs to */
export async function* cutRecording(path: string, options: CutOptions): AsyncGenerator<CutBatch> {
  const { stream, streamFrom } = options;
  const batch_id = await batchIdOfCutRecording(path);
  if (streamFrom !== undefined && !isPathTemplate(streamFrom)) {
    yield* cutRecordingByColumn(path, batch_id, streamFrom, options);
    return;
  }
  const own = streamFrom === undefined ? stream : valueFromPath(path, streamFrom, "--stream-from");
  const { type, encoding, compress } = await formOfCutRecording(path);
  const query = type === null ? options.query : {};
  const dataTime = await dataTimeToPush(path, type === null ? path : null, options);
  yield {
    facts: {
      stream: checkStreamName("stream", own),
      batch_id,
      file: path,
      content_type: type,
      content_encoding: encoding,
      query: { ...query, ...dataTime },
    },
    write: (to) => copyToSpool(path, to, compress ? createGzip() : undefined),
  };
}

/** Longer file names are shortened, because a batch id has at most 200 characters. */
const longestStem = 120;

async function batchIdOfCutRecording(path: string): Promise<string> {
  const name = basename(path).toWellFormed();
  const stem = name.replace(/(\.[A-Za-z]\w{0,7}){1,2}$/, "") || name;
  const hash = (await sha256File(path)).slice("sha256:".length);
  return `${stem.slice(0, longestStem).toWellFormed()}-${hash.slice(0, 12)}`;
}

async function* cutRecordingByColumn(
  path: string,
  batch_id: string,
  column: string,
  options: CutOptions,
): AsyncGenerator<CutBatch> {
  const { query, reporter, columns, channels, time } = options;
  // Each part begins with a line of column names, so the names are not sent as well.
  const { columns: _, ...kept } = query;
  const { columns: __, ...withoutColumnNames } = options;
  for await (const { value, stored } of splitTables([path], column, { columns, channels, time, reporter })) {
    const [part] = stored.values();
    if (part === undefined) continue;
    const isParquet = part.endsWith(".parquet");
    yield {
      facts: {
        stream: checkStreamName("stream", value),
        batch_id,
        file: path,
        content_type: isParquet ? "application/vnd.apache.parquet" : "text/csv",
        content_encoding: isParquet ? null : "gzip",
        query: { ...kept, ...(await dataTimeToPush(path, part, withoutColumnNames)) },
      },
      write: (to) => copyToSpool(part, to, isParquet ? undefined : createGzip()),
    };
  }
}

interface RecordingForm {
  /** The type of the body; null if the service detects it. */
  readonly type: string | null;
  readonly encoding: string | null;
  /** Whether to compress the body; false for formats that are already compressed. */
  readonly compress: boolean;
}

/** Binary formats that the service accepts, identified by their first bytes in hexadecimal. */
const knownStarts: readonly (readonly [start: string, RecordingForm])[] = [
  ["1f8b", { type: null, encoding: "gzip", compress: false }],
  ["28b52ffd", { type: null, encoding: "zstd", compress: false }],
  ["50415231", { type: null, encoding: null, compress: false }],
  ["544d4631", { type: null, encoding: "gzip", compress: true }],
];

/** @throws UserError if the service cannot read such a file */
async function formOfCutRecording(path: string): Promise<RecordingForm> {
  const head = await fileBytes(path, 0, summaryHeadBytes);
  if (isSummary(head)) return { type: "application/vnd.tidemark.summary", encoding: "gzip", compress: true };
  const start = Buffer.from(head).toString("hex");
  const known = knownStarts.find(([bytes]) => start.startsWith(bytes));
  if (known !== undefined) return known[1];
  if (head.some((byte) => byte < 32 && byte !== 9 && byte !== 10 && byte !== 13)) {
    throw new UserError(`${path}: expected CSV or another text table in UTF-8, JSON, Parquet or a summary`, {
      advice: `Convert it first: ${shellCommand("tidemark", "convert", shellPath(path), "--out", "FILE.parquet")}`,
    });
  }
  return { type: null, encoding: "gzip", compress: true };
}
