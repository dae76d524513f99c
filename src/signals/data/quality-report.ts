// The quality report: how many rows were read and dropped, how regular the sampling is, and what each channel and class
// contains. The report's keys are in snake_case, because it becomes part of cv_report.json.

import { z } from "zod";
import type { UnlabelledReport } from "./unlabelled-time.ts";

/** Amount of data. */
export interface RowsAndSeconds {
  /** Rows kept. */
  rows: number;
  /** Recorded time. */
  seconds: number;
}

/** Describes recordings as read. */
export interface QualityReport {
  /** Rows read, rows kept, and rows dropped by reason. */
  rows: {
    /** Rows in the files. */
    read: number;
    /** Rows that were not dropped. */
    kept: number;
    /** Each dropped row is counted once, under the first reason that applies. */
    dropped: {
      /** Rows without a label. */
      missing_label: number;
      /** Rows without a person. */
      missing_person: number;
      /** Rows without a recording. */
      missing_recording: number;
      /** Rows without a time. */
      missing_time: number;
      /** Rows with a missing or infinite value in a channel. */
      missing_values: number;
      /** Rows whose time repeats that of an earlier row. */
      duplicate_time: number;
    };
  };
  /** Time without a label in recordings for training; absent if every row has a label, and from reports of earlier versions. */
  unlabelled?: UnlabelledReport;
  /** Rows by file. */
  files: {
    /** Path of the file. */
    file: string;
    /** Rows read from the file. */
    rows: number;
  }[];
  /** Columns in use; null if a role has no column. */
  columns: {
    /** Column of the labels. */
    label: string | null;
    /** Column of the people. */
    group: string | null;
    /** Column of the recordings. */
    recording: string | null;
    /** Column of the times. */
    time: string | null;
    /** Unit of the times; `index` if the times are computed by counting rows or samples. */
    time_unit: "s" | "ms" | "us" | "ns" | "days" | "ticks" | "timestamp" | "index";
    /** By channel. */
    channels: string[];
  };
  /** Recorded time in all stretches, in seconds. */
  seconds: number;
  /** Number of people. */
  users: number;
  /** Number of recordings. */
  recordings: number;
  /** Number of gap-free stretches, each with one person, recording and label. */
  stretches: number;
  /** Sampling statistics over recordings; null if no recording has two rows. `jitter` is a fraction of the median step. */
  sampling: {
    /** Median rate, which is 1 / median step for each recording. */
    rate_hz: number | null;
    /** Lowest rate of any recording. */
    rate_hz_min: number | null;
    /** Highest rate of any recording. */
    rate_hz_max: number | null;
    /** Median over recordings of the steps' root mean square deviation. */
    jitter: number;
    /** Largest jitter of any recording. */
    jitter_max: number;
  };
  /** Number and length of gaps, which are steps longer than both three median steps and 0.1 s. */
  gaps: {
    /** Number of gaps. */
    count: number;
    /** Total length of the gaps. */
    seconds: number;
    /** Length of the longest gap. */
    longest_seconds: number;
    /** Which steps count as gaps, in words. */
    rule: string;
  };
  /** By channel. */
  channels: Record<string, ChannelQuality>;
  /** Rows and time of each class, by name; empty if there are no labels. */
  classes: Record<string, RowsAndSeconds>;
  /** By person. */
  persons: Record<string, RowsAndSeconds>;
  /** By recording. */
  per_recording: {
    /** The person. */
    user: string;
    /** Name of the recording. */
    recording: string;
    /** Number of rows kept. */
    rows: number;
    /** Recorded time. */
    seconds: number;
    /** 1 / median step; null if the recording has fewer than two rows. */
    rate_hz: number | null;
    /** Root mean square deviation of the steps, as a fraction of the median step. */
    jitter: number;
    /** Number of gaps, which are steps longer than both three median steps and 0.1 s. */
    gaps: number;
  }[];
  /** Warnings for the reader. */
  warnings: string[];
}

/** Quality of one channel: missing and infinite values in all rows read, and everything else in the rows kept. */
export interface ChannelQuality {
  /** Number of missing values. */
  missing: number;
  /** Number of infinite values. */
  infinite: number;
  /** Smallest value. */
  min: number;
  /** Largest value. */
  max: number;
  /** Whether the channel is constant throughout. */
  flat: boolean;
  /** Total length, in seconds, of runs of one value that last at least a second. */
  flat_seconds: number;
}

const count = z.number().int().nonnegative();
const seconds = z.number().nonnegative();
const rowsAndSeconds = z.object({ rows: count, seconds });

export const qualityReportSchema: z.ZodType<QualityReport> = z.object({
  rows: z.object({
    read: count,
    kept: count,
    dropped: z
      .object({
        missing_label: count,
        missing_person: count,
        missing_recording: count,
        missing_time: count,
        missing_values: count,
        duplicate_time: count,
      })
      .describe("Rows left out, each counted once, under the first reason that applies."),
  }),
  unlabelled: z
    .object({
      stretches: count,
      seconds,
      longest: z.object({ user: z.string(), recording: z.string(), start_s: z.number(), seconds }),
      by_length: z.array(z.object({ below_seconds: z.number().nullable(), stretches: count, seconds })),
    })
    .exactOptional()
    .describe("Stretches without a label, each from its first row to its last: total and by length."),
  files: z.array(z.object({ file: z.string(), rows: count })),
  columns: z.object({
    label: z.string().nullable(),
    group: z.string().nullable(),
    recording: z.string().nullable(),
    time: z.string().nullable(),
    time_unit: z.enum(["s", "ms", "us", "ns", "days", "ticks", "timestamp", "index"]),
    channels: z.array(z.string()),
  }),
  seconds: seconds.describe("Recorded time in all stretches."),
  users: count,
  recordings: count,
  stretches: count.describe("Number of gap-free pieces, each with one person, recording and label."),
  sampling: z.object({
    rate_hz: z
      .number()
      .nullable()
      .describe("Median over recordings of 1 / median step; null if no recording has two rows."),
    rate_hz_min: z.number().nullable(),
    rate_hz_max: z.number().nullable(),
    jitter: z
      .number()
      .describe("Root mean square deviation of the steps, as a fraction of the median step; median over recordings."),
    jitter_max: z.number(),
  }),
  gaps: z.object({
    count,
    seconds,
    longest_seconds: seconds,
    rule: z.string(),
  }),
  channels: z.record(
    z.string(),
    z.object({
      missing: count.describe("Cells that are empty or NaN."),
      infinite: count,
      min: z.number(),
      max: z.number(),
      flat: z.boolean().describe("Whether the channel is constant throughout."),
      flat_seconds: seconds.describe("Time in runs of one value that last at least a second."),
    }),
  ),
  classes: z.record(z.string(), rowsAndSeconds),
  persons: z.record(z.string(), rowsAndSeconds),
  per_recording: z.array(
    z.object({
      user: z.string(),
      recording: z.string(),
      rows: count,
      seconds,
      rate_hz: z.number().nullable(),
      jitter: z.number(),
      gaps: count,
    }),
  ),
  warnings: z.array(z.string()),
});
