// Decides whether a stream's first batches can be explained by differences between people. A person who differs from the
// training data does so in every batch, so multiplying the p-values of the batches would count the same difference repeatedly.
// Instead, the mean over a stream's batches is compared with the means of the people held out in calibration: (mean - center) /
// spread, where the spread allows for one more person and for the variation between batches. Student's t distribution
// extrapolates the tail beyond the furthest person. It has one degree of freedom fewer than there are people, but at most five,
// because people's means have heavier tails than a normal distribution: a few healthy people are far from all others. Each batch
// contributes the logit of its p-value, which makes batches of different lengths comparable; up to five consecutive batches of
// one bout count as one. A held-out person's p-values are computed only from the other people, because the calibration does not
// contain a new person's batches either. The rule no longer applies once the stream has a past of its own.

import { z } from "zod";
import { meanOf } from "../../stats/mean.ts";
import { studentTBound } from "../../stats/student-t.ts";
import type { KindCalibration } from "./calibration.ts";
import type { Comparison } from "./comparison.ts";
import { mostBatchesPerBet } from "./evidence.ts";
import { extrapolatedPInNullScores, type NullScores, nullScoreRungsAround } from "./null-scores.ts";

/** The part of the calibration that describes held-out people. */
export interface PeopleCalibration extends Pick<KindCalibration, "apart"> {
  readonly rungs: NullScores;
}

/** A batch compared with the training data. */
export type Compared = Pick<Comparison, "reference" | "seconds" | "pValue" | "impossible">;

/** A stream's most recent batches, compared with the training data. */
export interface UnlikelyPersonState {
  /**
   * Mean logit of the p-values of each bout, oldest first; 0 for an average person. A bout is at most `mostBatchesPerBet`
   * consecutive batches of one activity, or a single batch without one.
   */
  readonly bouts: readonly number[];
  /**
   * The activity of the last bout, and its number of batches; absent if the last batch had no such activity.
   */
  readonly last?: { readonly activity: number; readonly batches: number };
  /** Number of most recent consecutive batches that are not unusual for a new person. */
  readonly ordinary: number;
}

export const unlikelyPersonStateSchema: z.ZodType<UnlikelyPersonState> = z.object({
  bouts: z.array(z.number()),
  last: z.object({ activity: z.int().min(0), batches: z.int().min(1) }).exactOptional(),
  ordinary: z.int().min(0),
});

export const noUnlikelyPerson: UnlikelyPersonState = { bouts: [], ordinary: 0 };

/** Number of bouts that the decision is based on; arbitrary. */
export const boutsToDecide = 10;
/**
 * Earlier batches stop counting after `ordinaryToForget` consecutive batches with p-values above `ordinaryP`; both are
 * arbitrary.
 */
const [ordinaryP, ordinaryToForget] = [0.1, 2];
/** Minimum number of held-out people for estimating the variation between people; arbitrary. */
const fewestPeople = 5;
/** Maximum degrees of freedom; docs/decisions.md gives the reason. */
const mostFreedom = 5;

/**
 * Returns the state after one more batch.
 * @param compared the batch and the training data
 * @param activity the result of `boutActivity`
 * @returns the same state if no people were held out, or the batch has no p-value
 */
export function addToUnlikelyPerson(
  state: UnlikelyPersonState,
  compared: Compared,
  calibration: PeopleCalibration | undefined,
  activity: number | null,
): UnlikelyPersonState {
  if (compared.pValue === null || calibration === undefined || calibration.apart !== "people") return state;
  const { center } = peopleAroundUnlikelyPerson(calibration, compared.seconds);
  const { p, extrapolated } = compared.pValue;
  const ordinary = p > ordinaryP ? state.ordinary + 1 : 0;
  const bouts = ordinary >= ordinaryToForget && state.ordinary < ordinaryToForget ? [] : [...state.bouts];
  const value = logitOfUnlikelyPerson(extrapolated) - center;
  const { last } = state;
  if (activity === null) {
    bouts.push(value);
    return { bouts: bouts.slice(-boutsToDecide), ordinary };
  }
  const goesOn = last !== undefined && last.activity === activity && last.batches < mostBatchesPerBet;
  const batches = goesOn && bouts.length > 0 ? last.batches : 0;
  if (batches > 0) bouts.push((batches * bouts.pop()! + value) / (batches + 1));
  else bouts.push(value);
  return { bouts: bouts.slice(-boutsToDecide), last: { activity, batches: batches + 1 }, ordinary };
}

/**
 * Whether at most a fraction `tail` of people would be as far from the training data as the stream is.
 * @param seconds effective length of the stream's last comparison
 * @returns false if too few people were held out to tell
 */
export function isUnlikelyPerson(
  { bouts }: UnlikelyPersonState,
  calibration: PeopleCalibration | undefined,
  seconds: number,
  tail: number,
): boolean {
  if (bouts.length === 0 || calibration === undefined) return false;
  const { people, between, within } = peopleAroundUnlikelyPerson(calibration, seconds);
  if (people < fewestPeople) return false;
  const spread = Math.sqrt(between * (1 + 1 / people) + within / bouts.length);
  return meanOf(bouts) > spread * unlikelyPersonBound(tail, Math.min(people - 1, mostFreedom));
}

const bounds = new Map<string, number>();

/** Quantile of Student's t distribution, computed only once. */
function unlikelyPersonBound(tail: number, freedom: number): number {
  const key = `${tail} ${freedom}`;
  const bound = bounds.get(key) ?? studentTBound(1 - 2 * tail, freedom);
  bounds.set(key, bound);
  return bound;
}

/** The held-out people's mean logit, and the variances between and within them. */
interface People {
  readonly people: number;
  readonly center: number;
  readonly between: number;
  readonly within: number;
}

/** Caches each rung's statistics. */
const known = new WeakMap<object, People>();

function peopleAroundUnlikelyPerson({ rungs }: PeopleCalibration, seconds: number): People {
  const { lower, upper, share } = nullScoreRungsAround(rungs, seconds);
  const rung = share < 0.5 ? lower : upper;
  const before = known.get(rung);
  if (before !== undefined) return before;
  const logits = rung.scores.map((own) => {
    const others = { scores: rung.scores.filter((scores) => scores !== own) };
    return own.map((score) =>
      others.scores.length === 0 ? 0 : logitOfUnlikelyPerson(extrapolatedPInNullScores(others, score)),
    );
  });
  const means = logits.map(meanOf);
  const center = meanOf(means);
  const people = means.length;
  const between = means.reduce((sum, mean) => sum + (mean - center) ** 2, 0) / Math.max(1, people - 1);
  const within = meanOf(logits.map((own, i) => meanOf(own.map((value) => (value - means[i]!) ** 2))));
  const made = { people, center, between, within };
  known.set(rung, made);
  return made;
}

/** Logit of 1 - p, so unusual batches have high values. P-values above 0.999 count as 0.999. */
function logitOfUnlikelyPerson(p: number): number {
  const bounded = Math.min(p, 0.999);
  return Math.log((1 - bounded) / bounded);
}
