import { describe, expect, it } from "vitest";
import { conformalPValueOfNullScores } from "../../../src/monitoring/drift/null-scores.ts";
import {
  addToUnlikelyPerson,
  isUnlikelyPerson,
  noUnlikelyPerson,
  type PeopleCalibration,
  type UnlikelyPersonState,
} from "../../../src/monitoring/drift/unlikely-person.ts";
import { weighUnlikelyPerson } from "../../../src/monitoring/drift/weigh-unlikely-person.ts";
import { Rng } from "../../../src/random.ts";

const seconds = 60;
/**
 * Returns a calibration from the scores of `people` people, with a standard deviation of `between` between people and of 1
 * between the batches of one person.
 */
const calibrationOf = (
  people: number,
  between: number,
  apart: PeopleCalibration["apart"] = "people",
): PeopleCalibration => {
  const rng = Rng.fromSeed(people);
  const scores = Array.from({ length: people }, () => {
    const mean = between * rng.normal();
    return Array.from({ length: 20 }, () => mean + rng.normal()).sort((a, b) => a - b);
  });
  return { apart, rungs: [{ seconds, scores }] };
};
const known = calibrationOf(20, 0.5);
const batch = (score: number, calibration = known) =>
  ({
    reference: "baseline",
    seconds,
    pValue: conformalPValueOfNullScores(calibration.rungs, score, seconds),
    impossible: false,
  }) as const;
const stateAfter = (
  scores: readonly number[],
  activity: number | null = null,
  calibration = known,
): UnlikelyPersonState =>
  scores.reduce(
    (state, score) => addToUnlikelyPerson(state, batch(score, calibration), calibration, activity),
    noUnlikelyPerson,
  );
const ten = (score: number): number[] => new Array<number>(10).fill(score);

describe("an unlikely person", () => {
  it("is a stream whose batches are all further than every held-out person's", () => {
    const model = { kinds: { baseline: known } };
    let state: UnlikelyPersonState = noUnlikelyPerson;
    const standings = ten(6).map((score) => {
      const weighed = weighUnlikelyPerson(
        { comparisons: [batch(score)], activity: null },
        false,
        { stranger: state },
        model,
        500,
      );
      state = weighed.stranger;
      return weighed.standing;
    });
    expect(standings).toEqual([...new Array<string>(9).fill("undecided"), "unlikely"]);
    const weighed = weighUnlikelyPerson(
      { comparisons: [batch(6)], activity: null },
      true,
      { stranger: state },
      model,
      500,
    );
    expect(weighed).toEqual({ stranger: noUnlikelyPerson, standing: "possible" });
  });

  it("is hardly ever a healthy person", () => {
    let alarms = 0;
    for (let person = 0; person < 150; person++) {
      const rng = Rng.fromSeed(1000 + person);
      const mean = 0.5 * rng.normal();
      let state: UnlikelyPersonState = noUnlikelyPerson;
      let alarmed = false;
      for (let i = 0; i < 30; i++) {
        state = addToUnlikelyPerson(state, batch(mean + rng.normal()), known, null);
        alarmed ||= state.bouts.length === 10 && isUnlikelyPerson(state, known, seconds, 1 / 1000);
      }
      if (alarmed) alarms++;
    }
    // The rule uses the largest of fifty overlapping means, so the share is slightly more than one in a thousand.
    expect(alarms).toBeLessThanOrEqual(2);
  });

  it("is hardly ever a person somewhat further than the furthest held-out one, if people differ more than their batches", () => {
    let alarms = 0;
    for (let seed = 0; seed < 200; seed++) {
      const rng = Rng.fromSeed(seed);
      const means = Array.from({ length: 21 }, () => rng.normal());
      const scoresOf = (mean: number, n: number) => Array.from({ length: n }, () => mean + 0.1 * rng.normal());
      const scores = means.slice(0, 20).map((mean) => scoresOf(mean, 20).sort((a, b) => a - b));
      const own = { apart: "people", rungs: [{ seconds, scores }] } as const;
      if (isUnlikelyPerson(stateAfter(scoresOf(means[20]!, 10), null, own), own, seconds, 1 / 1000)) alarms++;
    }
    // One person in twenty-one is further away than the other twenty.
    expect(alarms).toBeLessThanOrEqual(2);
  });

  it("is hardly ever a healthy person if a few people are far from all others", () => {
    let alarms = 0;
    for (let seed = 0; seed < 500; seed++) {
      const rng = Rng.fromSeed(seed);
      // Student's t distribution with three degrees of freedom.
      const heavyTailed = () =>
        rng.normal() / Math.sqrt((rng.normal() ** 2 + rng.normal() ** 2 + rng.normal() ** 2) / 3);
      const scoresOf = (mean: number, n: number) => Array.from({ length: n }, () => mean + 0.3 * rng.normal());
      const scores = Array.from({ length: 12 }, () => scoresOf(heavyTailed(), 20).sort((a, b) => a - b));
      const own = { apart: "people", rungs: [{ seconds, scores }] } as const;
      if (isUnlikelyPerson(stateAfter(scoresOf(heavyTailed(), 10), null, own), own, seconds, 1 / 1000)) alarms++;
    }
    expect(alarms).toBeLessThanOrEqual(2);
  });

  it("is not decided by impossible values, which raise an alarm by themselves", () => {
    const far = { ...batch(60), impossible: true };
    const weighed = weighUnlikelyPerson(
      { comparisons: [far], activity: null },
      false,
      {},
      { kinds: { baseline: known } },
      500,
    );
    expect(weighed).toEqual({ stranger: noUnlikelyPerson, standing: "possible" });
  });

  it("is not decided by one bout, however many batches it has", () => {
    expect(stateAfter(ten(6), 2).bouts).toHaveLength(2);
    expect(stateAfter([6, 6, 6], 2).bouts[0]).toBeCloseTo(stateAfter([6], 2).bouts[0]!, 12);
  });

  it("is forgotten after two ordinary batches in a row", () => {
    const repaired = stateAfter([...ten(6), 0, 0]);
    expect(repaired.bouts).toHaveLength(1);
    expect(isUnlikelyPerson(stateAfter([...ten(6), 0]), known, seconds, 1 / 1000)).toBe(true);
    expect(isUnlikelyPerson(repaired, known, seconds, 0.05)).toBe(false);
  });

  it("is unknown with few people, or if nobody was held out", () => {
    const four = calibrationOf(4, 0.5);
    expect(isUnlikelyPerson(stateAfter(ten(60), null, four), four, seconds, 0.05)).toBe(false);
    const bouts = calibrationOf(20, 0.5, "bouts");
    expect(stateAfter(ten(60), null, bouts)).toBe(noUnlikelyPerson);
  });
});
