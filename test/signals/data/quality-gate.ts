import type { ResolvedColumns } from "../../../src/signals/data/column-roles.ts";
import { type OpenedBatch, openQualityGate, type QualityGateOptions } from "../../../src/signals/data/quality-gate.ts";
import type { QualityReport } from "../../../src/signals/data/quality-report.ts";
import { readOpenedRecordings } from "../../../src/signals/data/read-recordings.ts";
import type { Recordings } from "../../../src/signals/data/recordings.ts";

export type GatedBatch =
  | {
      readonly accepted: true;
      readonly recordings: Recordings;
      readonly columns: ResolvedColumns;
      readonly quality: QualityReport;
      readonly warnings: readonly string[];
    }
  | Extract<OpenedBatch, { accepted: false }>;

/** Like `openQualityGate`, but with all rows in memory. */
export async function qualityGate(files: readonly string[], options: QualityGateOptions): Promise<GatedBatch> {
  const batch = await openQualityGate(files, options);
  if (!batch.accepted) return batch;
  const { opened, warnings } = batch;
  try {
    const { columns, quality } = opened;
    return { accepted: true, recordings: readOpenedRecordings(opened), columns, quality, warnings };
  } finally {
    opened.rows.close();
  }
}
