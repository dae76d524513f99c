import { describe, expect, it } from "vitest";
import { changedTurning, keptTurnings } from "../../../src/monitoring/drift/changed-turning.ts";
import type { TurningSums } from "../../../src/monitoring/summaries/turning-scale.ts";
import { accelerometer, gyroscope } from "../sensor-pair.ts";

const sensors = [accelerometer, gyroscope];
const batch = (ratio: number, said = 100): TurningSums => ({ shared: ratio * said, said });
const usual = [1.02, 0.98, 1.01, 0.99, 1, 1.02, 0.98, 1.01, 0.99, 1].map((ratio) => batch(ratio));
const pastEnding = (...last: TurningSums[]) => [...usual, ...last];

describe("changedTurning", () => {
  it("raises an alarm if the ratio has changed by more than chance explains", () => {
    const gain = batch(1 / 1.2);
    const [found, ...more] = changedTurning(gain, pastEnding(gain, gain, gain, gain, gain), sensors);
    expect(more).toEqual([]);
    expect(found!.sensor).toBe(gyroscope);
    expect(found!.cause).toBeNull();
    expect(found!.message).toContain("gravity turns 0.83 times as far as the gyroscope measures, 1.00 times before");
    // By hand: the usual batches have squares of 100 x .002; with 10 x .1 and 9 + 5 + 10 degrees of freedom, the variance is
    // 1.2 / 24 = .05, and the difference of 1/6 is 1/6 / sqrt(.05 x (1/1000 + 1/600)) = 14.43 standard deviations.
    expect(found!.excess).toBeCloseTo(14.43 / 4, 2);
  });

  it("needs turns as evidence: sitting still says nothing", () => {
    const still = batch(1 / 1.2, 0.5);
    expect(changedTurning(still, pastEnding(still, still, still, still, still), sensors)).toEqual([]);
    expect(changedTurning(batch(0, 0), pastEnding(), sensors)).toEqual([]);
  });

  it("is over with the first batch that is as before", () => {
    const gain = batch(1 / 1.2);
    expect(changedTurning(batch(1), pastEnding(gain, gain, gain, gain, gain), sensors)).toEqual([]);
  });

  it("is silent for usual batches, small changes, other sensors and batches of earlier versions", () => {
    const gain = batch(1 / 1.2);
    expect(changedTurning(batch(1.02), pastEnding(), sensors)).toEqual([]);
    const small = batch(0.96, 1e6);
    expect(changedTurning(small, pastEnding(small, small, small, small, small), sensors)).toEqual([]);
    expect(changedTurning(gain, pastEnding(gain, gain), [accelerometer])).toEqual([]);
    expect(changedTurning(undefined, pastEnding(gain, gain), sensors)).toEqual([]);
    expect(changedTurning(gain, [batch(1), batch(1), batch(1), batch(1), batch(1), gain], sensors)).toEqual([]);
  });
});

describe("keptTurnings", () => {
  it("keeps the first ten batches and the last five", () => {
    const all = Array.from({ length: 18 }, (_, i) => batch(i));
    expect(keptTurnings(all)).toEqual([...all.slice(0, 10), ...all.slice(13)]);
    expect(keptTurnings(all.slice(0, 12))).toEqual(all.slice(0, 12));
  });
});
