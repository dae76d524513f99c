// Everything that the drift benchmark measures on one data set, from the cache if it is there.

import { Rng } from "../src/stats/random.ts";
import type { StreamDay } from "./day-streams.ts";
import type { DriftCache } from "./drift-cache.ts";
import { trainCompetitor } from "./drift-competitor-training.ts";
import { coldStartFaults, driftFaults } from "./drift-injections.ts";
import { type Judge, monitorJudge } from "./drift-judges.ts";
import { type DriftHalf, driftSets } from "./drift-sets.ts";
import {
  type ColdRun,
  type DayStream,
  drawDayStreams,
  type FaultRun,
  type StillRun,
  watchColdStart,
  watchFault,
  watchStill,
} from "./drift-simulation.ts";

export const driftParts = ["false-alarms", "detection", "names", "recovery", "cold-start"] as const;
export type DriftPart = (typeof driftParts)[number];

/** The judges, by the name that the tables give them. */
export const judgeNames = ["Tidemark", "competitor", "textbook constants"] as const;
export type JudgeName = (typeof judgeNames)[number];

export const driftDays: Readonly<Record<string, StreamDay>> = {
  "bouts of 4-20 s": [4, 20],
  "bouts of 20-120 s": [20, 120],
  "bouts of 60-120 s": [60, 120],
  "bouts of 60-300 s": [60, 300],
  "recorded order": "recorded",
};

export type ByJudge<T> = Readonly<Partial<Record<JudgeName, readonly T[]>>>;

export interface FaultFigures {
  readonly day: string;
  readonly fault: string;
  readonly expected: "sudden_change" | "gradual_drift";
  /** Streams that a judge left in peace before the fault. */
  readonly runs: ByJudge<FaultRun>;
}

export interface SetFigures {
  readonly set: string;
  readonly people: number;
  readonly still: readonly { readonly day: string; readonly runs: ByJudge<StillRun> }[];
  readonly faults: readonly FaultFigures[];
  readonly cold: readonly { readonly day: string; readonly fault: string; readonly runs: readonly ColdRun[] }[];
}

export async function measureDriftSet(
  set: string,
  half: DriftHalf,
  of: { readonly parts: readonly DriftPart[]; readonly seed: number; readonly cache: DriftCache },
): Promise<SetFigures> {
  const { parts, cache } = of;
  const { watched } = half.model;
  const rng = Rng.fromSeed(of.seed).split(set);
  const days = Object.entries(driftDays).filter(([, day]) => driftSets[set]!.hasBouts || day === "recorded");
  const judges: Record<JudgeName, Judge> = {
    Tidemark: monitorJudge(watched),
    competitor: await trainCompetitor(half, driftSets[set]!.hasBouts ? [15, 300] : "recorded", rng.split("competitor")),
    "textbook constants": monitorJudge(watched, { thresholds: "fixed" }),
  };
  const hasFaults = (["detection", "names", "recovery"] as const).some((part) => parts.includes(part));
  const [still, faults, cold]: [SetFigures["still"][number][], FaultFigures[], SetFigures["cold"][number][]] = [
    [],
    [],
    [],
  ];
  for (const [name, day] of days) {
    let drawn: Promise<DayStream[]> | undefined;
    const streams = (): Promise<DayStream[]> => (drawn ??= drawDayStreams(half, day, rng.split(name)));
    const named = (user: string): string => `${set} ${user}`;
    if (parts.includes("false-alarms")) {
      const runs = await cache.of(`${set} ${name} still`, async () =>
        Object.fromEntries(
          await Promise.all(
            judgeNames.map(async (judge) => [
              judge,
              (await streams()).map((own) => ({ ...watchStill(own, judges[judge]), user: named(own.user) })),
            ]),
          ),
        ),
      );
      still.push({ day: name, runs });
    }
    for (const fault of hasFaults ? driftFaults(watched) : []) {
      const runs = await cache.of(`${set} ${name} ${fault.name}`, async () => {
        const { "textbook constants": _, ...able } = judges;
        const byJudge: Partial<Record<JudgeName, FaultRun[]>> = { Tidemark: [], competitor: [] };
        for (const own of await streams()) {
          const run = await watchFault(half, own, able, fault, rng.split(`${fault.name} ${own.user}`));
          for (const [judge, one] of Object.entries(run) as [JudgeName, FaultRun | null][]) {
            if (one !== null) byJudge[judge]!.push({ ...one, user: named(own.user) });
          }
        }
        return byJudge;
      });
      faults.push({ day: name, fault: fault.name, expected: fault.expected, runs });
    }
    const coldDay = driftSets[set]!.hasBouts ? "bouts of 20-120 s" : "recorded order";
    for (const fault of parts.includes("cold-start") && name === coldDay ? coldStartFaults(watched) : []) {
      const runs = await cache.of(`${set} ${name} cold start ${fault.name}`, async () => {
        const all: ColdRun[] = [];
        for (const own of await streams()) {
          const run = await watchColdStart(half, own, judges.Tidemark, fault, rng.split(`cold ${own.user}`));
          all.push({ ...run, user: named(own.user) });
        }
        return all;
      });
      cold.push({ day: name, fault: fault.name, runs });
    }
  }
  return { set, people: half.users.length, still, faults, cold };
}
