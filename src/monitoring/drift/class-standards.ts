// Computes the distance between two batches within each activity, relative to what is usual for that activity. Sitting varies
// more between sessions than walking, and a minute more than five minutes, so each class's KS distance is standardised against
// drift-free pairs of the same class and length. The classes are then combined by Stouffer's method, weighted by the square
// roots of their effective sizes. Dimensions: K classes.

import { z } from "zod";
import { ksDistance } from "../../stats/ks.ts";
import { moments } from "../../stats/moments.ts";
import { batchSummaryRows } from "../summaries/batch-summary.ts";
import type { ClassSummaries } from "../summaries/class-summaries.ts";
import { effectiveSize } from "./effective-size.ts";

/** One class in a pair of batches. */
export interface ClassDistances {
  /** Effective size in rows; see `effectiveSize`. */
  readonly rows: number;
  /** KS distance by channel. */
  readonly ks: Readonly<Record<string, number>>;
}

/** Usual distances within one class, for one effective length. */
export interface ClassRung {
  /** Effective length of the pairs, in seconds. */
  readonly seconds: number;
  /** KS distances by channel, as [mean, standard deviation]. */
  readonly ks: Readonly<Record<string, readonly [number, number]>>;
}

/** [K] one rung per length, shortest first; none for a class that was compared too rarely. */
export type ClassStandards = readonly (readonly ClassRung[])[];

const share = z.number().min(0).max(1);
export const classStandardsSchema: z.ZodType<ClassStandards> = z.array(
  z.array(
    z.object({ seconds: z.number().positive().max(1e9), ks: z.record(z.string(), z.tuple([share, share.positive()])) }),
  ),
);

/** Minimum number of pairs used to estimate one of several rungs; arbitrary. */
const pairsPerRung = 60;
const mostRungs = 8;
/** Minimum number of pairs for a class to get standards; arbitrary. */
const fewestPairs = 20;
/** Lower limit for a distance's standard deviation, because a few distances may be equal by chance. */
const leastSpread = 0.01;

/** [K] distances within each class; null for a class that is missing from either batch. */
export function distancesForClassStandards(
  reference: ClassSummaries,
  current: ClassSummaries,
  channels: readonly string[],
): (ClassDistances | null)[] {
  return current.map((own, k) => {
    const other = reference[k] ?? null;
    const rows = effectiveSize(batchSummaryRows(own), batchSummaryRows(other));
    if (rows === 0) return null;
    const ks = channels.flatMap((name) => {
      const [a, b] = [other![name]!, own![name]!];
      return a.n === 0 || b.n === 0 ? [] : [[name, ksDistance(a.counts, b.counts)] as const];
    });
    return { rows, ks: Object.fromEntries(ks) };
  });
}

/**
 * Effective number of classes that two batches have in common: the inverse of the sum of squared shares; 0 if they share none.
 */
export function effectiveCountForClassStandards(distances: readonly (ClassDistances | null)[]): number {
  const rows = distances.flatMap((own) => own?.rows ?? []);
  const sum = rows.reduce((total, n) => total + n, 0);
  return sum === 0 ? 0 : sum ** 2 / rows.reduce((total, n) => total + n ** 2, 0);
}

/**
 * @param pairs drift-free pairs, [K] each
 * @param secondsPerRow seconds represented by one row of the effective size
 */
export function classStandards(
  pairs: readonly (readonly (ClassDistances | null)[])[],
  secondsPerRow: number,
  channels: readonly string[],
): ClassStandards {
  return (pairs[0] ?? []).map((_, k) => {
    const own = pairs.flatMap((pair) => pair[k] ?? []).sort((a, b) => a.rows - b.rows);
    if (own.length < fewestPairs) return [];
    const length = Math.min(mostRungs, Math.max(1, Math.floor(own.length / pairsPerRung)));
    const rungs = Array.from({ length }, (_, i) => {
      const some = own.slice(Math.round((i * own.length) / length), Math.round(((i + 1) * own.length) / length));
      return classStandardRung(some, secondsPerRow, channels);
    });
    return rungs.filter(({ seconds }, i) => i === 0 || seconds > rungs[i - 1]!.seconds);
  });
}

function classStandardRung(
  pairs: readonly ClassDistances[],
  secondsPerRow: number,
  channels: readonly string[],
): ClassRung {
  const logs = pairs.reduce((sum, { rows }) => sum + Math.log(rows * secondsPerRow), 0);
  const ks = channels.flatMap((name) => {
    const values = pairs.flatMap((pair) => pair.ks[name] ?? []);
    if (values.length === 0) return [];
    const { mean, std } = moments(values);
    return [[name, [roundClassStandard(mean), roundClassStandard(Math.max(std, leastSpread))]] as const];
  });
  return { seconds: roundClassStandard(Math.exp(logs / pairs.length)), ks: Object.fromEntries(ks) };
}

/** Returns the combined standardised distance by channel; classes without standards are ignored. */
export function classStandardScores(
  distances: readonly (ClassDistances | null)[],
  standards: ClassStandards,
  secondsPerRow: number,
  channels: readonly string[],
): Record<string, number> {
  return Object.fromEntries(
    channels.map((name) => {
      let [sum, weights] = [0, 0];
      for (const [k, distance] of distances.entries()) {
        const value = distance?.ks[name];
        const usual =
          value === undefined ? null : usualClassDistance(standards[k] ?? [], name, distance!.rows * secondsPerRow);
        if (usual === null) continue;
        sum += (Math.sqrt(distance!.rows) * (value! - usual[0])) / usual[1];
        weights += distance!.rows;
      }
      return [name, weights === 0 ? 0 : sum / Math.sqrt(weights)];
    }),
  );
}

function usualClassDistance(
  rungs: readonly ClassRung[],
  name: string,
  seconds: number,
): readonly [number, number] | null {
  if (rungs.length === 0) return null;
  const above = rungs.findIndex((rung) => rung.seconds >= seconds);
  const upper = rungs.at(above)!;
  const lower = above > 0 ? rungs[above - 1]! : upper;
  const [a, b] = [lower.ks[name], upper.ks[name]];
  if (a === undefined || b === undefined) return a ?? b ?? null;
  if (lower === upper || upper.seconds <= lower.seconds) return b;
  const t = Math.log(seconds / lower.seconds) / Math.log(upper.seconds / lower.seconds);
  return [a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1])];
}

function roundClassStandard(x: number): number {
  return Number(x.toPrecision(4));
}
