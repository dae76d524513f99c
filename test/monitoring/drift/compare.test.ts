// Compares one batch with one reference, with numbers that can be computed by hand, on both sides of each limit.
import { describe, expect, it } from "vitest";
import type { KindCalibration } from "../../../src/monitoring/drift/calibration.ts";
import {
  type Comparison,
  compare,
  comparedSeconds,
  type DriftModel,
} from "../../../src/monitoring/drift/comparison.ts";
import { correlationSeconds } from "../../../src/monitoring/drift/correlation-time.ts";
import {
  roundScoreFigure,
  scoreOf,
  scoreStandardOf,
  standardSchema,
  statisticsForScore,
} from "../../../src/monitoring/drift/score.ts";
import { mergeClassSummaries } from "../../../src/monitoring/summaries/class-summaries.ts";
import { Rng } from "../../../src/random.ts";
import { ksPValue } from "../../../src/stats/ks.ts";
import { awayFor, batchOf, type Chosen, channelOf, modelOf, past, rows, rung } from "./hand-made.ts";

const model = modelOf({ baseline: [rung] });
const reference = mergeClassSummaries(past.rolling);
const rolling = (chosen: Chosen, by: DriftModel = model): Comparison | null =>
  compare("rolling", reference, batchOf(chosen), by);
const baseline = (chosen: Chosen, by: DriftModel = model): Comparison | null =>
  compare("baseline", by.byClass, batchOf(chosen), by);

describe("the length of a comparison", () => {
  it("is the batch's, as far as the reference is long enough to compare it with", () => {
    // With a reference of 50,000 rows and a batch of 10,000, the effective size is 50,000 / 6, times 1 + 1/5 because the null
    // batches were also compared with five batches.
    expect(rolling({})!.seconds).toBeCloseTo((50_000 / 6) * 1.2 * 0.1, 9);
    expect(baseline({})!.seconds).toBeCloseTo(rows / 10, 1);
    expect(comparedSeconds(batchOf({ rows: 40 })[0]!, 10)).toBe(4);
  });

  it("is at least half of the shortest that was rehearsed: a part of a usual batch may lack its counterpart", () => {
    expect(rolling({ rows: 4500 })).toBeNull();
    expect(rolling({ rows: 4600 })!.seconds).toBeGreaterThan(500);
    expect(baseline({ rows: 4999 })).toBeNull();
    expect(baseline({ rows: 5001 })!.seconds).toBeGreaterThan(500);
    const { seconds } = rolling({ rows: 6000 })!;
    const half = modelOf({ own: [{ ...rung, seconds: 2 * seconds }] });
    expect([6000, 5999].map((n) => rolling({ rows: n }, half)?.seconds)).toEqual([seconds, undefined]);
  });
});

describe("a rehearsed comparison", () => {
  it("has the conformal p-value of its score, the channel's KS distance in rehearsed standard deviations", () => {
    const own = [{ ...rung, standard: { x: { ks: [0.1, 0.5] as const, logSdRatio: [0, 1] as const } } }];
    expect(rolling({ away: 0.4 }, modelOf({ own }))!.score.score).toBeCloseTo((0.4 - 0.1) / 0.5, 9);
    const { pValue, learned, evidenceFactor, unseenShare } = rolling({ away: awayFor(0.02) })!;
    expect(pValue!.p).toBeCloseTo(0.02, 12);
    expect(learned).toBeCloseTo(awayFor(0.02), 9);
    expect({ evidenceFactor, unseenShare }).toEqual({ evidenceFactor: 1, unseenShare: 0 });
  });

  it("is beyond chance above the reach, which lies between those of the neighbouring lengths, as the factor does", () => {
    const long = { ...rung, seconds: 4 * rung.seconds, reach: 2, evidence_factor: 5 };
    const two = modelOf({ own: [{ ...rung, reach: 1 }, long] });
    // 20,000 rows compared with 50,000 have an effective length of 1,714 s; the share on the logarithmic scale is ln 1.714 / ln
    // 4.
    const share = Math.log(((50_000 * 20_000) / 70_000) * 1.2e-4) / Math.log(4);
    const of = (logSd: number) => rolling({ rows: 20_000, std: Math.exp(logSd) }, two)!;
    expect(of(0).evidenceFactor).toBeCloseTo(1 + 4 * share, 9);
    expect(of(1 + share - 0.01)).toMatchObject({ beyond: false, far: { statistic: "logSdRatio", channel: "x" } });
    expect(of(1 + share + 0.01).beyond).toBe(true);
    expect(of(-(1 + share + 0.01)).beyond).toBe(true);
  });

  it("has the far score, and the channel's score then, as a multiple of the reach", () => {
    const { far, channelScores } = rolling({ std: Math.exp(3) }, modelOf({ own: [{ ...rung, reach: 2 }] }))!;
    expect(far!.score).toBeCloseTo(1.5, 9);
    expect(channelScores).toEqual({ x: expect.closeTo(1.5, 9) });
  });

  it("has no far score if the spread of no rehearsed batch varied", () => {
    const still = rolling({ std: Math.exp(3) }, modelOf({ own: [{ ...rung, reach: 0 }] }));
    expect(still).toMatchObject({ far: null, beyond: false });
  });
});

describe("the factor of the evidence", () => {
  const kinds = (streams?: KindCalibration["streams"]): DriftModel => {
    const rungs = [{ ...rung, evidence_factor: 9 }];
    const own = model.calibration.kinds.own_past!;
    const own_past = { ...own, rungs, ...(streams !== undefined && { streams }) };
    return { ...model, calibration: { ...model.calibration, kinds: { own_past } } };
  };
  const factor = (chosen: Chosen, by: DriftModel) => rolling(chosen, by)!.evidenceFactor;

  it("is that of the batch's own length, however little of it could be compared", () => {
    const by = kinds([
      { seconds: 1000, evidence_factor: 2 },
      { seconds: 4000, evidence_factor: 6 },
    ]);
    expect(factor({ rows: 10_000 }, by)).toBe(2);
    expect(factor({ rows: 20_000 }, by)).toBeCloseTo(4, 9);
    expect(factor({ rows: 40_000 }, by)).toBe(6);
    expect([factor({ rows: 5000 }, by), factor({ rows: 400_000 }, by)]).toEqual([2, 6]);
    // Half of the rows belong to a class that the reference lacks.
    const half = compare("rolling", [reference[0]!, null], [batchOf({})[0]!, batchOf({})[0]!], by)!;
    expect(half.evidenceFactor).toBeCloseTo(4, 9);
  });

  it("is that of the compared length in an earlier calibration", () => {
    expect(factor({}, kinds())).toBe(9);
  });
});

describe("batches with few or many activities in common with their reference", () => {
  const byMix = (mixes: KindCalibration["mixes"]): DriftModel => {
    const own_past = { ...model.calibration.kinds.own_past!, mixes: mixes! };
    return { ...model, calibration: { ...model.calibration, kinds: { own_past } } };
  };
  /** All batches of this person are further away than those of any other person. */
  const restless = { ...rung, scores: [[50, 51, 52]] };
  const calm = { ...rung, scores: [[0.001, 0.002, 0.003]] };
  const of = (shares: readonly number[], by: DriftModel) => {
    const current = shares.map((share) => batchOf({ rows: share * rows, away: 0.5 })[0]!);
    const before = shares.map(() => reference[0]!);
    return compare("rolling", before, current, by)!.pValue!.p;
  };
  const mixes = [
    { from_classes: 0, to_classes: 1.4, rungs: [restless] },
    { from_classes: 2.4, to_classes: null, rungs: [calm] },
  ];

  it("are judged by rehearsed batches with about as many", () => {
    expect(of([1], byMix(mixes))).toBe(1);
    expect(of([0.95, 0.05], byMix(mixes))).toBe(1);
    expect(of([0.3, 0.3, 0.4], byMix(mixes))).toBe(1 / 4);
  });

  it("are judged by all rehearsed batches if too few had about as many, as by an earlier calibration", () => {
    const all = of([0.5, 0.5], model);
    expect(all).toBeGreaterThan(1 / 4);
    expect(all).toBeLessThan(1);
    expect(of([0.5, 0.5], byMix(mixes))).toBe(all);
    expect(of([1], byMix([mixes[1]!]))).toBe(of([1], model));
    expect(of([1], byMix([]))).toBe(of([1], model));
  });
});

describe("a calibration with standards by class", () => {
  it("is scored by the standardised distances of the classes", () => {
    const standard = { x: { ksByClass: [0.5, 2] as const, logSdWithin: [0, 1] as const } };
    const own_past: KindCalibration = {
      ...model.calibration.kinds.own_past!,
      statistic: "ksByClass",
      rungs: [{ ...rung, standard }],
      classes: [[{ seconds: 1, ks: { x: [0.1, 0.05] } }], [{ seconds: 1, ks: { x: [0.2, 0.1] } }]],
    };
    const by = { ...model, calibration: { ...model.calibration, kinds: { own_past } } };
    const before = [reference[0]!, reference[0]!];
    const current = [0.3, 0.5].map((away) => batchOf({ rows: rows / 2, away })[0]!);
    const { score, statistics } = compare("rolling", before, current, by)!;
    // The distances are 4 and 3 deviations above the mean, in classes of equal size.
    expect(statistics.x!.ksByClass).toBeCloseTo(7 / Math.SQRT2, 9);
    expect(score).toEqual({
      score: expect.closeTo((7 / Math.SQRT2 - 0.5) / 2, 9),
      channel: "x",
      statistic: "ksByClass",
    });
  });

  it("is not missed by others: the statistic is 0", () => {
    expect(rolling({ away: 0.4 })!.statistics.x!.ksByClass).toBe(0);
  });
});

describe("values outside of the training data's range", () => {
  const outside = (excessBelow: number, excessAbove: number): Comparison =>
    compare("baseline", model.byClass, [{ x: { ...channelOf(), excessBelow, excessAbove } }], model)!;

  it("are beyond chance if they lie outside by more than its width, on average over all values", () => {
    expect(outside(0, 0.99 * rows)).toMatchObject({ beyond: false });
    expect(outside(0.6 * rows, 0.5 * rows)).toMatchObject({
      beyond: true,
      far: { score: expect.closeTo(1.1, 12), channel: "x", statistic: "wasserstein" },
    });
  });

  it("are those of the channel that is furthest away, of which a table can show as much", () => {
    const two = { ...model, baseline: { ...model.baseline, y: model.baseline.x! }, byClass: [] };
    const away = (excessAbove: number) => ({ ...channelOf(), excessAbove });
    const by = [{ x: channelOf(), y: channelOf() }];
    const current = [{ x: away(2 * rows), y: away(3 * rows) }];
    const known = { ...two.calibration, kinds: {} };
    expect(
      compare("baseline", by, current, {
        ...two,
        byClass: by,
        calibration: { ...known, correlation_seconds: { x: 1, y: 1 } },
      }),
    ).toMatchObject({
      far: { channel: "y", score: expect.closeTo(3, 9) },
      channelScores: { x: expect.closeTo(2, 9), y: expect.closeTo(3, 9) },
    });
  });

  it("are looked for against the training data alone", () => {
    expect(compare("rolling", reference, [{ x: { ...channelOf(), excessAbove: 5 * rows } }], model)!.beyond).toBe(
      false,
    );
  });
});

describe("the mean length of acceleration with gravity", () => {
  const weighed: DriftModel = {
    ...model,
    baseline: { x: { ...model.baseline.x!, summary: { ...model.baseline.x!.summary, mean: 9.8 } } },
    gravityLengths: ["x"],
  };
  const of = (mean: number, by = weighed): Comparison => baseline({ mean }, by)!;

  it("is beyond chance from three times that of the training data on, and below a third of it", () => {
    expect([9.8, 2.9 * 9.8, 9.8 / 2.9].map((mean) => of(mean).beyond)).toEqual([false, false, false]);
    expect(of(3.3 * 9.8)).toMatchObject({
      beyond: true,
      far: { score: expect.closeTo(1.1, 9), channel: "x", statistic: "wasserstein" },
    });
    expect(of(9.8 / 3.6).far).toMatchObject({ score: expect.closeTo(1.2, 9), channel: "x" });
    expect(of(1).beyond).toBe(true);
  });

  it("counts as a millionth of the usual length if it is 0", () => {
    expect(of(0).far!.score).toBeCloseTo(1e6 / 3, 3);
    expect(of(9.8e-6).far!.score).toBeCloseTo(1e6 / 3, 3);
    expect(of(9.8e-5).far!.score).toBeCloseTo(1e5 / 3, 3);
  });

  it("is compared only with the training data, and only if a sensor is known to include gravity", () => {
    expect(rolling({ mean: 100 }, weighed)!.beyond).toBe(false);
    expect(of(100, { ...weighed, gravityLengths: [] }).beyond).toBe(false);
  });
});

describe("without rehearsal", () => {
  const untaught = modelOf({ own: [] });

  it("the p-value is the KS test's with so many independent values, at least one", () => {
    const p = (chosen: Chosen, seconds: number) =>
      rolling(chosen, { ...untaught, calibration: { ...untaught.calibration, correlation_seconds: { x: seconds } } })!;
    expect(p({ away: 0.05 }, 2).pValue).toEqual({
      p: expect.closeTo(ksPValue(0.05, 2500, 500), 12),
      extrapolated: expect.closeTo(ksPValue(0.05, 2500, 500), 12),
      resolution: 0,
      asHigh: 0,
      nullBatches: 0,
      people: 0,
      withinLadder: true,
    });
    expect(p({ away: 0.3 }, 1e6).pValue!.p).toBe(ksPValue(0.3, 1, 1));
    expect(p({ away: 1 }, 0.1).pValue!.p).toBeGreaterThan(0);
    expect(p({ away: 0.05 }, 2)).toMatchObject({ learned: null, far: null, beyond: false, evidenceFactor: 1 });
  });

  it("a batch of less than a second has one, too", () => {
    expect(rolling({ rows: 5 }, untaught)!.pValue!.p).toBe(1);
  });

  it("constants give the size of what is furthest above them, and 0 of nothing", () => {
    const constants = { ...untaught, calibration: { ...untaught.calibration, correlation_seconds: null } };
    expect(rolling({ mean: 1.5 }, constants)).toMatchObject({
      score: { score: 3, channel: "x", statistic: "meanShift" },
      evidenceFactor: 1,
      learned: null,
    });
    expect(rolling({}, constants)).toMatchObject({ score: { score: 0, channel: "x" }, findings: [] });
  });
});

describe("a standard", () => {
  const statistics = (away: number) => statisticsForScore(reference, batchOf({ away }), model.baseline);

  it("is the mean size of a statistic and its deviation", () => {
    expect(scoreStandardOf([0.1, 0.3].map(statistics), ["ks"])).toEqual({ x: { ks: [0.2, 0.1] } });
  });

  it("counts a thousandth more as ten deviations, not as infinitely many, if the statistic never varied", () => {
    const standard = scoreStandardOf([0.1, 0.1, 0.1].map(statistics), ["ks"]);
    expect(scoreOf(statistics(0.101), standard, ["ks"]).score).toBeCloseTo(10, 3);
    const varied = scoreStandardOf([0.1, 0.1004].map(statistics), ["ks"]);
    expect(scoreOf(statistics(0.1022), varied, ["ks"]).score).toBeCloseTo(10, 3);
  });

  it("is kept in six digits", () => {
    expect([1 / 3, 123456.7, 1e-9 / 3].map(roundScoreFigure)).toEqual([0.333333, 123457, 3.33333e-10]);
  });

  it("read from a file has no size below 0, and a deviation from which scores neither overflow nor vanish", () => {
    const accepts = (mean: number, std: number): boolean =>
      standardSchema.safeParse({ x: { ks: [mean, std] } }).success;
    expect([accepts(0, 1), accepts(-1e-9, 1), accepts(0, 0), accepts(0, -1)]).toEqual([true, false, false, false]);
    expect([accepts(1e30, 1e30), accepts(1e31, 1), accepts(0, 1e31)]).toEqual([true, false, false]);
    expect([accepts(0, 1e-30), accepts(0, 0.9e-30), accepts(0, 1.1e30)]).toEqual([true, false, false]);
    const signed = (mean: number, std: number): boolean[] =>
      ["ks_by_class", "log_sd_within"].map((name) => standardSchema.safeParse({ x: { [name]: [mean, std] } }).success);
    for (const mean of [-1e30, -0.5, 1e30]) expect(signed(mean, 1)).toEqual([true, true]);
    for (const mean of [-1.1e30, 1.1e30]) expect(signed(mean, 1)).toEqual([false, false]);
    expect([1e-30, 1e30, 0.9e-30, 1.1e30].map((std) => signed(0, std)[0])).toEqual([true, true, false, false]);
  });
});

describe("the time of one independent value", () => {
  const series = (n: number, at: (i: number) => number): Float32Array =>
    Float32Array.from({ length: n }, (_, i) => at(i));
  const rng = Rng.fromSeed(1);
  const noise = (): number => rng.normal();

  it("is one block of a fifth of a second if samples are independent", () => {
    const people = [0, 1, 2].map(() => series(60_000, noise));
    expect(correlationSeconds(people, 50)!).toBeGreaterThanOrEqual(0.2);
    expect(correlationSeconds(people, 50)!).toBeLessThan(0.23);
    // A block must contain at least one sample.
    expect(correlationSeconds([series(2000, noise)], 2)!).toBeGreaterThanOrEqual(0.5);
    expect(correlationSeconds([series(2000, noise)], 2)!).toBeLessThan(0.8);
  });

  it("is as long as values last, whatever the rate", () => {
    const lasting = (seconds: number, rate: number): Float32Array => {
      let value = 0;
      return series(200 * seconds * rate, (i) => (value = i % (seconds * rate) === 0 ? rng.normal() : value));
    };
    for (const rate of [10, 50]) {
      const found = correlationSeconds([lasting(4, rate)], rate)!;
      expect(found / 4).toBeGreaterThan(0.75);
      expect(found / 4).toBeLessThan(1.25);
    }
  });

  it("is the middle person's", () => {
    const [quick, slow] = [1, 40].map((length) => {
      let value = 0;
      return series(20_000, (i) => (value = i % length === 0 ? rng.normal() : value));
    });
    const [short, long] = [quick!, slow!].map((own) => correlationSeconds([own], 10)!);
    expect(long).toBeGreaterThan(5 * short!);
    expect(correlationSeconds([slow!, quick!, slow!], 10)).toBe(long);
    expect(correlationSeconds([slow!, quick!, quick!], 10)).toBe(short);
  });

  it("is not told by a series shorter than ten blocks, nor by one that lasts only some times as long as its correlation", () => {
    expect(correlationSeconds([series(99, noise)], 50)).toBeNull();
    expect(correlationSeconds([series(100, (i) => (i % 20 < 10 ? 1 : -1))], 50)).not.toBeNull();
    expect(correlationSeconds([], 50)).toBeNull();
    expect(correlationSeconds([series(6000, (i) => i)], 50)).toBeNull();
  });
});
