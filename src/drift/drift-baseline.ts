// Everything that `check` knows of a model's training data, as it stands in baseline_stats.json under "drift".

import { z } from "zod";
import { sampleSchema } from "../baseline/baseline-stats.ts";
import { type AccuracyCalibration, accuracyCalibrationSchema } from "./accuracy-estimate.ts";
import { type BaselineReference, baselineReferenceSchema, channelSummarySchema } from "./baseline-reference.ts";
import { type Calibration, calibrationSchema } from "./calibration.ts";
import { type ClassSummaries, wholeOf } from "./class-summaries.ts";
import type { DriftModel } from "./comparison.ts";
import { type ModelSignals, modelSignalsSchema } from "./model-signals.ts";

export interface DriftBaseline {
  /** Of the windows, Hz; recordings of another rate are brought to it before they are counted. */
  readonly sampling_rate_hz: number;
  /** Predicted classes, in the order of the network's outputs. */
  readonly classes: readonly string[];
  /** By channel, and by what sensors' axes say together (see `withSensorSignals`), the quantile grid's edges. */
  readonly edges: Readonly<Record<string, readonly number[]>>;
  /** The samples that the network learned from, by the class that cross-validation predicted for them. */
  readonly by_class: ClassSummaries;
  /** What cross-validation predicted for those people whom it had left out. */
  readonly signals: ModelSignals;
  readonly calibration: Calibration;
  /** Null where no person had enough windows for a batch. */
  readonly accuracy: AccuracyCalibration | null;
}

export const driftBaselineSchema: z.ZodType<DriftBaseline> = z
  .object({
    sampling_rate_hz: z.number().positive(),
    classes: z.array(z.string()).min(2),
    edges: z
      .record(z.string(), z.array(sampleSchema).min(1))
      .describe("by channel, and by signals computed of a sensor's axes; strictly ascending"),
    by_class: z.array(z.record(z.string(), channelSummarySchema).nullable()).min(1),
    signals: modelSignalsSchema,
    calibration: calibrationSchema,
    accuracy: accuracyCalibrationSchema.nullable(),
  })
  .describe("what `tidemark check` compares batches with: counts over the grid, and what is usual without drift");

/** What a file that fits the schema still may have wrong: one message a fault. */
export function driftBaselineFaults(drift: DriftBaseline, channels: readonly string[]): string[] {
  const { classes, edges, by_class, signals } = drift;
  const faults: string[] = [];
  if (by_class.length !== classes.length) {
    faults.push(`drift.by_class: expected ${classes.length} classes, got ${by_class.length}`);
  }
  if (by_class.every((summary) => summary === null)) faults.push("drift.by_class: expected a class with samples");
  if (signals.classCounts.length !== classes.length) {
    faults.push(`drift.signals.classCounts: expected ${classes.length} counts, got ${signals.classCounts.length}`);
  }
  for (const name of new Set([...channels, ...Object.keys(edges)])) {
    const own = edges[name];
    if (own === undefined) {
      faults.push(`drift.edges.${name}: missing, although "${name}" is a sensor column`);
      continue;
    }
    const falling = own.findIndex((edge, i) => i > 0 && !(edge > own[i - 1]!));
    if (falling > 0) {
      faults.push(`drift.edges.${name}: expected ascending edges, got ${own[falling]} after ${own[falling - 1]}`);
    }
    for (const [k, summary] of by_class.entries()) {
      if (summary === null) continue;
      const bins = summary[name]?.counts.length;
      if (bins === own.length + 1) continue;
      faults.push(`drift.by_class.${k}.${name}: expected ${own.length + 1} counts, got ${bins ?? "none"}`);
    }
  }
  const { kinds, correlation_seconds } = drift.calibration;
  const standards = Object.entries(kinds).flatMap(([kind, { rungs }]) =>
    rungs.map(({ standard }, i) => [`kinds.${kind}.rungs.${i}.standard`, standard] as const),
  );
  for (const [path, byName] of [...standards, ["correlation_seconds", correlation_seconds ?? {}] as const]) {
    const strangers = Object.keys(byName).filter((name) => !(name in edges));
    for (const name of strangers) faults.push(`drift.calibration.${path}.${name}: has no edges in drift.edges`);
  }
  return faults;
}

export function baselineReferenceOf({ edges, by_class }: DriftBaseline): BaselineReference {
  const whole = wholeOf(by_class);
  return baselineReferenceSchema.parse(
    Object.fromEntries(Object.entries(edges).map(([name, own]) => [name, { edges: own, summary: whole[name] }])),
  );
}

export function driftModel(drift: DriftBaseline): DriftModel {
  return {
    baseline: baselineReferenceOf(drift),
    byClass: drift.by_class,
    calibration: drift.calibration,
    samplingRateHz: drift.sampling_rate_hz,
  };
}
