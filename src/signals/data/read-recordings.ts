// Reads whole recordings into memory.

import type { ResolvedColumns } from "./column-roles.ts";
import { type OpenedRecordings, openRecordings, type ReadRecordingsOptions } from "./open-recordings.ts";
import type { QualityReport } from "./quality-report.ts";
import { piecesOfRecordings, type Recordings } from "./recordings.ts";

export type { ReadRecordingsOptions } from "./open-recordings.ts";

export interface ReadRecordings {
  readonly recordings: Recordings;
  readonly columns: ResolvedColumns;
  readonly quality: QualityReport;
}

/** Like `openRecordings`, but with all rows in memory. */
export async function readRecordings(
  files: readonly string[],
  options: ReadRecordingsOptions,
): Promise<ReadRecordings> {
  const opened = await openRecordings(files, options);
  try {
    return { recordings: readOpenedRecordings(opened), columns: opened.columns, quality: opened.quality };
  } finally {
    opened.rows.close();
  }
}

/** Reads all rows of opened recordings into memory. */
export function readOpenedRecordings({ rows, files, fingerprint }: OpenedRecordings): Recordings {
  const time = new Float64Array(rows.rows);
  const values = rows.channels.map((_, c) => rows.column(c));
  for (const { start, end } of rows.recordings) {
    for (const { from, to } of piecesOfRecordings(start, end)) time.set(rows.time(from, to), from);
  }
  return {
    channels: [...rows.channels],
    values,
    time,
    stretches: [...rows.stretches()],
    files: [...files],
    fingerprint,
  };
}
