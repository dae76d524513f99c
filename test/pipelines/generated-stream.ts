// Generates streams of extreme batches for a model of simulated people: batches with a single class, with classes that the
// reference lacks, with a single window, with constant, tiny or huge values, and with a hundred million times the usual counts.
import * as fc from "fast-check";
import { calibrate } from "../../src/monitoring/drift/calibrate.ts";
import { calibrateAccuracy } from "../../src/monitoring/drift/calibrate-accuracy.ts";
import {
  type DriftBaseline,
  driftBaselineSchema,
  modelOfDriftBaseline,
} from "../../src/monitoring/drift/drift-baseline.ts";
import type { MeasuredBatch } from "../../src/monitoring/streams/stream-state.ts";
import { type Judge, watchedMeasurementShape } from "../../src/monitoring/streams/watched-model.ts";
import { baselineReference, baselineReferenceGrids } from "../../src/monitoring/summaries/baseline-reference.ts";
import type { BatchMeasurement } from "../../src/monitoring/summaries/batch-measurement.ts";
import type { BatchSummary } from "../../src/monitoring/summaries/batch-summary.ts";
import { mergeClassSummaries, summarizeByClass } from "../../src/monitoring/summaries/class-summaries.ts";
import { type ModelSignals, modelSignals } from "../../src/monitoring/summaries/model-signals.ts";
import { type Columns, Summarizer } from "../../src/monitoring/summaries/summarize.ts";
import { Rng } from "../../src/random.ts";
import { sensorsByName } from "../../src/signals/sensors/sensors-by-name.ts";

export const channels: readonly string[] = ["Ax", "Ay"];
const samplingRateHz = 10;
const chunkRows = 20;

export type Knowledge = "people" | "bouts" | "effective sample size" | "constants";

/** Returns a model with `nClasses` classes and the kind of calibration that `knowledge` names. */
export function judgeOf(nClasses: number, knowledge: Knowledge): Judge {
  const root = Rng.fromSeed(nClasses);
  const nPeople = { people: 6, bouts: 2, "effective sample size": 0, constants: 0 }[knowledge];
  const chunks = Array.from({ length: Math.max(1, nPeople) }, (_, person) =>
    Array.from({ length: 4 * nClasses }, (_, i) => {
      const rng = root.split(`${person} ${i}`);
      const label = i % nClasses;
      const column = (): Float32Array => Float32Array.from({ length: chunkRows }, () => label + rng.normal());
      const columns: Columns = Object.fromEntries(channels.map((name) => [name, column()]));
      return { recording: `${i}`, label, columns };
    }),
  );
  const all = chunks.flat();
  const baseline = baselineReference(
    Object.fromEntries(
      channels.map((name) => [name, Float32Array.from(all.flatMap(({ columns }) => [...columns[name]!]))]),
    ),
  );
  const summarizer = new Summarizer(baselineReferenceGrids(baseline));
  const groups = chunks.map((own, person) => ({
    name: `person ${person}`,
    chunks: own.map(({ recording, label, columns }) => ({
      recording,
      label: `${label}`,
      summary: summarizeByClass(summarizer, columns, new Int32Array(chunkRows).fill(label), nClasses),
    })),
  }));
  const drift: DriftBaseline = {
    sampling_rate_hz: samplingRateHz,
    classes: Array.from({ length: nClasses }, (_, k) => `class ${k}`),
    edges: baselineReferenceGrids(baseline),
    by_class: mergeClassSummaries(groups.flatMap((group) => group.chunks.map(({ summary }) => summary))),
    signals: modelSignals(
      answers(
        all.map(({ label }) => label),
        nClasses,
        "sure",
      ),
      nClasses,
      all.map(() => 1),
    ),
    calibration: calibrate(baseline, nPeople === 0 ? [] : groups, {
      chunkSeconds: chunkRows / samplingRateHz,
      samplingRateHz,
      lengthsSeconds: [2, 6],
      nullBatches: 24,
      rng: root,
      correlationSeconds: knowledge === "constants" ? null : { Ax: 0.3, Ay: 0.3 },
    }),
    accuracy: calibrateAccuracy(
      groups.map(() => ({ confidences: [0.3, 0.3, 0.3, 1, 1, 1], correct: [1, 1, 0, 1, 0, 1] })),
      [3],
    ),
  };
  const stored = driftBaselineSchema.parse(JSON.parse(JSON.stringify(drift)));
  const referenceBatches = stored.calibration.reference_batches;
  return {
    drift: stored,
    model: modelOfDriftBaseline(stored, channels),
    sensors: sensorsByName(channels),
    monitored: { directory: "", modelVersion: "1", channels, referenceBatches, shape: watchedMeasurementShape(stored) },
  };
}

const kinds = ["usual", "shifted", "constant", "tiny", "huge"] as const;
const assurances = ["sure", "even", "any"] as const;

interface Stretch {
  readonly label: number;
  readonly rows: number;
  readonly kind: (typeof kinds)[number];
}

export interface GeneratedBatch {
  readonly stretches: readonly Stretch[];
  readonly assurance: (typeof assurances)[number];
  readonly seed: number;
  /** Factor by which every count is multiplied. */
  readonly times: number;
}

export function generatedBatch(nClasses: number): fc.Arbitrary<GeneratedBatch> {
  const stretch = (kind: fc.Arbitrary<Stretch["kind"]>): fc.Arbitrary<Stretch> =>
    fc.record({ label: fc.nat({ max: nClasses - 1 }), rows: fc.integer({ min: 1, max: 40 }), kind });
  return fc.record({
    stretches: fc.oneof(
      fc.array(stretch(fc.constantFrom(...kinds)), { minLength: 1, maxLength: 1 }),
      fc.array(stretch(fc.constantFrom(...kinds)), { minLength: 1, maxLength: 40 }),
      fc.array(stretch(fc.constant("usual")), { minLength: 1, maxLength: 40 }),
    ),
    assurance: fc.constantFrom(...assurances),
    seed: fc.nat(),
    times: fc.constantFrom(1, 1, 7, 1e8),
  });
}

/** Measures a batch in which every stretch is one window, as `check` would. */
export function measured({ stretches, assurance, seed, times }: GeneratedBatch, judge: Judge): MeasuredBatch {
  const nClasses = judge.drift.classes.length;
  const rng = Rng.fromSeed(seed);
  const classOf = Int32Array.from(stretches.flatMap(({ label, rows }) => new Array<number>(rows).fill(label)));
  const column = (): Float32Array =>
    Float32Array.from(
      stretches.flatMap(({ label, rows, kind }) => {
        const value = (): number => {
          switch (kind) {
            case "usual":
              return label + rng.normal();
            case "shifted":
              return label + 3 + rng.normal();
            case "constant":
              return 1;
            case "tiny":
              return 1e-45 * rng.integer(3);
            case "huge":
              return 3e38 * (rng.uniform() < 0.5 ? -1 : 1);
            default:
              throw new TypeError(kind satisfies never);
          }
        };
        return Array.from({ length: rows }, value);
      }),
    );
  const columns: Columns = Object.fromEntries(channels.map((name) => [name, column()]));
  const byClass = summarizeByClass(new Summarizer(judge.drift.edges), columns, classOf, nClasses);
  const labels = stretches.map(({ label }) => label);
  const signals = modelSignals(
    answers(labels, nClasses, assurance, rng),
    nClasses,
    labels.map(() => 1),
  );
  return {
    rows: classOf.length,
    samples: classOf.length,
    columns,
    undone: [],
    windows: labels.length,
    measurement: {
      byClass: byClass.map((own) => own && timesSummary(own, times)),
      signals: timesSignals(signals, times),
    },
    warnings: [],
  };
}

/** Returns probabilities [W, K] in float32, like a network's output; each window's label has the largest probability. */
function answers(
  labels: readonly number[],
  nClasses: number,
  assurance: GeneratedBatch["assurance"],
  rng: Rng = Rng.fromSeed(1),
): Float32Array {
  return Float32Array.from(
    labels.flatMap((label) => {
      const weights = Array.from({ length: nClasses }, (_, k) => {
        if (assurance === "even") return 1;
        if (assurance === "sure") return k === label ? 1 : 0;
        return k === label ? 1 : rng.uniform();
      });
      const sum = weights.reduce((total, weight) => total + weight, 0);
      return weights.map((weight) => weight / sum);
    }),
  );
}

function timesSummary(summary: BatchSummary, times: number): BatchSummary {
  return Object.fromEntries(
    Object.entries(summary).map(([name, own]) => [
      name,
      {
        ...own,
        n: own.n * times,
        missing: own.missing * times,
        counts: own.counts.map((count) => count * times),
        excessBelow: own.excessBelow * times,
        excessAbove: own.excessAbove * times,
      },
    ]),
  );
}

function timesSignals(signals: ModelSignals, times: number): BatchMeasurement["signals"] {
  const scale = ({ counts, millionths }: ModelSignals["confidence"]): ModelSignals["confidence"] => ({
    counts: counts.map((count) => count * times),
    millionths: millionths * times,
  });
  return {
    windows: signals.windows * times,
    classCounts: signals.classCounts.map((count) => count * times),
    confidence: scale(signals.confidence),
    entropy: scale(signals.entropy),
    margin: scale(signals.margin),
    pairs: signals.pairs * times,
    flips: signals.flips * times,
  };
}
