// The last thing that training learns: what its people's batches look like without drift. Each person is rehearsed with the
// classes that the network of a fold that did not know the person predicted.

import type { Rng } from "../../random.ts";
import { windowStep } from "../../signals/preprocessing/make-windows.ts";
import { type Run, runsOf } from "../../signals/preprocessing/window-chunks.ts";
import type { WindowSet } from "../../signals/preprocessing/windows.ts";
import { argmaxRows } from "../../stats/argmax-rows.ts";
import { type BaselineReference, baselineReference, gridsOf } from "../summaries/baseline-reference.ts";
import { mergeClassSummaries, summarizeByClass } from "../summaries/class-summaries.ts";
import { joinColumns } from "../summaries/join-columns.ts";
import { classOfSamples, follows, gatherUnder, signalColumns } from "../summaries/measure-batch.ts";
import { modelSignals } from "../summaries/model-signals.ts";
import { changedByOffset, offsetSignals } from "../summaries/sensor-signals.ts";
import { type Columns, Summarizer } from "../summaries/summarize.ts";
import { type AccuracyCalibration, calibrateAccuracy, type RehearsedBatch } from "./accuracy-estimate.ts";
import { calibrate } from "./calibrate.ts";
import { correlationSeconds } from "./correlation-time.ts";
import type { DriftBaseline } from "./drift-baseline.ts";
import type { Chunk, Group } from "./rehearsal.ts";

/** Longest chunk; activities that were recorded in shorter pieces give shorter ones. */
const longestChunkSeconds = 15;
const lengthsSeconds = [15, 60, 300, 900] as const;
const shiftSd = 0.6;

/** Samples that the network learned from and nobody is rehearsed with, as pseudo-labelled ones: N a channel. */
export interface AlsoLearned {
  readonly columns: Columns;
  /** [N] */
  readonly classOf: Int32Array;
}

/** @param probabilities [W, K] out of fold, after temperature scaling */
export function driftBaseline(
  windows: WindowSet,
  probabilities: Float32Array,
  options: { overlap: number; referenceBatches: number; rng: Rng; also?: AlsoLearned },
): DriftBaseline {
  const { classes, samplingRateHz } = windows;
  const nClasses = classes.length;
  const computed = signalColumns(windows);
  const classOf = classOfSamples(windows, argmaxRows(probabilities, nClasses));
  const { also } = options;
  const own = mapColumns(computed, (column) => gatherUnder(windows, column));
  const baseline = withSpread(
    baselineReference(also === undefined ? own : joinColumns([own, also.columns])),
    windows.channels,
  );
  const columns = Object.fromEntries(Object.keys(baseline).map((name) => [name, computed[name]!]));
  const grids = gridsOf(baseline);
  const summarizer = new Summarizer(grids);
  const runs = runsOf(windows);
  const rows = chunkRows(windows, runs);
  const groups = groupsOf(windows, runs, rows, { columns, classOf, summarizer, baseline });
  return {
    sampling_rate_hz: samplingRateHz,
    classes: [...classes],
    edges: grids,
    by_class: mergeClassSummaries([
      summarizeByClass(summarizer, own, gatherUnder(windows, classOf), nClasses),
      ...(also === undefined ? [] : [summarizeByClass(summarizer, also.columns, also.classOf, nClasses)]),
    ]),
    signals: modelSignals(probabilities, nClasses, follows(windows, options.overlap)),
    calibration: calibrate(baseline, groups, {
      chunkSeconds: rows / samplingRateHz,
      samplingRateHz,
      rng: options.rng,
      lengthsSeconds: lengthsSeconds.filter((seconds) => seconds >= rows / samplingRateHz),
      referenceBatches: options.referenceBatches,
      shiftSd,
      correlationSeconds: correlations(windows, runs, columns),
    }),
    accuracy: accuracyOf(windows, probabilities, options.overlap),
  };
}

/** Without the signals of sensors that never vary: nothing can be measured by them. */
function withSpread(baseline: BaselineReference, channels: readonly string[]): BaselineReference {
  return Object.fromEntries(
    Object.entries(baseline).filter(([name, { summary }]) => channels.includes(name) || summary.std > 0),
  );
}

/** A quarter of the stretches may be too short for a chunk. */
function chunkRows({ samplingRateHz, windowSize }: WindowSet, runs: readonly Run[]): number {
  const lengths = runs.map(({ from, to }) => to - from).sort((a, b) => a - b);
  const most = Math.max(windowSize, Math.floor(longestChunkSeconds * samplingRateHz));
  return Math.min(most, Math.max(windowSize, lengths[lengths.length >> 2]!));
}

function groupsOf(
  windows: WindowSet,
  runs: readonly Run[],
  rows: number,
  of: {
    columns: Columns;
    classOf: Int32Array;
    summarizer: Summarizer;
    baseline: BaselineReference;
  },
): Group[] {
  const { channels, classes, users, recordings, labels, groups, recordingIndex } = windows;
  const { columns, classOf, summarizer, baseline } = of;
  const summarizers = channels.map((channel) => {
    const moved = changedByOffset(channels, channel).filter((name) => name in baseline);
    return new Summarizer(Object.fromEntries(moved.map((name) => [name, baseline[name]!.edges])));
  });
  const chunks = users.map((): Chunk[] => []);
  for (const { from, to, first } of runs) {
    for (let start = from; start + rows <= to; start += rows) {
      const chunk = mapColumns(columns, (column) => column.subarray(start, start + rows));
      const own = classOf.subarray(start, start + rows);
      const sensed = Object.fromEntries(channels.map((name) => [name, chunk[name]!]));
      const shifted = channels.map((name, c) => {
        const moved = offsetSignals(sensed, name, shiftSd * baseline[name]!.summary.std);
        return [name, summarizeByClass(summarizers[c]!, moved, own, classes.length)] as const;
      });
      chunks[groups[first]!]!.push({
        recording: recordings[recordingIndex[first]!]!,
        label: classes[labels[first]!] ?? null,
        summary: summarizeByClass(summarizer, chunk, own, classes.length),
        shifted: Object.fromEntries(shifted),
      });
    }
  }
  return users.map((name, g) => ({ name, chunks: chunks[g]! }));
}

function mapColumns(columns: Columns, change: (column: Float32Array, name: string) => Float32Array): Columns {
  return Object.fromEntries(Object.entries(columns).map(([name, column]) => [name, change(column, name)]));
}

function correlations(
  { users, groups, samplingRateHz }: WindowSet,
  runs: readonly Run[],
  columns: Columns,
): Record<string, number> | null {
  const ofPeople = users.flatMap((_, g) => {
    const own = runs.filter(({ first }) => groups[first] === g);
    const parts = own.map(({ from, to }) => mapColumns(columns, (column) => column.subarray(from, to)));
    return parts.length === 0 ? [] : [joinColumns(parts)];
  });
  const times = Object.keys(columns).map((name) => {
    const people = ofPeople.map((own) => own[name]!);
    return [name, correlationSeconds(people, samplingRateHz)] as const;
  });
  if (times.some(([, seconds]) => seconds === null)) return null;
  return Object.fromEntries(times as [string, number][]);
}

/** Everyone's windows in the order they were taken, cut into batches of the ladder's lengths. */
function accuracyOf(windows: WindowSet, probabilities: Float32Array, overlap: number): AccuracyCalibration | null {
  const { users, groups, labels, classes, windowSize, samplingRateHz } = windows;
  const predicted = argmaxRows(probabilities, classes.length);
  const stepSeconds = windowStep(windowSize, overlap) / samplingRateHz;
  const lengths = [...new Set(lengthsSeconds.map((seconds) => Math.max(1, Math.round(seconds / stepSeconds))))];
  const batches = users.flatMap((person, g) => {
    const own = [...groups.keys()].filter((w) => groups[w] === g);
    return lengths.flatMap((length): RehearsedBatch[] =>
      Array.from({ length: Math.floor(own.length / length) }, (_, i) => {
        const batch = own.slice(i * length, (i + 1) * length);
        const confidence = (w: number): number => probabilities[w * classes.length + predicted[w]!]!;
        return {
          person,
          windows: length,
          confidence: batch.reduce((sum, w) => sum + confidence(w), 0) / length,
          accuracy: batch.filter((w) => predicted[w] === labels[w]).length / length,
        };
      }),
    );
  });
  return batches.length === 0 ? null : calibrateAccuracy(batches);
}
