import { describe, expect, it } from "vitest";
import { type Competitor, fitCompetitor, type WindowFeatures, windowFeatures } from "../../bench/drift-competitor.ts";
import { Rng } from "../../src/random.ts";

const rate = 20;

function stream(seed: number, batches: number, mean: (batch: number) => number): WindowFeatures[] {
  const rng = Rng.fromSeed(seed);
  return Array.from({ length: batches }, (_, b) =>
    windowFeatures({ x: Float32Array.from({ length: 60 * rate }, () => mean(b) + rng.normal()) }, rate),
  );
}

/** Returns the index of the first batch in alarm; -1 if no batch is in alarm. */
async function firstAlarm(judge: Competitor, batches: readonly WindowFeatures[]): Promise<number> {
  let now = judge;
  for (const [number, features] of batches.entries()) {
    const { answer, after } = await now.judge({ features });
    if (answer.verdict !== "normal") return number;
    now = after;
  }
  return -1;
}

const training = Array.from({ length: 20 }, (_, i) => stream(i, 60, () => i));

describe("the drift benchmark's competitor", () => {
  it("averages the means and log standard deviations of windows of five seconds", () => {
    const halves = Float32Array.from(
      { length: 10 * rate },
      (_, i) => (i < 5 * rate ? 1 : 3) + (i % 2 === 0 ? 0.5 : -0.5),
    );
    const [mean, logSd, ...none] = windowFeatures({ x: halves }, rate);
    expect(mean).toBeCloseTo(2, 6);
    expect(logSd).toBeCloseTo(Math.log(0.5), 4);
    expect(none).toEqual([]);
  });

  it("leaves a stranger alone, and sees the stranger's sensor change", async () => {
    const judge = fitCompetitor(training);
    const calm = stream(99, 60, () => 50);
    expect(await firstAlarm(judge, calm)).toBe(-1);
    const changed = stream(99, 60, (batch) => (batch < 10 ? 50 : 51));
    const seen = await firstAlarm(judge, changed);
    expect(seen).toBeGreaterThanOrEqual(10);
    expect(seen).toBeLessThan(15);
  });

  it("can judge two futures of one past", async () => {
    let now = fitCompetitor(training);
    for (const features of stream(7, 6, () => 0)) now = (await now.judge({ features })).after;
    const changed = stream(8, 9, () => 5);
    expect(await firstAlarm(now, changed)).toBeGreaterThanOrEqual(0);
    const calm = stream(9, 9, () => 0);
    expect(await firstAlarm(now, calm)).toBe(-1);
  });
});
