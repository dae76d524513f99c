import { describe, expect, it } from "vitest";
import { type Competitor, fitCompetitor, type WindowFeatures, windowFeatures } from "../../bench/drift-competitor.ts";
import { Rng } from "../../src/stats/random.ts";

const rate = 20;

function stream(seed: number, batches: number, mean: (batch: number) => number): WindowFeatures[] {
  const rng = Rng.fromSeed(seed);
  return Array.from({ length: batches }, (_, b) =>
    windowFeatures({ x: Float32Array.from({ length: 60 * rate }, () => mean(b) + rng.normal()) }, rate),
  );
}

/** Number of the first batch in alarm; -1 without one. */
function firstAlarm(judge: Competitor, batches: readonly WindowFeatures[]): number {
  let now = judge;
  return batches.findIndex((features) => {
    const { answer, after } = now.judge({ features });
    now = after;
    return answer.verdict !== "normal";
  });
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

  it("leaves a stranger alone, and sees the stranger's sensor change", () => {
    const judge = fitCompetitor(training);
    expect(
      firstAlarm(
        judge,
        stream(99, 60, () => 50),
      ),
    ).toBe(-1);
    const seen = firstAlarm(
      judge,
      stream(99, 60, (batch) => (batch < 10 ? 50 : 51)),
    );
    expect(seen).toBeGreaterThanOrEqual(10);
    expect(seen).toBeLessThan(15);
  });

  it("can judge two futures of one past", () => {
    const past = fitCompetitor(training);
    const [first, changed] = [stream(7, 6, () => 0), stream(8, 9, () => 5)];
    let now = past;
    for (const features of first) now = now.judge({ features }).after;
    expect(firstAlarm(now, changed)).toBeGreaterThanOrEqual(0);
    expect(
      firstAlarm(
        now,
        stream(9, 9, () => 0),
      ),
    ).toBe(-1);
  });
});
