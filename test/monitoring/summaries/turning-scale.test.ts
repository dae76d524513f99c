import { describe, expect, it } from "vitest";
import { batchTurningSums, turningSums } from "../../../src/monitoring/summaries/turning-scale.ts";
import type { Sensor } from "../../../src/signals/sensors/sensor.ts";
import fixture from "../../fixtures/turning-scale.json" with { type: "json" };
import { accelerometer, gyroscope } from "../sensor-pair.ts";

const { rate } = fixture;
const columns = Object.fromEntries(
  Object.entries(fixture.columns).map(([name, own]) => [name, Float32Array.from(own)]),
);
const names = ["Ax", "Ay", "Az", "Gx", "Gy", "Gz"];
const axes = (factors: readonly number[]): Float32Array[] =>
  names.map((name, k) => columns[name]!.map((x) => x * (k < 3 ? 1 : factors[k - 3]!)));

describe("turningSums", () => {
  it.each([
    ["none", [1, 1, 1]],
    ["gain of 1.2", [1.2, 1.2, 1.2]],
    ["one axis flipped", [-1, 1, 1]],
  ] as const)("agrees with rotation matrices of SciPy, fault: %s", (name, factors) => {
    const { shared, said } = turningSums(axes(factors), rate);
    const expected = fixture.sums[name];
    expect(shared / expected.shared).toBeCloseTo(1, 4);
    expect(said / expected.said).toBeCloseTo(1, 4);
  });

  it("does not depend on the accelerometer's unit, and adds over batches of whole spans", () => {
    const whole = turningSums(axes([1, 1, 1]), rate);
    const inG = turningSums(
      axes([1, 1, 1]).map((own, k) => (k < 3 ? own.map((x) => x / 9.80665) : own)),
      rate,
    );
    expect(inG.shared).toBeCloseTo(whole.shared, 4);
    const parts = [0, 6 * rate].map((from) =>
      turningSums(
        axes([1, 1, 1]).map((own) => own.subarray(from)),
        rate,
      ),
    );
    const first = turningSums(
      axes([1, 1, 1]).map((own) => own.subarray(0, 6 * rate)),
      rate,
    );
    expect(first.shared + parts[1]!.shared).toBeCloseTo(parts[0]!.shared, 9);
  });

  it("is 0 without turns, for a short batch, and without acceleration", () => {
    const nothing = { shared: 0, said: 0 };
    expect(turningSums(axes([0, 0, 0]), rate)).toEqual(nothing);
    expect(
      turningSums(
        axes([1, 1, 1]).map((own) => own.subarray(0, 5 * rate)),
        rate,
      ),
    ).toEqual(nothing);
    expect(
      turningSums(
        axes([1, 1, 1]).map((own, k) => (k < 3 ? own.map(() => 0) : own)),
        rate,
      ),
    ).toEqual(nothing);
  });
});

describe("batchTurningSums", () => {
  const ratio = (sensors: readonly Sensor[], own = columns): number | undefined => {
    const turning = batchTurningSums(own, sensors, rate);
    return turning && turning.shared / turning.said;
  };

  it("converts the gyroscope's unit, and needs both sensors", () => {
    const expected = fixture.sums.none.shared / fixture.sums.none.said;
    expect(ratio([accelerometer, gyroscope])).toBeCloseTo(expected, 4);
    const degrees = Object.fromEntries(
      Object.entries(columns).map(([name, own]) => [
        name,
        name.startsWith("G") ? own.map((x) => (x * 180) / Math.PI) : own,
      ]),
    );
    expect(ratio([accelerometer, { ...gyroscope, unit: "deg/s" }], degrees)).toBeCloseTo(expected, 4);
    expect(ratio([accelerometer])).toBeUndefined();
    expect(ratio([accelerometer, { ...gyroscope, unit: null }])).toBeUndefined();
    expect(ratio([{ ...accelerometer, gravity: false }, gyroscope])).toBeUndefined();
  });
});
