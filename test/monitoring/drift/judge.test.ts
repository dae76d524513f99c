// Tests each rule of the verdict on both sides of its limit, with hand-made batches whose p-values are known.
import { describe, expect, it } from "vitest";
import type { RehearsedDay } from "../../../src/monitoring/drift/calibration.ts";
import { changeShape } from "../../../src/monitoring/drift/change-shape.ts";
import type { DriftModel } from "../../../src/monitoring/drift/comparison.ts";
import { type DriftState, driftStateSchema, newDriftState } from "../../../src/monitoring/drift/drift-state.ts";
import { evidenceOf } from "../../../src/monitoring/drift/evidence.ts";
import { noScores } from "../../../src/monitoring/drift/null-scores.ts";
import type { Recovery } from "../../../src/monitoring/drift/recovery.ts";
import { type DriftOptions, decideVerdict, type Past } from "../../../src/monitoring/drift/verdict.ts";
import { weighedEvidence, weighedEvidenceLevel } from "../../../src/monitoring/drift/weigh-evidence.ts";
import { awayFor, batchOf, type Chosen, channelOf, modelOf, past, rows, rung } from "./hand-made.ts";

const model = modelOf();
const run = (chosen: Chosen, state: Partial<DriftState> = {}, options: DriftOptions = {}, by: DriftModel = model) =>
  decideVerdict(batchOf(chosen), past, { ...newDriftState, ...state }, by, options);
const evidence = (anchor: number, rolling = anchor): DriftState["evidence"] => ({
  anchor: { value: anchor, batches: 9 },
  rolling: { value: rolling, batches: 9 },
});
/** Means of channel x in earlier batches. */
const meansOf = (means: readonly number[]): DriftState["series"] => means.map((mean) => ({ x: [mean, 0, 0, rows] }));
/** Returns the evidence that a stream must have before a batch with p = 1 to have the evidence `after` after the batch. */
const evidenceBefore = (after: number): number => after / evidenceOf(1) - 1;

describe("a doubtful batch", () => {
  it("is one that fewer than one of a hundred without drift are like, against its own past", () => {
    expect([0.005, 0.01, 0.015, 0.05].map((p) => run({ away: awayFor(p) }).judgement.doubtful)).toEqual([
      ...[true, true, false, false],
    ]);
  });

  it("is none by the training data, from which strangers always differ", () => {
    const stranger = decideVerdict(batchOf({ away: awayFor(0.005) }), { rolling: [], anchor: [] }, newDriftState, {
      ...modelOf({ own: [], baseline: [rung] }),
    }).judgement;
    expect(stranger).toMatchObject({ doubtful: false, unfamiliar: true, verdict: "normal" });
  });
});

describe("an unfamiliar batch", () => {
  const unfamiliar = (p: number, alpha?: number): boolean =>
    run({ away: awayFor(p) }, {}, alpha === undefined ? {} : { alpha }, modelOf({ baseline: [rung] })).judgement
      .unfamiliar;

  it("has a p-value of at most alpha, one of twenty by default", () => {
    expect([0.045, 0.05, 0.055, 0.1].map((p) => unfamiliar(p))).toEqual([true, true, false, false]);
    expect([0.1, 0.105].map((p) => unfamiliar(p, 0.1))).toEqual([true, false]);
  });
});

describe("batches of one activity", () => {
  const ofDays = (day?: RehearsedDay, byClass = [...model.byClass, ...model.byClass]): DriftModel => ({
    ...model,
    byClass,
    calibration: { ...model.calibration, ...(day !== undefined && { day }) },
  });
  const bouts: RehearsedDay = { bout_seconds: [15, 300] };
  /** Returns a batch with rows of two activities. Its share of rows in the far bin is the one that gives the p-value `p`. */
  const batchOfTwo = (p: number, firstRows: number) => {
    const away = awayFor(p);
    return [firstRows, rows - firstRows].map((n) => (n === 0 ? null : { x: channelOf({ rows: n, away }) }));
  };
  const both: Past = {
    rolling: past.rolling.map(([own]) => [own!, own!]),
    anchor: past.anchor.map(([own]) => [own!, own!]),
  };
  const evidenceAfter = (batches: ReturnType<typeof batchOfTwo>[], by: DriftModel): number => {
    let state = newDriftState;
    for (const batch of batches) ({ state } = decideVerdict(batch, both, state, by, { arl: 1e9 }));
    return state.evidence.anchor.value;
  };
  const means = (ps: readonly number[]) => ps.reduce((sum, p) => sum + evidenceOf(p), 0) / ps.length;

  it("are one bet if it has more than half of the rows", () => {
    const of = (firstRows: number) => [0.005, 0.01].map((p) => batchOfTwo(p, firstRows));
    for (const firstRows of [rows, 0.51 * rows, 0.49 * rows, 0]) {
      expect(evidenceAfter(of(firstRows), ofDays(bouts))).toBeCloseTo(means([0.005, 0.01]), 6);
    }
    const product = (evidenceOf(0.005) + 1) * evidenceOf(0.01);
    expect(evidenceAfter(of(0.5 * rows), ofDays(bouts))).toBeCloseTo(product, 6);
  });

  it("are a new bet if the activity is another", () => {
    const batches = [batchOfTwo(0.005, rows), batchOfTwo(0.01, 0)];
    expect(evidenceAfter(batches, ofDays(bouts))).toBeCloseTo((evidenceOf(0.005) + 1) * evidenceOf(0.01), 6);
  });

  it.each([
    ["by an earlier calibration, whose days had no bouts", ofDays()],
    ["by recorded days", ofDays("recorded")],
    ["if the model knows but one activity", ofDays(bouts, [model.byClass[0]!, null])],
  ])("are a bet each %s", (_, by) => {
    const batches = [0.005, 0.01].map((p) => batchOfTwo(p, rows));
    expect(evidenceAfter(batches, by)).toBeCloseTo((evidenceOf(0.005) + 1) * evidenceOf(0.01), 6);
  });
});

describe("the evidence", () => {
  it("is that of each of the two references, multiplied by a batch's own", () => {
    const { state } = run({ away: awayFor(0.25) }, { evidence: evidence(3, 7) });
    expect(state.evidence.anchor).toEqual({ value: 4 * evidenceOf(0.25), batches: 10 });
    expect(state.evidence.rolling).toEqual({ value: 8 * evidenceOf(0.25), batches: 10 });
    expect(weighedEvidence(state)).toBeCloseTo(6 * evidenceOf(0.25), 12);
    expect(state.batches).toBe(1);
  });

  it("alarms when its mean is worth the run length, 500 batches by default", () => {
    const verdict = (after: number, options: DriftOptions = {}) =>
      run({}, { evidence: evidence(evidenceBefore(after - 100), evidenceBefore(after + 100)) }, options).judgement
        .verdict;
    expect([verdict(499.9), verdict(500.1)]).toEqual(["normal", "sudden_change"]);
    expect([verdict(199.9, { arl: 200 }), verdict(200.1, { arl: 200 })]).toEqual(["normal", "sudden_change"]);
  });

  it("has to be worth as much more as the calibration asks for, by the most demanding comparison", () => {
    const demanding = modelOf({ own: [{ ...rung, evidence_factor: 3 }] });
    const verdict = (after: number) =>
      run({}, { evidence: evidence(evidenceBefore(after)) }, { arl: 100 }, demanding).judgement.verdict;
    expect([verdict(299), verdict(301)]).toEqual(["normal", "sudden_change"]);
    const { comparisons } = run({}, {}, {}, demanding).judgement;
    expect(weighedEvidenceLevel(comparisons, 100)).toBe(300);
    expect(weighedEvidenceLevel([], 100)).toBe(100);
  });

  it("may be any number, and a stream that recovers is soon normal again anyway", () => {
    let state: DriftState = { ...newDriftState, evidence: evidence(1e9) };
    let batches = 0;
    for (; ; batches++) {
      const judged = decideVerdict(batchOf(), past, state, model);
      state = judged.state;
      if (judged.judgement.verdict === "normal") break;
    }
    expect(batches).toBe(1);
    const huge = run({ away: awayFor(0.005) }, { evidence: evidence(1e300) }).state;
    expect(driftStateSchema.parse(JSON.parse(JSON.stringify(huge)))).toEqual(huge);
  });

  it("takes the change for gradual as long as no shape can be fitted if the last batches have less than a fifth of it", () => {
    const verdict = (anchor: number, rolling: number) => run({}, { evidence: evidence(anchor, rolling) }).judgement;
    expect(verdict(1100, 4000)).toMatchObject({ verdict: "sudden_change", leading: { reference: "rolling" } });
    expect(verdict(4000, 820)).toMatchObject({ verdict: "sudden_change", leading: { reference: "anchor" } });
    expect(verdict(4000, 780)).toMatchObject({ verdict: "gradual_drift", leading: { reference: "anchor" } });
  });
});

describe("the strength of the signs of drift", () => {
  const fixed: DriftOptions = { thresholds: "fixed" };

  it("is the evidence, beside the level at which it alarms", () => {
    const { judgement, state } = run({ away: awayFor(0.25) }, { evidence: evidence(3, 7) }, { arl: 80 });
    expect(judgement.strength).toEqual({ value: weighedEvidence(state), alarmAt: 80, raisedBy: null });
    const alarmed = run({}, { evidence: evidence(1e6) });
    const { value } = alarmed.judgement.strength;
    expect(value).toBeGreaterThan(1e5);
    expect(alarmed.judgement.strength).toEqual({ value, alarmAt: 500, raisedBy: "evidence" });
  });

  it("is that of an alarm if one batch beyond chance raises it", () => {
    const far = modelOf({ own: [{ ...rung, reach: 0.5 }] });
    const { judgement, state } = run({ std: Math.E }, {}, {}, far);
    const value = weighedEvidence(state);
    expect(value).toBeGreaterThan(500);
    expect(judgement.strength).toEqual({ value, alarmAt: 500, raisedBy: "beyond_chance" });
  });

  it("leaves to the alarm level how far beyond chance a healthy batch may be", () => {
    const far = modelOf({ own: [{ ...rung, reach: 0.5, evidence_factor: 1e6 }] });
    const { judgement } = run({ std: Math.E }, {}, {}, far);
    expect(judgement.comparisons.some(({ beyond }) => beyond)).toBe(true);
    expect(judgement).toMatchObject({ verdict: "normal", doubtful: true, strength: { raisedBy: null } });
  });

  it("is the share of the nearest constant, whatever evidence was gathered before", () => {
    const strengthOf = (away: number) => run({ away }, { evidence: evidence(1e6) }, fixed).judgement.strength;
    expect(strengthOf(0)).toEqual({ value: 0, alarmAt: 500, raisedBy: null });
    const { judgement } = run({ away: 0.3 }, {}, fixed);
    expect(judgement.verdict).toBe("sudden_change");
    const most = Math.max(...judgement.comparisons.map(({ score }) => score.score));
    expect(most).toBeGreaterThan(1);
    expect(judgement.strength).toEqual({ value: 500 * most, alarmAt: 500, raisedBy: "constants" });
  });
});

describe("an alarm", () => {
  const alarmed = { evidence: evidence(1e6) };
  /** Means with a jump (`walk` is 0), a ramp (`walk` is 1), or a mixture of the two. */
  const mixed = (n: number, walk: number): number[] =>
    Array.from({ length: n }, (_, i) => {
      const after = Math.max(0, i - n / 2 + 1);
      return (1 - walk) * Math.min(1, after) + (walk * after) / 4;
    });
  const named = (means: readonly number[], state: Partial<DriftState> = {}) =>
    run({ mean: means.at(-1)! }, { ...alarmed, batches: 40, series: meansOf(means.slice(0, -1)), ...state }).judgement;

  it("is dated by the jump that its series shows", () => {
    const { alarm, shape } = named(mixed(20, 0));
    expect(shape).toMatchObject({ kind: "step", start: 10, size: 1 });
    // The 41st batch is the last one in the series, and the jump came nine batches earlier.
    expect(alarm).toEqual({ since: 40, verdict: "sudden_change", confirmed: false, changePoint: 31 });
  });

  it("is a walk if a walk fits better, or if a jump fits hardly better", () => {
    expect(named(mixed(20, 1))).toMatchObject({ verdict: "gradual_drift", shape: { kind: "ramp", start: 10 } });
    const between = Array.from({ length: 400 }, (_, i) => mixed(20, i / 400));
    const jumps = between.map((means) => ({ means, ...changeShape(means) }));
    const steps = jumps.filter(({ kind }) => kind === "step");
    const hardly = steps.reduce((a, b) => (b.ratio < a.ratio ? b : a));
    expect(hardly.ratio).toBeLessThan(1.04);
    expect(named(hardly.means)).toMatchObject({ verdict: "gradual_drift", shape: { kind: "step" } });
    const clearly = steps.reduce((a, b) => (Math.abs(b.ratio - 1.3) < Math.abs(a.ratio - 1.3) ? b : a));
    expect(clearly.ratio).toBeCloseTo(1.3, 1);
    expect(named(clearly.means)).toMatchObject({ verdict: "sudden_change", shape: { kind: "step" } });
  });

  it("has a shape from the fifth batch on", () => {
    expect(named(mixed(4, 0)).shape).toBeNull();
    expect(named([0, 0, 0, 1, 1]).shape).toMatchObject({ kind: "step", start: 3 });
  });

  it("keeps its beginning, and is confirmed five batches after it by default", () => {
    const since = (batches: number, options: DriftOptions = {}) =>
      run(
        {},
        {
          ...alarmed,
          batches,
          alarm: { since: 30, verdict: "sudden_change", confirmed: false, changePoint: null },
        },
        options,
      ).judgement.alarm;
    expect(since(34)).toMatchObject({ since: 30, confirmed: false });
    expect(since(35)).toMatchObject({ since: 30, confirmed: true });
    expect(since(32, { confirmAfter: 2 })).toMatchObject({ confirmed: true });
    expect(since(31, { confirmAfter: 2 })).toMatchObject({ confirmed: false });
  });

  it("stays what it was confirmed as, whatever comes after", () => {
    const alarm = { since: 3, verdict: "gradual_drift", confirmed: true, changePoint: 2 } as const;
    expect(named(mixed(20, 0), { alarm }).alarm).toEqual(alarm);
  });

  it("beyond all reach of chance is sudden, until three batches of a walk say otherwise", () => {
    const far = modelOf({ own: [{ ...rung, reach: 0.5 }] });
    const walkedBy = (n: number) => {
      const means = Array.from({ length: 12 }, (_, i) => Math.max(0, i - 11 + n));
      return run({ mean: n, std: Math.E }, { series: meansOf(means.slice(0, 11)), batches: 11 }, {}, far).judgement;
    };
    expect(run({ std: 1.6 }, {}, {}, far).judgement.verdict).toBe("normal");
    expect(walkedBy(1)).toMatchObject({ verdict: "sudden_change", leading: { beyond: true } });
    expect(walkedBy(2)).toMatchObject({ verdict: "sudden_change" });
    expect(walkedBy(4)).toMatchObject({ verdict: "gradual_drift", shape: { kind: "ramp" } });
  });
});

describe("the end of an alarm", () => {
  const alarm: DriftState["alarm"] = { since: 3, verdict: "sudden_change", confirmed: true, changePoint: 2 };
  const alarmed = { alarm, evidence: evidence(1e6), batches: 9 };
  /** The recovery from an alarm that ends, or almost ends, with one more ordinary batch. */
  const near: Recovery = { anchor: { sum: 16, batches: 2 }, rolling: { sum: 6, batches: 2 }, odds: 1 };
  const judgedAfter = (p: number, recovery: Recovery | undefined = near, options: DriftOptions = {}) =>
    run({ away: awayFor(p) }, { ...alarmed, ...(recovery !== undefined && { recovery }) }, options);

  it("is a batch after which the stream is likelier to be as before than to be like the alarm's batches", () => {
    expect(judgedAfter(0.5)).toMatchObject({ judgement: { verdict: "normal", alarm: null }, state: { alarm: null } });
    expect(judgedAfter(0.5).state.recovery).toBeUndefined();
    expect(judgedAfter(0.005)).toMatchObject({
      judgement: { verdict: "sudden_change" },
      state: { recovery: { odds: 0 } },
    });
  });

  it("is none because the evidence decreased", () => {
    const faded = run({ away: awayFor(0.1) }, { ...alarmed, evidence: evidence(1), recovery: { ...near, odds: 0 } });
    expect(faded.judgement).toMatchObject({ verdict: "sudden_change", strength: { value: 500, raisedBy: "evidence" } });
  });

  it("comes at once without a past, from which nothing can be known", () => {
    const none = { rolling: [], anchor: [] };
    const after = decideVerdict(batchOf(), none, { ...newDriftState, alarm }, modelOf({ baseline: [rung] }));
    expect(after.judgement.verdict).toBe("normal");
  });

  it("is known without the recovery that an earlier version stored", () => {
    const first = run({ away: awayFor(0.5) }, alarmed).state;
    expect(first.recovery!.odds).toBeGreaterThan(0);
    const second = run({ away: awayFor(0.5) }, first).state;
    const third = run({ away: awayFor(0.5) }, second).state;
    expect(third.alarm).not.toBeNull();
    expect(run({ away: awayFor(0.5) }, third).state.alarm).toBeNull();
  });

  it("does not come while the mean that the fault moved is still moved, however ordinary the distances are", () => {
    const entry = (mean: number): DriftState["series"][number] => ({ x: [mean, 0, 0, 1] });
    const series = [0, 0.1, -0.1, 0, 0.1, -0.1, 0, 0.1, 1, 1.1, 0.9, 1].map(entry);
    const since = { ...alarm, since: 9, changePoint: 8, confirmed: true };
    let state: DriftState = {
      ...newDriftState,
      ...alarmed,
      batches: series.length,
      series,
      alarm: since,
      recovery: near,
    };
    for (let i = 0; i < 10; i++) {
      state = run({ away: awayFor(0.5), mean: 1 }, state).state;
      expect(state).toMatchObject({ alarm: since, recovery: { odds: 0 } });
    }
    expect(run({ away: awayFor(0.5), mean: 0.1 }, state).state.alarm).toBeNull();
  });

  it("leaves a twentieth of the evidence for an alarm, and less if there was less", () => {
    expect(judgedAfter(0.5).state.evidence).toEqual({
      anchor: { value: 25, batches: 10 },
      rolling: { value: 25, batches: 10 },
    });
    expect(judgedAfter(0.5, near, { arl: 80 }).state.evidence.anchor.value).toBe(4);
    const little = run({}, { ...alarmed, evidence: evidence(3, 1e6), recovery: near }).state.evidence;
    expect(little.anchor.value).toBeCloseTo(4 * evidenceOf(1), 12);
    expect(little.rolling.value).toBe(25);
  });

  it("is decided by the reference that sees more of the fault: the other may have learned it", () => {
    const lasting = batchOf({ away: awayFor(0.01) });
    const judge = (recovery: Recovery) =>
      decideVerdict(
        lasting,
        { rolling: Array.from({ length: 5 }, () => lasting), anchor: past.anchor },
        { ...newDriftState, ...alarmed, recovery },
        model,
      ).judgement.verdict;
    expect(judge(near)).toBe("sudden_change");
    expect(judge({ ...near, anchor: near.rolling, rolling: near.anchor })).toBe("normal");
  });

  it("is not brought nearer by a batch beyond the reach of chance, nor by one that cannot be compared", () => {
    const far = modelOf({ own: [{ ...rung, reach: 0.5 }] });
    const recovery = near;
    expect(run({ std: Math.E }, { ...alarmed, recovery }, {}, far).state.recovery!.odds).toBe(0);
    expect(run({ rows: 5 }, { ...alarmed, recovery }).state.recovery).toEqual(near);
    const strange = modelOf({ baseline: [{ ...rung, reach: 0.5 }] });
    expect(run({ std: Math.E }, { ...alarmed, recovery }, {}, strange).state.recovery!.odds).toBe(0);
  });

  it("is awaited from the batch that raises the alarm on", () => {
    expect(run({}).state.recovery).toBeUndefined();
    const raised = run({ away: awayFor(0.005) }, { evidence: evidence(1e6, 2e6) }).state.recovery!;
    expect(raised.odds).toBe(0);
    expect(raised.rolling.sum).toBeGreaterThan(raised.anchor.sum);
  });
});

describe("the series that names a change", () => {
  const alarmed = { evidence: evidence(1e6), batches: 40 };
  type Position = readonly [number, number, number, number];
  const jump = (size: number, i: number): number => (i < 6 ? 0 : size);
  /** The series alternates evenly, so neither a step nor a ramp explains it. */
  const noise = (size: number, i: number): number => (i % 2 === 0 ? size : -size);
  const shapeOf = (last: Chosen, at: (i: number) => Position) =>
    run(last, { ...alarmed, series: Array.from({ length: 11 }, (_, i) => ({ x: at(i) })) }).judgement.shape!;

  it("is the means or the spreads, whichever its change explains better", () => {
    const means = shapeOf({ mean: 2, std: 1 }, (i) => [jump(2, i), noise(1, i), 0, rows]);
    expect(means).toMatchObject({ kind: "step", start: 6, size: 2 });
    const spreads = shapeOf({ mean: 1, std: Math.exp(3) }, (i) => [noise(1, i), jump(3, i), 0, rows]);
    expect(spreads.start).toBe(6);
    expect(spreads.size).toBeCloseTo(3, 12);
  });

  it("is that of the distances if the change explains neither", () => {
    const distances = shapeOf({ mean: 1, away: 0.4 }, (i) => [noise(1, i), noise(1, i), jump(0.4, i), rows]);
    expect(distances.size).toBeCloseTo(0.4, 9);
    // The shape is that of the means, although a jump explains the distances completely and the means only for the most part.
    const mostly = shapeOf({ mean: 1, away: 0.4 }, (i) => [
      jump(1, i) + noise(0.25, i),
      noise(1, i),
      jump(0.4, i),
      rows,
    ]);
    expect(mostly.size).toBeGreaterThan(0.9);
    expect(mostly.explained).toBeGreaterThan(0.6);
    // A jump that explains two fifths of the means is not used.
    const hardly = shapeOf({ mean: 1, away: 0.4 }, (i) => [
      jump(1, i) + noise(0.6, i),
      noise(1, i),
      jump(0.4, i),
      rows,
    ]);
    expect(hardly.size).toBeCloseTo(0.4, 9);
  });

  it("counts batches by their precision", () => {
    const spoiled = shapeOf({ mean: 2 }, (i) => (i === 2 ? [50, 0, 0, 0] : [jump(2, i), 0, 0, rows]));
    expect(spoiled).toMatchObject({ kind: "step", start: 6, size: 2 });
  });

  describe("of two channels", () => {
    const two: DriftModel = (() => {
      const { baseline, byClass, calibration, samplingRateHz } = modelOf({
        own: [{ ...rung, standard: { ...rung.standard, y: rung.standard.x! } }],
      });
      const summary = baseline.x!.summary;
      return {
        channels: ["x", "y"],
        baseline: { ...baseline, y: baseline.x! },
        byClass: [{ ...byClass[0]!, y: summary }],
        calibration: { ...calibration, correlation_seconds: { x: 1, y: 1 } },
        samplingRateHz,
      };
    })();
    const shapeAfter = (n: number) => {
      const still = [{ x: channelOf(), y: channelOf() }];
      const references = { rolling: Array.from({ length: 5 }, () => still), anchor: past.anchor.map(() => still) };
      const current = [{ x: channelOf({ away: 0.9, mean: 1 }), y: channelOf({ mean: 1 }) }];
      const series = Array.from({ length: n - 1 }, (_, i) => ({
        x: [noise(1, i), 0, 0, rows] as Position,
        y: [i < n - 3 ? 0 : 1, 0, 0, rows] as Position,
      }));
      return decideVerdict(current, references, { ...newDriftState, ...alarmed, series }, two).judgement.shape!;
    };

    it("is that which the change explains best, and the loudest of a short series", () => {
      expect(shapeAfter(9).explained).toBeLessThan(0.9);
      expect(shapeAfter(10)).toMatchObject({ kind: "step", start: 7, explained: 1 });
    });
  });

  it("is the last sixty batches", () => {
    const long = meansOf(Array.from({ length: 60 }, (_, i) => i));
    const { series } = run({ mean: -7 }, { series: long }).state;
    expect(series).toHaveLength(60);
    expect([series[0]!.x![0], series.at(-1)!.x![0]]).toEqual([1, -7]);
  });
});

describe("a batch's position", () => {
  const positionOf = (chosen: Chosen) => run(chosen).state.series[0]!.x!;

  it("is its mean and the logarithm of its spread in the training data's, its distance and its precision", () => {
    const [mean, spread, distance, precision] = positionOf({ mean: 0.3, std: 2, away: 0.2 });
    expect([mean, distance, precision]).toEqual([expect.closeTo(0.3, 12), expect.closeTo(0.2, 9), rows]);
    expect(spread).toBeCloseTo(Math.log(2), 12);
  });

  it("has a finite spread for a channel that does not vary", () => {
    expect(positionOf({ std: 0 })[1]).toBeCloseTo(Math.log(1e-3), 12);
  });

  it("weighs each class by its rows over its variance in the training data, and takes the whole's for an unknown one", () => {
    const summary = channelOf({ rows: 1e9 });
    const classes: DriftModel = {
      ...model,
      byClass: [{ x: channelOf({ mean: 1, std: 0.5 }) }, { x: channelOf({ mean: -1, std: 2 }) }, null],
      baseline: { x: { edges: [0, 0.5], summary: { ...summary, std: 2 } } },
    };
    const current = [
      { x: channelOf({ rows: 100, mean: 2, std: 0.5 }) },
      { x: channelOf({ rows: 300, mean: 3, std: 4 }) },
      { x: channelOf({ rows: 200, mean: 7, std: 2 }) },
    ];
    const none = { rolling: [], anchor: [] };
    const [mean, spread, , precision] = decideVerdict(current, none, newDriftState, classes).state.series[0]!.x!;
    // Weights n / (std / 2)^2: 100 / .25^2, 300 / 1, 200 / 1. The shifts are .5, 2 and 3.5 standard deviations, since the
    // baseline's standard deviation is 2.
    expect(precision).toBeCloseTo(1600 + 300 + 200, 9);
    expect(mean).toBeCloseTo((1600 * 0.5 + 300 * 2 + 200 * 3.5) / 2100, 12);
    expect(spread).toBeCloseTo((100 * 0 + 300 * Math.log(2) + 200 * 0) / 600, 12);
  });

  it("is that of the training data, without weight, for a channel without values", () => {
    const lost = { ...channelOf(), n: 0, missing: 10, counts: [0, 0, 0] };
    const none = { rolling: [], anchor: [] };
    const two = { ...model, baseline: { ...model.baseline, y: model.baseline.x! }, byClass: [null] };
    const fixed = { ...two, calibration: { ...two.calibration, kinds: {}, correlation_seconds: null } };
    const current = [{ x: channelOf({ mean: 4 }), y: lost }, null];
    expect(() => decideVerdict(current, none, newDriftState, fixed)).toThrow();
    const known = { ...model, byClass: [{ x: channelOf() }, { x: channelOf() }] };
    const part = decideVerdict([{ x: lost }, { x: channelOf({ mean: 4 }) }], none, newDriftState, known);
    expect(part.state.series[0]!.x).toEqual([4, 0, 0, rows]);
  });
});

describe("a stream's own scores", () => {
  const own = (n: number) => ({ anchor: { ...noScores, n }, rolling: { ...noScores, n } });

  it("are the first ten against each reference", () => {
    const { state } = run({ away: 0.25 });
    expect(state.own.rolling).toEqual({ n: 1, mean: 0.25, last: 0.25, steps: 0 });
    expect(state.own.anchor).toEqual(state.own.rolling);
    expect(run({}, { own: own(9) }).state.own.anchor.n).toBe(10);
    expect(run({}, { own: own(10) }).state.own.anchor.n).toBe(10);
    expect(run({}, { own: own(11) }).state.own.rolling.n).toBe(11);
  });

  it("against the training data say how far the stream usually is from them, however far that is", () => {
    const none = { rolling: [], anchor: [] };
    const { state } = decideVerdict(batchOf({ away: 0.999 }), none, newDriftState, modelOf({ baseline: [rung] }));
    expect(state.own).toEqual({ ...newDriftState.own, baseline: { n: 1, mean: 0.999, last: 0.999, steps: 0 } });
  });

  it("are not learned from an alarm, nor from what was not rehearsed", () => {
    expect(run({}, { evidence: evidence(1e6) }).state.own.anchor.n).toBe(0);
    expect(run({}, {}, {}, modelOf({ own: [], baseline: [rung] })).state.own.anchor.n).toBe(0);
  });
});

describe("references", () => {
  it("are compared once they hold as many batches as the calibration's", () => {
    const references = (rolling: number, anchor: number) =>
      decideVerdict(
        batchOf(),
        { rolling: past.rolling.slice(0, rolling), anchor: past.anchor.slice(0, anchor) },
        newDriftState,
        model,
      ).judgement.comparisons.map(({ reference }) => reference);
    expect(references(4, 4)).toEqual(["baseline"]);
    expect(references(5, 4)).toEqual(["baseline", "rolling"]);
    expect(references(4, 5)).toEqual(["baseline", "anchor"]);
  });
});

describe("by constants", () => {
  const fixed: DriftOptions = { thresholds: "fixed" };
  const walked: DriftState["alarm"] = { since: 2, verdict: "gradual_drift", confirmed: true, changePoint: null };
  const jumped: DriftState["alarm"] = { since: 2, verdict: "sudden_change", confirmed: true, changePoint: null };

  it("a large change is sudden at once, and keeps its name and its beginning to the end", () => {
    expect(run({ mean: 2 }, { batches: 7 }, fixed).judgement.alarm).toEqual({
      since: 7,
      verdict: "sudden_change",
      confirmed: true,
      changePoint: null,
    });
    expect(run({ mean: 2 }, { batches: 7, alarm: walked }, fixed).judgement.alarm).toEqual(walked);
    expect(run({ mean: 2 }, { batches: 7, alarm: jumped }, fixed).judgement.alarm).toEqual(jumped);
    expect(run({ mean: 0.3 }, { batches: 7, alarm: jumped }, fixed).judgement).toMatchObject({
      alarm: null,
      verdict: "normal",
      unfamiliar: true,
      doubtful: false,
    });
    expect(run({ mean: 0.1 }, {}, fixed).judgement.unfamiliar).toBe(false);
  });

  it("have a say beside a rehearsed baseline, whose alarm comes first", () => {
    const strangers = modelOf({ own: [], baseline: [{ ...rung, reach: 3 }] });
    const mixed = { ...strangers, calibration: { ...strangers.calibration, correlation_seconds: null } };
    const of = (chosen: Chosen) => run(chosen, { evidence: evidence(3) }, {}, mixed);
    expect(of({}).judgement.comparisons.map(({ method }) => method)).toEqual(["recordings", "constants", "constants"]);
    expect(of({}).judgement).toMatchObject({ verdict: "normal", doubtful: false });
    const jumped = of({ mean: 2 });
    expect(jumped.judgement).toMatchObject({ verdict: "sudden_change", leading: { reference: "rolling" } });
    expect(jumped.state.evidence).toEqual(evidence(3));
    expect(of({ mean: 2, std: Math.exp(4) }).judgement.leading).toMatchObject({ reference: "baseline", beyond: true });
  });

  it("gathers no evidence", () => {
    expect(run({ mean: 2 }, { evidence: evidence(3) }, fixed).state.evidence).toEqual(evidence(3));
  });

  it("leads with the last batches, and with the frozen side if a walk left these behind", () => {
    const leading = (alarm: DriftState["alarm"]) => run({ mean: 2 }, { alarm }, fixed).judgement.leading!.reference;
    expect(leading(null)).toBe("rolling");
    expect(leading(walked)).toBe("baseline");
  });
});

describe("what a stream's state may be", () => {
  const { state } = run({}, { alarm: null });
  const accepts = (change: Record<string, unknown>): boolean =>
    driftStateSchema.safeParse({ ...state, ...change }).success;
  const alarm = { since: 0, verdict: "gradual_drift", confirmed: false, changePoint: 0 };

  it("counts from 0", () => {
    expect(accepts({})).toBe(true);
    expect([accepts({ batches: 0 }), accepts({ batches: -1 }), accepts({ batches: 0.5 })]).toEqual([
      true,
      false,
      false,
    ]);
    expect([0, -1, 1.5].map((since) => accepts({ alarm: { ...alarm, since } }))).toEqual([true, false, false]);
    expect([0, -1, null].map((changePoint) => accepts({ alarm: { ...alarm, changePoint } }))).toEqual([
      ...[true, false, true],
    ]);
    expect([0, -1].map((precision) => accepts({ series: [{ x: [0, 0, 0, precision] }] }))).toEqual([true, false]);
  });
});
