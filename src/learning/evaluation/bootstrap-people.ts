// Intervals for the metrics on a set of predictions, by bootstrapping over people: each replicate draws as many people as there
// are, with replacement, and pools their windows. Windows from one person resemble each other, so resampling windows would
// yield intervals that are far too narrow. If there are few people, percentile intervals are too narrow as well (Efron and
// Tibshirani 1993, chapter 14). Dimensions: K classes.

import type { Rng } from "../../random.ts";
import { quantiles } from "../../stats/quantile.ts";
import { expectedCalibrationError } from "./calibration-error.ts";
import type { ClassificationMetrics } from "./classification-metrics.ts";
import { cohenKappa } from "./cohen-kappa.ts";
import { f1ScoresByClass, macroMeanF1 } from "./f1.ts";

/** The range that contains the middle 90 % of the replicates. */
export interface Interval {
  /** 5 % of the replicates are below it. */
  readonly low: number;
  /** 5 % of the replicates are above it. */
  readonly high: number;
}

/**
 * Intervals for one class's scores; each is null if there are fewer than two people, or if the class occurred in fewer than
 * half of the replicates.
 */
export interface ClassIntervals {
  /** Share of the windows predicted as this class that belong to it. */
  readonly precision: Interval | null;
  /** Share of the windows in this class that were recognised. */
  readonly recall: Interval | null;
  /** Harmonic mean of precision and recall. */
  readonly f1: Interval | null;
}

/** Intervals for pooled metrics; each is null if there are fewer than two people, or if it is undefined in most replicates. */
export interface MetricIntervals {
  /** Share of correct predictions. */
  readonly accuracy: Interval | null;
  /** Mean F1 over the classes that occur among the true or predicted labels. */
  readonly macro_f1: Interval | null;
  /** Mean F1, weighted by the number of windows in each class. */
  readonly weighted_f1: Interval | null;
  /** Cohen's kappa. */
  readonly kappa: Interval | null;
  /** Mean negative log-likelihood, nats. */
  readonly log_loss: Interval | null;
  /** Absolute difference between confidence and accuracy, averaged over bins weighted by their windows. */
  readonly expected_calibration_error: Interval | null;
  /** By class. */
  readonly per_class: Readonly<Record<string, ClassIntervals>>;
}

export const bootstrapReplicates = 2000;
const outside = 0.05;

type Figures = Record<Exclude<keyof MetricIntervals, "per_class">, number | null>;

/** @param people metrics for each person, over the same K classes */
export function bootstrapPeople(
  people: readonly ClassificationMetrics[],
  classes: readonly string[],
  rng: Rng,
): MetricIntervals {
  const figures: Figures[] = [];
  const scores: ({ precision: number; recall: number; f1: number } | null)[][] = [];
  if (people.length >= 2) {
    for (let i = 0; i < bootstrapReplicates; i++) {
      const drawn = people.map(() => people[rng.integer(people.length)]!);
      const pooled = figuresOfBootstrapPeople(drawn, classes.length);
      figures.push(pooled.figures);
      scores.push(pooled.scores);
    }
  }
  const of = (name: keyof Figures): Interval | null => bootstrapInterval(figures.map((own) => own[name]));
  const ofClass = (k: number, name: "precision" | "recall" | "f1"): Interval | null =>
    bootstrapInterval(scores.map((own) => own[k]?.[name] ?? null));
  return {
    accuracy: of("accuracy"),
    macro_f1: of("macro_f1"),
    weighted_f1: of("weighted_f1"),
    kappa: of("kappa"),
    log_loss: of("log_loss"),
    expected_calibration_error: of("expected_calibration_error"),
    per_class: Object.fromEntries(
      classes.map((name, k) => [
        name,
        { precision: ofClass(k, "precision"), recall: ofClass(k, "recall"), f1: ofClass(k, "f1") },
      ]),
    ),
  };
}

/** The middle 90 % of the defined values; null if there are none or fewer than half of all values are defined. */
export function bootstrapInterval(values: readonly (number | null)[]): Interval | null {
  const defined = values.filter((value) => value !== null);
  if (defined.length === 0 || defined.length < values.length / 2) return null;
  const [low, high] = quantiles(Float64Array.from(defined).sort(), [outside, 1 - outside]);
  return { low: low!, high: high! };
}

/**
 * The metrics for the windows of several people taken together; a class that is neither a true nor a predicted label has no
 * scores.
 */
function figuresOfBootstrapPeople(
  people: readonly ClassificationMetrics[],
  nClasses: number,
): { figures: Figures; scores: ({ precision: number; recall: number; f1: number } | null)[] } {
  const matrix = new Float64Array(nClasses * nClasses);
  const bins = people[0]!.reliability.map(() => ({ n: 0, confidence: 0, accuracy: 0 }));
  let [n, loss] = [0, 0];
  for (const person of people) {
    n += person.n;
    loss += person.n * person.log_loss;
    for (const [k, row] of person.confusion_matrix.entries()) {
      for (const [j, count] of row.entries()) matrix[k * nClasses + j]! += count;
    }
    for (const [b, bin] of person.reliability.entries()) {
      bins[b]!.n += bin.n;
      bins[b]!.confidence += bin.n * (bin.confidence ?? 0);
      bins[b]!.accuracy += bin.n * (bin.accuracy ?? 0);
    }
  }
  const scores = f1ScoresByClass(matrix, nClasses);
  const hits = scores.reduce((sum, _, k) => sum + matrix[k * nClasses + k]!, 0);
  const reliability = bins.map((bin) => ({
    n: bin.n,
    confidence: bin.n === 0 ? null : bin.confidence / bin.n,
    accuracy: bin.n === 0 ? null : bin.accuracy / bin.n,
  }));
  return {
    figures: {
      accuracy: hits / n,
      macro_f1: macroMeanF1(scores),
      weighted_f1: scores.reduce((sum, score) => sum + score.f1 * score.support, 0) / n,
      kappa: cohenKappa(matrix, nClasses),
      log_loss: loss / n,
      expected_calibration_error: expectedCalibrationError(reliability),
    },
    scores: scores.map((score) => (score.support + score.predicted === 0 ? null : score)),
  };
}
