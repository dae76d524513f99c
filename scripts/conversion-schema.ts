// The schema of the output of `convert --json`.
import { z } from "zod";
import type { PrintedConversion } from "../src/interfaces/cli/convert-command.ts";
import { qualityReportSchema } from "../src/signals/data/quality-report.ts";
import { unitSchema } from "./event-schema.ts";

const names = z.array(z.string());

export const conversionSchema: z.ZodType<PrintedConversion> = z.object({
  out: z.string(),
  rows: z.int().min(1),
  columns: names.describe("columns of the written table, in order"),
  channels: z.array(
    z.object({
      from: z.string().describe("column in the files"),
      to: z.string().describe("column in the table"),
      unit_from: unitSchema,
      unit_to: unitSchema,
      factor: z.number().positive().describe("factor by which the values were multiplied"),
      because: z.string().describe("why this unit was assumed"),
    }),
  ),
  quality: qualityReportSchema,
  unused_columns: names,
  warnings: names,
  seconds: z.number().min(0),
});
