// Summarises the judges' answers: alarms, delays, the names given to faults, and recovery.

import type { DriftVerdict } from "../src/monitoring/drift/drift-state.ts";
import type { FaultFigures, JudgeName } from "./drift-measure.ts";
import type { FaultRun, StillRun } from "./drift-simulation.ts";
import { type Interval, peopleInterval, share } from "./people-bootstrap.ts";

export function isAlarm(verdict: DriftVerdict): boolean {
  return verdict !== "normal";
}

/** The share of batches in alarm. */
export function alarmShare(runs: readonly StillRun[]): Interval | null {
  return peopleInterval(runs, (some) => share(some.flatMap(({ verdicts }) => verdicts.map(isAlarm))));
}

export function everAlarms({ verdicts }: StillRun): boolean {
  return verdicts.some(isAlarm);
}

/** Counts the batches up to each stream's first alarm. Streams without an alarm are censored (exponential times). */
export function runLength(runs: readonly StillRun[]): { readonly alarms: number; readonly batches: number } {
  const until = runs.map(({ verdicts }) => {
    const at = verdicts.findIndex(isAlarm);
    return at < 0 ? verdicts.length : at + 1;
  });
  return { alarms: runs.filter(everAlarms).length, batches: until.reduce((sum, n) => sum + n, 0) };
}

/** Number of batches from the first faulty one to the alarm; infinite if there was no alarm. */
export function delayOf({ faulty }: FaultRun, within: number = Number.POSITIVE_INFINITY): number {
  const at = faulty.findIndex(isAlarm) + 1;
  return at > 0 && at <= within ? at : Number.POSITIVE_INFINITY;
}

export function seenShare(runs: readonly FaultRun[], within: number): Interval | null {
  return peopleInterval(runs, (some) => share(some.map((run) => delayOf(run, within) <= within)));
}

export interface Recovery {
  readonly user: string;
  /** Number of repaired batches until the first normal one; infinite if none was normal. */
  readonly after: number;
  readonly repaired: number;
  /** For each batch after the alarm, while the fault lasted: whether it looked normal. */
  readonly normal: readonly boolean[];
}

export function recoveriesOf(runs: readonly FaultRun[]): Recovery[] {
  return runs.flatMap((run) => {
    const delay = delayOf(run);
    if (delay === Number.POSITIVE_INFINITY) return [];
    const at = run.repaired.indexOf("normal");
    const normal = run.faulty.slice(delay).map((verdict) => verdict === "normal");
    const after = at < 0 ? Number.POSITIVE_INFINITY : at + 1;
    return [{ user: run.user, after, repaired: run.repaired.length, normal }];
  });
}

/** The verdicts at the alarm and five batches later, for streams that raised an alarm. */
export function namesOf(
  runs: readonly FaultRun[],
): { user: string; first: DriftVerdict; later: DriftVerdict | null }[] {
  return runs.flatMap((run) => {
    const at = delayOf(run) - 1;
    if (at === Number.POSITIVE_INFINITY) return [];
    return [{ user: run.user, first: run.faulty[at]!, later: run.faulty[at + 5] ?? null }];
  });
}

/**
 * Returns the share of streams that look normal within `within` repaired batches. Counts only streams with at least that many
 * repaired batches.
 */
export function recoveredShare(recoveries: readonly Recovery[], within: number): Interval | null {
  const long = recoveries.filter(({ repaired }) => repaired >= within);
  return peopleInterval(long, (some) => share(some.map(({ after }) => after <= within)));
}

export function pooledByFault(
  faults: readonly FaultFigures[],
  judge: JudgeName,
): { fault: string; expected: FaultFigures["expected"]; runs: FaultRun[] }[] {
  return [...Map.groupBy(faults, ({ fault }) => fault)].map(([fault, own]) => ({
    fault,
    expected: own[0]!.expected,
    runs: own.flatMap(({ runs }) => runs[judge] ?? []),
  }));
}

/** Upper 95 % confidence limit of the mean of a Poisson count. */
export function mostEvents(count: number): number {
  let mean = count;
  const chance = (): number => {
    let [term, sum] = [Math.exp(-mean), Math.exp(-mean)];
    for (let k = 1; k <= count; k++) {
      term *= mean / k;
      sum += term;
    }
    return sum;
  };
  while (chance() > 0.05) mean += 0.01;
  return mean;
}
