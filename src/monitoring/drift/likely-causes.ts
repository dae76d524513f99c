// Explains why a batch is unlike its references. If a sensor's values are impossible (impossible-sensors.ts), only the fault
// that causes them is named. Otherwise, each suspected fault is reversed and the batch is measured again. A fault is named only
// if reversing it makes the batch ordinary or, for a wrong unit, if chance can then explain the batch. Faults that cannot be
// reversed (a stuck or clipped channel) are detected directly. If neither way finds a fault, the cause remains unknown.

import { type ClassSummaries, mergeAcrossClasses } from "../summaries/class-summaries.ts";
import type { Columns } from "../summaries/summarize.ts";
import type { KindCalibration } from "./calibration.ts";
import type { Comparison, DriftModel } from "./comparison.ts";
import type { Culprit } from "./culprit.ts";
import { directFaults } from "./direct-faults.ts";
import type { DriftState } from "./drift-state.ts";
import type { ImpossibleSensor } from "./impossible-sensors.ts";
import { compareForVerdict, type DriftOptions, type Past } from "./verdict.ts";

/** A batch, or the start of one, with a suspected fault reversed. */
export interface UndoneFault {
  readonly fault: Culprit;
  readonly byClass: ClassSummaries;
}

/** A batch is ordinary if its p-values are above this limit. */
const ordinaryP = 0.05;
/**
 * Minimum factor by which reversing the fault must raise the smallest p-value; chosen on one half of the people in WISDM and
 * MotionSense.
 */
const leastGain = 5;

/**
 * Returns the likely causes of a batch, most likely first.
 * @param batch.columns [N] samples of each channel
 * @param batch.undone the batch with each of the suspected faults reversed
 * @param batch.comparisons comparisons for the unchanged batch
 * @param state the stream's state before the batch
 * @returns no causes if no fault explains the batch, or if it is ordinary and no sensor's values are impossible
 */
export function likelyCauses(
  batch: {
    readonly columns: Columns;
    readonly undone: readonly UndoneFault[];
    readonly comparisons: readonly Comparison[];
    /** The batch as it is. If absent, a wrong rate can be named even if only the roughness is unusual. */
    readonly byClass?: ClassSummaries;
    /** Sensors with impossible values (default: none known). */
    readonly impossible?: readonly ImpossibleSensor[];
  },
  past: Past,
  state: DriftState,
  model: DriftModel,
  thresholds: DriftOptions["thresholds"] = "calibrated",
): Culprit[] {
  const { columns, undone, comparisons, byClass: whole, impossible = [] } = batch;
  const physical = impossible.flatMap(({ cause }) => cause ?? []);
  if (physical.length > 0) return physical;
  if (comparisons.every((own) => needsNoLikelyCause(own))) return [];
  const own = [past.anchor, past.rolling].flat().map(mergeAcrossClasses);
  const direct = directFaults(columns, model.baseline, own, model.samplingRateHz);
  const stuck = direct.filter(({ kind }) => kind === "stuck channel");
  if (stuck.length > 0) return stuck;
  const explaining = undone.filter(({ fault, byClass }) => {
    const compared = (side: ClassSummaries, known: DriftModel): Comparison[] =>
      compareForVerdict(side, past, known, state, thresholds);
    if (fault.kind !== "sampling rate") return doesCauseExplain(fault, comparisons, compared(byClass, model));
    // Omits the roughness on both sides. Otherwise, any rate would appear to explain noise, which only the roughness reveals.
    const known = causeModelWithoutRoughness(model);
    const before = whole === undefined ? comparisons : compared(whole, known);
    return before.some((own) => !needsNoLikelyCause(own)) && doesCauseExplain(fault, before, compared(byClass, known));
  });
  const [simplest] = explaining
    .map(({ fault }) => fault)
    .sort((a, b) => complexityOfCause(a) - complexityOfCause(b) || b.weight - a.weight);
  return [...(simplest === undefined ? [] : [simplest]), ...direct];
}

/**
 * Sorts simple faults first: a wrong unit, one flipped axis, a wrong rate. The others follow by number of axes, flipped before
 * swapped.
 */
function complexityOfCause({ kind, channels }: Culprit): number {
  if (kind === "unit") return 0;
  if (kind === "swapped axes") return channels.length;
  return kind === "flipped axis" ? channels.length - 0.5 : 1;
}

/**
 * Whether correcting a cause explains a batch. A wrong unit moves a batch further away than chance can explain. After the unit
 * is corrected, it suffices that chance can explain the distance, because people who differ from the training data still differ
 * in the right unit.
 */
function doesCauseExplain({ kind }: Culprit, before: readonly Comparison[], after: readonly Comparison[]): boolean {
  const isBeyond = (side: typeof before): boolean => side.some(({ beyond }) => beyond);
  if (after.length === 0 || isBeyond(after)) return false;
  if (kind === "unit" && isBeyond(before)) return true;
  const likeness = (side: typeof before): number => Math.min(1, ...side.map(({ pValue }) => pValue?.p ?? 1));
  return after.every(needsNoLikelyCause) && likeness(after) >= leastGain * likeness(before);
}

/** Whether a comparison is ordinary, so that no cause is needed. */
function needsNoLikelyCause({ beyond, pValue, findings }: Comparison): boolean {
  return !beyond && (pValue === null ? findings.length === 0 : pValue.p > ordinaryP);
}

/** The model without the roughness of signals: correcting the rate interpolates the samples, which makes them smoother. */
function causeModelWithoutRoughness(model: DriftModel): DriftModel {
  const kept = <T>(byName: Readonly<Record<string, T>>): Record<string, T> =>
    Object.fromEntries(Object.entries(byName).filter(([name]) => !name.endsWith(" roughness")));
  const rungsOf = <T extends KindCalibration["rungs"]>(rungs: T) =>
    rungs.map((rung) => ({ ...rung, standard: kept(rung.standard) }));
  const { kinds } = model.calibration;
  return {
    ...model,
    baseline: kept(model.baseline),
    calibration: {
      ...model.calibration,
      kinds: Object.fromEntries(
        Object.entries(kinds).map(([kind, own]) => [
          kind,
          {
            ...own,
            rungs: rungsOf(own.rungs),
            ...(own.mixes !== undefined && { mixes: own.mixes.map((mix) => ({ ...mix, rungs: rungsOf(mix.rungs) })) }),
          },
        ]),
      ),
    },
  };
}
