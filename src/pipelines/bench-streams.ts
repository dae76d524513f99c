// The streams of `drift-bench`, cut from the recordings and changed sample by sample.

import { UserError } from "../errors.ts";
import type { Change } from "../monitoring/drift/injected-change.ts";
import { type Chunk, type DaySource, rehearsalChoices } from "../monitoring/drift/rehearsal.ts";
import type { WatchedModel } from "../monitoring/streams/watched-model.ts";
import { type ClassSummaries, mergeClassSummaries, summarizeByClass } from "../monitoring/summaries/class-summaries.ts";
import { joinColumns } from "../monitoring/summaries/join-columns.ts";
import { classOfMeasuredSamples, measuredSignalColumns } from "../monitoring/summaries/measure-batch.ts";
import { sensorsWithSignals } from "../monitoring/summaries/sensor-signals.ts";
import { type Columns, Summarizer } from "../monitoring/summaries/summarize.ts";
import type { DriftBenchConfig } from "../options/resolve-config.ts";
import type { Rng } from "../random.ts";
import { plannedWindowStep } from "../signals/data/plan-windows.ts";
import { runsOfWindowChunk } from "../signals/data/window-chunks.ts";
import { allocateSharedWindows, type WindowSet } from "../signals/data/windows.ts";
import { argmaxRows } from "../stats/argmax-rows.ts";
import type { ModelHandle } from "./model-handle.ts";

/** A stream's sessions consist of chunks of this length in seconds, or of the length of a window if that is longer. */
export const benchChunkSeconds = 15;

export interface BenchPerson extends DaySource {
  readonly name: string;
}

/**
 * Cuts every person's recordings into chunks, each with its activity: the label if there is one, otherwise the predicted class.
 */
export async function cutBenchChunks(
  windows: WindowSet,
  jobs: number,
  model: ModelHandle,
): Promise<{ people: BenchPerson[]; columnsOfChunk: Map<Chunk, Columns> }> {
  const monitor = model.watched;
  const { channels, users, groups, recordings, recordingIndex, labels, classes, samplingRateHz } = windows;
  const predicted = await predictBenchClasses(windows, jobs, model);
  const classOf = classOfMeasuredSamples(windows, predicted);
  const columns = measuredSignalColumns(windows, sensorsWithSignals(monitor.sensors, monitor.drift.edges));
  const summarizer = new Summarizer(monitor.drift.edges);
  const rows = Math.max(windows.windowSize, Math.floor(benchChunkSeconds * samplingRateHz));
  const columnsOfChunk = new Map<Chunk, Columns>();
  const chunks = users.map((): Chunk[] => []);
  for (const { from, to, first } of runsOfWindowChunk(windows)) {
    for (let start = from; start + rows <= to; start += rows) {
      const own = channels.map((name) => [name, columns[name]!.subarray(start, start + rows)] as const);
      const label = classes[labels[first]!] ?? monitor.drift.classes[classOf[start + (rows >> 1)]!]!;
      const nClasses = monitor.drift.classes.length;
      const summary = summarizeByClass(summarizer, columns, classOf, nClasses, start, start + rows);
      const chunk: Chunk = { recording: recordings[recordingIndex[first]!]!, label, summary };
      columnsOfChunk.set(chunk, Object.fromEntries(own));
      chunks[groups[first]!]!.push(chunk);
    }
  }
  const people = users.flatMap((name, g): BenchPerson[] =>
    chunks[g]!.length === 0
      ? []
      : [{ name, choices: rehearsalChoices({ name, chunks: chunks[g]! }).choices, recorded: chunks[g]! }],
  );
  if (people.length === 0) {
    throw new UserError(
      `the recordings: expected stretches of at least ${benchChunkSeconds} s from which to draw batches, found none`,
      {
        advice: "Use longer recordings without gaps.",
      },
    );
  }
  return { people, columnsOfChunk };
}

/**
 * The stream's batches; from batch `changeAt` on, the change is injected into the samples, and the network predicts them again.
 */
export async function changedBenchStream(
  sessions: readonly (readonly Chunk[])[],
  change: Change,
  rng: Rng,
  { changeAt, jobs }: Pick<DriftBenchConfig, "changeAt" | "jobs">,
  model: ModelHandle,
  columnsOfChunk: ReadonlyMap<Chunk, Columns>,
): Promise<ClassSummaries[]> {
  const monitor = model.watched;
  const inject = change.begin(rng);
  const changed = sessions.slice(changeAt).map((session, i) => {
    const parts = session.map((chunk) => columnsOfChunk.get(chunk)!);
    return inject(joinColumns(parts), i + 1);
  });
  const rows = columnsOfChunk.get(sessions[0]![0]!)!;
  const chunkRows = Object.values(rows)[0]!.length;
  const windows = benchWindowsInChunks(changed, chunkRows, monitor);
  const classOf = classOfMeasuredSamples(windows, await predictBenchClasses(windows, jobs, model));
  const columns = measuredSignalColumns(windows, sensorsWithSignals(monitor.sensors, monitor.drift.edges));
  const summarizer = new Summarizer(monitor.drift.edges);
  const nClasses = monitor.drift.classes.length;
  let at = 0;
  const summaries = changed.map((batch) => {
    const from = at;
    at += Object.values(batch)[0]!.length;
    return summarizeByClass(summarizer, columns, classOf, nClasses, from, at);
  });
  return [...sessions.slice(0, changeAt).map(mergeBenchStreamSession), ...summaries];
}

/** The windows within each batch's chunks. */
function benchWindowsInChunks(
  batches: readonly Columns[],
  chunkRows: number,
  { folder, config }: WatchedModel,
): WindowSet {
  const { channels } = folder.manifest.data;
  const step = plannedWindowStep(config.window, config.overlap);
  const whole = joinColumns(batches);
  const length = whole[channels[0]!]!.length;
  const samples = allocateSharedWindows(length * channels.length);
  for (const [c, name] of channels.entries()) {
    const column = whole[name]!;
    for (let i = 0; i < length; i++) samples[i * channels.length + c] = column[i]!;
  }
  const starts: number[] = [];
  for (let chunk = 0; chunk + chunkRows <= length; chunk += chunkRows) {
    const last = chunk + chunkRows - config.window;
    for (let start = chunk; start < last; start += step) starts.push(start);
    starts.push(last);
  }
  const zeros = new Int32Array(starts.length);
  return {
    channels,
    samplingRateHz: config.rate,
    windowSize: config.window,
    samples,
    starts: Int32Array.from(starts),
    startTimes: Float64Array.from(starts, (start) => start / config.rate),
    labels: zeros.map(() => -1),
    groups: zeros,
    recordingIndex: zeros,
    classes: [],
    users: ["bench"],
    recordings: ["bench"],
  };
}

async function predictBenchClasses(windows: WindowSet, jobs: number, model: ModelHandle): Promise<Int32Array> {
  const probabilities = await model.predict(windows, { jobs });
  return Int32Array.from(argmaxRows(probabilities, model.watched.drift.classes.length));
}

export function mergeBenchStreamSession(session: readonly Chunk[]): ClassSummaries {
  return mergeClassSummaries(session.map(({ summary }) => summary));
}
