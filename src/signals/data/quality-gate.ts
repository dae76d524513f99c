// Decides, before any other analysis, whether a batch can be judged at all. A rejected batch is not evidence of drift and must
// not change any reference.

import { counted } from "../../counted.ts";
import { DataFault, type FaultDescription } from "../../data-fault.ts";
import type { Reporter } from "../../reporter.ts";
import type { Float32Batch } from "../files/float32-batch.ts";
import { type BatchExpectations, batchFaults } from "./batch-faults.ts";
import type { ColumnOptions } from "./named-columns.ts";
import { type KnownNames, type OpenedRecordings, openRecordings } from "./open-recordings.ts";
import type { QualityReport } from "./quality-report.ts";
import { rateNotes } from "./rate-warnings.ts";
import type { RowTimes } from "./stored-rows.ts";

export interface QualityGateOptions extends BatchExpectations {
  /** Columns by role; for roles that are not given, columns are found by their usual names. */
  readonly columns?: Omit<ColumnOptions, "channels" | "modelChannels">;
  /** How recordings with a higher rate are resampled. Default: low-pass. */
  readonly resampling?: "low-pass" | "linear";
  /** Rate, in Hz, of recordings without times, as given by the user. */
  readonly recordedRateHz?: number;
  /** See `openRecordings`. */
  readonly known?: KnownNames;
  /** See `openRecordings`. */
  readonly numbers?: Float32Batch;
  /** See `openRecordings`. */
  readonly maxRows?: number;
  /** See `openRecordings`. */
  readonly reporter?: Reporter;
}

export type OpenedBatch =
  | {
      readonly accepted: true;
      /**
       * The opened recordings, with channels in the expected order, whatever their order in the files. The caller
       * closes it.
       */
      readonly opened: OpenedRecordings;
      readonly warnings: readonly string[];
    }
  | {
      readonly accepted: false;
      /** The faults; at least one. */
      readonly reasons: readonly FaultDescription[];
      /** Quality of the rows; null if they could not be read. */
      readonly quality: QualityReport | null;
      /** Times of the rows; null if they could not be read. */
      readonly times: RowTimes | null;
    };

/**
 * Reads a batch of unlabelled recordings and decides whether it can be judged. Returns all faults found: those in the files
 * (columns, types, missing and infinite cells, time running backwards) and those from `batchFaults` (absurd values, lost time,
 * flat channels, rate, length). If a fault prevents further reading, later ones are not found.
 * @param files paths, globs and URLs of tables with the same columns
 * @throws UserError if a file is missing or is not a table, or a column given by the options is missing
 */
export async function openQualityGate(files: readonly string[], options: QualityGateOptions): Promise<OpenedBatch> {
  const reasons: FaultDescription[] = [];
  let opened: OpenedRecordings;
  try {
    opened = await openRecordings(files, {
      columns: { ...options.columns, modelChannels: options.channels.map(({ column }) => column) },
      requireLabels: false,
      ...(options.recordedRateHz !== undefined && { nominalRateHz: options.recordedRateHz }),
      likelyRateHz: options.samplingRateHz,
      onFault: (fault) => reasons.push(fault),
      ...(options.known !== undefined && { known: options.known }),
      ...(options.stored !== undefined && { stored: options.stored }),
      ...(options.numbers !== undefined && { numbers: options.numbers }),
      ...(options.maxRows !== undefined && { maxRows: options.maxRows }),
      ...(options.reporter !== undefined && { reporter: options.reporter }),
    });
  } catch (error) {
    if (!(error instanceof DataFault)) throw error;
    return { accepted: false, reasons: [...reasons, error.description], quality: null, times: null };
  }
  const { rows, quality } = opened;
  reasons.push(...(await batchFaults(rows, quality, options, opened.files)));
  if (reasons.length === 0) {
    return {
      accepted: true,
      opened,
      warnings: [...quality.warnings, ...qualityGateNotes({ ...quality, dropped: quality.rows.dropped }, options)],
    };
  }
  const times = rows.times();
  rows.close();
  return { accepted: false, reasons, quality, times };
}

/** The parts of a quality report that the notes describe; a device's summary contains them as well. */
interface RowsToDescribe {
  readonly channels: Readonly<Record<string, { readonly missing: number; readonly infinite: number }>>;
  readonly dropped: { readonly duplicate_time: number };
  readonly per_recording: readonly { readonly rate_hz: number | null }[];
}

/** Describes harmless corrections that the user should know about. */
export function qualityGateNotes(
  quality: RowsToDescribe,
  { samplingRateHz, resampling = "low-pass" }: Pick<QualityGateOptions, "samplingRateHz" | "resampling">,
): string[] {
  const { channels, dropped } = quality;
  const notes: string[] = [];
  for (const [name, { missing, infinite }] of Object.entries(channels)) {
    if (missing + infinite > 0) {
      notes.push(`Channel ${name}: ${missing} missing and ${infinite} infinite values; their rows are left out.`);
    }
  }
  if (dropped.duplicate_time > 0)
    notes.push(`Left out because of repeated times: ${counted(dropped.duplicate_time, "row")}.`);
  return [...notes, ...rateNotes(quality, { samplingRateHz, resampling })];
}
