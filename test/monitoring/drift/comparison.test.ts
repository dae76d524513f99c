// Tests every method of computing p-values, from rehearsals down to constants. Each method is used if the recordings allow no
// better one, and gives p-values of the right size for batches with and without a change.
import { describe, expect, it } from "vitest";
import { calibrate } from "../../../src/monitoring/drift/calibrate.ts";
import type { Calibration } from "../../../src/monitoring/drift/calibration.ts";
import {
  type Comparison,
  compare,
  type DriftModel,
  type ReferenceKind,
} from "../../../src/monitoring/drift/comparison.ts";
import { correlationSeconds } from "../../../src/monitoring/drift/correlation-time.ts";
import { newDriftState } from "../../../src/monitoring/drift/drift-state.ts";
import { decideVerdict, type Judgement } from "../../../src/monitoring/drift/verdict.ts";
import {
  type BaselineReference,
  baselineReference,
  baselineReferenceGrids,
} from "../../../src/monitoring/summaries/baseline-reference.ts";
import { type ClassSummaries, mergeClassSummaries } from "../../../src/monitoring/summaries/class-summaries.ts";
import { type Columns, Summarizer } from "../../../src/monitoring/summaries/summarize.ts";
import { Rng } from "../../../src/random.ts";
import { type Made, makePeople, summaryOf } from "./people.ts";

const rate = 10;
const referenceBatches = 5;
const draws = 200;
const alpha = 0.05;

const calibrations = new Map<Made, Calibration>();

function modelOf(made: Made, correlation: Calibration["correlation_seconds"] = null): DriftModel {
  const known =
    calibrations.get(made) ??
    calibrate(made.baseline, made.groups, {
      chunkSeconds: 10,
      samplingRateHz: rate,
      lengthsSeconds: [10, 60],
      nullBatches: 240,
      rng: Rng.fromSeed(1),
      referenceBatches,
    });
  calibrations.set(made, known);
  const calibration = { ...known, correlation_seconds: correlation };
  return {
    channels: Object.keys(made.baseline),
    baseline: made.baseline,
    byClass: made.byClass,
    calibration,
    samplingRateHz: rate,
  };
}

/** A minute of one session, with channel x shifted; identical names give identical chunks. */
function minute(made: Made, person: Rng, session: Rng, name: string, shift = 0): ClassSummaries {
  const chunks = Array.from({ length: 6 }, (_, i) => {
    const chunk = made.chunkOf(person, session, session.split(`${name} ${i}`));
    return made.summarize({ ...chunk, x: chunk.x!.map((value) => value + shift) });
  });
  return mergeClassSummaries(chunks);
}

const shareBelowAlpha = (comparisons: readonly Comparison[]): number =>
  comparisons.filter(({ pValue }) => pValue!.p <= alpha).length / comparisons.length;

describe("rehearsed batches", () => {
  interface Situation {
    readonly method: string;
    readonly people: Made;
    readonly kind: ReferenceKind;
    /** The two batches of one draw, which differ only in the shift. */
    readonly pair: (made: Made, draw: number, shift: number) => [ClassSummaries | "baseline", ClassSummaries];
    /**
     * The highest plausible share of alarms in 200 batches if the true rate is 5 %, with some allowance for a calibration on
     * few people.
     */
    readonly most: number;
  }

  const stranger = (draw: number): Rng => Rng.fromSeed(1000 + draw);
  const ownPast =
    (sessionOf: (person: Rng, i: number) => Rng): Situation["pair"] =>
    (made, draw, shift) => {
      const person = stranger(draw);
      const past = Array.from({ length: referenceBatches }, (_, i) =>
        minute(made, person, sessionOf(person, i), `${i}`),
      );
      return [mergeClassSummaries(past), minute(made, person, sessionOf(person, referenceBatches), "now", shift)];
    };
  const situations: readonly Situation[] = [
    {
      method: "people",
      people: makePeople({ people: 20, recordings: 2, chunks: 6 }),
      kind: "baseline",
      pair: (made, draw, shift) => {
        const person = stranger(draw);
        return ["baseline", minute(made, person, person.split("session"), "now", shift)];
      },
      most: 0.15,
    },
    {
      method: "bouts",
      people: makePeople({ people: 3, recordings: 4, chunks: 6 }),
      kind: "baseline",
      // No person can be left out, so only the variation among these three people is known.
      pair: (made, draw, shift) => {
        const person = Rng.fromSeed(1).split(`${draw % 3}`);
        return ["baseline", minute(made, person, person.split(`session ${draw}`), "now", shift)];
      },
      most: 0.15,
    },
    {
      method: "recordings",
      people: makePeople({ people: 12, recordings: 4, chunks: 6 }),
      kind: "rolling",
      pair: ownPast((person, i) => person.split(`session ${i}`)),
      most: 0.1,
    },
    {
      method: "halves of recordings",
      people: makePeople({ people: 12, recordings: 1, chunks: 24 }),
      kind: "anchor",
      // With a single recording per person, the effect of putting the sensor on again is unknown.
      pair: ownPast((person) => person.split("the only session")),
      most: 0.1,
    },
  ];

  describe.each(situations)("apart by $method", ({ method, people, kind, pair, most }) => {
    const model = modelOf(people, { x: 1, y: 1 });
    const drawAll = (shift: number): Comparison[] =>
      Array.from({ length: draws }, (_, draw) => {
        const [reference, current] = pair(people, draw, shift);
        return compare(kind, reference === "baseline" ? model.byClass : reference, current, model)!;
      });
    const without = drawAll(0);
    const shifted = drawAll(1.5);

    it("are what is used, and named, although the KS test could be", () => {
      expect(new Set([...without, ...shifted].map((comparison) => comparison.method))).toEqual(new Set([method]));
      for (const { pValue, findings, score, far } of without) {
        // A rung has at least 250 comparisons, so it includes both lengths.
        expect(pValue!.nullBatches).toBe(480);
        expect(pValue!.resolution).toBeCloseTo(1 / 481, 12);
        expect(pValue!.p).toBeGreaterThanOrEqual(pValue!.resolution);
        expect(pValue!.p).toBeLessThanOrEqual(1);
        expect(findings).toEqual([]);
        const statistic = kind === "baseline" ? "ksWithinClasses" : "ks";
        expect([score.statistic, far!.statistic]).toEqual([statistic, "logSdWithin"]);
      }
    });

    it("rarely call a batch without drift unusual, and none beyond chance", () => {
      expect(shareBelowAlpha(without)).toBeLessThan(most);
      expect(without.filter(({ beyond }) => beyond)).toEqual([]);
    });

    it("call a shift of 1.5 standard deviations unusual, and name its channel", () => {
      expect(shareBelowAlpha(shifted)).toBeGreaterThan(0.95);
      expect(shifted.filter(({ score }) => score.channel === "x").length / draws).toBeGreaterThan(0.9);
    });
  });

  it("make a fourth person look unusual too often if they come from three people", () => {
    const [, { people }] = situations as [Situation, Situation];
    const model = modelOf(people);
    const strangers = Array.from({ length: draws }, (_, draw) => {
      const person = stranger(draw);
      return compare("baseline", model.byClass, minute(people, person, person.split("session"), "now"), model)!;
    });
    expect(shareBelowAlpha(strangers)).toBeGreaterThan(0.15);
  });

  it("are left out by fixed thresholds, whatever is known", () => {
    const [{ people, pair }] = situations as [Situation];
    const model = modelOf(people, { x: 1, y: 1 });
    const comparison = compare("baseline", model.byClass, pair(people, 0, 0)[1], model, { thresholds: "fixed" });
    expect(comparison).toMatchObject({ method: "constants", pValue: null, far: null, beyond: false });
  });
});

/** Two autocorrelated channels, x[i] = phi x[i-1] + noise, with a standard deviation of 1. */
function correlated(n: number, phi: number, rng: Rng): Columns {
  return Object.fromEntries(
    ["x", "y"].map((name) => {
      const own = rng.split(name);
      let value = own.normal();
      return [
        name,
        Float32Array.from({ length: n }, () => {
          value = phi * value + Math.sqrt(1 - phi * phi) * own.normal();
          return value;
        }),
      ];
    }),
  );
}

/** Seconds per independent value in an autocorrelated channel, from the sum of its autocorrelations. */
const secondsOfOne = (phi: number): number => (1 + phi) / (1 - phi) / rate;

/** A model for which nothing was rehearsed. */
function modelWithout(baseline: BaselineReference, correlation: Calibration["correlation_seconds"]): DriftModel {
  const calibration = calibrate(baseline, [], {
    chunkSeconds: 10,
    samplingRateHz: rate,
    referenceBatches,
    rng: Rng.fromSeed(1),
    correlationSeconds: correlation,
  });
  return {
    channels: Object.keys(baseline),
    baseline,
    byClass: [summaryOf(baseline)],
    calibration,
    samplingRateHz: rate,
  };
}

describe("the KS test with an effective sample size", () => {
  const phi = 0.8;
  const one = secondsOfOne(phi);
  const baseline = baselineReference(correlated(100_000, phi, Rng.fromSeed(1)));
  const model = modelWithout(baseline, { x: one, y: one });
  const summarizer = new Summarizer(baselineReferenceGrids(baseline));
  const batch = (columns: Columns): ClassSummaries => [summarizer.summarize(columns)];
  const moved = (columns: Columns, sd: number): Columns => ({ ...columns, x: columns.x!.map((value) => value + sd) });
  /** A reference of five minutes and a batch of the following minute, from one continuous signal. */
  const drawOf = (seed: number, shift = 0): { past: ClassSummaries[]; now: ClassSummaries } => {
    const columns = correlated(3600, phi, Rng.fromSeed(seed));
    const cut = (i: number): Columns =>
      Object.fromEntries(Object.entries(columns).map(([name, own]) => [name, own.subarray(600 * i, 600 * (i + 1))]));
    return {
      past: Array.from({ length: referenceBatches }, (_, i) => batch(cut(i))),
      now: batch(moved(cut(referenceBatches), shift)),
    };
  };
  const drawAll = (kind: ReferenceKind, shift = 0, by = model): Comparison[] =>
    Array.from({ length: draws }, (_, i) => {
      const { past, now } = drawOf(100 + i, shift);
      return compare(kind, kind === "baseline" ? by.byClass : mergeClassSummaries(past), now, by)!;
    });

  it("is used, and named, if nothing could be rehearsed but correlations are known", () => {
    expect(model.calibration.kinds).toEqual({});
    for (const kind of ["baseline", "anchor", "rolling"] as const) {
      expect(drawAll(kind)[0]).toMatchObject({ reference: kind, method: "effective sample size", beyond: false });
    }
  });

  it("replaces only the comparison with the own past if each person has only one piece of a recording", () => {
    const people = makePeople({ people: 12, recordings: 1, chunks: 1 });
    const single = modelOf(people, { x: 0.2, y: 0.2 });
    const person = Rng.fromSeed(7);
    const now = minute(people, person, person.split("a"), "now");
    const past = minute(people, person, person.split("a"), "past");
    expect(compare("baseline", single.byClass, now, single)!.method).toBe("people");
    expect(compare("rolling", past, now, single)!.method).toBe("effective sample size");
  });

  it("gives Kolmogorov's p-value of so many independent values, times the channels", () => {
    for (const [i, { statistics, pValue, score }] of drawAll("rolling", 0.4).entries()) {
      // The reference has 300 s of signal, and the batch 60 s.
      const [n, m] = [300 / one, 60 / one];
      const root = Math.sqrt((n * m) / (n + m));
      const ps = Object.values(statistics).map(({ ks }) => {
        const lambda = (root + 0.12 + 0.11 / root) * ks;
        let sum = 0;
        for (let k = 1; k <= 200; k++) sum += 2 * (-1) ** (k - 1) * Math.exp(-2 * k * k * lambda * lambda);
        return Math.min(1, sum);
      });
      expect(pValue!.p, `draw ${i}`).toBeCloseTo(Math.min(1, 2 * Math.min(...ps)), 9);
      expect(score.score).toBeCloseTo(-Math.log10(pValue!.p), 12);
    }
  });

  it.each(["baseline", "rolling"] as const)("finds batches without drift usual, against the %s", (kind) => {
    expect(shareBelowAlpha(drawAll(kind))).toBeLessThan(0.1);
  });

  it("would not, if it took samples for independent", () => {
    const naive = modelWithout(baseline, { x: 1 / rate, y: 1 / rate });
    expect(shareBelowAlpha(drawAll("rolling", 0, naive))).toBeGreaterThan(0.5);
  });

  it("knows the correlation's time from the samples themselves", () => {
    const people = [1, 2, 3].map((seed) => correlated(6000, phi, Rng.fromSeed(seed)).x!);
    // Blocks of 0.2 s preserve only a part of the autocorrelation.
    expect(correlationSeconds(people, rate)! / one).toBeGreaterThan(0.8);
    expect(correlationSeconds(people, rate)! / one).toBeLessThan(1.5);
  });

  it.each(["baseline", "rolling"] as const)(
    "finds a shift of 1.5 standard deviations unusual, against the %s",
    (kind) => {
      const shifted = drawAll(kind, 1.5);
      expect(shareBelowAlpha(shifted)).toBeGreaterThan(0.98);
      expect(shifted.every(({ score }) => score.channel === "x")).toBe(true);
    },
  );

  it("gives a p-value even of what is as far away as can be, and of a single sample", () => {
    const { past } = drawOf(1);
    const far = compare(
      "rolling",
      mergeClassSummaries(past),
      batch(moved(correlated(36_000, 0, Rng.fromSeed(2)), 1e6)),
      model,
    )!;
    expect(far.pValue!.p).toBeGreaterThan(0);
    expect(far.pValue!.p).toBeLessThan(1e-10);
    expect(Number.isFinite(far.score.score)).toBe(true);
    const single = compare(
      "rolling",
      mergeClassSummaries(past),
      batch({ x: Float32Array.of(0), y: Float32Array.of(0) }),
      model,
    )!;
    expect(single.pValue!.p).toBeGreaterThan(0.2);
  });

  it("makes an alarm through the evidence of a stream: seldom without a change, at once with a large one", () => {
    const judgeAll = (shift: number): Judgement[] =>
      Array.from({ length: draws }, (_, i) => {
        const { past, now } = drawOf(100 + i, shift);
        return decideVerdict(now, { rolling: past, anchor: past }, newDriftState, model).judgement;
      });
    expect(judgeAll(0).filter(({ verdict }) => verdict !== "normal").length).toBeLessThanOrEqual(2);
    expect(judgeAll(1.5).filter(({ verdict }) => verdict !== "normal").length).toBeGreaterThan(0.95 * draws);
  });
});

describe("constants", () => {
  const baseline = baselineReference(correlated(50_000, 0, Rng.fromSeed(3)));
  const model = modelWithout(baseline, null);
  const summarizer = new Summarizer(baselineReferenceGrids(baseline));
  const batchOf = (seed: number, shift = 0): ClassSummaries => {
    const columns = correlated(2000, 0, Rng.fromSeed(seed));
    return [summarizer.summarize({ ...columns, x: columns.x!.map((value) => value + shift) })];
  };
  const pastOf = (draw: number): ClassSummaries[] =>
    Array.from({ length: referenceBatches }, (_, i) => batchOf(10 * draw + i));
  const compareAll = (shift: number): Comparison[] =>
    Array.from({ length: draws }, (_, draw) =>
      compare("rolling", mergeClassSummaries(pastOf(draw)), batchOf(10 * draw + 9, shift), model),
    ).map((comparison) => comparison!);

  it("are used, and named, if there are neither rehearsals nor correlations; they give no p-value", () => {
    for (const kind of ["baseline", "anchor", "rolling"] as const) {
      expect(compare(kind, model.byClass, batchOf(1), model)).toMatchObject({
        reference: kind,
        method: "constants",
        pValue: null,
        far: null,
        beyond: false,
        evidenceFactor: 1,
      });
    }
  });

  it("find nothing in large batches of independent samples", () => {
    for (const { findings, score } of compareAll(0)) {
      expect(findings).toEqual([]);
      expect(score.score).toBe(0);
    }
  });

  it("find a shift of 1.5 standard deviations large, in its channel and in multiples of what is large", () => {
    for (const { findings, score, statistics } of compareAll(1.5)) {
      expect(new Set(findings.map(({ channel }) => channel))).toEqual(new Set(["x"]));
      expect(findings.map(({ statistic }) => statistic).sort()).toEqual(["ks", "meanShift", "psi", "wasserstein"]);
      expect(findings.every(({ level }) => level === "large")).toBe(true);
      const { ks, psi, wasserstein, meanShift } = statistics.x!;
      expect(score.score).toBeCloseTo(Math.max(ks / 0.2, psi / 0.25, wasserstein / 0.5, Math.abs(meanShift) / 0.5), 12);
    }
  });

  it("judge at once: sudden against the last batches, gradual against the frozen side alone, normal below", () => {
    const walked = [0, 1, 2, 3, 4].map((i) => batchOf(i, 0.9));
    const first = [5, 6, 7, 8, 9].map((i) => batchOf(i));
    const verdict = (current: ClassSummaries, rolling: ClassSummaries[], anchor: ClassSummaries[]): Judgement =>
      decideVerdict(current, { rolling, anchor }, newDriftState, model).judgement;
    const jumped = verdict(batchOf(20, 1.5), first, first);
    expect(jumped).toMatchObject({ verdict: "sudden_change", leading: { reference: "rolling" }, doubtful: false });
    expect(jumped.alarm).toEqual({ since: 0, verdict: "sudden_change", confirmed: true, changePoint: null });
    const walk = verdict(batchOf(21, 1), walked, first);
    expect(walk.verdict).toBe("gradual_drift");
    expect(["baseline", "anchor"]).toContain(walk.leading!.reference);
    expect(verdict(batchOf(22), first, first)).toMatchObject({ verdict: "normal", alarm: null, unfamiliar: false });
    expect(verdict(batchOf(23, 1.5), [], [])).toMatchObject({ verdict: "gradual_drift", unfamiliar: true });
  });

  it("also alarm on the own past if only the comparison with the training data could be rehearsed", () => {
    const people = makePeople({ people: 12, recordings: 1, chunks: 1 });
    const single = modelOf(people, null);
    const person = Rng.fromSeed(7);
    const session = person.split("a");
    const past = Array.from({ length: referenceBatches }, (_, i) => minute(people, person, session, `${i}`));
    const judged = (shift: number): Judgement =>
      decideVerdict(
        minute(people, person, session, "now", shift),
        { rolling: past, anchor: past },
        newDriftState,
        single,
      ).judgement;
    expect(judged(0).comparisons.map(({ method }) => method)).toEqual(["people", "constants", "constants"]);
    expect(judged(0)).toMatchObject({ verdict: "normal", alarm: null });
    expect(judged(1.5)).toMatchObject({ verdict: "sudden_change", leading: { reference: "rolling" } });
  });
});

it("nothing is compared if the two sides have no class in common", () => {
  const people = makePeople({ people: 6, recordings: 2, chunks: 6 });
  const model = modelOf(people);
  const person = Rng.fromSeed(1);
  const [own] = minute(people, person, person, "now");
  const withinClasses = { ...model.calibration.kinds.own_past!, statistic: "ksWithinClasses" as const };
  const split: DriftModel = { ...model, calibration: { ...model.calibration, kinds: { own_past: withinClasses } } };
  expect(compare("rolling", [own!, null], [null, own!], split)).toBeNull();
});

describe("values outside of all that the training data hold", () => {
  const made = makePeople({ people: 8, recordings: 2, chunks: 6 });
  const far = (model: DriftModel, change: (value: number) => number): Comparison => {
    const chunks = Array.from({ length: 6 }, (_, i) => {
      const chunk = made.chunkOf(Rng.fromSeed(77), Rng.fromSeed(78), Rng.fromSeed(79 + i));
      return made.summarize({ ...chunk, x: chunk.x!.map(change) });
    });
    return compare("baseline", model.byClass, mergeClassSummaries(chunks), model)!;
  };

  it.each([
    ["rehearsed people", modelOf(made)],
    [
      "nobody rehearsed",
      { ...modelOf(made), calibration: { reference_batches: 5, kinds: {}, correlation_seconds: { x: 1, y: 1 } } },
    ],
  ])("are beyond all chance with %s, by an offset or a factor", (_, model) => {
    const width = made.baseline.x!.summary.max - made.baseline.x!.summary.min;
    for (const change of [(x: number) => x + 3 * width, (x: number) => 1000 * x, (x: number) => x - 3 * width]) {
      const { beyond, far: found } = far(model, change);
      expect({ beyond, channel: found!.channel }).toEqual({ beyond: true, channel: "x" });
    }
    expect(far(model, (x) => x).beyond).toBe(false);
    expect(far(model, (x) => x + 0.5 * width).far?.statistic).not.toBe("wasserstein");
  });
});
