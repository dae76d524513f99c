// Draws drift-free pairs for `calibrate`: a batch of one person, and the reference that it would be compared with in
// production.

import type { Rng } from "../../random.ts";
import { type ClassSummaries, mergeClassSummaries, subtractClassSummaries } from "../summaries/class-summaries.ts";
import type { KindCalibration } from "./calibration.ts";
import {
  type Chunk,
  type DayPlan,
  drawRehearsalDay,
  type Group,
  rehearsalChoices,
  variedRehearsalChoices,
} from "./rehearsal.ts";

export interface Pair {
  /** Merged on demand, because keeping all the references for one length would take a lot of memory. */
  readonly reference: () => ClassSummaries;
  readonly current: readonly Chunk[];
}

/** Draws a drift-free pair for batches of `count` chunks; returns undefined if the group has too few recordings. */
export type DrawPair = (group: Group, count: number, rng: Rng) => Pair | undefined;

/**
 * Minimum number of people to hold one out; with fewer, a held-out person reveals little about the next new person; arbitrary.
 */
const fewestGroups = 5;

export function drawHeldOutPairs(
  groups: readonly Group[],
  day: DayPlan,
): { draw: DrawPair; apart: KindCalibration["apart"] } {
  const own = new Map(groups.map((group) => [group, mergeClassSummaries(group.chunks.map(({ summary }) => summary))]));
  const everyone = groups.length === 0 ? [] : mergeClassSummaries([...own.values()]);
  const few = groups.length < fewestGroups;
  const others = new Map(
    groups.map((group) => [group, few ? everyone : subtractClassSummaries(everyone, own.get(group)!)]),
  );
  const choices = new Map(groups.map((group) => [group, rehearsalChoices(group).choices]));
  return {
    apart: few ? "bouts" : "people",
    draw: (group, count, rng) => ({
      reference: () => others.get(group)!,
      current: drawRehearsalDay(
        { choices: choices.get(group)!, recorded: group.chunks },
        { sessions: 1, count, day },
        rng,
      )[0]!,
    }),
  };
}

export function drawOwnPastPairs(
  groups: readonly Group[],
  day: DayPlan,
  referenceBatches: number,
): { draw: DrawPair; apart: KindCalibration["apart"] } {
  const choices = new Map(groups.map((group) => [group, rehearsalChoices(group)]));
  const varied = new Map(groups.map((group) => [group, variedRehearsalChoices(choices.get(group)!.choices)]));
  const weaker = groups.some((group) => varied.get(group)!.size > 0 && choices.get(group)!.by !== "recordings");
  return {
    apart: weaker ? "halves of recordings" : "recordings",
    draw: (group, count, rng) => {
      const own = varied.get(group)!;
      if (own.size === 0 && day !== "recorded") return undefined;
      const source = { choices: own, recorded: group.chunks };
      const apart = day === "recorded" ? Math.floor(group.chunks.length / count) - referenceBatches : 1;
      if (!(apart >= 1)) return undefined;
      const sessions = drawRehearsalDay(
        source,
        { sessions: referenceBatches + 1 + rng.integer(apart), count, day },
        rng,
      );
      const current = sessions.at(-1)!;
      sessions.length = referenceBatches;
      return { reference: () => mergeClassSummaries(sessions.flat().map(({ summary }) => summary)), current };
    },
  };
}

export function drawPairsToCalibrate(
  groups: readonly Group[],
  draw: DrawPair,
  count: number,
  nullBatches: number,
  rng: Rng,
): { group: string; pair: Pair }[] {
  return Array.from({ length: Math.ceil(nullBatches / Math.max(1, groups.length)) }).flatMap(() =>
    groups.flatMap((group) => {
      const pair = draw(group, count, rng);
      return pair === undefined ? [] : [{ group: group.name, pair }];
    }),
  );
}
