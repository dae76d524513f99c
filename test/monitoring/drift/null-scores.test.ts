import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  addNullScore,
  conformalPValueOfNullScores,
  learnedNullScore,
  noScores,
  nullRungSchema,
  nullScoreRungsAround,
  type OwnScores,
  rungOfNullScores,
} from "../../../src/monitoring/drift/null-scores.ts";
import { Rng } from "../../../src/random.ts";

const rungs = [
  rungOfNullScores(60, [[5, 1, 3, 2, 4]]),
  rungOfNullScores(900, [[0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]]),
];

describe("the conformal p-value", () => {
  it("counts the null batches that score as high", () => {
    expect(conformalPValueOfNullScores(rungs, 4, 60)).toEqual({
      p: 3 / 6,
      extrapolated: 3 / 6,
      resolution: 1 / 6,
      asHigh: 2,
      nullBatches: 5,
      people: 1,
      withinLadder: true,
    });
    expect(conformalPValueOfNullScores(rungs, 9, 60).p).toBe(1 / 6);
    expect(conformalPValueOfNullScores(rungs, -1, 60).p).toBe(1);
    expect(conformalPValueOfNullScores(rungs, 0.9, 900).p).toBe(0.2);
  });

  it("is extrapolated above all null scores, at the rate between the median and the highest", () => {
    // The median score is 3, and the highest score is 5.
    expect(conformalPValueOfNullScores(rungs, 5, 60).extrapolated).toBe(2 / 6);
    expect(conformalPValueOfNullScores(rungs, 6, 60)).toMatchObject({
      p: 1 / 6,
      extrapolated: expect.closeTo(6 ** -1.5, 12),
    });
    for (const score of [7, 1e9])
      expect(conformalPValueOfNullScores(rungs, score, 60).extrapolated).toBeCloseTo(1 / 36, 12);
    expect(conformalPValueOfNullScores([rungOfNullScores(60, [[1, 1]])], 2, 60)).toMatchObject({
      p: 1 / 3,
      extrapolated: 1 / 3,
    });
  });

  it("is interpolated over the logarithm of the length", () => {
    const middle = Math.sqrt(60 * 900);
    expect(conformalPValueOfNullScores(rungs, 0.85, middle).p).toBeCloseTo((1 + 0.2) / 2, 12);
    expect(conformalPValueOfNullScores(rungs, 0.85, 120).p).toBeCloseTo(1 - 0.8 * (Math.log(2) / Math.log(15)), 12);
  });

  it("takes the nearest length beyond the ladder's ends, and says so", () => {
    expect(conformalPValueOfNullScores(rungs, 4, 10)).toMatchObject({ p: 0.5, withinLadder: false });
    expect(conformalPValueOfNullScores(rungs, 0.85, 5000)).toMatchObject({ p: 0.2, withinLadder: false });
  });

  it("is the count over an unsorted list, written plainly", () => {
    const scores = fc.array(fc.double({ min: 0, max: 10, noNaN: true }), { minLength: 1, maxLength: 50 });
    fc.assert(
      fc.property(scores, fc.double({ min: 0, max: 10, noNaN: true }), (nulls, score) => {
        const expected = (1 + nulls.filter((value) => value >= score).length) / (nulls.length + 1);
        expect(conformalPValueOfNullScores([rungOfNullScores(60, [nulls])], score, 60).p).toBeCloseTo(expected, 12);
      }),
    );
  });

  it("is at most alpha in alpha of all drift-free batches", () => {
    const rng = Rng.fromSeed(1);
    let below = 0;
    const trials = 4000;
    for (let trial = 0; trial < trials; trial++) {
      const nulls = rungOfNullScores(60, [Array.from({ length: 39 }, () => rng.normal())]);
      if (conformalPValueOfNullScores([nulls], rng.normal(), 60).p <= 0.05) below++;
    }
    // The expected share is exactly .05 for 39 null batches; the tolerance is four standard deviations of a share among 4,000.
    expect(Math.abs(below / trials - 0.05)).toBeLessThan(4 * Math.sqrt((0.05 * 0.95) / trials));
  });

  it("counts the oddest person twice, and people alike whatever their batches", () => {
    const nulls = [
      rungOfNullScores(60, [
        [1, 2],
        [1, 2],
        [3, 4, 5, 6],
      ]),
    ];
    expect(conformalPValueOfNullScores(nulls, 5, 60).p).toBeCloseTo((1 + 8 * ((0.5 + 0.5) / 4)) / 9, 12);
    expect(conformalPValueOfNullScores(nulls, 2, 60).p).toBeCloseTo((1 + 8 * ((0.5 + 0.5 + 1 + 1) / 4)) / 9, 12);
    expect(conformalPValueOfNullScores(nulls, 7, 60).p).toBe(1 / 9);
  });

  it("is at most alpha in about alpha of the batches of a new person if people differ more than their batches", () => {
    const rng = Rng.fromSeed(4);
    const draw = (): number[] => {
      const own = rng.normal();
      return Array.from({ length: 20 }, () => own + 0.3 * rng.normal());
    };
    let below = 0;
    const trials = 3000;
    for (let trial = 0; trial < trials; trial++) {
      const nulls = rungOfNullScores(60, Array.from({ length: 24 }, draw));
      if (conformalPValueOfNullScores([nulls], draw()[0]!, 60).p <= 0.05) below++;
    }
    expect(below / trials).toBeLessThan(0.06);
  });

  it("refuses what it cannot judge", () => {
    expect(() => conformalPValueOfNullScores([], 1, 60)).toThrow(RangeError);
    expect(() => conformalPValueOfNullScores(rungs, Number.NaN, 60)).toThrow(RangeError);
    expect(() => conformalPValueOfNullScores(rungs, 1, 0)).toThrow(RangeError);
    expect(() => rungOfNullScores(60, [[1, Number.NaN]])).toThrow(RangeError);
  });
});

it("a length lies between two rungs, and counts as the nearest one if there is none on one side", () => {
  const [lower, upper] = rungs;
  expect(nullScoreRungsAround(rungs, 240)).toEqual({
    lower,
    upper,
    share: expect.closeTo(Math.log(4) / Math.log(15), 12),
  });
  expect(nullScoreRungsAround(rungs, 900)).toEqual({ lower, upper, share: 1 });
  for (const seconds of [1, 60])
    expect(nullScoreRungsAround(rungs, seconds)).toEqual({ lower, upper: lower, share: 1 });
  expect(nullScoreRungsAround(rungs, 901)).toEqual({ lower: upper, upper, share: 1 });
});

describe("between two lengths", () => {
  it("the nearer one, by the logarithm, says how many scored as high and of how many", () => {
    const at = (seconds: number) => conformalPValueOfNullScores(rungs, 0.55, seconds);
    const middle = Math.sqrt(60 * 900);
    expect(at(middle - 1)).toMatchObject({ asHigh: 5, nullBatches: 5 });
    expect(at(middle + 1)).toMatchObject({ asHigh: 4, nullBatches: 9 });
    expect(at(middle).p).toBeCloseTo((1 + 5 / 10) / 2, 12);
    expect(at(middle).resolution).toBeCloseTo((1 / 6 + 1 / 10) / 2, 12);
    expect([59, 60, 900, 901].map((seconds) => at(seconds).withinLadder)).toEqual([false, true, true, false]);
  });
});

describe("a stream's own scores", () => {
  const known = (scores: readonly number[]): OwnScores => scores.reduce(addNullScore, noScores);
  /** Draws a person's scores, whose mean differs from person to person, and whose spread is `restless` times the usual one. */
  const person = (rng: Rng, n: number, restless = 1): number[] => {
    const [mean, spread] = [0.5 * rng.normal(), restless * Math.exp(0.2 * rng.normal())];
    return Array.from({ length: n }, () => restless - 1 + mean + spread * rng.normal());
  };
  /** Returns the share of new people's scores with p <= .05 if `n` earlier scores of each person are known. */
  const low = (seed: number, n: number, restless: number): number => {
    const rng = Rng.fromSeed(seed);
    const [rungs, strangers] = [300, 5];
    let below = 0;
    for (let i = 0; i < rungs; i++) {
      const people = Array.from({ length: 16 }, () => person(rng, 30));
      const nulls = [rungOfNullScores(60, people)];
      for (let stranger = 0; stranger < strangers; stranger++) {
        const [last, ...own] = person(rng, n + 1, restless);
        if (conformalPValueOfNullScores(nulls, last!, 60, known(own)).p <= 0.05) below++;
      }
    }
    return below / (rungs * strangers);
  };

  it("are kept by number, mean, last and the squares of their steps", () => {
    expect(known([2, 5, 4])).toEqual({ n: 3, mean: 11 / 3, last: 4, steps: 10 });
    expect(known([])).toEqual(noScores);
  });

  it("leave the p-value of a usual person what it is, however few are known", () => {
    for (const n of [0, 1, 3, 10]) {
      const share = low(5, n, 1);
      expect(share).toBeGreaterThan(0.02);
      expect(share).toBeLessThan(0.065);
    }
  });

  it("take back much of what a restless person differs", () => {
    expect(low(6, 0, 2.5)).toBeGreaterThan(0.35);
    expect(low(6, 10, 2.5)).toBeLessThan(0.17);
  });

  it("hide no change after steady scores, and little of one whose first batches were learned", () => {
    const rng = Rng.fromSeed(7);
    const nulls = [
      rungOfNullScores(
        60,
        Array.from({ length: 16 }, () => person(rng, 30)),
      ),
    ];
    const steady = [0.1, -0.6, 0.9, 0.2, -1.1, 0.7, -0.3];
    const least = conformalPValueOfNullScores(nulls, 8, 60).p;
    expect(conformalPValueOfNullScores(nulls, 8, 60, known(steady)).p).toBe(least);
    const learned = [8, 8, 8].map((score) => learnedNullScore(nulls, score, 60));
    expect(conformalPValueOfNullScores(nulls, 8, 60, known([...steady, ...learned])).p).toBeLessThan(0.01);
  });

  it("are learned up to the highest rehearsed one of the length", () => {
    expect([-3, 4.5, 5, 80].map((score) => learnedNullScore(rungs, score, 60))).toEqual([-3, 4.5, 5, 5]);
    expect(learnedNullScore(rungs, 80, Math.sqrt(60 * 900))).toBeCloseTo((5 + 0.9) / 2, 12);
  });

  it("say nothing if people have one score each, or there is one person", () => {
    for (const scores of [[[1], [2], [3]], [[1, 2, 3]], [[1, 2, 3], [2.5]]]) {
      const nulls = [rungOfNullScores(60, scores)];
      expect(conformalPValueOfNullScores(nulls, 2, 60, known([9, 9, 1]))).toEqual(
        conformalPValueOfNullScores(nulls, 2, 60),
      );
    }
  });
});

it("is kept as JSON, and read back only in order", () => {
  expect(rungs.map((rung) => nullRungSchema.parse(JSON.parse(JSON.stringify(rung))))).toEqual(rungs);
  for (const rung of [
    { seconds: 60, scores: [[2, 1]] },
    { seconds: 60, scores: [[]] },
    { seconds: 60, scores: [] },
    { seconds: 0, scores: [[1]] },
    { seconds: 2e9, scores: [[1]] },
    { seconds: 60, scores: [[2e60]] },
  ]) {
    expect(nullRungSchema.safeParse(rung).success).toBe(false);
  }
});
