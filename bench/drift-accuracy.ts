// Compares label-free estimates of the accuracy on batches from one half of the people. The network whose accuracy is estimated
// was trained on all people in the other half, and everything is calibrated on out-of-fold predictions for the other half. A
// window's true label is the most frequent label of its samples.

import { join } from "node:path";
import { estimateAccuracy } from "../src/monitoring/drift/accuracy-estimate.ts";
import { calibrateAccuracy, type HeldOutWindows } from "../src/monitoring/drift/calibrate-accuracy.ts";
import { type ModelSignals, modelSignals } from "../src/monitoring/summaries/model-signals.ts";
import type { Rng } from "../src/random.ts";
import { duckdbLiteral, openDuckdb } from "../src/signals/files/duckdb.ts";
import { argmaxRows } from "../src/stats/argmax-rows.ts";
import { groupQuantile } from "../src/stats/group-quantile.ts";
import { quantiles } from "../src/stats/quantile.ts";
import { windowsOfBatch } from "./day-streams.ts";
import type { DriftHalf } from "./drift-sets.ts";
import type { DayStream } from "./drift-simulation.ts";

/** Nominal share of the intervals that contain the true accuracy. */
export const accuracyCoverage = 0.9;
/** Number of people who calibrate the "ten people" intervals, and number of random draws of such people. */
const fewPeople = 10;
const fewDraws = 12;

interface LabelledBatch {
  readonly confidences: readonly number[];
  readonly signals: ModelSignals;
  readonly accuracy: number;
}

/** Errors, coverage and widths, averaged over each person's batches. */
export interface AccuracyFigures {
  readonly user: string;
  readonly method: string;
  readonly error: number;
  readonly covered: number;
  readonly width: number;
  /** The same figures for intervals that are calibrated on ten people. */
  readonly fewCovered: number;
  readonly fewWidth: number;
}

interface AccuracyInterval {
  readonly accuracy: number;
  readonly lower: number;
  readonly upper: number;
}
/** Fits an estimator to the data of the calibration people. */
type Method = (people: readonly HeldOutWindows[], length: number) => (batch: LabelledBatch) => AccuracyInterval;

const methods: Readonly<Record<string, Method>> = {
  Tidemark: (people, length) => {
    const calibration = calibrateAccuracy(people, [length], accuracyCoverage);
    return ({ signals }) => estimateAccuracy(calibration, signals);
  },
  ATC: conformal((people) => {
    const sorted = Float64Array.from(people.flatMap(({ confidences }) => Array.from(confidences))).sort();
    const [threshold] = quantiles(sorted, [1 - mean(people.flatMap(({ correct }) => Array.from(correct)))]);
    return (confidences) => mean(Array.from(confidences, (confidence) => (confidence > threshold! ? 1 : 0)));
  }),
  "mean confidence + offset": conformal((people) => {
    const offset = mean(people.map(({ correct, confidences }) => mean(correct) - mean(confidences)));
    return (confidences) => mean(confidences) + offset;
  }),
  "accuracy of the others": conformal((people) => {
    const known = mean(people.map(({ correct }) => mean(correct)));
    return () => known;
  }),
};

/** An estimate with an interval of constant width, from conformal prediction over people. */
function conformal(fitted: (people: readonly HeldOutWindows[]) => (confidences: ArrayLike<number>) => number): Method {
  return (people, length) => {
    const errors = people.map((own, p) => {
      const estimate = fitted(people.filter((_, other) => other !== p));
      const [confidences, correct] = [Array.from(own.confidences), Array.from(own.correct)];
      return Array.from({ length: Math.floor(correct.length / length) }, (_, i) => {
        const [from, to] = [i * length, (i + 1) * length];
        return Math.abs(mean(correct.slice(from, to)) - estimate(confidences.slice(from, to)));
      });
    });
    // Includes one additional hypothetical person, whose error may exceed all others (Lee, Barber and Willett 2023).
    const needed = (accuracyCoverage * (people.length + 1)) / people.length;
    const half = needed > 1 ? Number.POSITIVE_INFINITY : groupQuantile(errors, needed);
    const estimate = fitted(people);
    const bounded = (value: number): number => Math.min(1, Math.max(0, value));
    return ({ confidences }) => {
      const middle = estimate(confidences);
      return { accuracy: bounded(middle), lower: bounded(middle - half), upper: bounded(middle + half) };
    };
  };
}

/** Measures the estimates of every method, by person. */
export async function measureAccuracy(
  half: DriftHalf,
  streams: readonly DayStream[],
  rng: Rng,
): Promise<AccuracyFigures[]> {
  const people = await readHeldOut(half.model.watched.folder.directory);
  const labelled: { user: string; batches: LabelledBatch[] }[] = [];
  for (const stream of streams) labelled.push({ user: stream.user, batches: await labelBatches(half, stream) });
  const length = labelled[0]!.batches[0]!.signals.windows;
  const tens = Array.from({ length: fewDraws }, (_, i) => {
    const drawn = [...people];
    rng.split(`ten ${i}`).shuffle(drawn);
    return drawn.slice(0, fewPeople);
  });
  return Object.entries(methods).flatMap(([method, fitted]) => {
    const estimate = fitted(people, length);
    const few = tens.map((ten) => fitted(ten, length));
    return labelled.map(({ user, batches }) => ({
      user,
      method,
      error: mean(batches.map((batch) => Math.abs(estimate(batch).accuracy - batch.accuracy))),
      covered: mean(batches.map((batch) => isCovered(estimate(batch), batch))),
      width: mean(batches.map((batch) => widthOf(estimate(batch)))),
      fewCovered: mean(few.map((own) => mean(batches.map((batch) => isCovered(own(batch), batch))))),
      fewWidth: mean(few.map((own) => mean(batches.map((batch) => widthOf(own(batch)))))),
    }));
  });
}

function isCovered({ lower, upper }: AccuracyInterval, { accuracy }: LabelledBatch): number {
  return accuracy >= lower - 1e-9 && accuracy <= upper + 1e-9 ? 1 : 0;
}

function widthOf({ lower, upper }: AccuracyInterval): number {
  return upper - lower;
}

async function labelBatches({ model }: DriftHalf, { columns, labels, batches }: DayStream): Promise<LabelledBatch[]> {
  const { config, drift, model: known } = model.watched;
  const nClasses = drift.classes.length;
  const labelled: LabelledBatch[] = [];
  for (const batch of batches.keys()) {
    const windows = windowsOfBatch(known.channels, columns(batch), config);
    const probabilities = await model.predict(windows, { jobs: 1 });
    const predicted = argmaxRows(probabilities, nClasses);
    const own = labels(batch);
    const right = Array.from(windows.starts, (from, w) =>
      mostFrequent(own.slice(from, from + config.window)) === drift.classes[predicted[w]!] ? 1 : 0,
    );
    labelled.push({
      confidences: right.map((_, w) => probabilities[w * nClasses + predicted[w]!]!),
      signals: modelSignals(probabilities, nClasses, new Uint8Array(right.length)),
      accuracy: mean(right),
    });
  }
  return labelled;
}

function mostFrequent(labels: readonly (string | null)[]): string | null {
  return [...Map.groupBy(labels, (label) => label)].reduce((a, b) => (b[1].length > a[1].length ? b : a))[0];
}

async function readHeldOut(folder: string): Promise<HeldOutWindows[]> {
  const database = await openDuckdb();
  const file = (name: string): string => duckdbLiteral(join(folder, name));
  const [report] = await database.rows(`SELECT temperature FROM read_json(${file("cv_report.json")})`);
  const rows = await database.rows(
    `SELECT "user", label = predicted AS hit, COLUMNS('^p_') FROM read_parquet(${file("out_of_fold.parquet")})
     ORDER BY "user", recording, start_s`,
  );
  database.close();
  const windows = rows.map(({ user, hit, ...probabilities }) => {
    const logits = Object.values(probabilities).map((p) => Math.log(Math.max(2 ** -126, Number(p))));
    const weights = logits.map((z) => Math.exp((z - Math.max(...logits)) / Number(report!.temperature)));
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    return { user: String(user), confidence: Math.max(...weights) / total, correct: hit === true ? 1 : 0 };
  });
  return [...Map.groupBy(windows, ({ user }) => user).values()].map((own) => ({
    confidences: own.map(({ confidence }) => confidence),
    correct: own.map(({ correct }) => correct),
  }));
}

function mean(numbers: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < numbers.length; i++) sum += numbers[i]!;
  return sum / numbers.length;
}
