// Which estimate of the accuracy without labels is best on people the network has not seen? Reads the out-of-fold
// predictions of a trained model; each person in turn is a stranger to the estimate, fitted on all others.
//
//     npx node bench/accuracy-estimate.ts MODEL_FOLDER
//
// Batches are cut in two ways: `in a row` (as recorded: long stretches of one activity) and `mixed` (bouts of 5 windows,
// shuffled within the person). Every method gets the same conformal interval over people, so that widths compare.

import { join } from "node:path";
import { duckdbLiteral, openDuckdb } from "../src/signals/data/duckdb.ts";
import { groupConformalBound } from "../src/stats/group-conformal.ts";
import { quantiles } from "../src/stats/quantile.ts";
import { Rng } from "../src/stats/random.ts";

interface Window {
  readonly confidence: number;
  /** Minus the entropy: higher is surer. */
  readonly sureness: number;
  readonly right: number;
}

type Batch = readonly Window[];
type ByPerson = ReadonlyMap<string, readonly Batch[]>;
/** Fitted on other people's windows and batches. */
type Method = (windows: readonly Window[], batches: readonly (readonly Batch[])[]) => (batch: Batch) => number;

const coverage = 0.9;
const lengths = [15, 30, 75, 150, 450];
const boutWindows = 5;

const methods: Record<string, Method> = {
  "accuracy of the others": (windows) => () => accuracy(windows),
  "average confidence (AC)": () => confidence,
  "AC + offset": (_, batches) => {
    const offset = mean(batches.map((own) => mean(own.map((batch) => accuracy(batch) - confidence(batch)))));
    return (batch) => share(confidence(batch) + offset);
  },
  "DoC, fitted slope": (_, batches) => {
    const line = fitLine(batches);
    return (batch) => share(line(confidence(batch)));
  },
  "ATC, confidence": (windows) => aboveThreshold(windows, (window) => window.confidence),
  "ATC, entropy": (windows) => aboveThreshold(windows, (window) => window.sureness),
};

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
const accuracy = (batch: Batch): number => mean(batch.map(({ right }) => right));
const confidence = (batch: Batch): number => mean(batch.map((window) => window.confidence));
const share = (value: number): number => Math.min(1, Math.max(0, value));

/** The threshold above which lies as large a share of the others' windows as is right (Garg et al. 2022). */
function aboveThreshold(windows: readonly Window[], score: (window: Window) => number): (batch: Batch) => number {
  const sorted = Float64Array.from(windows, score).sort();
  const [threshold] = quantiles(sorted, [1 - accuracy(windows)]);
  return (batch) => mean(batch.map((window) => (score(window) > threshold! ? 1 : 0)));
}

/** Least squares of accuracy on confidence, every person weighing the same (Guillory et al. 2021). */
function fitLine(people: readonly (readonly Batch[])[]): (x: number) => number {
  const points = people.flatMap((own) =>
    own.map((batch) => ({ x: confidence(batch), y: accuracy(batch), weight: 1 / own.length })),
  );
  const total = points.reduce((sum, { weight }) => sum + weight, 0);
  const meanX = points.reduce((sum, { x, weight }) => sum + weight * x, 0) / total;
  const meanY = points.reduce((sum, { y, weight }) => sum + weight * y, 0) / total;
  const xy = points.reduce((sum, { x, y, weight }) => sum + weight * (x - meanX) * (y - meanY), 0);
  const xx = points.reduce((sum, { x, weight }) => sum + weight * (x - meanX) ** 2, 0);
  return (x) => meanY + (xy / xx) * (x - meanX);
}

async function readWindows(folder: string): Promise<Map<string, Map<string, Window[]>>> {
  const database = await openDuckdb();
  const file = (name: string): string => duckdbLiteral(join(folder, name));
  const [report] = await database.rows(`SELECT temperature FROM read_json(${file("cv_report.json")})`);
  const rows = await database.rows(
    `SELECT "user", recording, label = predicted AS hit, COLUMNS('^p_') FROM read_parquet(${file("out_of_fold.parquet")})
     ORDER BY "user", recording, start_s`,
  );
  database.close();
  const people = new Map<string, Map<string, Window[]>>();
  for (const { user, recording, hit, ...probabilities } of rows) {
    const logits = Object.values(probabilities).map((p) => Math.log(Math.max(2 ** -126, Number(p))));
    const weights = logits.map((z) => Math.exp((z - Math.max(...logits)) / Number(report!.temperature)));
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    const scaled = weights.map((weight) => weight / total);
    const recordings = people.get(String(user)) ?? new Map<string, Window[]>();
    people.set(String(user), recordings);
    const own = recordings.get(String(recording)) ?? [];
    recordings.set(String(recording), own);
    own.push({
      confidence: Math.max(...scaled),
      sureness: scaled.reduce((sum, p) => sum + (p > 0 ? p * Math.log(p) : 0), 0),
      right: hit === true ? 1 : 0,
    });
  }
  return people;
}

function cut(windows: readonly Window[], length: number): Batch[] {
  const count = Math.floor(windows.length / length);
  return Array.from({ length: count }, (_, i) => windows.slice(i * length, (i + 1) * length));
}

function shuffledBouts(recordings: Iterable<readonly Window[]>, rng: Rng): Window[] {
  const bouts = [...recordings].flatMap((own) =>
    Array.from({ length: Math.ceil(own.length / boutWindows) }, (_, i) =>
      own.slice(i * boutWindows, (i + 1) * boutWindows),
    ),
  );
  rng.shuffle(bouts);
  return bouts.flat();
}

/** Errors of everyone's batches by an estimate that was fitted without `left`, of which each was fitted without its person. */
function errorsWithoutOwn(
  method: Method,
  people: ByPerson,
  windowsOf: ReadonlyMap<string, readonly Window[]>,
): Map<string, number[]> {
  return new Map(
    [...people].map(([person, batches]) => {
      const others = [...people.keys()].filter((name) => name !== person);
      const estimate = method(
        others.flatMap((name) => windowsOf.get(name)!),
        others.map((name) => people.get(name)!),
      );
      return [person, batches.map((batch) => Math.abs(estimate(batch) - accuracy(batch)))];
    }),
  );
}

const folder = process.argv[2];
if (folder === undefined) throw new Error("expected the folder of a trained model");
const recordingsOf = await readWindows(folder);
const rng = Rng.fromSeed(7);
for (const manner of ["in a row", "mixed"] as const) {
  const windowsOf = new Map(
    [...recordingsOf].map(([person, recordings]) => [
      person,
      manner === "mixed" ? shuffledBouts(recordings.values(), rng) : [...recordings.values()].flat(),
    ]),
  );
  for (const length of lengths) {
    const people: ByPerson = new Map(
      [...windowsOf]
        .map(([person, own]) => [person, cut(own, length)] as const)
        .filter(([, batches]) => batches.length > 0),
    );
    console.log(`\n${manner}, ${length} windows a batch, ${people.size} people`);
    console.table(
      Object.fromEntries(
        Object.entries(methods).map(([name, method]) => {
          const errors = errorsWithoutOwn(method, people, windowsOf);
          const coverages = [...errors].map(([person, own]) => {
            const others = new Map([...people].filter(([other]) => other !== person));
            const bound = groupConformalBound([...errorsWithoutOwn(method, others, windowsOf).values()], coverage);
            return mean(own.map((error) => (error <= bound ? 1 : 0)));
          });
          return [
            name,
            {
              "mean error": round(mean([...errors.values()].map(mean))),
              "half width": round(groupConformalBound([...errors.values()], coverage)),
              covered: round(mean(coverages)),
            },
          ];
        }),
      ),
    );
  }
}

function round(value: number): number {
  return Number(value.toFixed(4));
}
