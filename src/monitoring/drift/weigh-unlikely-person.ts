// Decides what to do about a stream whose first batches are far from the training data; see unlikely-person.ts. The batches are
// kept out of the references until there are enough of them to decide. The stream then raises an alarm if its batches are
// further from the training data than those of almost any other person.

import type { DriftState } from "./drift-state.ts";
import {
  addToUnlikelyPerson,
  boutsToDecide,
  type Compared,
  isUnlikelyPerson,
  noUnlikelyPerson,
  type PeopleCalibration,
  type UnlikelyPersonState,
} from "./unlikely-person.ts";

/**
 * "possible" if differences between people may explain the stream, "unlikely" if hardly any person is as far away, and
 * "undecided" if more batches are needed.
 */
export interface UnlikelyPersonWeighed {
  readonly stranger: UnlikelyPersonState;
  readonly standing: "possible" | "undecided" | "unlikely";
}

/**
 * Share of people without a fault whose batches may be kept out of the references until there are enough of them to decide;
 * chosen on one half of the people in WISDM and MotionSense.
 */
const undecidedTail = 0.05;

/**
 * @param hasPast whether the stream has its own past; its batches are then compared with that past instead
 * @param arl average number of batches between false alarms
 */
export function weighUnlikelyPerson(
  { comparisons, activity }: { readonly comparisons: readonly Compared[]; readonly activity: number | null },
  hasPast: boolean,
  state: Pick<DriftState, "stranger">,
  { kinds }: { readonly kinds: { readonly baseline?: PeopleCalibration } },
  arl: number,
): UnlikelyPersonWeighed {
  if (hasPast) return { stranger: noUnlikelyPerson, standing: "possible" };
  const before = state.stranger ?? noUnlikelyPerson;
  const compared = comparisons.find(({ reference }) => reference === "baseline");
  // Impossible values cannot come from any person and raise an alarm on their own.
  if (compared === undefined || compared.impossible) return { stranger: before, standing: "possible" };
  const people = kinds.baseline;
  const stranger = addToUnlikelyPerson(before, compared, people, activity);
  const hasDecided = stranger.bouts.length >= boutsToDecide;
  // On average, one person in 2 * arl stays in alarm permanently, in addition to the alarms that the evidence raises.
  const tail = hasDecided ? 1 / (2 * arl) : undecidedTail;
  if (!isUnlikelyPerson(stranger, people, compared.seconds, tail)) return { stranger, standing: "possible" };
  return { stranger, standing: hasDecided ? "unlikely" : "undecided" };
}
