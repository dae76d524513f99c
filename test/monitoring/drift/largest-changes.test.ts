import { describe, expect, it } from "vitest";
import { limitForChanges } from "../../../src/limit-for-changes.ts";
import { largestChanges } from "../../../src/monitoring/drift/largest-changes.ts";
import { mapItems } from "../../../src/monitoring/drift/map-items.ts";
import { WindowSignals } from "../../../src/monitoring/summaries/window-signals.ts";
import { Rng } from "../../../src/random.ts";
import type { WindowSet } from "../../../src/signals/data/windows.ts";
import { accelerometer, gyroscope } from "../sensor-pair.ts";

const [rate, windowSize, batches] = [25, 50, 20];
const rows = batches * 60 * rate;

/**
 * One person per offset. In the first half of a recording, the sensors lie on one side, and in the second half on the other, while
 * the z axis keeps its offset in m/s^2.
 * @param sides the z axis's share of gravity in both halves
 */
function lying(offsets: readonly number[], sides: readonly [number, number] = [1, -1]): WindowSet {
  const rng = Rng.fromSeed(1);
  const channels = [...accelerometer.channels, ...gyroscope.channels];
  const samples = new Float32Array(offsets.length * rows * channels.length);
  for (const [person, offset] of offsets.entries()) {
    for (let row = 0; row < rows; row++) {
      const side = sides[row < rows / 2 ? 0 : 1];
      const own = [9.81 * Math.sqrt(1 - side ** 2), 0, 9.81 * side + offset, 0, 0, 0];
      samples.set(
        own.map((value) => value + 0.01 * rng.normal()),
        (person * rows + row) * channels.length,
      );
    }
  }
  const starts = Int32Array.from({ length: (offsets.length * rows) / windowSize }, (_, w) => w * windowSize);
  const person = starts.map((start) => Math.floor(start / rows));
  return {
    channels,
    samplingRateHz: rate,
    windowSize,
    samples,
    starts,
    startTimes: Float64Array.from(starts, (start) => (start % rows) / rate),
    labels: new Int32Array(starts.length),
    groups: person,
    recordingIndex: person,
    classes: ["lying", "sitting"],
    users: offsets.map((_, p) => `person ${p}`),
    recordings: offsets.map((_, p) => `recording ${p}`),
  };
}

const changesOf = (windows: WindowSet, sensors = [accelerometer, gyroscope]) =>
  largestChanges(new WindowSignals(windows, sensors), mapItems);

describe("largestChanges", () => {
  it("gives the largest change of any person, as a multiple of what counts as a change", () => {
    // By hand: turned over, a sensor with an offset of .5 m/s^2 measures 2 x .5 / 9.80665 of gravity less. A change counts from .08
    // of gravity on. The two batches before and after the turn are compared in full.
    const { at_rest: atRest, turning } = changesOf(lying([0, 0.5, 0.1]));
    expect(atRest).toBeCloseTo(1 / 9.80665 / 0.08, 2);
    expect(turning).toBe(0);
    expect(changesOf(lying([0, 0.1])).at_rest).toBeCloseTo(0.2 / 9.80665 / 0.08, 2);
  });

  it("is close to 0 if the sensors keep their position or have no offset", () => {
    expect(changesOf(lying([0])).at_rest).toBeLessThan(0.01);
    expect(changesOf(lying([0.5], [1, 1])).at_rest).toBeLessThan(0.01);
  });

  it("is 0 if the sensors measure nothing that is the same for every wearer", () => {
    const free = { ...accelerometer, gravity: false };
    expect(changesOf(lying([0.5]), [free, gyroscope])).toEqual({ at_rest: 0, turning: 0, signs: null });
    expect(changesOf(lying([0.5]), [])).toEqual({ at_rest: 0, turning: 0, signs: null });
  });
});

describe("limitForChanges", () => {
  it("raises a limit only if the training data exceeds it", () => {
    expect([undefined, 0, 1].map((largest) => limitForChanges(largest))).toEqual([1, 1, 1]);
    expect(limitForChanges(1.6)).toBe(2);
  });
});
