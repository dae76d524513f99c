// The schema of the events that `train --json` and `retrain --json` print, one per line.
import { z } from "zod";
import type { PrintedEvent } from "../src/interfaces/cli/printed-event.ts";
import { classificationMetricsSchema } from "../src/learning/evaluation/classification-metrics.ts";
import { cycleSchema, gateRuleSchema, stoppedSchema } from "../src/learning/pseudo-labeling/retrain-report.ts";
import {
  labelChangesSchema,
  summarySchema,
  testSetReportSchema,
  userReportSchema,
} from "../src/learning/training/cv-report.ts";
import { fineTuningReportSchema } from "../src/learning/training/fine-tuning-report.ts";
import type { SnakeKeys } from "../src/letter-case.ts";
import { rehearsedDaySchema, runLengthSchema } from "../src/monitoring/drift/calibration.ts";
import type { UnitConversion } from "../src/signals/data/convert-units.ts";
import type { FoundSensors, SensorUnit } from "../src/signals/data/find-sensors.ts";
import { qualityReportSchema } from "../src/signals/data/quality-report.ts";
import type { DroppedSamples } from "../src/signals/preprocessing/plan-windows.ts";
import { joinedLineSchema } from "./answer-schemas.ts";

const share = z.number().min(0).max(1);
const count = z.int().min(0);
const names = z.array(z.string());
const seconds = z.number().min(0);
const loss = z.number().min(0);

const chosenPenalty = z
  .number()
  .positive()
  .describe(
    "penalty of the layer that was kept, 1e15 for one that stays as it was in --from; absent for a network that is trained in steps",
  );

const fit = z.union([
  z.templateLiteral(["fold-", z.int()]),
  z.templateLiteral(["scratch-", z.int()]),
  z.templateLiteral(["cycle-", z.int()]),
  z.literal("final"),
]);
const left = z.object({ stretches: count, samples: count });

export const droppedSchema: z.ZodType<SnakeKeys<DroppedSamples>> = z
  .object({ short_stretches: left, remainders: left, unknown_class: left })
  .describe("samples that no window covers");

const knownUnit: z.ZodType<SensorUnit> = z.enum([
  ...(["m/s^2", "g", "milli-g", "rad/s", "deg/s", "uT", "nT", "mT", "T", "gauss", "milligauss"] as const),
]);

export const unitSchema: z.ZodType<SensorUnit | null> = knownUnit.nullable().describe("null if the unit is not known");

export const sensorsSchema: z.ZodType<FoundSensors["sensors"]> = z
  .array(
    z.object({
      name: z.string(),
      kind: z.enum(["accelerometer", "gravity", "gyroscope", "magnetometer", "unknown"]),
      channels: z.tuple([z.string(), z.string(), z.string()]).describe("channels of the axes x, y and z"),
      unit: unitSchema,
      gravity: z.boolean().nullable().describe("whether an accelerometer at rest measures gravity"),
      because: z.string().describe("reason for this kind and unit, in words"),
    }),
  )
  .describe("the channels that form each sensor");

export const conversionsSchema: z.ZodType<readonly UnitConversion[]> = z
  .array(
    z.object({
      channels: names,
      from: knownUnit.describe("unit in the files"),
      to: knownUnit.describe("unit after the conversion"),
      factor: z.number().describe("what the values are multiplied by"),
      people: names.describe("people whose recordings are converted; absent if everybody's are").exactOptional(),
    }),
  )
  .describe("how the values of the files were converted to the units of the sensors");

const event = <Type extends string, Shape extends z.core.$ZodLooseShape>(type: Type, shape: Shape) =>
  z.object({ type: z.literal(type), ...shape });

const events = {
  data: event("data", {
    files: names.min(1),
    rows: count,
    users: count,
    recordings: count,
    classes: z.record(z.string(), count).describe("number of windows by class"),
    channels: names.min(1),
    sensors: sensorsSchema,
    conversions: conversionsSchema,
    sampling_rate_hz: z.number().positive().describe("sampling rate of the windows"),
    window_size: count.describe("samples per window"),
    columns: z
      .object({
        label: z.string().nullable(),
        group: z.string().nullable(),
        recording: z.string().nullable(),
        time: z.string().nullable(),
        time_unit: z.enum(["s", "ms", "us", "ns", "days", "ticks", "timestamp", "index"]),
        channels: names,
      })
      .describe("column for each purpose"),
    quality: qualityReportSchema,
    windows: count,
    dropped: droppedSchema,
    label_changes: labelChangesSchema.nullable().describe("windows within which the label changes; null if none does"),
  }),
  memory: event("memory", { needed_bytes: count, total_bytes: count, available_bytes: count }),
  split: event("split", {
    split: z.string(),
    folds: z.array(
      z.object({
        fold: z.int().min(1),
        test_users: names,
        train_windows: count,
        validation_windows: count,
        test_windows: count,
      }),
    ),
    test_set: z
      .object({ column: z.string(), users: names, rows: count, windows: count })
      .nullable()
      .describe("the test set of a fixed split, which no fold contains; null without one"),
    warnings: names,
  }),
  resumed: event("resumed", {
    fit,
    epochs: count.describe("number of epochs finished before the interruption"),
    penalty: z
      .number()
      .positive()
      .nullable()
      .describe("the one that a finished fit chose; null if the fit begins again")
      .exactOptional(),
  }),
  batch: event("batch", {
    fit,
    epoch: z.int().min(1),
    epochs: z.int().min(1),
    step: count,
    steps: z.int().min(1),
    loss: loss.nullable().describe("null for a network that is not trained in steps"),
    stage: z
      .enum(["features", "layer"])
      .describe("what a network that is not trained in steps is doing; absent for other networks")
      .exactOptional(),
    windows_per_second: z.number().min(0),
  }),
  epoch: event("epoch", {
    fit,
    epoch: z.int().min(1),
    epochs: z.int().min(1).describe("maximum number of epochs"),
    loss,
    accuracy: share,
    val_loss: loss.nullable().describe("null in the final fit, which has no validation part"),
    val_accuracy: share.nullable(),
    val_macro_f1: share.nullable(),
    learning_rate: z.number().positive().nullable().describe("null for a network that is not trained in steps"),
    penalty: z
      .number()
      .positive()
      .describe(
        "penalty on the weights of the linear layer, 1e15 if it stays as it was in --from; absent for a network that is trained in steps",
      )
      .exactOptional(),
    mixture: z
      .object({
        temperatures: z
          .array(z.number().positive())
          .describe("numbers by which the logits of compact and minirocket are divided"),
        weights: z.array(z.number().min(0)).describe("weights of their probabilities; their sum is 1"),
      })
      .describe(
        "how the members of an ensemble are combined; only in the epoch that stands for the ensemble as a whole",
      )
      .exactOptional(),
    tried: z
      .array(
        z.object({
          weights: z.array(z.number().min(0)).describe("weights of compact and minirocket"),
          losses: z.array(z.number().min(0)).describe("log loss for each person held out"),
        }),
      )
      .describe("what auto tried in this fit")
      .exactOptional(),
    seconds,
    windows_per_second: z.number().min(0),
    best: z.boolean().describe("whether this is the best epoch of this fit so far"),
    seconds_left: seconds
      .nullable()
      .describe(
        "estimated time left for the whole run, calibration and writing included; null until there is an estimate",
      ),
  }),
  fold: event("fold", {
    fold: z.int().min(1),
    folds: z.int().min(1),
    best_epoch: count,
    epochs: count,
    penalty: chosenPenalty.exactOptional(),
    seconds,
    metrics: classificationMetricsSchema,
  }),
  "cross-validation": event("cross-validation", {
    summary: summarySchema,
    pooled: classificationMetricsSchema,
    users: z.array(userReportSchema),
  }),
  "fine-tuning": event("fine-tuning", { report: fineTuningReportSchema }),
  "test-set": event("test-set", {
    report: testSetReportSchema.describe("figures of the finished network on the test set of a fixed split"),
  }),
  final: event("final", {
    epochs: count,
    penalty: chosenPenalty.exactOptional(),
    seconds,
    choice: z
      .object({
        chosen: z.string().describe("compact, minirocket, or average of the two"),
        losses: z.record(z.string(), z.number()).describe("mean log loss over the people held out, by what was tried"),
        difference: z
          .object({ mean: z.number(), error: z.number() })
          .describe(
            "by how much the loss of the better network is lower than that of the average, and the standard error",
          ),
      })
      .describe("what auto chose, and from what; absent for other networks")
      .exactOptional(),
  }),
  calibration: event("calibration", {
    done: share.describe("share of the work that is done; one event per percent"),
    seconds_left: seconds
      .nullable()
      .describe("estimated time left for the calibration; null until there is an estimate"),
  }),
  "retrain-data": event("retrain-data", {
    files: names.describe("labelled and unlabelled recordings that were read"),
    labelled: z.object({ people: names, windows: count }),
    files_of_model: names.describe("labelled recordings that the model's manifest names"),
    holdout: z.object({ people: names, windows: count }),
    unlabelled: z.object({ people: count, windows: count, rows: count }),
    epochs: z.int().min(1),
    penalty: chosenPenalty.exactOptional(),
    warnings: names,
  }),
  cycle: event("cycle", { cycles: z.int().min(1), report: cycleSchema }),
  gate: event("gate", {
    winner: count,
    stopped: stoppedSchema,
    because: z.string(),
    rules: z.array(gateRuleSchema),
    passed: z.boolean(),
  }),
  retrained: event("retrained", {
    adopted: z.boolean(),
    out: z.string(),
    report: z.string(),
    seconds,
    promoted: z.string().nullable(),
  }),
  checkpoint: event("checkpoint", { path: z.string(), resume_command: z.string() }),
  done: event("done", {
    out: z.string(),
    report: z.string(),
    day: rehearsedDaySchema.nullable(),
    run_length: runLengthSchema.nullable(),
    seconds,
    summary: summarySchema,
    joined: joinedLineSchema.nullable(),
  }),
  tracked: event("tracked", {
    page: z.string().nullable(),
    versions: names,
    unsent: count.describe("number of events that are stored only in the model folder"),
  }),
  warning: event("warning", { message: z.string() }),
} as const satisfies Record<PrintedEvent["type"], z.ZodType>;

export const eventTypes: readonly string[] = Object.keys(events);

const [first, ...rest] = Object.values(events);

export const trainEventSchema: z.ZodType<PrintedEvent> = z.discriminatedUnion("type", [first!, ...rest]);
