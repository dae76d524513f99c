// What follows from how far a stream's first batches are from the training data: an alarm, or that they stay out of the
// references until enough of them decide; see stranger.ts.

import type { DriftState } from "./drift-state.ts";
import {
  addToStranger,
  boutsToDecide,
  type Compared,
  isStranger,
  noStranger,
  type PeopleCalibration,
  type StrangerState,
} from "./stranger.ts";
import type { Weighed } from "./weigh-evidence.ts";

/** What the first batches say: the stream may be anybody's, or hardly anybody's, or more batches have to decide. */
export interface StrangerWeighed {
  readonly stranger: StrangerState;
  readonly standing: "possible" | "undecided" | "stranger";
}

/** Until enough batches decide, those of this share of people stay out of the references, in case they are no person's. */
const undecidedTail = 0.05;

/** @param hasPast whether the stream has a past of its own, with which it is compared instead */
export function weighStranger(
  { comparisons, activity }: { readonly comparisons: readonly Compared[]; readonly activity: number | null },
  hasPast: boolean,
  state: Pick<DriftState, "stranger">,
  { kinds }: { readonly kinds: { readonly baseline?: PeopleCalibration } },
  { arl = 500 }: { readonly arl?: number },
): StrangerWeighed {
  if (hasPast) return { stranger: noStranger, standing: "possible" };
  const before = state.stranger ?? noStranger;
  const compared = comparisons.find(({ reference }) => reference === "baseline");
  if (compared === undefined) return { stranger: before, standing: "possible" };
  const people = kinds.baseline;
  const stranger = addToStranger(before, compared, people, activity);
  const hasDecided = stranger.bouts.length >= boutsToDecide;
  // One person in twice the run length is in alarm for good, in addition to what the evidence raises.
  const tail = hasDecided ? 1 / (2 * arl) : undecidedTail;
  if (!isStranger(stranger, people, compared.seconds, tail)) return { stranger, standing: "possible" };
  return { stranger, standing: hasDecided ? "stranger" : "undecided" };
}

/** A stream that hardly any person explains is in alarm, as if it had changed before its first batch. */
export function alarmByStranger(
  weighed: Weighed,
  standing: StrangerWeighed["standing"],
  state: DriftState,
  { confirmAfter = 5 }: { readonly confirmAfter?: number },
): Weighed {
  if (standing !== "stranger" || weighed.alarm !== null) return weighed;
  const since = state.alarm?.since ?? state.batches;
  const confirmed = state.alarm?.confirmed === true || state.batches - since >= confirmAfter;
  const { value, alarmAt } = weighed.strength;
  return {
    ...weighed,
    alarm: { since, verdict: "sudden_change", confirmed, changePoint: null },
    strength: { value: Math.max(value, alarmAt), alarmAt, raisedBy: "evidence" },
  };
}
