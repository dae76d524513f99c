// Explains why a batch raised an alarm. Each common fault is reversed on the batch, one at a time; if that brings it back to
// the baseline, the fault is a likely cause. Faults that cannot be reversed (a stuck or clipped channel, a wrong rate) are
// detected directly.

import type { Sensor } from "../../signals/sensors/sensor.ts";
import { ksDistance } from "../../stats/ks.ts";
import { type BaselineReference, baselineReferenceGrids } from "../summaries/baseline-reference.ts";
import type { BatchSummary } from "../summaries/batch-summary.ts";
import { type Columns, Summarizer } from "../summaries/summarize.ts";
import { leastRelativeStd } from "./channel-statistics.ts";
import { type Remedy, remediesFor } from "./remedies.ts";

export interface Culprit {
  readonly kind: Remedy["kind"] | "stuck channel" | "clipped channel" | "sampling rate";
  readonly channels: readonly string[];
  /** What happened to the channels, such as "is in g instead of m/s^2". */
  readonly fault: string;
  /**
   * 0 to 1: the share of the sensor's distance from the baseline that disappears when the fault is reversed. For an
   * irreversible fault, the share of samples that show it.
   */
  readonly weight: number;
}

export interface DiagnosisOptions {
  /** Times of the rows in seconds, and the training data's rate; both are needed to find a wrong rate. */
  readonly time?: ArrayLike<number>;
  readonly samplingRateHz?: number;
}

/** A fault that accounts for less of the distance explains nothing; an arbitrary limit. */
const leastWeight = 0.3;
/** A moving channel is stuck if more than this share of its rows equal the previous row. */
const stuckShare = 0.5;
/**
 * A channel is clipped if more than this share of its rows is at one end of its range, where the training data has fewer.
 */
const clippedShare = 0.02;

/**
 * @param columns the batch's raw values
 * @param sensors the sensors that the baseline's channels form
 * @returns the likely causes, most likely first; none if nothing explains the distance
 */
export function diagnose(
  columns: Columns,
  baseline: BaselineReference,
  sensors: readonly Sensor[],
  options: DiagnosisOptions = {},
): Culprit[] {
  const found = [
    ...Object.keys(baseline).flatMap((name) => diagnoseDirectFaults(name, columns[name]!, baseline)),
    ...diagnoseReversibleFaults(columns, baseline, sensors),
    ...diagnoseWrongRate(options),
  ];
  return found.sort((a, b) => b.weight - a.weight);
}

function diagnoseReversibleFaults(
  columns: Columns,
  baseline: BaselineReference,
  sensors: readonly Sensor[],
): Culprit[] {
  const grids = baselineReferenceGrids(baseline);
  const summary = new Summarizer(grids).summarize(columns);
  return sensors.flatMap((sensor) => {
    return remediesFor(sensor).flatMap(({ kind, channels, fault, undo }) => {
      const distance = kind === "unit" ? diagnosisSpreadDistance : diagnosisValueDistance;
      const before = distance(summary, baseline, sensor);
      const restored = undo(columns);
      const changed = Object.fromEntries(Object.keys(restored).map((name) => [name, grids[name]!]));
      const after = distance({ ...summary, ...new Summarizer(changed).summarize(restored) }, baseline, sensor);
      const weight = before === 0 ? 0 : 1 - after / before;
      return weight >= leastWeight ? [{ kind, channels, fault, weight }] : [];
    });
  });
}

/** Sum of the KS distances over the sensor's channels, so that changes in another sensor hide nothing. */
function diagnosisValueDistance(summary: BatchSummary, baseline: BaselineReference, { channels }: Sensor): number {
  return channels.reduce((sum, name) => {
    const { counts, n } = summary[name]!;
    return sum + (n === 0 ? 1 : ksDistance(baseline[name]!.summary.counts, counts));
  }, 0);
}

/**
 * The same for the ratios of the spreads. People differ in how a sensor is oriented, but nobody moves ten times as much as
 * others.
 */
function diagnosisSpreadDistance(summary: BatchSummary, baseline: BaselineReference, { channels }: Sensor): number {
  return channels.reduce((sum, name) => {
    const { summary: reference } = baseline[name]!;
    const least = leastRelativeStd * reference.std;
    return sum + Math.abs(Math.log(Math.max(summary[name]!.std, least) / reference.std));
  }, 0);
}

function diagnoseDirectFaults(name: string, values: Float32Array, baseline: BaselineReference): Culprit[] {
  const { edges, summary } = baseline[name]!;
  const n = values.length;
  if (n < 2) return [];
  let [equal, min, max] = [0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let i = 0; i < n; i++) {
    if (i > 0 && values[i] === values[i - 1]) equal++;
    if (values[i]! < min) min = values[i]!;
    if (values[i]! > max) max = values[i]!;
  }
  // A coarse sensor repeats values in training too; its grid then has few bins.
  if (edges.length <= 128) return [];
  const channels = [name];
  const clipped = [max, min].flatMap((end, i): Culprit[] => {
    const share = values.reduce((count, value) => count + (value === end ? 1 : 0), 0) / n;
    const trainingGoesOn = i === 0 ? summary.max > end : summary.min < end;
    const fault = `is cut off at ${Number(end.toPrecision(4))}`;
    return share > clippedShare && trainingGoesOn ? [{ kind: "clipped channel", channels, fault, weight: share }] : [];
  });
  if (clipped.length > 0 && min < max) return clipped;
  const repeats = equal / (n - 1);
  return repeats > stuckShare ? [{ kind: "stuck channel", channels, fault: "repeats its value", weight: repeats }] : [];
}

function diagnoseWrongRate({ time, samplingRateHz }: DiagnosisOptions): Culprit[] {
  if (time === undefined || samplingRateHz === undefined || time.length < 3) return [];
  const steps = Float64Array.from({ length: time.length - 1 }, (_, i) => time[i + 1]! - time[i]!).sort();
  const rate = 1 / steps[steps.length >> 1]!;
  const weight = 1 - Math.min(rate, samplingRateHz) / Math.max(rate, samplingRateHz);
  if (!(weight > 0.1)) return [];
  const fault = `comes at ${Number(rate.toPrecision(3))} Hz instead of ${samplingRateHz} Hz`;
  return [{ kind: "sampling rate", channels: [], fault, weight }];
}
