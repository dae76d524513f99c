// What `check` compares batches with: facts about a model's training data, stored in baseline_stats.json under "drift".

import { z } from "zod";
import type { Sensor } from "../../signals/sensors/sensor.ts";
import type { BaselineReference } from "../summaries/baseline-reference.ts";
import type { ChannelSummary } from "../summaries/batch-summary.ts";
import { type ClassSummaries, mergeAcrossClasses } from "../summaries/class-summaries.ts";
import { isFormerSignal, withoutFormerSignals } from "../summaries/former-signals.ts";
import { type ModelSignals, signalEdges } from "../summaries/model-signals.ts";
import { sensorSignals } from "../summaries/sensor-signals.ts";
import {
  baselineReferenceSchema,
  sampleSchema,
  storedChannelSummarySchema,
  storedModelSignalsSchema,
} from "../summaries/summary-schemas.ts";
import { type AccuracyCalibration, accuracyCalibrationSchema } from "./accuracy-estimate.ts";
import { type Calibration, calibrationSchema } from "./calibration.ts";
import { calibrationFaults } from "./calibration-faults.ts";
import type { DriftModel } from "./comparison.ts";
import { storedDriftBaseline } from "./stored-drift-baseline.ts";
import { storedKeys } from "./stored-keys.ts";

/** The part of baseline_stats.json that `check` compares batches with. */
export interface DriftBaseline {
  /** Sampling rate of the windows in Hz; recordings at other rates are first resampled to it. */
  readonly sampling_rate_hz: number;
  /** Predicted classes, in the order of the network's outputs. */
  readonly classes: readonly string[];
  /** Quantile grid edges by channel, including signals computed from a sensor's axes (see `withSensorSignals`). */
  readonly edges: Readonly<Record<string, readonly number[]>>;
  /**
   * Summaries of the training samples, by the class that was predicted for them in cross-validation or, if they are
   * pseudo-labelled, by their label; null for a class without samples.
   */
  readonly by_class: ClassSummaries;
  /** The networks' output for the windows that cross-validation held out. */
  readonly signals: ModelSignals;
  /** The usual distances for drift-free batches. */
  readonly calibration: Calibration;
  /** Data for estimating accuracy; null if no person had enough windows for a batch. */
  readonly accuracy: AccuracyCalibration | null;
}

/** Upper limit for a sum of distances between float32 samples, for the largest number of samples that can be counted. */
const largestSum = 1e60;

const presentForm = z
  .object({
    sampling_rate_hz: z.number().positive(),
    classes: z.array(z.string()).min(2),
    edges: z
      .record(z.string(), z.array(sampleSchema).min(1))
      .describe(
        "edges of the quantile grid by channel, including signals computed from a sensor's axes; strictly ascending",
      ),
    by_class: z.array(z.record(z.string(), storedKeys<ChannelSummary>(storedChannelSummarySchema)).nullable()).min(1),
    signals: storedKeys<ModelSignals>(storedModelSignalsSchema),
    calibration: calibrationSchema,
    accuracy: accuracyCalibrationSchema.nullable(),
  })
  .describe(
    "data that `tidemark check` compares batches with: counts over the grid, and the usual distances in the absence of drift",
  );

/**
 * Reads the form that `storedDriftBaseline` returns, as well as that of earlier versions, some of whose keys are in camelCase.
 */
export const driftBaselineSchema: z.ZodType<DriftBaseline> = z.preprocess(storedDriftBaseline, presentForm);

/** The `drift` section of a file; null if it is missing, has another form, or does not fit the model. */
export function driftBaselineOf(
  section: unknown,
  model: {
    readonly classes: readonly string[];
    readonly channels: readonly string[];
    readonly sensors: readonly Sensor[];
  },
): DriftBaseline | null {
  const { data: drift } = driftBaselineSchema.safeParse(section);
  if (drift === undefined || drift.classes.length !== model.classes.length) return null;
  return driftBaselineFaults(drift, model.channels, model.sensors).length > 0 ? null : drift;
}

/** Finds faults in a `drift` section that fits the schema: one message per fault. */
export function driftBaselineFaults(
  drift: DriftBaseline,
  channels: readonly string[],
  sensors: readonly Sensor[],
): string[] {
  const { classes, edges, by_class, signals } = drift;
  const faults: string[] = [];
  if (by_class.length !== classes.length) {
    faults.push(`drift.by_class: expected ${classes.length} classes, got ${by_class.length}`);
  }
  if (by_class.every((summary) => summary === null))
    faults.push("drift.by_class: expected at least one class with samples");
  if (signals.classCounts.length !== classes.length) {
    faults.push(`drift.signals.class_counts: expected ${classes.length} counts, got ${signals.classCounts.length}`);
  }
  const known = new Set([...channels, ...sensorSignals(channels, sensors).map(({ name }) => name)]);
  for (const name of new Set([...channels, ...Object.keys(edges)])) {
    if (!known.has(name) && !isFormerSignal(name))
      faults.push(`drift.edges.${name}: expected a sensor column, or a signal computed from sensor columns`);
    const own = Object.hasOwn(edges, name) ? edges[name] : undefined;
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
      const of = Object.hasOwn(summary, name) ? summary[name]! : undefined;
      if (of?.counts.length !== own.length + 1) {
        const bins = of?.counts.length ?? "none";
        faults.push(`drift.by_class.${k}.${name}: expected ${own.length + 1} counts, got ${bins}`);
      } else if (![of.mean, of.std, of.min, of.max].every((x) => sampleSchema.safeParse(x).success)) {
        faults.push(`drift.by_class.${k}.${name}: expected numbers in the range of float32`);
      } else if (!(of.excessBelow <= largestSum && of.excessAbove <= largestSum)) {
        faults.push(`drift.by_class.${k}.${name}: expected summed distances of at most ${largestSum}`);
      }
    }
  }
  return [
    ...faults,
    ...driftBaselineSignalFaults(signals),
    ...calibrationFaults(drift.calibration, Object.keys(withoutFormerSignals(edges, channels))),
  ];
}

function driftBaselineSignalFaults({
  windows,
  classCounts,
  confidence,
  entropy,
  margin,
  pairs,
  flips,
}: ModelSignals): string[] {
  const path = "drift.signals";
  const sums = (name: string, counts: readonly number[]): string[] => {
    const total = counts.reduce((sum, count) => sum + count, 0);
    return total === windows ? [] : [`${path}.${name}: expected counts that sum to ${windows} (windows), got ${total}`];
  };
  const bins = signalEdges.length + 1;
  return [
    ...sums("class_counts", classCounts),
    ...Object.entries({ confidence, entropy, margin }).flatMap(([name, { counts, millionths }]) => [
      ...(counts.length === bins ? [] : [`${path}.${name}.counts: expected ${bins}, got ${counts.length}`]),
      ...sums(`${name}.counts`, counts),
      ...(millionths <= windows * 1e6 ? [] : [`${path}.${name}.millionths: expected at most a million per window`]),
    ]),
    ...(flips <= pairs && pairs <= windows
      ? []
      : [`${path}: expected at most ${windows} pairs, and no more flips than pairs`]),
  ];
}

export function referenceOfDriftBaseline({ edges, by_class }: DriftBaseline): BaselineReference {
  const whole = mergeAcrossClasses(by_class);
  return baselineReferenceSchema.parse(
    Object.fromEntries(Object.entries(edges).map(([name, own]) => [name, { edges: own, summary: whole[name] }])),
  );
}

/**
 * @param sensors the sensors of the channels (default: none, in which case no magnitude of acceleration is compared with that
 * in the training data)
 */
export function modelOfDriftBaseline(
  drift: DriftBaseline,
  channels: readonly string[],
  sensors: readonly Sensor[] = [],
): DriftModel {
  const withGravity = sensors.filter(({ kind, gravity }) => kind === "accelerometer" && gravity === true);
  return {
    channels,
    baseline: withoutFormerSignals(referenceOfDriftBaseline(drift), channels),
    byClass: drift.by_class,
    calibration: drift.calibration,
    samplingRateHz: drift.sampling_rate_hz,
    gravityLengths: withGravity.map(({ name }) => `${name} magnitude`).filter((name) => name in drift.edges),
  };
}
