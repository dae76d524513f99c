import { describe, expect, it } from "vitest";
import { cosineSchedule, cosineScheduleWarmup } from "../../../src/learning/training/cosine-schedule.ts";
import { meanOf } from "../../../src/stats/mean.ts";

describe("cosineSchedule", () => {
  it("falls from almost twice the rate to almost 0, with the rate as its mean", () => {
    const rates = cosineSchedule(0.001, { windows: 6400, batchSize: 64, maxEpochs: 100 });
    expect(rates).toHaveLength(20);
    expect(rates).toEqual(rates.toSorted((a, b) => b - a));
    expect(rates[0]).toBeCloseTo(0.001 * (1 + Math.cos(Math.PI / 40)), 12);
    expect(rates.at(-1)).toBeLessThan(0.00001);
    expect(meanOf(rates)).toBeCloseTo(0.001, 12);
  });

  it("takes 2,000 steps, but at least 8 epochs and at most as many as allowed", () => {
    const epochs = (windows: number, maxEpochs = 100): number =>
      cosineSchedule(0.001, { windows, batchSize: 64, maxEpochs }).length;
    expect(epochs(64 * 300 + 63)).toBe(8);
    expect(epochs(64 * 250)).toBe(8);
    expect(epochs(64 * 249)).toBe(9);
    expect(epochs(64 * 10)).toBe(100);
    expect(epochs(64 * 10, 500)).toBe(200);
    expect(epochs(64 * 1000, 3)).toBe(3);
    // A batch that is larger than the data shrinks to one step per epoch.
    expect(epochs(5)).toBe(100);
    expect(cosineSchedule(0.001, { windows: 64, batchSize: 64, maxEpochs: 1 })).toEqual([0.001]);
  });
});

describe("cosineScheduleWarmup", () => {
  it("takes 60 steps, but at most a tenth of them", () => {
    const batches = (windows: number, epochs: number): number =>
      cosineScheduleWarmup({ windows, batchSize: 64, epochs });
    expect(batches(64 * 33, 61)).toBe(60);
    expect(batches(64 * 60, 10)).toBe(60);
    expect(batches(64 * 3 + 63, 100)).toBe(30);
    expect(batches(5, 3)).toBe(1);
  });
});
