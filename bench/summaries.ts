// Measures how fast batches are summarised: values per second on one core in a pass over 30,000 rows of six channels,
// and everything that a check computes from such a batch. A check computes whole-sensor signals, summaries by predicted class,
// and the statistics and verdict against the training data, the anchor and the rolling reference. The
// channels are normally distributed, heavy-tailed or mostly still, in turn, so that the edges of the grid are evenly
// spread, far apart or crowded.

import { type DriftModel, referenceKinds } from "../src/monitoring/drift/comparison.ts";
import { newDriftState } from "../src/monitoring/drift/drift-state.ts";
import { decideVerdict } from "../src/monitoring/drift/verdict.ts";
import { baselineReference, baselineReferenceGrids } from "../src/monitoring/summaries/baseline-reference.ts";
import { type ClassSummaries, summarizeByClass } from "../src/monitoring/summaries/class-summaries.ts";
import { sensorsForSignals, withSensorSignals } from "../src/monitoring/summaries/sensor-signals.ts";
import { type Columns, Summarizer } from "../src/monitoring/summaries/summarize.ts";
import { Rng } from "../src/random.ts";
import { sensorsByName } from "../src/signals/sensors/sensors-by-name.ts";
import type { BenchmarkResult } from "./measurement.ts";
import { median, milliseconds } from "./measurement.ts";

const names = ["Ax", "Ay", "Az", "Gx", "Gy", "Gz"];
const samplingRateHz = 50;
const nClasses = 6;
const batchRows = 30_000;
const referenceBatches = 5;
/**
 * Number of rows after which the predicted class changes: ten seconds at 50 Hz. Each class change takes time, so the benchmark
 * uses short bouts.
 */
const boutRows = 500;

export async function benchmarkSummaries(options: { readonly rounds: number }): Promise<BenchmarkResult> {
  const rng = Rng.fromSeed(3);
  const sensors = sensorsForSignals(sensorsByName(names));
  const training = columns(rng.split("training"), 200_000);
  const baseline = baselineReference(withSensorSignals(training, sensors, samplingRateHz));
  const summarizer = new Summarizer(baselineReferenceGrids(baseline));
  const byClass = (rows: Columns, classOf: Int32Array): ClassSummaries =>
    summarizeByClass(summarizer, withSensorSignals(rows, sensors, samplingRateHz), classOf, nClasses);
  const channels = new Summarizer(Object.fromEntries(names.map((name) => [name, baseline[name]!.edges])));
  const classOf = bouts(batchRows);
  const model: DriftModel = {
    channels: names,
    baseline,
    byClass: byClass(training, bouts(200_000)),
    samplingRateHz,
    calibration: {
      reference_batches: referenceBatches,
      kinds: {},
      correlation_seconds: Object.fromEntries(Object.keys(baseline).map((name) => [name, 1])),
    },
  };
  const batches = (name: string): ClassSummaries[] =>
    Array.from({ length: referenceBatches }, (_, i) => byClass(columns(rng.split(`${name} ${i}`), batchRows), classOf));
  const past = { anchor: batches("anchor"), rolling: batches("rolling") };
  const large = columns(rng.split("large"), 500_000);
  const batch = columns(rng.split("batch"), batchRows);
  const [rates, passes, checks]: [number[], number[], number[]] = [[], [], []];
  for (let round = 0; round <= options.rounds; round++) {
    const whole = await milliseconds(() => channels.summarize(large));
    const pass = await milliseconds(() => channels.summarize(batch));
    const check = await milliseconds(() => {
      const { judgement } = decideVerdict(byClass(batch, classOf), past, newDriftState, model);
      const compared = judgement.comparisons.length;
      if (compared !== referenceKinds.length)
        throw new Error(`expected all references to be compared, got ${compared}`);
    });
    if (round === 0) continue;
    rates.push((names.length * 500_000) / (whole / 1000) / 1e6);
    passes.push(pass);
    checks.push(check);
  }
  return {
    measurements: [
      { name: "summaries", value: median(rates), unit: "M values/s", limit: { kind: "at least", value: 10 } },
      { name: "summary of 30,000 x 6", value: median(passes), unit: "ms" },
      {
        name: "all statistics of 30,000 x 6",
        value: median(checks),
        unit: "ms",
        limit: { kind: "at most", value: 20 },
        note: "9 signals, for the whole batch and for each of 6 classes, compared with 3 references; includes the summaries",
      },
    ],
    skipped: [],
  };
}

function columns(rng: Rng, rows: number): Columns {
  const shapes = [(z: number) => 9.81 + 2 * z, (z: number) => z ** 3, (z: number) => (z > 1 ? z : 9.81 + 0.001 * z)];
  return Object.fromEntries(
    names.map((name, c) => [name, Float32Array.from({ length: rows }, () => shapes[c % 3]!(rng.normal()))]),
  );
}

/** Returns the predicted classes of `rows` rows, which change every ten seconds. */
function bouts(rows: number): Int32Array {
  return Int32Array.from({ length: rows }, (_, i) => Math.floor(i / boutRows) % nClasses);
}
