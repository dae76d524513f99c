// Computes the content of a batch's pictures as plain data: the distributions of its channels, over all samples and by
// predicted class, alongside those of the training data and of the stream's own past, and the mix of activities. The pictures
// are computed from stored summaries, so a batch that was submitted as a summary looks the same.

import type { BatchMeasurement } from "../monitoring/summaries/batch-measurement.ts";
import type { BatchSummary } from "../monitoring/summaries/batch-summary.ts";
import {
  type ClassSummaries,
  mergeAcrossClasses,
  mergeClassSummaries,
} from "../monitoring/summaries/class-summaries.ts";
import { mergeModelSignals } from "../monitoring/summaries/model-signals.ts";
import {
  type SummaryDistribution,
  summaryDistribution,
  summaryQuantile,
  summaryShares,
} from "../monitoring/summaries/summary-distribution.ts";

/** Sources of values, in drawing order; the batch is drawn last, on top. */
export const pictureSources = ["baseline", "anchor", "rolling", "batch"] as const;
export type PictureSource = (typeof pictureSources)[number];

export const picturedPercentiles = [5, 25, 50, 75, 95] as const;

/** The values of one source. */
export interface PicturedValues {
  source: PictureSource;
  /** Share of the values in each bin, from `from` to `to`. */
  shares: number[];
  /** The values at `picturedPercentiles`. */
  percentiles: number[];
}

export interface PicturedChannel {
  name: string;
  /** Unit of the values; null if it is unknown or the signal has no unit. */
  unit: string | null;
  /** Range of the bins; it covers at least 99 % of the values of each source. */
  from: number;
  to: number;
  values: PicturedValues[];
  /** Values by predicted class, in the order of `classes`; a source without samples of a class is left out. */
  by_class: PicturedValues[][];
}

export interface BatchPicture {
  classes: string[];
  channels: PicturedChannel[];
  /** Share of the windows by predicted class. */
  class_mix: { source: PictureSource; shares: number[] }[];
}

/** The properties of a model that the pictures need. */
export interface PicturedModel {
  readonly classes: readonly string[];
  /** Grids of the channels and signals to draw. */
  readonly edges: Readonly<Record<string, readonly number[]>>;
  readonly units: Readonly<Record<string, string | null>>;
  readonly baseline: BatchMeasurement;
}

/** The reference batches that a batch was compared with; empty while the stream has too few batches. */
export interface PicturedPast {
  readonly anchor: readonly BatchMeasurement[];
  readonly rolling: readonly BatchMeasurement[];
}

const bins = 48;
/** Maximum share of the values beyond each end of a chart. */
const beyond = 0.005;

/** @param batch null to picture only a model's training data */
export function batchPicture(batch: BatchMeasurement | null, past: PicturedPast, model: PicturedModel): BatchPicture {
  const { classes, edges, units, baseline } = model;
  const sets = pictureSources.flatMap((source) => {
    const own =
      source === "baseline" ? [baseline] : source === "batch" ? (batch === null ? [] : [batch]) : past[source];
    return own.length === 0
      ? []
      : [{ source, byClass: mergePictured(own), signals: own.map(({ signals }) => signals) }];
  });
  return {
    classes: [...classes],
    channels: Object.entries(edges).map(([name, grid]) =>
      picturedChannel(name, grid, units[name] ?? null, classes, sets),
    ),
    class_mix: sets.map(({ source, signals }) => {
      const { classCounts, windows } = mergeModelSignals(signals);
      return { source, shares: classCounts.map((count) => (windows > 0 ? count / windows : 0)) };
    }),
  };
}

function mergePictured(batches: readonly BatchMeasurement[]): ClassSummaries {
  return batches.length === 1 ? batches[0]!.byClass : mergeClassSummaries(batches.map(({ byClass }) => byClass));
}

interface PicturedSet {
  readonly source: PictureSource;
  readonly byClass: ClassSummaries;
}

function picturedChannel(
  name: string,
  grid: readonly number[],
  unit: string | null,
  classes: readonly string[],
  sets: readonly PicturedSet[],
): PicturedChannel {
  const distributionOf = (summary: BatchSummary | null): SummaryDistribution | null => {
    const own = summary?.[name];
    return own === undefined ? null : summaryDistribution(own, grid);
  };
  const whole = sets.flatMap(({ source, byClass }) => {
    const distribution = distributionOf(mergeAcrossClasses(byClass));
    return distribution === null ? [] : [{ source, distribution }];
  });
  const [from, to] = picturedRange(whole.map(({ distribution }) => distribution));
  const values = (source: PictureSource, distribution: SummaryDistribution): PicturedValues => ({
    source,
    shares: summaryShares(distribution, from, to, bins),
    percentiles: picturedPercentiles.map((p) => summaryQuantile(distribution, p / 100)),
  });
  return {
    name,
    unit,
    from,
    to,
    values: whole.map(({ source, distribution }) => values(source, distribution)),
    by_class: classes.map((_, k) =>
      sets.flatMap(({ source, byClass }) => {
        const distribution = distributionOf(byClass[k] ?? null);
        return distribution === null ? [] : [values(source, distribution)];
      }),
    ),
  };
}

function picturedRange(distributions: readonly SummaryDistribution[]): [from: number, to: number] {
  const from = Math.min(...distributions.map((own) => summaryQuantile(own, beyond)));
  const to = Math.max(...distributions.map((own) => summaryQuantile(own, 1 - beyond)));
  if (!(Number.isFinite(from) && Number.isFinite(to))) return [0, 1];
  if (to > from) return [from, to];
  // The range of a constant channel is one unit wide, or wider if its value is large, so that its two ends differ when shown.
  const half = Math.max(0.5, Math.abs(from) * 1e-3);
  return [from - half, from + half];
}
