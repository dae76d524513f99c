// Runs judges on streams: without a fault, with a fault that begins after some healthy batches and is repaired later, and with
// a fault from the first batch on.

import type { DriftVerdict } from "../src/monitoring/drift/drift-state.ts";
import type { Columns } from "../src/monitoring/summaries/summarize.ts";
import type { Rng } from "../src/random.ts";
import { columnsOfBatch, drawStream, measureBatch, type StreamDay } from "./day-streams.ts";
import { windowFeatures } from "./drift-competitor.ts";
import type { Begun, InjectedFault } from "./drift-injections.ts";
import type { DayBatch, Judge } from "./drift-judges.ts";
import type { DriftHalf } from "./drift-sets.ts";

export const batchSeconds = 60;
export const batchesPerStream = 60;
/** Number of healthy batches before a fault. */
export const pastBatches = 10;
/** Number of faulty batches within which an alarm counts as detection. A ramp takes longer to detect. */
export const faultyBatches = 12;
export const rampBatches = 30;
/** Number of faulty batches after the one that raises the alarm. */
const lastingBatches = 8;
/** Maximum number of batches that are judged after the repair. */
export const repairedBatches = 12;
/** Maximum number of faulty batches in a stream that is faulty from the start. */
export const coldBatches = 12;

/** A person's healthy stream. */
export interface DayStream {
  readonly user: string;
  readonly columns: (batch: number) => Columns;
  /** Returns the true activity of each row in a batch. */
  readonly labels: (batch: number) => readonly (string | null)[];
  readonly batches: readonly DayBatch[];
}

export interface StillRun {
  readonly user: string;
  readonly verdicts: readonly DriftVerdict[];
  readonly unfamiliar: readonly boolean[];
}

export interface FaultRun {
  readonly user: string;
  /** Verdicts from the first faulty batch on. The fault is repaired a few batches after the alarm. */
  readonly faulty: readonly DriftVerdict[];
  /** Verdicts after the repair; empty if the fault was not detected. */
  readonly repaired: readonly DriftVerdict[];
}

export interface ColdRun {
  readonly user: string;
  readonly verdicts: readonly DriftVerdict[];
  readonly unfamiliar: readonly boolean[];
  readonly entered: readonly boolean[];
  readonly repaired: readonly DriftVerdict[];
}

/** Returns the number of batches within which a fault should be detected. */
export function batchesToDetect(expected: InjectedFault["expected"]): number {
  return expected === "gradual_drift" ? rampBatches : faultyBatches;
}

export async function drawDayStreams(half: DriftHalf, day: StreamDay, rng: Rng): Promise<DayStream[]> {
  const { model, recordings, users } = half;
  const { rate } = model.watched.config;
  const labelOfRow: (string | null)[] = [];
  for (const { start, end, label } of recordings.stretches) {
    for (let row = start; row < end; row++) labelOfRow[row] = label;
  }
  const streams: DayStream[] = [];
  for (const user of users) {
    const plan = { user, day, batches: batchesPerStream, size: Math.round(batchSeconds * rate), samplingRateHz: rate };
    const rows = drawStream(recordings, plan, rng.split(user));
    if (rows.length === 0) continue;
    const batches: DayBatch[] = [];
    for (const own of rows) batches.push(await measureDayBatch(half, columnsOfBatch(recordings, own)));
    streams.push({
      user,
      columns: (batch) => columnsOfBatch(recordings, rows[batch]!),
      labels: (batch) => Array.from(rows[batch]!, (row) => labelOfRow[row]!),
      batches,
    });
  }
  return streams;
}

async function measureDayBatch({ model }: DriftHalf, columns: Columns): Promise<DayBatch> {
  return {
    measured: await measureBatch(model, columns),
    features: windowFeatures(columns, model.watched.config.rate),
  };
}

export async function watchStill({ user, batches }: DayStream, judge: Judge): Promise<StillRun> {
  const answers = (await watch(batches, judge)).map(({ answer }) => answer);
  return {
    user,
    verdicts: answers.map(({ verdict }) => verdict),
    unfamiliar: answers.map(({ unfamiliar }) => unfamiliar),
  };
}

/**
 * Returns the judge after a stream's healthy batches; null if it raised an alarm, or if the stream ends before a fault
 * could be detected.
 */
export async function afterHealthyPast({ batches }: DayStream, judge: Judge): Promise<Judge | null> {
  if (batches.length < pastBatches + faultyBatches) return null;
  const past = await watch(batches.slice(0, pastBatches), judge);
  return past.some(({ answer }) => answer.verdict !== "normal") ? null : past.at(-1)!.after;
}

/** A stream in which a fault follows the healthy batches. All judges receive the same batches. */
export class FaultyStream {
  readonly #half: DriftHalf;
  readonly #stream: DayStream;
  readonly #change: Begun["change"];
  readonly #measured: DayBatch[] = [];

  constructor(half: DriftHalf, stream: DayStream, { change }: Begun) {
    this.#half = half;
    this.#stream = stream;
    this.#change = change;
  }

  /** @param number number of the batch, from 0 @returns undefined after the stream's end */
  async batch(number: number): Promise<DayBatch | undefined> {
    const measured = this.#measured;
    while (measured.length <= number && pastBatches + measured.length < this.#stream.batches.length) {
      const columns = this.#stream.columns(pastBatches + measured.length);
      measured.push(await measureDayBatch(this.#half, this.#change(columns, measured.length + 1)));
    }
    return measured[number];
  }

  /** @param start the judge after the healthy batches */
  async watch(start: Judge, expected: InjectedFault["expected"]): Promise<FaultRun> {
    const { user, batches } = this.#stream;
    const within = batchesToDetect(expected);
    const faulty: DriftVerdict[] = [];
    let [now, until] = [start, within];
    for (let i = 0; i < until; i++) {
      const batch = await this.batch(i);
      if (batch === undefined) break;
      const { answer, after } = await now.judge(batch);
      if (until === within && answer.verdict !== "normal") until = i + 1 + lastingBatches;
      faulty.push(answer.verdict);
      now = after;
    }
    const isSeen = faulty.some((verdict) => verdict !== "normal");
    const from = pastBatches + faulty.length;
    const repaired = isSeen ? await watch(batches.slice(from, from + repairedBatches), now) : [];
    return { user, faulty, repaired: repaired.map(({ answer }) => answer.verdict) };
  }
}

export async function watchColdStart(
  half: DriftHalf,
  { user, columns, batches }: DayStream,
  judge: Judge,
  { change }: Begun,
): Promise<ColdRun> {
  const count = Math.min(coldBatches, batches.length);
  const faulty: DayBatch[] = [];
  for (let i = 0; i < count; i++) faulty.push(await measureDayBatch(half, change(columns(i), i + 1)));
  const watched = await watch(faulty, judge);
  const answers = watched.map(({ answer }) => answer);
  const repaired = await watch(batches.slice(count, count + repairedBatches), watched.at(-1)!.after);
  return {
    user,
    verdicts: answers.map(({ verdict }) => verdict),
    unfamiliar: answers.map(({ unfamiliar }) => unfamiliar),
    entered: answers.map(({ entered }) => entered),
    repaired: repaired.map(({ answer }) => answer.verdict),
  };
}

async function watch(batches: readonly DayBatch[], judge: Judge): Promise<Awaited<ReturnType<Judge["judge"]>>[]> {
  const judgements: Awaited<ReturnType<Judge["judge"]>>[] = [];
  let now = judge;
  for (const batch of batches) {
    const judged = await now.judge(batch);
    judgements.push(judged);
    now = judged.after;
  }
  return judgements;
}
