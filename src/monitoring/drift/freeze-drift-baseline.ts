// The last step of training: calibrates the monitor on drift-free batches. It draws ("rehearses") such batches from each person
// in the training data, using the classes that cross-validation predicted for that person's windows.

import type { Rng } from "../../random.ts";
import { argmaxRows } from "../../stats/argmax-rows.ts";
import { type BaselineReference, baselineReference, baselineReferenceGrids } from "../summaries/baseline-reference.ts";
import { mergeClassSummaries, summarizeByClass } from "../summaries/class-summaries.ts";
import {
  classOfMeasuredSamples,
  followsMeasuredWindow,
  gatherMeasuredSamples,
  measuredBatchStepSeconds,
} from "../summaries/measure-batch.ts";
import { modelSignals } from "../summaries/model-signals.ts";
import { offsetSensorSignalNames, offsetSensorSignals } from "../summaries/sensor-signals.ts";
import { Summarizer } from "../summaries/summarize.ts";
import type { WindowSignals } from "../summaries/window-signals.ts";
import type { AccuracyCalibration } from "./accuracy-estimate.ts";
import { type CalibrateOptions, calibrate } from "./calibrate.ts";
import { calibrateAccuracy } from "./calibrate-accuracy.ts";
import { correlationSamples, correlationSeconds } from "./correlation-time.ts";
import type { DriftBaseline } from "./drift-baseline.ts";
import { largestChanges } from "./largest-changes.ts";
import { type MapItems, mapItems } from "./map-items.ts";
import { type ChunkBlock, PackedChunk, packChunk } from "./packed-chunk.ts";
import type { Chunk, Group } from "./rehearsal.ts";

/** Length of the longest chunk; activities recorded in shorter pieces yield shorter chunks. */
const longestChunkSeconds = 15;
const lengthsSeconds = [15, 60, 300, 900] as const;
const shiftSd = 0.6;

/**
 * @param windowSignals signals for the training windows
 * @param probabilities [W, K] out of fold, after temperature scaling
 * @param options.signals names of the channels and signals to freeze (default: all that the sensors provide)
 * @param options.day the kind of day to rehearse; see `calibrate`. "auto" means recorded order if most of the data comes from
 *   recordings of several activities, and otherwise the default of `calibrate`
 * @param options.also signals for additional training windows that rehearsals do not use, such as pseudo-labelled windows
 * @param options.progress see `calibrate`
 * @param options.map maps over channels, stretches and rehearsals (default: sequentially); see `MapItems`
 */
export function freezeDriftBaseline(
  windowSignals: WindowSignals,
  probabilities: Float32Array,
  options: {
    overlap: number;
    referenceBatches: number;
    day: NonNullable<CalibrateOptions["day"]> | "auto";
    signals?: readonly string[];
    rng: Rng;
    also?: WindowSignals;
    progress?: CalibrateOptions["progress"];
    map?: MapItems;
  },
): DriftBaseline {
  const { windows } = windowSignals;
  const { classes, samplingRateHz } = windows;
  const nClasses = classes.length;
  const { also, map = mapItems } = options;
  const names = windowSignals.names.filter((name) => options.signals?.includes(name) ?? true);
  const baseline = freezeDriftReference(names, windowSignals, also ?? null, map);
  const grids = baselineReferenceGrids(baseline);
  const classOf = classOfMeasuredSamples(windows, argmaxRows(probabilities, nClasses));
  const rows = freezeChunkRows(windowSignals);
  const groups = freezeBaselineGroups(windowSignals, rows, {
    classOf,
    summarizer: new Summarizer(grids),
    baseline,
    map,
  });
  return {
    sampling_rate_hz: samplingRateHz,
    classes: [...classes],
    edges: grids,
    by_class: mergeClassSummaries([
      windowSignals.summarize(grids, gatherMeasuredSamples(windows, classOf), nClasses, map),
      ...(also === undefined ? [] : [also.summarize(grids, labelsToFreezeBaseline(also), nClasses, map)]),
    ]),
    signals: modelSignals(probabilities, nClasses, followsMeasuredWindow(windows, options.overlap)),
    calibration: {
      ...calibrate(baseline, groups, {
        chunkSeconds: rows / samplingRateHz,
        samplingRateHz,
        rng: options.rng,
        lengthsSeconds: lengthsSeconds.filter((seconds) => seconds >= rows / samplingRateHz),
        referenceBatches: options.referenceBatches,
        ...(options.day === "auto"
          ? freezesBaselineInRecordedOrder(groups)
            ? { day: "recorded" }
            : {}
          : { day: options.day }),
        shiftSd,
        map,
        ...(options.progress !== undefined && { progress: options.progress }),
        correlationSeconds: freezeCorrelations(windowSignals, Object.keys(baseline), map),
      }),
      largest_changes: largestChanges(windowSignals, map),
    },
    accuracy: freezeBaselineAccuracy(windowSignals, probabilities, options.overlap),
  };
}

/** Leaves out constant signals other than channels, because nothing can be compared with them. */
function freezeDriftReference(
  names: readonly string[],
  signals: WindowSignals,
  also: WindowSignals | null,
  map: MapItems,
): BaselineReference {
  const references = map(names, (name) => {
    const column = also === null ? signals.under(name) : joinColumnsToFreeze(signals.under(name), also.under(name));
    return [name, baselineReference({ [name]: column })[name]!] as const;
  });
  const { channels } = signals.windows;
  return Object.fromEntries(references.filter(([name, { summary }]) => channels.includes(name) || summary.std > 0));
}

function joinColumnsToFreeze(a: Float32Array, b: Float32Array): Float32Array {
  const whole = new Float32Array(a.length + b.length);
  whole.set(a);
  whole.set(b, a.length);
  return whole;
}

function labelsToFreezeBaseline({ windows }: WindowSignals): Int32Array {
  return gatherMeasuredSamples(windows, classOfMeasuredSamples(windows, windows.labels));
}

/** Whether most chunks come from recordings of several activities, in which the activities occur in their natural order. */
function freezesBaselineInRecordedOrder(groups: readonly Group[]): boolean {
  const recordings = groups.flatMap(({ chunks }) => [...Map.groupBy(chunks, ({ recording }) => recording).values()]);
  const several = recordings.filter((chunks) => new Set(chunks.map(({ label }) => label)).size > 1);
  const count = (of: typeof recordings): number => of.reduce((sum, chunks) => sum + chunks.length, 0);
  return count(several) > count(recordings) / 2;
}

/** Allows up to a quarter of the stretches to be too short for a chunk. */
function freezeChunkRows({ windows: { samplingRateHz, windowSize }, runs }: WindowSignals): number {
  const lengths = runs.map(({ from, to }) => to - from).sort((a, b) => a - b);
  const most = Math.max(windowSize, Math.floor(longestChunkSeconds * samplingRateHz));
  return Math.min(most, Math.max(windowSize, lengths[lengths.length >> 2]!));
}

function freezeBaselineGroups(
  windowSignals: WindowSignals,
  rows: number,
  of: {
    classOf: Int32Array;
    summarizer: Summarizer;
    baseline: BaselineReference;
    map: MapItems;
  },
): Group[] {
  const { channels, classes, users, recordings, labels, groups, recordingIndex } = windowSignals.windows;
  const { runs, sensors } = windowSignals;
  const { classOf, summarizer, baseline, map } = of;
  const names = Object.keys(baseline);
  const layout = {
    nClasses: classes.length,
    bins: Object.fromEntries(names.map((name) => [name, baseline[name]!.edges.length + 1])),
    signals: names,
    shifted: Object.fromEntries(
      channels.map((channel) => [
        channel,
        offsetSensorSignalNames(channels, sensors, channel).filter((name) => name in baseline),
      ]),
    ),
  };
  const summarizers = channels.map((channel) => {
    const moved = layout.shifted[channel]!;
    return new Summarizer(Object.fromEntries(moved.map((name) => [name, baseline[name]!.edges])));
  });
  const blocks = map(runs, (run): ChunkBlock[] => {
    const { from, to, first } = run;
    const own: ChunkBlock[] = [];
    for (let start = from; start + rows <= to; start += rows) {
      const chunk = Object.fromEntries(names.map((name) => [name, windowSignals.part(name, run, start, start + rows)]));
      const classOfRow = classOf.subarray(start, start + rows);
      const sensed = Object.fromEntries(channels.map((name) => [name, chunk[name]!]));
      const shifted = channels.map((name, c) => {
        const moved = offsetSensorSignals(sensed, sensors, name, shiftSd * baseline[name]!.summary.std);
        return [name, summarizeByClass(summarizers[c]!, moved, classOfRow, classes.length)] as const;
      });
      const packed = packChunk(layout, {
        recording: recordings[recordingIndex[first]!]!,
        label: classes[labels[first]!] ?? null,
        summary: summarizeByClass(summarizer, chunk, classOfRow, classes.length),
        shifted: Object.fromEntries(shifted),
      });
      own.push(packed);
    }
    return own;
  });
  const chunks = users.map((): Chunk[] => []);
  for (const [r, { first }] of runs.entries()) {
    chunks[groups[first]!]!.push(...blocks[r]!.map((block) => new PackedChunk(layout, block)));
  }
  return users.map((name, g) => ({ name, chunks: chunks[g]! }));
}

function freezeCorrelations(
  windowSignals: WindowSignals,
  names: readonly string[],
  map: MapItems,
): Record<string, number> | null {
  const { users, groups, samplingRateHz } = windowSignals.windows;
  const ofPeople = users
    .map((_, g) => windowSignals.runs.filter(({ first }) => groups[first] === g))
    .filter((runs) => runs.length > 0);
  const most = correlationSamples(samplingRateHz);
  const times = map(names, (name) => {
    const people = ofPeople.map((runs) => windowSignals.under(name, runs, most));
    return [name, correlationSeconds(people, samplingRateHz)] as const;
  });
  if (times.some(([, seconds]) => seconds === null)) return null;
  return Object.fromEntries(times as [string, number][]);
}

/**
 * Calibrates the accuracy estimate on all people's windows in recorded order, cut into batches of every length in
 * `lengthsSeconds`; null if nobody has enough windows for a batch.
 */
function freezeBaselineAccuracy(
  { windows }: WindowSignals,
  probabilities: Float32Array,
  overlap: number,
): AccuracyCalibration | null {
  const { users, groups, labels, classes } = windows;
  const predicted = argmaxRows(probabilities, classes.length);
  const stepSeconds = measuredBatchStepSeconds(windows, overlap);
  const lengths = lengthsSeconds.map((seconds) => Math.max(1, Math.round(seconds / stepSeconds)));
  const people = users.map((_, g) => {
    const own = Int32Array.from(groups.keys()).filter((w) => groups[w] === g);
    return {
      confidences: Float32Array.from(own, (w) => probabilities[w * classes.length + predicted[w]!]!),
      correct: Uint8Array.from(own, (w) => (predicted[w] === labels[w] ? 1 : 0)),
    };
  });
  const isEnough = people.some(({ correct }) => correct.length >= Math.min(...lengths));
  return isEnough ? calibrateAccuracy(people, lengths) : null;
}
