// npx node bench/accuracy-estimate.ts [--sets motionsense,wisdm_watch] [--half 0] [--seed 1] [--keep .cache/drift-days]: which
// estimate of the accuracy without labels is best on one-minute batches of people whom neither the network nor its
// calibration saw? Everything is calibrated on the out-of-fold predictions of the other half's people, and the network
// that answers learned from all of those. A window's label is the one that most of its samples have. Errors, coverage (at a
// nominal 90 %) and widths are averaged over batches, then people, then kinds of days. Intervals "of 10 people" are the mean over
// `draws` random choices of ten calibrating people.

import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { tableLines } from "../src/interfaces/cli/table.ts";
import { calibrateAccuracy, estimateAccuracy, type HeldOutWindows } from "../src/monitoring/drift/accuracy-estimate.ts";
import { type ModelSignals, modelSignals } from "../src/monitoring/summaries/model-signals.ts";
import { duckdbLiteral, openDuckdb } from "../src/signals/data/duckdb.ts";
import { argmaxRows } from "../src/stats/argmax-rows.ts";
import { groupQuantile } from "../src/stats/group-quantile.ts";
import { quantiles } from "../src/stats/quantile.ts";
import { Rng } from "../src/stats/random.ts";
import { columnsOfBatch, drawStream, type StreamDay, windowsOfBatch } from "./day-streams.ts";
import { type DriftHalf, driftSets, isDriftSetPresent, openDriftHalf } from "./drift-sets.ts";

const coverage = 0.9;
const batches = 60;
const seconds = 60;
const draws = 12;
const days: Readonly<Record<string, StreamDay>> = {
  "4-20 s": [4, 20],
  "20-120 s": [20, 120],
  "60-120 s": [60, 120],
  "60-300 s": [60, 300],
  recorded: "recorded",
};

interface Batch {
  readonly confidences: readonly number[];
  readonly signals: ModelSignals;
  readonly accuracy: number;
}
/** By kind of day, by person. */
type Streams = readonly (readonly (readonly Batch[])[])[];
interface Interval {
  readonly accuracy: number;
  readonly lower: number;
  readonly upper: number;
}
/** Fitted on the calibrating people. */
type Method = (people: readonly HeldOutWindows[], length: number) => (batch: Batch) => Interval;

const { values } = parseArgs({
  options: {
    sets: { type: "string", default: "motionsense,wisdm_watch" },
    half: { type: "string", default: "0" },
    seed: { type: "string", default: "1" },
    keep: { type: "string", default: join(fileURLToPath(new URL("..", import.meta.url)), ".cache", "drift-days") },
  },
});

const mean = (numbers: ArrayLike<number>): number =>
  Array.from(numbers).reduce((sum, value) => sum + value, 0) / numbers.length;
const share = (value: number): number => Math.min(1, Math.max(0, value));

const methods: Readonly<Record<string, Method>> = {
  "accuracy of the others": conformal((people) => {
    const known = mean(people.map(({ correct }) => mean(correct)));
    return () => known;
  }),
  "mean confidence + offset (before)": conformal((people) => {
    const offset = mean(people.map(({ correct, confidences }) => mean(correct) - mean(confidences)));
    return (confidences) => mean(confidences) + offset;
  }),
  ATC: conformal((people) => {
    const sorted = Float64Array.from(people.flatMap(({ confidences }) => Array.from(confidences))).sort();
    const [threshold] = quantiles(sorted, [1 - mean(people.flatMap(({ correct }) => Array.from(correct)))]);
    return (confidences) => mean(Array.from(confidences, (confidence) => (confidence > threshold! ? 1 : 0)));
  }),
  "soft threshold (ours)": (people, length) => {
    const calibration = calibrateAccuracy(people, [length], coverage);
    return ({ signals }) => estimateAccuracy(calibration, signals);
  },
};

/** An estimate with the interval that we had before: conformal over people, of one width. */
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
    // One more person, who may be worse than all others (Lee, Barber and Willett 2023).
    const needed = (coverage * (people.length + 1)) / people.length;
    const half = needed > 1 ? Number.POSITIVE_INFINITY : groupQuantile(errors, needed);
    const estimate = fitted(people);
    return ({ confidences }) => {
      const middle = estimate(confidences);
      return { accuracy: share(middle), lower: share(middle - half), upper: share(middle + half) };
    };
  };
}

for (const set of values.sets.split(",")) {
  if (driftSets[set] === undefined) throw new Error(`--sets: expected some of ${Object.keys(driftSets)}, got ${set}`);
  if (isDriftSetPresent(set)) await measure(set);
  else console.log(`${set} is not at ../shared/data: nothing measured.`);
}

async function measure(set: string): Promise<void> {
  const half = await openDriftHalf(set, values.half === "1" ? 1 : 0, values.keep);
  const people = await readHeldOut(join(values.keep, `${set}-${values.half === "1" ? 0 : 1}`));
  const rng = Rng.fromSeed(Number(values.seed));
  const { hasBouts } = driftSets[set]!;
  const kinds = Object.entries(days).filter(([, day]) => hasBouts || day === "recorded");
  const streams: Batch[][][] = [];
  for (const [name, day] of kinds) streams.push(await labelStreams(half, day, rng.split(name)));
  await half.model.close();
  const length = streams[0]![0]![0]!.signals.windows;
  const tens = Array.from({ length: draws }, (_, i) => {
    const drawn = [...people];
    rng.split(`ten ${i}`).shuffle(drawn);
    return drawn.slice(0, 10);
  });
  const all = mean(streams.flat(2).map(({ accuracy }) => accuracy));
  console.log(
    `\n${set}, half ${values.half}: ${half.users.length} people judged, ${people.length} calibrate, accuracy ${all.toFixed(3)}`,
  );
  const headers = ["estimate", ...kinds.map(([name]) => name), "MAE", "coverage", "width", "of 10: coverage", "width"];
  const rows = Object.entries(methods).map(([name, method]) => {
    const whole = judge(method(people, length), streams);
    const few = tens.map((ten) => judge(method(ten, length), streams));
    const errors = whole.map(({ error }) => error);
    const of = (key: "covered" | "width", from: readonly ReturnType<typeof judge>[]): number =>
      mean(from.flatMap((judged) => judged.map((kind) => kind[key])));
    return [
      name,
      ...[...errors, mean(errors)].map((error) => error.toFixed(4)),
      ...[of("covered", [whole]), of("width", [whole]), of("covered", few), of("width", few)].map((x) => x.toFixed(3)),
    ];
  });
  console.log(tableLines({ headers, rows }).join("\n"));
}

function judge(
  estimate: (batch: Batch) => Interval,
  streams: Streams,
): { error: number; covered: number; width: number }[] {
  return streams.map((people) => {
    const over = (of: (told: Interval, accuracy: number) => number): number =>
      mean(people.map((own) => mean(own.map((batch) => of(estimate(batch), batch.accuracy)))));
    return {
      error: over((told, accuracy) => Math.abs(told.accuracy - accuracy)),
      covered: over(({ lower, upper }, accuracy) => (accuracy >= lower - 1e-9 && accuracy <= upper + 1e-9 ? 1 : 0)),
      width: over(({ lower, upper }) => upper - lower),
    };
  });
}

async function labelStreams({ model, recordings, users }: DriftHalf, day: StreamDay, rng: Rng): Promise<Batch[][]> {
  const { config, drift } = model.watched;
  const nClasses = drift.classes.length;
  const labelOfRow = new Int32Array(recordings.values[0]!.length).fill(-1);
  for (const { start, end, label } of recordings.stretches) {
    labelOfRow.fill(label === null ? -1 : drift.classes.indexOf(label), start, end);
  }
  const streams: Batch[][] = [];
  for (const user of users) {
    const plan = { user, day, batches, size: Math.round(seconds * config.rate), samplingRateHz: config.rate };
    const stream = drawStream(recordings, plan, rng.split(user));
    if (stream.length === 0) continue;
    const own: Batch[] = [];
    for (const rows of stream) {
      const windows = windowsOfBatch(recordings.channels, columnsOfBatch(recordings, rows), config);
      const probabilities = await model.predict(windows, { jobs: 1 });
      const predicted = argmaxRows(probabilities, nClasses);
      const labels = Array.from(rows, (row) => labelOfRow[row]!);
      const right = Array.from(windows.starts, (from, w) =>
        mostFrequent(labels.slice(from, from + config.window)) === predicted[w] ? 1 : 0,
      );
      own.push({
        confidences: right.map((_, w) => probabilities[w * nClasses + predicted[w]!]!),
        signals: modelSignals(probabilities, nClasses, new Uint8Array(right.length)),
        accuracy: mean(right),
      });
    }
    streams.push(own);
  }
  return streams;
}

function mostFrequent(labels: readonly number[]): number {
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
