import { describe, expect, it } from "vitest";
import { addTurning, changedTurning } from "../../../src/monitoring/drift/changed-turning.ts";
import type { TurningSums } from "../../../src/monitoring/summaries/turning-scale.ts";
import { accelerometer, gyroscope } from "../sensor-pair.ts";

const sensors = [accelerometer, gyroscope];
const batch = (ratio: number, said = 100): TurningSums => ({ shared: ratio * said, said });
const usual = [1.02, 0.98, 1.01, 0.99, 1, 1.02, 0.98, 1.01, 0.99, 1].map((ratio) => batch(ratio));
const pastEnding = (...last: TurningSums[]) => [...usual, ...last];
const gain = batch(1 / 1.2);

describe("changedTurning", () => {
  it("warns if the ratio has changed by more than chance explains", () => {
    expect(changedTurning(gain, pastEnding(gain, gain, gain, gain, gain), sensors)).toContain(
      "G: gravity now turns 0.83 times as far as the gyroscope measures, and turned 1.00 times as far",
    );
    // By hand: the usual batches have squares of 100 x .002. With 30 x .1 and 9 + 5 + 30 degrees of freedom, the variance is
    // 3.2 / 44 = .0727. A difference d is d / sqrt(.0727 x (1/1010 + 1/600) + .02^2) = d / .02436 standard deviations, so the
    // limit of 3.5 is a difference of .0852.
    const ending = (ratio: number) => changedTurning(batch(ratio), pastEnding(...Array(5).fill(batch(ratio))), sensors);
    expect(ending(1 + 0.0851)).toBeNull();
    expect(ending(1 + 0.0854)).not.toBeNull();
    expect(ending(1 - 0.0851)).toBeNull();
    expect(ending(1 - 0.0854)).not.toBeNull();
  });

  it("needs turns as evidence: sitting still says nothing", () => {
    const still = batch(1 / 1.2, 4);
    expect(changedTurning(still, pastEnding(still, still, still, still, still), sensors)).toBeNull();
    expect(changedTurning(batch(0, 0), pastEnding(gain, gain, gain, gain, gain), sensors)).toBeNull();
  });

  it("is over with the first batch that is as before", () => {
    expect(changedTurning(batch(1), pastEnding(gain, gain, gain, gain, gain), sensors)).toBeNull();
  });

  it("takes a few uneven first batches for less than many even ones", () => {
    const uneven = [0.8, 1.2, 0.85, 1.15, 1].map((ratio) => batch(ratio));
    const even = usual.slice(0, 5);
    expect(changedTurning(gain, [...uneven, gain, gain], sensors)).toBeNull();
    expect(changedTurning(gain, [...even, gain, gain], sensors)).not.toBeNull();
  });

  it("is silent for usual batches, small changes, other sensors and batches of earlier versions", () => {
    expect(changedTurning(batch(1.02), pastEnding(), sensors)).toBeNull();
    const small = batch(0.96, 1e6);
    expect(changedTurning(small, pastEnding(small, small, small, small, small), sensors)).toBeNull();
    expect(changedTurning(gain, pastEnding(gain, gain), [accelerometer])).toBeNull();
    expect(changedTurning(undefined, pastEnding(gain, gain), sensors)).toBeNull();
    expect(changedTurning(gain, [...usual.slice(0, 5), gain], sensors)).toBeNull();
  });
});

describe("addTurning", () => {
  it("keeps the first ten batches and the last five, without those in which the sensor hardly turned", () => {
    const all = Array.from({ length: 18 }, (_, i) => batch(i));
    const kept = all.reduce<readonly TurningSums[]>(addTurning, []);
    expect(kept).toEqual([...all.slice(0, 10), ...all.slice(13)]);
    expect(addTurning(kept, batch(1, 2.9))).toBe(kept);
  });
});
