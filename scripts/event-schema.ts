// The schema of the events that `train --json` and `retrain --json` print, one event per line.
import { z } from "zod";
import type { PrintedEvent } from "../src/interfaces/cli/printed-event.ts";
import { classificationMetricsSchema } from "../src/learning/evaluation/classification-metrics.ts";
import {
  labelChangesSchema,
  summarySchema,
  testSetReportSchema,
  userReportSchema,
} from "../src/learning/training/cv-report.ts";
import { fineTuningReportSchema } from "../src/learning/training/fine-tuning-report.ts";
import { cycleSchema, gateRuleSchema, stoppedSchema } from "../src/learning/training/retrain-report.ts";
import type { SnakeKeys } from "../src/letter-case.ts";
import { largestChangesSchema, rehearsedDaySchema, runLengthSchema } from "../src/monitoring/drift/calibration.ts";
import type { UnitConversion } from "../src/signals/data/convert-units.ts";
import type { FoundSensors, SensorUnit } from "../src/signals/data/find-sensors.ts";
import type { DroppedSamples } from "../src/signals/data/plan-windows.ts";
import { qualityReportSchema } from "../src/signals/data/quality-report.ts";
import { sensorKinds, sensorUnits } from "../src/signals/sensors/sensor.ts";
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
    "penalty on the weights of the selected linear layer, 1e15 if the layer was kept unchanged from --from; absent " +
      "for networks trained in mini-batches",
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
  .describe("samples that are in no window");

const knownUnit: z.ZodType<SensorUnit> = z.enum(sensorUnits());

export const unitSchema: z.ZodType<SensorUnit | null> = knownUnit.nullable().describe("unit; null if it is unknown");

export const sensorsSchema: z.ZodType<FoundSensors["sensors"]> = z
  .array(
    z.object({
      name: z.string(),
      kind: z.enum(sensorKinds()),
      channels: z.tuple([z.string(), z.string(), z.string()]).describe("channels of the axes x, y and z"),
      unit: unitSchema,
      gravity: z
        .boolean()
        .nullable()
        .describe("whether the accelerometer measures gravity when it is at rest; null if unknown"),
      because: z.string().describe("why this kind and unit were assumed"),
    }),
  )
  .describe("the sensors, each with its channels");

export const conversionsSchema: z.ZodType<readonly UnitConversion[]> = z
  .array(
    z.object({
      channels: names,
      from: knownUnit.describe("unit in the files"),
      to: knownUnit.describe("unit after the conversion"),
      factor: z.number().describe("factor by which the values are multiplied"),
      people: names.describe("people whose recordings are converted; absent if all recordings are").exactOptional(),
    }),
  )
  .describe("unit conversions that were applied to the values in the files");

const event = <Type extends string, Shape extends z.core.$ZodLooseShape>(type: Type, shape: Shape) =>
  z.object({ type: z.literal(type), ...shape });

const events = {
  data: event("data", {
    files: names.min(1),
    rows: count,
    users: count,
    recordings: count,
    classes: z.record(z.string(), count).describe("number of windows per class"),
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
      .describe("the column for each role"),
    quality: qualityReportSchema,
    windows: count,
    dropped: droppedSchema,
    label_changes: labelChangesSchema.nullable().describe("windows in which the label changes; null if there are none"),
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
      .describe("the test set of a fixed split, which belongs to no fold; null for other splits"),
    warnings: names,
  }),
  resumed: event("resumed", {
    fit,
    epochs: count.describe("number of epochs completed before the interruption"),
    penalty: z
      .number()
      .positive()
      .nullable()
      .describe("penalty that a completed fit selected; null if the fit starts over")
      .exactOptional(),
  }),
  batch: event("batch", {
    fit,
    epoch: z.int().min(1),
    epochs: z.int().min(1),
    step: count,
    steps: z.int().min(1),
    loss: loss.nullable().describe("training loss; null unless the epoch consists of mini-batches"),
    stage: z
      .enum(["features", "layer", "refit"])
      .describe(
        "current stage of a network, or of an ensemble's member, that is not trained in mini-batches or is trained a second time; otherwise absent",
      )
      .exactOptional(),
    windows_per_second: z.number().min(0),
  }),
  epoch: event("epoch", {
    fit,
    epoch: z.int().min(1),
    epochs: z.int().min(1).describe("maximum number of epochs"),
    loss,
    accuracy: share,
    val_loss: loss.nullable().describe("loss on the validation set; null in the final fit, which has none"),
    val_accuracy: share.nullable(),
    val_macro_f1: share.nullable(),
    learning_rate: z
      .number()
      .positive()
      .nullable()
      .describe("learning rate of the epoch; null unless the epoch consists of mini-batches"),
    penalty: z
      .number()
      .positive()
      .describe(
        "penalty on the weights of the linear layer, 1e15 if the layer was kept unchanged from --from; absent if " +
          "the epoch consists of mini-batches",
      )
      .exactOptional(),
    mixture: z
      .object({
        temperatures: z
          .array(z.number().positive())
          .describe("temperatures by which the members' logits are divided, in the order of the members"),
        weights: z.array(z.number().min(0)).describe("weights of the members' probabilities, which sum to 1"),
      })
      .describe("how the members of an ensemble are combined; present only in the epoch of the ensemble as a whole")
      .exactOptional(),
    tried: z
      .array(
        z.object({
          weights: z.array(z.number().min(0)).describe("weights of the members in the mixture"),
          losses: z.array(z.number().min(0)).describe("log loss per held-out person"),
        }),
      )
      .describe("candidates that the network `auto` evaluated in this fit")
      .exactOptional(),
    seconds,
    windows_per_second: z.number().min(0),
    best: z.boolean().describe("whether this is the best epoch of the fit so far"),
    seconds_left: seconds
      .nullable()
      .describe(
        "estimated seconds left for the whole run, including calibration and writing; null until there is an estimate",
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
    report: testSetReportSchema.describe("metrics of the final network on the test set of a fixed split"),
  }),
  final: event("final", {
    epochs: count,
    penalty: chosenPenalty.exactOptional(),
    seconds,
    choice: z
      .object({
        chosen: z.string().describe("`compact`, `minirocket`, or `average` for the average of all members"),
        losses: z.record(z.string(), z.number()).describe("mean log loss over the held-out people, per candidate"),
        difference: z
          .object({ mean: z.number(), error: z.number() })
          .describe(
            "how much lower the mean loss of the better network is than that of the average, with its standard error",
          ),
      })
      .describe(
        "candidate that the network `auto` selected, and the losses of all candidates; absent for other networks",
      )
      .exactOptional(),
  }),
  calibration: event("calibration", {
    done: share.describe("completed share of the calibration; at most one event per percent"),
    seconds_left: seconds
      .nullable()
      .describe("estimated seconds left for the calibration; null until there is an estimate"),
  }),
  "retrain-data": event("retrain-data", {
    files: names.describe("labelled and unlabelled recordings that were read"),
    labelled: z.object({ people: names, windows: count }),
    files_of_model: names.describe(
      "labelled recordings that were read because the model's manifest lists them; empty with --labelled",
    ),
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
    largest_changes: largestChangesSchema.nullable(),
    seconds,
    summary: summarySchema,
    joined: joinedLineSchema.nullable(),
  }),
  tracked: event("tracked", {
    page: z.string().nullable(),
    versions: names,
    unsent: count.describe("number of events that are stored only in the model folder, not on the server"),
  }),
  warning: event("warning", { message: z.string() }),
} as const satisfies Record<PrintedEvent["type"], z.ZodType>;

export const eventTypes: readonly string[] = Object.keys(events);

const [first, ...rest] = Object.values(events);

export const trainEventSchema: z.ZodType<PrintedEvent> = z.discriminatedUnion("type", [first!, ...rest]);
