// Tests which time counts as time without movement. The limits are computed by hand: six means that alternate between +d and -d
// have a variance of 1.2 d^2, of which noise of 2 mg explains .002^2 / 200.
import { describe, expect, it } from "vitest";
import { Rng } from "../../../src/random.ts";
import { type RowSource, rowsOfRecordings } from "../../../src/signals/data/recordings.ts";
import { type AxisBlock, restingBlocks } from "../../../src/signals/data/resting-blocks.ts";
import { stillTime } from "../../../src/signals/data/still-time.ts";
import type { Sensor } from "../../../src/signals/sensors/sensor.ts";

const accelerometer: Sensor = {
  name: "A",
  kind: "accelerometer",
  channels: ["Ax", "Ay", "Az"],
  unit: "m/s^2",
  gravity: true,
};

describe("restingBlocks", () => {
  const block = (mean: number, change: Partial<AxisBlock> = {}): AxisBlock[] => [
    { n: 200, mean: 0, std: 0.002, changes: 190 },
    { n: 200, mean: 1, std: 0.002, changes: 190 },
    { n: 200, mean, std: 0.002, changes: 190, ...change },
  ];
  const alternating = (count: number, d: number, change: Partial<AxisBlock> = {}): AxisBlock[][] =>
    Array.from({ length: count }, (_, i) => block(i % 2 === 0 ? d : -d, change));
  const count = (blocks: readonly (readonly AxisBlock[] | null)[]): number =>
    restingBlocks(blocks).filter(Boolean).length;

  it("finds the minute whose means differ by less than .3 mg beyond their noise", () => {
    // 1.2 d^2 - 2e-8 = 9e-8 at d = 3.0277e-4.
    expect(count(alternating(6, 3.02e-4))).toBe(6);
    expect(count(alternating(6, 3.04e-4))).toBe(0);
    expect(count(alternating(6, 3.04e-4, { std: 0.003 }))).toBe(6);
  });

  it("needs a whole minute without movement, and values that are fine enough to show any", () => {
    expect(count(alternating(5, 0))).toBe(0);
    expect(count([...alternating(5, 0), null, ...alternating(5, 0)])).toBe(0);
    expect(count([...alternating(3, 0.01), ...alternating(7, 0), null])).toBe(7);
    expect(count(alternating(6, 0, { changes: 99 }))).toBe(0);
  });
});

describe("stillTime", () => {
  const rate = 20;
  /** A sensor with white noise of 2 mg, a slow sway of `sway` mg and, from second `moves` on, shaking of 50 mg. */
  const sensor = (seconds: number, sway: number, moves = seconds): RowSource => {
    const rng = Rng.fromSeed(3);
    const normal = (): number => Array.from({ length: 12 }, () => rng.uniform()).reduce((a, b) => a + b) - 6;
    const n = seconds * rate;
    const values = [0.1, -0.3, 0.95].map((gravity, axis) =>
      Float32Array.from({ length: n }, (_, i) => {
        const slow = axis === 0 ? sway * Math.sin(i / rate / 9) : 0;
        const shake = i >= moves * rate ? 50 * Math.sin(i) : 0;
        return 9.80665 * (gravity + (2 * normal() + slow + shake) / 1000);
      }),
    );
    return rowsOfRecordings({
      channels: accelerometer.channels,
      stretches: [{ user: "u", recording: "r", label: null, start: 0, end: n }],
      time: Float64Array.from({ length: n }, (_, i) => i / rate),
      values,
    });
  };

  it("is a minute on a table, but not a minute of somebody who sways by 3 mg", () => {
    const table = stillTime(sensor(60, 0), [accelerometer]);
    expect(table).toMatchObject({ throughout: true, isAll: true, isAtEnd: true, ranges: [{ start: 0, end: 1200 }] });
    expect(table.seconds).toBeCloseTo(60, 5);
    const sitting = stillTime(sensor(60, 3), [accelerometer]);
    expect(sitting).toMatchObject({ throughout: true, isAll: false, isAtEnd: false, ranges: [], seconds: 0 });
    expect(sitting.atEnd).toBeCloseTo(60, 5);
  });

  it("ends where something moves", () => {
    const taken = stillTime(sensor(150, 0, 100), [accelerometer]);
    expect(taken).toMatchObject({ throughout: false, isAll: false, isAtEnd: false, atEnd: 0 });
    expect(taken.ranges).toEqual([{ start: 0, end: 2000 }]);
  });

  it("is ten minutes of any stillness", () => {
    expect(stillTime(sensor(590, 3), [accelerometer]).isAll).toBe(false);
    expect(stillTime(sensor(600, 3), [accelerometer]).isAll).toBe(true);
  });
});
