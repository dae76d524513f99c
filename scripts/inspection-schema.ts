// The schema of the output of `inspect --json`.
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
  unused_columns: names.describe("columns without a role, which are ignored"),
  sensors: sensorsSchema,
  conversions: conversionsSchema,
  recordings: z
    .array(
      z.object({
        user: z.string(),
        recording: z.string(),
        start_s: z.number().describe("time of the first row, on the clock of the recording"),
        end_s: z.number(),
        labels: z.record(z.string(), seconds).describe("seconds by activity"),
        at_rest: z
          .record(z.string(), z.number().min(0).nullable())
          .describe(
            "median magnitude of each accelerometer over the stillest tenth of the recording, in the file's unit",
          ),
      }),
    )
    .describe("recordings in the order of quality.per_recording"),
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
    .describe("windows that `train` would cut; null if it would stop earlier with an error"),
  folds: z
    .array(z.object({ fold: z.int().min(1), test_users: names }))
    .nullable()
    .describe("people in the test set of each fold; null if `train` would stop earlier with an error"),
  test_set: z
    .object({ column: z.string(), users: names, rows: count, windows: count })
    .nullable()
    .describe("the test set of a fixed split; null for other splits"),
  warnings: names,
  refusal: refusal
    .nullable()
    .describe("the error with which `train` would refuse these recordings; null if it would accept them"),
  out: z.string().nullable(),
  seconds,
});

const unreadSchema: z.ZodType<PrintedFailure> = z.object({
  error: refusal.describe("why the files could not be read completely"),
});

export const inspectionSchema: z.ZodType<PrintedInspection | PrintedFailure> = z.union([readSchema, unreadSchema]);
