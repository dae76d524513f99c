import { describe, expect, it } from "vitest";
import {
  changedTurning,
  noTurningPast,
  pastForChangedTurning,
  type TurningPast,
} from "../../../src/monitoring/drift/changed-turning.ts";
import type { TurningSums } from "../../../src/monitoring/summaries/turning-scale.ts";
import { accelerometer, gyroscope } from "../sensor-pair.ts";

const sensors = [accelerometer, gyroscope];
const batch = (ratio: number, said = 100): TurningSums => ({ shared: ratio * said, said });
const usual = [1.02, 0.98, 1.01, 0.99, 1, 1.02, 0.98, 1.01, 0.99, 1].map((ratio) => batch(ratio));
const pastEnding = (...last: TurningSums[]): TurningPast => ({ healthy: [...usual, ...last] });
const gain = batch(1 / 1.2);
const found = (current: TurningSums | undefined, past: TurningPast, of = sensors) =>
  changedTurning(current, past, of).found;

describe("changedTurning", () => {
  it("finds the gyroscope if the ratio has changed by more than chance explains", () => {
    expect(found(gain, pastEnding(gain, gain, gain, gain, gain))?.message).toContain(
      "G: gravity now turns 0.83 times as far as the gyroscope measures, and turned 1.00 times as far",
    );
    // By hand: the sum of squares of the usual batches is 100 x .002. With 30 x .1 and 9 + 5 + 30 degrees of freedom, the
    // variance is 3.2 / 44 = .0727. A difference d is d / sqrt(.0727 x (1/1100 + 1/600) + .02^2) = d / .02423 standard
    // deviations, so the limit of 3.6 is a difference of .0872.
    const ending = (ratio: number) => found(batch(ratio), pastEnding(...Array(5).fill(batch(ratio))));
    expect(ending(1 + 0.0871)).toBeNull();
    expect(ending(1 + 0.0873)?.excess).toBeCloseTo(0.0873 / 0.05, 9);
    expect(ending(1 - 0.0871)).toBeNull();
    expect(ending(1 - 0.0873)).not.toBeNull();
  });

  it("finds changes by a multiple of these limits if one is given", () => {
    // By hand, as above: the limit of 3.6 standard deviations is a difference of .0872.
    const ending = (ratio: number) =>
      changedTurning(batch(ratio), pastEnding(...Array(5).fill(batch(ratio))), sensors, 2);
    expect(ending(1 + 2 * 0.0871).found).toBeNull();
    expect(ending(1 + 2 * 0.0873).found).not.toBeNull();
  });

  it("finds a change that began with any of the last batches, and takes the ratio since then", () => {
    const [before, strong] = [batch(1), batch(0.6)];
    const { past } = changedTurning(strong, pastEnding(before, before, before, strong, strong), sensors);
    expect(past.change?.changed).toEqual({ shared: 180, said: 300 });
    expect(past.healthy).toEqual(usual);
  });

  it("needs two batches in a row that show it", () => {
    const strong = batch(0.4);
    expect(found(strong, pastEnding(gain, gain, gain, gain, batch(1)))).toBeNull();
    expect(found(batch(1), pastEnding(gain, gain, gain, strong, strong))).toBeNull();
  });

  it("finds changes and their ends even if the usual ratio is far from 1, and nothing without a change", () => {
    for (const ratio of [0.5, 0.8, 1.25]) {
      const healthy = Array.from({ length: 15 }, (_, i) => batch(ratio * (i % 2 === 0 ? 1.02 : 0.98), 20));
      expect(found(batch(ratio, 20), { healthy })).toBeNull();
      const strong = batch(0.6 * ratio, 20);
      const { past } = changedTurning(
        strong,
        { healthy: [...healthy.slice(0, 10), ...Array(5).fill(strong)] },
        sensors,
      );
      expect(past.change).toBeDefined();
      const after = Array(4)
        .fill(batch(ratio, 20))
        .reduce((own, repaired) => changedTurning(repaired, own, sensors).past, past);
      expect(after.change).toBeUndefined();
    }
  });

  it("needs turns as evidence: sitting still says nothing", () => {
    const still = batch(1 / 1.2, 4);
    expect(found(still, pastEnding(still, still, still, still, still))).toBeNull();
    expect(found(batch(0, 0), pastEnding(gain, gain, gain, gain, gain))).toBeNull();
  });

  it("takes a few uneven first batches for less than many even ones", () => {
    const uneven = [0.6, 1.4, 0.7, 1.3, 1].map((ratio) => batch(ratio));
    expect(found(gain, { healthy: [...uneven, gain, gain] })).toBeNull();
    expect(found(gain, { healthy: [...usual.slice(0, 5), gain, gain] })).not.toBeNull();
  });

  it("finds nothing in usual batches, small changes, other sensors and batches of earlier versions", () => {
    expect(found(batch(1.02), pastEnding())).toBeNull();
    const small = batch(0.96, 1e6);
    expect(found(small, pastEnding(small, small, small, small, small))).toBeNull();
    expect(found(gain, pastEnding(gain, gain), [accelerometer])).toBeNull();
    expect(found(undefined, pastEnding(gain, gain))).toBeNull();
    expect(found(gain, { healthy: [...usual.slice(0, 5), gain] })).toBeNull();
  });

  it("lasts until two batches are likelier without the change", () => {
    const changed: TurningPast = changedTurning(gain, pastEnding(...Array(5).fill(gain)), sensors).past;
    expect(changed.change).toBeDefined();
    const later = [gain, batch(1, 2), undefined, gain, batch(1), gain].reduce<TurningPast>((past, current) => {
      const { found: still, past: after } = changedTurning(current, past, sensors);
      expect(still?.message).toContain("turns 0.83 times");
      return after;
    }, changed);
    const first = changedTurning(batch(1), later, sensors);
    // By hand: (1/6)^2 / (2 (.1/100 + .02^2)) = 9.9, of which a batch adds at most 3.
    expect(first.past.change?.odds).toBe(3);
    expect(changedTurning(batch(1), first.past, sensors)).toEqual({ found: null, past: { healthy: usual } });
  });
});

describe("pastForChangedTurning", () => {
  it("keeps the first ten batches and the last five, without those in which the sensor hardly turned", () => {
    const all = Array.from({ length: 18 }, (_, i) => batch(i));
    const kept = all.reduce<TurningPast>(pastForChangedTurning, noTurningPast);
    expect(kept).toEqual({ healthy: [...all.slice(0, 10), ...all.slice(13)] });
    expect(pastForChangedTurning(kept, batch(1, 2.9))).toEqual(kept);
  });

  it("begins anew if a batch with a change is accepted", () => {
    const { past } = changedTurning(gain, pastEnding(...Array(5).fill(gain)), sensors);
    expect(past.change).toBeDefined();
    expect(pastForChangedTurning(past, gain)).toEqual({ healthy: [gain] });
    expect(pastForChangedTurning(past, batch(0.8, 1))).toEqual(noTurningPast);
  });
});
