// Labels recordings by time, using labels from separate files (--labels).

import { UserError } from "../../errors.ts";
import { listedNames } from "../../listed-names.ts";
import type { Database } from "../files/duckdb.ts";
import type { ScratchFolder } from "../files/scratch-folder.ts";
import { type LabellingOptions, labelRecordings } from "./label-recordings.ts";
import type { ColumnOptions } from "./named-columns.ts";
import { type LabelFiles, readLabelFiles } from "./read-label-file.ts";
import type { RowTable } from "./row-chunks.ts";
import type { SelectedRows } from "./selected-rows.ts";
import type { StoredRows } from "./stored-rows.ts";
import { daysOfTimeUnitIn1970, unitsPerSecond } from "./time-unit.ts";

export interface LabelledFromFiles {
  readonly rows: StoredRows;
  /** Where the labels come from, for messages and reports. */
  readonly column: string;
  /** Returns those selected rows that have a label. */
  selected(picked: SelectedRows): SelectedRows;
}

export async function labelFromFiles(
  rows: StoredRows,
  { labels, spellings }: Pick<RowTable, "labels" | "spellings">,
  columns: ColumnOptions,
  {
    database,
    scratch,
    timeUnit,
    rateHz,
    labelledOnly,
    warn,
  }: Pick<LabellingOptions, "timeUnit" | "labelledOnly" | "warn"> & {
    database: Database;
    scratch: ScratchFolder;
    /** Rows per second in recordings whose time is a row count. */
    rateHz: number | undefined;
  },
): Promise<LabelledFromFiles> {
  const { label, group, recording, timeFormat, timeZone, labelsClock } = columns;
  const named = { label, group, recording, timeFormat, timeZone };
  const read = await readLabelFiles(database, columns.labels!, { ...named, scratch, warn });
  const files =
    read.clock === "samples"
      ? labelsFromFilesInSamples(read, timeUnit === "index" ? rateHz : undefined)
      : timeUnit === "days" && read.clock === "numbers"
        ? labelsFromFilesInDays(read)
        : read;
  const {
    rows: labelled,
    dropped,
    unlabelled,
  } = labelRecordings(rows, files, {
    fromStart: labelsClock === "start",
    oneSide: columns.split !== undefined,
    timeUnit,
    classOf: (name) => {
      const own = labels.classOf(name);
      return own === null ? null : spellings.classes.first(own);
    },
    personOf: (name) => spellings.people.first(name),
    labelledOnly,
    warn,
  });
  if (labelledOnly !== undefined) rows.close();
  if (labelled.rows === 0) {
    throw new UserError(
      `--labels ${columns.labels}: none of the labels that are used applies to a row of the recordings.`,
      {
        advice: "Check the times in the file, and which labels --map and --exclude leave out.",
      },
    );
  }
  return {
    rows: labelled,
    column: `${files.column} of ${columns.labels}`,
    selected: ({ dropped: before, ...picked }) => ({
      ...picked,
      recordings: labelled.recordings,
      kept: labelled.rows,
      unlabelled,
      dropped: { ...before, missing_label: before.missing_label + dropped },
    }),
  };
}

/**
 * Converts sample numbers to seconds. The numbers count all rows, including those left out because of missing values, so they
 * fit only a clock that also counts rows.
 */
function labelsFromFilesInSamples(files: LabelFiles, rateHz: number | undefined): LabelFiles {
  if (rateHz === undefined) {
    throw new UserError(
      `--labels ${listedNames(files.paths, 3)}: the start of each label counts samples, but the recordings have times, between which samples may be missing.`,
      {
        advice:
          "Divide the numbers of the samples by the sampling rate, call the columns start_s and end_s, and add --labels-clock start; or give the labels' times on the recordings' clock.",
      },
    );
  }
  return labelTimesFromFiles(files, (sample) => sample / rateHz, "seconds");
}

/** Converts label times that are in days, as the times of the recordings are, to seconds since 1970. */
function labelsFromFilesInDays(files: LabelFiles): LabelFiles {
  if (files.annotations.some(({ start }) => daysOfTimeUnitIn1970(start) === 0)) return files;
  const seconds = (day: number): number => (day - daysOfTimeUnitIn1970(day)) / unitsPerSecond.days;
  return labelTimesFromFiles(files, seconds, files.clock);
}

function labelTimesFromFiles(
  files: LabelFiles,
  seconds: (time: number) => number,
  clock: LabelFiles["clock"],
): LabelFiles {
  const annotations = files.annotations.map((own) => ({
    ...own,
    start: seconds(own.start),
    end: own.end === null ? null : seconds(own.end),
  }));
  return { ...files, annotations, clock };
}
