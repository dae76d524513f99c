import { describe, expect, it } from "vitest";
import { estimateAccuracy } from "../../bench/progress-accuracy.ts";

describe("the accuracy of estimates of the time left", () => {
  it("counts down from each estimate", () => {
    // The estimate is right from the start, including in the last five seconds.
    expect(estimateAccuracy([{ at: 0, secondsLeft: 100 }], 100)).toEqual({
      estimates: 0,
      withinQuarter: 1,
      meanError: expect.closeTo(0, 9),
    });
    // An estimate that is 10 s too long is within 25 % while at least 40 s are left, that is, during 50 of the 90 s after the
    // first tenth.
    const { withinQuarter } = estimateAccuracy([{ at: 0, secondsLeft: 110 }], 100);
    expect(withinQuarter).toBeCloseTo(50 / 90, 2);
  });

  it("counts the time before the first estimate as wrong, and ignores the first tenth", () => {
    const estimates = [
      { at: 5, secondsLeft: 1000 },
      { at: 10, secondsLeft: 90 },
    ];
    expect(estimateAccuracy(estimates, 100)).toMatchObject({ estimates: 1, withinQuarter: 1 });
    const { withinQuarter, meanError } = estimateAccuracy([{ at: 55, secondsLeft: 45 }], 100);
    expect(withinQuarter).toBeCloseTo(0.5, 2);
    expect(meanError).toBeCloseTo(0.5, 2);
  });
});
