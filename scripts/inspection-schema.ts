// The schema of what `inspect --json` prints.
import { z } from "zod";
import type { PrintedFailure, PrintedInspection } from "../src/interfaces/cli/inspect-command.ts";
import { labelChangesSchema } from "../src/learning/training/cv-report.ts";
import { qualityReportSchema } from "../src/signals/data/quality-report.ts";
import { conversionsSchema, droppedSchema, sensorsSchema } from "./event-schema.ts";

const count = z.int().min(0);
const names = z.array(z.string());
const seconds = z.number().min(0);

const refusal = z.object({ message: z.string(), details: names, advice: z.string().nullable() });

const readSchema: z.ZodType<PrintedInspection> = z.object({
  quality: qualityReportSchema,
  unused_columns: names.describe("columns without a role; they are not read"),
  sensors: sensorsSchema,
  conversions: conversionsSchema,
  recordings: z
    .array(
      z.object({
        user: z.string(),
        recording: z.string(),
        start_s: z.number().describe("time of the first row, on the recording's own clock"),
        end_s: z.number(),
        labels: z.record(z.string(), seconds).describe("seconds by activity"),
        at_rest: z
          .record(z.string(), z.number().min(0).nullable())
          .describe("by accelerometer, the median length of its vector over the stillest tenth of the recording"),
      }),
    )
    .describe("in the order of quality.per_recording"),
  windows: z
    .object({
      total: count,
      per_class: z.record(z.string(), count),
      dropped: droppedSchema,
      label_changes: labelChangesSchema.nullable(),
      sampling_rate_hz: z.number().positive(),
      window_size: count.describe("samples per window"),
    })
    .nullable()
    .describe("windows that `train` would cut; null if it would stop before that"),
  folds: z
    .array(z.object({ fold: z.int().min(1), test_users: names }))
    .nullable()
    .describe("people that each fold would be tested on; null if `train` would stop before that"),
  test_set: z
    .object({ column: z.string(), users: names, rows: count, windows: count })
    .nullable()
    .describe("the test set of a fixed split; null without one"),
  warnings: names,
  refusal: refusal
    .nullable()
    .describe("why `train` would refuse these recordings, in its own words; null if it would accept them"),
  out: z.string().nullable(),
  seconds,
});

const unreadSchema: z.ZodType<PrintedFailure> = z.object({
  error: refusal.describe("why the files could not be read to the end"),
});

export const inspectionSchema: z.ZodType<PrintedInspection | PrintedFailure> = z.union([readSchema, unreadSchema]);
