import { describe, expect, it } from "vitest";
import {
  type MirroredPast,
  mirroredAxes,
  noMirroredPast,
  pastForMirroredAxes,
  signsOfTrainingData,
} from "../../../src/monitoring/drift/mirrored-axes.ts";
import { accelerometer, gyroscope } from "../sensor-pair.ts";

const sensors = [accelerometer, gyroscope];
/** A batch of ten spans in which gravity stands still only with these signs. */
const batch = (signs: number, misfit = 9): number[] => Array.from({ length: 8 }, (_, i) => (i === signs ? 1 : misfit));

/** Judges batches one after another. */
function judged(
  batches: readonly (readonly number[] | undefined)[],
  trained: number | null = 0,
  before = noMirroredPast,
) {
  let past: MirroredPast = before;
  const found = batches.map((misfits) => {
    const result = mirroredAxes(misfits, past, sensors, trained);
    past = result.past;
    return result.found?.cause?.channels ?? [];
  });
  return { found, past };
}
const times = (count: number, misfits: readonly number[]) => new Array<readonly number[]>(count).fill(misfits);

describe("mirroredAxes", () => {
  it("finds each axis in the third batch, whatever the stream's past", () => {
    // By hand: a batch adds at most 1.5, and 4 are needed.
    for (const [signs, channels] of [
      [1, ["Gx"]],
      [2, ["Gy"]],
      [4, ["Gz"]],
      [6, ["Ax"]],
      [5, ["Ay"]],
      [3, ["Az"]],
      [7, ["Gx", "Gy", "Gz"]],
    ] as const) {
      const found = [[], [], channels];
      expect(judged(times(3, batch(signs))).found).toEqual(found);
      expect(judged([...times(50, batch(0)), ...times(3, batch(signs))]).found.slice(50)).toEqual(found);
      expect(judged(times(3, batch(signs ^ 5)), 5).found).toEqual(found);
    }
    expect(mirroredAxes(batch(1), judged(times(2, batch(1))).past, sensors, 0).found?.message).toBe(
      "Gx: the sign is opposite to that in the training data, because only then does gravity turn as the gyroscope measures",
    );
  });

  it("adds up weak evidence, which evidence to the contrary takes away", () => {
    const weak = batch(2, 1.5);
    expect(judged(times(8, weak)).found).toEqual([...new Array(7).fill([]), ["Gy"]]);
    expect(judged([...times(7, weak), batch(0), weak]).found.at(-1)).toEqual([]);
  });

  it("suspects axes before they are certain, but not after weak evidence", () => {
    expect(mirroredAxes(batch(6), noMirroredPast, sensors, 0)).toMatchObject({ found: null, suspected: ["Ax"] });
    expect(mirroredAxes(batch(6, 1.9), noMirroredPast, sensors, 0)).toMatchObject({ found: null, suspected: [] });
    expect(mirroredAxes(batch(0), noMirroredPast, sensors, 0)).toMatchObject({ found: null, suspected: [] });
    expect(mirroredAxes(batch(6), judged(times(2, batch(6))).past, sensors, 0).suspected).toEqual([]);
  });

  it("names the choice with the most evidence if several are better than the usual one", () => {
    const both = [9, 3, 9, 9, 9, 2, 9, 9];
    expect(judged(times(20, both)).found.at(-1)).toEqual(["Ay"]);
  });

  it("lasts until the evidence has clearly decreased: a batch without turns says nothing, and two repaired ones are enough", () => {
    const { past } = judged(times(60, batch(6)));
    expect(judged([undefined, new Array(8).fill(0), undefined], 0, past).found).toEqual([["Ax"], ["Ax"], ["Ax"]]);
    // By hand: a batch takes .6 from 4, and 3 are too few.
    expect(judged(times(3, batch(0, 1.6)), 0, past).found).toEqual([["Ax"], [], []]);
  });

  it("takes the signs of an accepted batch for the usual ones", () => {
    const accepted = pastForMirroredAxes(judged(times(3, batch(6))).past, 0);
    expect(judged(times(20, batch(6)), 0, accepted).found.flat()).toEqual([]);
    expect(judged(times(3, batch(0)), 0, accepted).found.at(-1)).toEqual(["Ax"]);
    expect(pastForMirroredAxes(accepted, 0)).toEqual(accepted);
  });

  it("finds nothing without sensors that turn together, or if no signs fit the training data", () => {
    expect(mirroredAxes(batch(1), judged(times(2, batch(1))).past, [accelerometer], 0).found).toBeNull();
    expect(judged(times(20, batch(1)), null).found.flat()).toEqual([]);
  });
});

describe("signsOfTrainingData", () => {
  it("are those with which gravity stands still for everyone", () => {
    expect(signsOfTrainingData([times(5, batch(0)), times(5, batch(0))])).toBe(0);
    expect(signsOfTrainingData([times(5, batch(3)), times(5, batch(3))])).toBe(3);
  });

  it("are unknown if no choice is clearly best, or someone's data needs another one", () => {
    expect(signsOfTrainingData([])).toBeNull();
    expect(signsOfTrainingData([[batch(0, 4.9)]])).toBeNull();
    expect(signsOfTrainingData([[batch(0, 5)]])).toBe(0);
    expect(signsOfTrainingData([times(50, batch(0)), times(2, batch(1))])).toBe(0);
    expect(signsOfTrainingData([times(50, batch(0)), times(3, batch(1))])).toBeNull();
  });
});
