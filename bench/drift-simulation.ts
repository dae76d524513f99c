// What judges answer about streams: without a fault, with one that begins after a healthy past and is repaired later, and with
// one from the first batch on.

import type { DriftVerdict } from "../src/monitoring/drift/drift-state.ts";
import type { Columns } from "../src/monitoring/summaries/summarize.ts";
import type { Rng } from "../src/stats/random.ts";
import { columnsOfBatch, drawStream, type StreamDay, summarizeBatches } from "./day-streams.ts";
import { windowFeatures } from "./drift-competitor.ts";
import type { InjectedFault } from "./drift-injections.ts";
import type { DayBatch, Judge } from "./drift-judges.ts";
import type { DriftHalf } from "./drift-sets.ts";

export const batchSeconds = 60;
export const batchesPerStream = 60;
/** Healthy batches before a fault. */
export const pastBatches = 10;
/** Faulty batches in which an alarm counts as detection; a ramp takes longer. */
export const faultyBatches = 12;
const rampBatches = 30;
/** Faulty batches after the one that raises the alarm. */
const lastingBatches = 8;
export const repairedBatches = 12;
/** Batches of a stream with a cold start, and of its repaired rest. */
export const coldBatches = 12;

/** A person's healthy stream. */
export interface DayStream {
  readonly user: string;
  readonly columns: (batch: number) => Columns;
  readonly batches: readonly DayBatch[];
}

export interface StillRun {
  readonly user: string;
  readonly verdicts: readonly DriftVerdict[];
  readonly unfamiliar: readonly boolean[];
}

export interface FaultRun {
  readonly user: string;
  /** From the first faulty batch on; the fault ends some batches after the alarm. */
  readonly faulty: readonly DriftVerdict[];
  /** After the fault was repaired; empty if it was not detected. */
  readonly repaired: readonly DriftVerdict[];
}

export interface ColdRun {
  readonly user: string;
  readonly verdicts: readonly DriftVerdict[];
  readonly unfamiliar: readonly boolean[];
  readonly entered: readonly boolean[];
  readonly repaired: readonly DriftVerdict[];
}

export async function drawDayStreams(half: DriftHalf, day: StreamDay, rng: Rng): Promise<DayStream[]> {
  const { model, recordings, users } = half;
  const { rate } = model.watched.config;
  const streams: DayStream[] = [];
  for (const user of users) {
    const plan = { user, day, batches: batchesPerStream, size: Math.round(batchSeconds * rate), samplingRateHz: rate };
    const rows = drawStream(recordings, plan, rng.split(user));
    if (rows.length === 0) continue;
    const columns = (batch: number): Columns => columnsOfBatch(recordings, rows[batch]!);
    streams.push({
      user,
      columns,
      batches: await measureBatches(
        half,
        rows.map((_, batch) => columns(batch)),
      ),
    });
  }
  return streams;
}

export async function measureBatches({ model }: DriftHalf, batches: readonly Columns[]): Promise<DayBatch[]> {
  const summaries = await summarizeBatches(model, batches);
  const { rate } = model.watched.config;
  return batches.map((columns, b) => ({ byClass: summaries[b]!, features: windowFeatures(columns, rate) }));
}

export function watchStill({ user, batches }: DayStream, judge: Judge): StillRun {
  const answers = watch(batches, judge).map(({ answer }) => answer);
  return {
    user,
    verdicts: answers.map(({ verdict }) => verdict),
    unfamiliar: answers.map(({ unfamiliar }) => unfamiliar),
  };
}

/** @returns by judge; null for a judge that alarmed before the fault, or if the stream is too short */
export async function watchFault<Name extends string>(
  half: DriftHalf,
  { user, columns, batches }: DayStream,
  judges: Readonly<Record<Name, Judge>>,
  fault: InjectedFault,
  rng: Rng,
): Promise<Record<Name, FaultRun | null>> {
  const within = fault.expected === "gradual_drift" ? rampBatches : faultyBatches;
  const names = Object.keys(judges) as Name[];
  const runs = Object.fromEntries(names.map((name): [string, FaultRun | null] => [name, null])) as Record<
    Name,
    FaultRun | null
  >;
  if (batches.length < pastBatches + within) return runs;
  const { change } = fault.begin(rng);
  const faulty: DayBatch[] = [];
  const faultyUntil = async (count: number): Promise<readonly DayBatch[]> => {
    const from = faulty.length;
    const missing = Math.min(count, batches.length - pastBatches) - from;
    if (missing > 0) {
      const more = Array.from({ length: missing }, (_, i) => change(columns(pastBatches + from + i), from + i + 1));
      faulty.push(...(await measureBatches(half, more)));
    }
    return faulty.slice(0, count);
  };
  for (const name of names) {
    const before = watch(batches.slice(0, pastBatches), judges[name]);
    if (before.some(({ answer }) => answer.verdict !== "normal")) continue;
    const start = before.at(-1)!.after;
    const first = watch(await faultyUntil(within), start);
    const alarm = first.findIndex(({ answer }) => answer.verdict !== "normal");
    if (alarm < 0) {
      runs[name] = { user, faulty: first.map(({ answer }) => answer.verdict), repaired: [] };
      continue;
    }
    const lasts = alarm + 1 + lastingBatches;
    const all = first.slice(0, lasts);
    all.push(...watch((await faultyUntil(lasts)).slice(all.length), all.at(-1)!.after));
    const from = pastBatches + all.length;
    const repaired = watch(batches.slice(from, from + repairedBatches), all.at(-1)!.after);
    runs[name] = {
      user,
      faulty: all.map(({ answer }) => answer.verdict),
      repaired: repaired.map(({ answer }) => answer.verdict),
    };
  }
  return runs;
}

export async function watchColdStart(
  half: DriftHalf,
  { user, columns, batches }: DayStream,
  judge: Judge,
  fault: InjectedFault,
  rng: Rng,
): Promise<ColdRun> {
  const { change } = fault.begin(rng);
  const count = Math.min(coldBatches, batches.length);
  const faulty = Array.from({ length: count }, (_, batch) => change(columns(batch), batch + 1));
  const watched = watch(await measureBatches(half, faulty), judge);
  const answers = watched.map(({ answer }) => answer);
  const repaired = watch(batches.slice(count, count + repairedBatches), watched.at(-1)!.after);
  return {
    user,
    verdicts: answers.map(({ verdict }) => verdict),
    unfamiliar: answers.map(({ unfamiliar }) => unfamiliar),
    entered: answers.map(({ entered }) => entered),
    repaired: repaired.map(({ answer }) => answer.verdict),
  };
}

function watch(batches: readonly DayBatch[], judge: Judge): ReturnType<Judge["judge"]>[] {
  let now = judge;
  return batches.map((batch) => {
    const judged = now.judge(batch);
    now = judged.after;
    return judged;
  });
}
