// Measures everything that the drift benchmark measures on one data set, or reads it from the cache.

import { Rng } from "../src/random.ts";
import type { StreamDay } from "./day-streams.ts";
import { type AccuracyFigures, measureAccuracy } from "./drift-accuracy.ts";
import type { DriftCache } from "./drift-cache.ts";
import { type CauseAnswer, causedBatches, watchCauses } from "./drift-causes.ts";
import { trainCompetitor } from "./drift-competitor-training.ts";
import { coldStartFaults, driftFaults, type InjectedFault } from "./drift-injections.ts";
import { type Judge, monitorJudge } from "./drift-judges.ts";
import { isForPeers, type PeerFigures, watchPeers } from "./drift-peers.ts";
import { type DriftHalf, driftSets } from "./drift-sets.ts";
import {
  afterHealthyPast,
  type ColdRun,
  type DayStream,
  drawDayStreams,
  type FaultRun,
  FaultyStream,
  pastBatches,
  type StillRun,
  watchColdStart,
  watchStill,
} from "./drift-simulation.ts";

export const driftParts = [
  "false-alarms",
  "detection",
  "names",
  "causes",
  "recovery",
  "cold-start",
  "accuracy",
  "peers",
] as const;
export type DriftPart = (typeof driftParts)[number];

/** Names under which the tables list the judges. */
export const judgeNames = ["Tidemark", "competitor", "textbook constants"] as const;
export type JudgeName = (typeof judgeNames)[number];

/** Kinds of days, each given as a range of bout lengths in seconds or as the recorded order. */
export const driftDays: Readonly<Record<string, StreamDay>> = {
  "4-20": [4, 20],
  "20-120": [20, 120],
  "60-120": [60, 120],
  "60-300": [60, 300],
  recorded: "recorded",
};
/** The kind of day on which causes and faults from the first batch are measured. */
const usualDay = "20-120";

export type ByJudge<T> = Readonly<Partial<Record<JudgeName, readonly T[]>>>;

export interface FaultFigures {
  readonly day: string;
  readonly fault: string;
  readonly expected: InjectedFault["expected"];
  /** Runs on the streams in which a judge raised no alarm before the fault. */
  readonly runs: ByJudge<FaultRun>;
}

export interface CauseFigures {
  readonly fault: string;
  readonly cause: InjectedFault["cause"];
  /** Number of batches that were judged, including those without an answer. */
  readonly batches: number;
  readonly answers: readonly CauseAnswer[];
}

export interface SetFigures {
  readonly set: string;
  readonly people: number;
  readonly still: readonly { readonly day: string; readonly runs: ByJudge<StillRun> }[];
  readonly faults: readonly FaultFigures[];
  readonly causes: readonly CauseFigures[];
  readonly cold: readonly { readonly fault: string; readonly runs: readonly ColdRun[] }[];
  readonly accuracy: readonly { readonly day: string; readonly figures: readonly AccuracyFigures[] }[];
  readonly peers: readonly PeerFigures[];
}

export interface DriftMeasuring {
  readonly set: string;
  readonly half: DriftHalf;
  readonly parts: readonly DriftPart[];
  readonly days: readonly string[];
  /** Pattern that matches the names of the faults to inject. */
  readonly faults: RegExp;
  readonly seed: number;
  readonly cache: DriftCache;
}

export async function measureDriftSet(of: DriftMeasuring): Promise<SetFigures> {
  const { set, half, parts } = of;
  const { hasBouts } = driftSets[set]!;
  const figures = { still: [], faults: [], causes: [], cold: [], accuracy: [], peers: [] } as {
    -readonly [Part in Exclude<keyof SetFigures, "set" | "people">]: SetFigures[Part][number][];
  };
  const rng = Rng.fromSeed(of.seed).split(set);
  const isWanted = (...some: DriftPart[]): boolean => some.some((part) => parts.includes(part));
  let fitted: Promise<Judge> | undefined;
  const competitor = (): Promise<Judge> => {
    fitted ??= trainCompetitor(half, hasBouts ? [15, 300] : "recorded", rng.split("competitor"));
    return fitted;
  };
  const injected = driftFaults(half.model.watched).filter(({ name }) => of.faults.test(name));
  for (const kind of of.days.filter((day) => hasBouts || day === "recorded")) {
    const name = kind === "recorded" ? "recorded order" : `bouts of ${kind} s`;
    const measuring = new DayMeasuring(of, { name, day: driftDays[kind]! }, rng, competitor);
    const isUsual = kind === usualDay || !hasBouts;
    if (isWanted("false-alarms")) figures.still.push({ day: name, runs: await measuring.still() });
    if (isWanted("detection", "names", "recovery")) {
      for (const fault of injected) figures.faults.push(await measuring.fault(fault));
    }
    if (isWanted("causes") && isUsual) {
      for (const fault of [null, ...injected]) figures.causes.push(await measuring.causes(fault));
    }
    if (isWanted("cold-start") && isUsual) {
      const cold = coldStartFaults(half.model.watched).filter(({ name }) => of.faults.test(name));
      for (const fault of cold) figures.cold.push(await measuring.cold(fault));
    }
    if (isWanted("peers") && isUsual) figures.peers.push(await measuring.peers(injected));
    if (isWanted("accuracy")) figures.accuracy.push({ day: name, figures: await measuring.accuracy() });
  }
  return { set, people: half.users.length, ...figures };
}

/** Measures one kind of day. The streams of the day are drawn only when an answer is missing from the cache. */
class DayMeasuring {
  readonly #of: DriftMeasuring;
  readonly #day: { readonly name: string; readonly day: StreamDay };
  readonly #rng: Rng;
  readonly #competitor: () => Promise<Judge>;
  #streams: Promise<DayStream[]> | undefined;
  readonly #pasts = new Map<DayStream, Partial<Record<JudgeName, Judge>>>();

  constructor(of: DriftMeasuring, day: { name: string; day: StreamDay }, rng: Rng, competitor: () => Promise<Judge>) {
    this.#of = of;
    this.#day = day;
    this.#rng = rng;
    this.#competitor = competitor;
  }

  still(): Promise<ByJudge<StillRun>> {
    return this.#cached("no fault", async () => {
      const judges = await this.#judges();
      const streams = await this.#drawn();
      const runs: Partial<Record<JudgeName, StillRun[]>> = {};
      for (const [name, judge] of Object.entries(judges) as [JudgeName, Judge][]) {
        runs[name] = [];
        for (const own of streams) runs[name].push(await watchStill(own, judge));
      }
      return runs;
    });
  }

  async fault(fault: InjectedFault): Promise<FaultFigures> {
    const runs = await this.#cached(fault.name, async () => {
      const byJudge: Partial<Record<JudgeName, FaultRun[]>> = { Tidemark: [], competitor: [] };
      for (const stream of await this.#drawn()) {
        const faulty = new FaultyStream(
          this.#of.half,
          stream,
          fault.begin(this.#rng.split(`${fault.name} ${stream.user}`)),
        );
        for (const [name, start] of Object.entries(await this.#pastsOf(stream)) as [JudgeName, Judge][]) {
          byJudge[name]!.push(await faulty.watch(start, fault.expected));
        }
      }
      return byJudge;
    });
    return { day: this.#day.name, fault: fault.name, expected: fault.expected, runs };
  }

  async causes(fault: InjectedFault | null): Promise<CauseFigures> {
    const name = fault?.name ?? "no fault";
    const { batches, answers } = await this.#cached(`causes ${name}`, async () => {
      const streams = await this.#drawn();
      const all: CauseAnswer[] = [];
      for (const stream of streams) {
        all.push(...(await watchCauses(this.#of.half, stream, fault, this.#rng.split(`causes ${stream.user}`))));
      }
      const counts = streams.map((stream) => Math.min(causedBatches, stream.batches.length - pastBatches));
      return { batches: counts.reduce((sum, count) => sum + count, 0), answers: all };
    });
    return { fault: name, cause: fault?.cause ?? null, batches, answers };
  }

  async cold(fault: InjectedFault): Promise<SetFigures["cold"][number]> {
    const runs = await this.#cached(`cold start ${fault.name}`, async () => {
      const all: ColdRun[] = [];
      const judge = monitorJudge(this.#of.half.model);
      for (const stream of await this.#drawn()) {
        const begun = fault.begin(this.#rng.split(`cold ${stream.user}`));
        all.push(await watchColdStart(this.#of.half, stream, judge, begun));
      }
      return all;
    });
    return { fault: fault.name, runs };
  }

  accuracy(): Promise<AccuracyFigures[]> {
    return this.#cached("accuracy", async () =>
      measureAccuracy(this.#of.half, await this.#drawn(), this.#rng.split("accuracy")),
    );
  }

  /** Results without a peer are not cached, because the peer may be installed later. */
  async peers(faults: readonly InjectedFault[]): Promise<PeerFigures> {
    return this.#cached(
      "peers",
      async () => watchPeers(this.#of.half, await this.#drawn(), faults.filter(isForPeers), this.#rng.split("peers")),
      ({ skipped }) => skipped.length === 0,
    );
  }

  #cached<T>(name: string, measure: () => Promise<T>, keep?: (measured: T) => boolean): Promise<T> {
    const whole = `${this.#of.set}, ${this.#day.name}, ${name}`;
    return this.#of.cache.of(
      whole,
      () => {
        if (process.stderr.isTTY) console.error(whole);
        return measure();
      },
      keep,
    );
  }

  #drawn(): Promise<DayStream[]> {
    const { half, set } = this.#of;
    this.#streams ??= drawDayStreams(half, this.#day.day, this.#rng.split(this.#day.name)).then((streams) =>
      streams.map((own) => ({ ...own, user: `${set} ${own.user}` })),
    );
    return this.#streams;
  }

  async #judges(): Promise<Record<JudgeName, Judge>> {
    const { model } = this.#of.half;
    return {
      Tidemark: monitorJudge(model),
      competitor: await this.#competitor(),
      "textbook constants": monitorJudge(model, { thresholds: "fixed" }),
    };
  }

  /**
   * Returns the judges after the healthy batches, without those that raised an alarm in them. The judge with textbook constants
   * is left out, because it raises false alarms in every stream.
   */
  async #pastsOf(stream: DayStream): Promise<Partial<Record<JudgeName, Judge>>> {
    const known = this.#pasts.get(stream);
    if (known !== undefined) return known;
    const { "textbook constants": _, ...judges } = await this.#judges();
    const pasts: Partial<Record<JudgeName, Judge>> = {};
    for (const [name, judge] of Object.entries(judges) as [JudgeName, Judge][]) {
      const after = await afterHealthyPast(stream, judge);
      if (after !== null) pasts[name] = after;
    }
    this.#pasts.set(stream, pasts);
    return pasts;
  }
}
