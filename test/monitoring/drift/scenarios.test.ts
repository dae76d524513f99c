// Judges two streams batch by batch: one drifts slowly, and the other jumps. The frozen references detect the drift, and its
// final verdict is never a jump; the rolling reference detects the jump. Each change is made once to a channel's mean, and once
// to the shape of its distribution while the mean and spread stay the same.
import { describe, expect, it } from "vitest";
import type { ReferenceKind } from "../../../src/monitoring/drift/comparison.ts";
import type { Judgement } from "../../../src/monitoring/drift/verdict.ts";
import { mergeAcrossClasses, mergeClassSummaries } from "../../../src/monitoring/summaries/class-summaries.ts";
import type { Columns } from "../../../src/monitoring/summaries/summarize.ts";
import { Rng } from "../../../src/random.ts";
import { type Change, judgedStream, made } from "./judged-stream.ts";

/** Judges a stream of one-minute batches from a new person. */
const stream = (...given: Parameters<typeof judgedStream>): Judgement[] => judgedStream(...given).judgements;

const moved = (columns: Columns, sd: number): Columns => ({ ...columns, x: columns.x!.map((value) => value + sd) });

/**
 * Draws a random share of a channel's values from two narrow peaks instead of one wide peak, without changing the mean and
 * variance; with a share of 1, the channel is bimodal.
 */
function twoPeaked(columns: Columns, share: number, rng: Rng): Columns {
  const mean = columns.x!.reduce((sum, value) => sum + value, 0) / columns.x!.length;
  const x = columns.x!.map((value) => {
    const [draw, side] = [rng.uniform(), rng.uniform() < 0.5 ? -1 : 1];
    return draw < share ? mean + 0.2 * (value - mean) + Math.sqrt(1 - 0.2 ** 2) * side : value;
  });
  return { ...columns, x };
}

const begins = 8;
const steps = (batch: number): number => Math.max(0, batch - begins + 1);
const jumps = 12;
const walkOfMean: Change = (columns, batch) => moved(columns, 0.1 * steps(batch));
const jumpOfMean: Change = (columns, batch) => moved(columns, batch < jumps ? 0.2 : 1.5);
const walkOfShape: Change = (columns, batch, rng) => twoPeaked(columns, Math.min(1, 0.05 * steps(batch)), rng);
const jumpOfShape: Change = (columns, batch, rng) => twoPeaked(columns, batch < jumps ? 0.1 : 1, rng);

const firstAlarm = (judgements: readonly Judgement[]): number =>
  judgements.findIndex(({ verdict }) => verdict !== "normal");
const pAgainst = (judgement: Judgement, kind: ReferenceKind): number =>
  judgement.comparisons.find(({ reference }) => reference === kind)!.pValue!.p;
const seeds = Array.from({ length: 10 }, (_, i) => i);

describe("the made change of shape", () => {
  it("keeps mean and spread, and is far from the normal distribution", () => {
    const [normal, peaks] = [0, 1].map((share) => {
      const chunks = Array.from({ length: 60 }, (_, i) => {
        const rng = Rng.fromSeed(i);
        return made.summarize(
          twoPeaked(made.chunkOf(Rng.fromSeed(1), Rng.fromSeed(2), rng), share, rng.split("change")),
        );
      });
      return mergeAcrossClasses(mergeClassSummaries(chunks)).x!;
    });
    expect(peaks!.mean).toBeCloseTo(normal!.mean, 1);
    expect(peaks!.std / normal!.std).toBeCloseTo(1, 1);
    const inMiddle = ({ counts, n }: typeof peaks & {}): number =>
      counts.slice(counts.length * 0.4, counts.length * 0.6).reduce((sum, count) => sum + count, 0) / n;
    expect(inMiddle(peaks!)).toBeLessThan(inMiddle(normal!) / 4);
  });
});

describe.each<[string, Change, number]>([
  ["of a channel's mean, a tenth of its spread a batch", walkOfMean, 28],
  ["of a channel's shape, from one peak to two", walkOfShape, 36],
])("a slow walk %s", (_, change, batches) => {
  const streams = seeds.map((seed) => stream(1000 + seed, batches, change));

  it("is seen, and not before it began", () => {
    for (const judgements of streams) {
      expect(firstAlarm(judgements)).toBeGreaterThan(begins);
      expect(judgements.at(-1)!.verdict).not.toBe("normal");
    }
  });

  it("is gradual drift at the end, not a sudden change", () => {
    const right = streams.filter((judgements) => judgements.at(-1)!.verdict === "gradual_drift");
    expect(right.length).toBeGreaterThanOrEqual(9);
    for (const judgements of right) expect(judgements.at(-1)!.alarm!.confirmed).toBe(true);
  });

  it("is caught by a frozen reference, in its channel", () => {
    for (const judgements of streams) {
      const { leading } = judgements.at(-1)!;
      expect(["baseline", "anchor"]).toContain(leading!.reference);
      expect(leading!.score.channel).toBe("x");
    }
  });
});

describe.each<[string, Change]>([
  ["of a channel's mean, from 0.2 to 1.5 of its spread", jumpOfMean],
  ["of a channel's shape, from one peak to two", jumpOfShape],
])("a jump %s", (_, change) => {
  const streams = seeds.map((seed) => stream(1100 + seed, jumps + 12, change));

  it("is seen within five batches, and not before", () => {
    for (const judgements of streams) {
      expect(firstAlarm(judgements)).toBeGreaterThanOrEqual(jumps);
      expect(firstAlarm(judgements)).toBeLessThanOrEqual(jumps + 4);
    }
  });

  it("is a sudden change at the end, dated to the jump", () => {
    const right = streams.filter((judgements) => judgements.at(-1)!.verdict === "sudden_change");
    expect(right.length).toBeGreaterThanOrEqual(9);
    for (const judgements of right) {
      const { confirmed, changePoint } = judgements.at(-1)!.alarm!;
      expect(confirmed).toBe(true);
      expect(Math.abs(changePoint! - jumps)).toBeLessThanOrEqual(1);
    }
  });

  it("is caught by the rolling reference at once, whose batches before were usual", () => {
    // A stream that may belong to an unfamiliar person has no reference yet.
    const known = streams.filter((judgements) =>
      judgements[jumps - 1]!.comparisons.some(({ reference }) => reference === "rolling"),
    );
    expect(known.length).toBeGreaterThanOrEqual(9);
    let usual = 0;
    for (const judgements of known) {
      expect(pAgainst(judgements[jumps]!, "rolling")).toBeLessThanOrEqual(0.01);
      if (pAgainst(judgements[jumps - 1]!, "rolling") > 0.05) usual++;
    }
    expect(usual).toBeGreaterThanOrEqual(8);
  });
});

describe("by constants", () => {
  const fixed = { thresholds: "fixed" } as const;

  it("a slow walk is gradual drift by a frozen reference, from the first alarm to the end", () => {
    for (const seed of seeds) {
      const judgements = stream(1200 + seed, 28, walkOfMean, fixed);
      const from = firstAlarm(judgements);
      expect(from).toBeGreaterThanOrEqual(0);
      for (const { verdict, leading } of judgements.slice(from)) {
        if (verdict === "normal") continue;
        expect(["baseline", "anchor"]).toContain(leading!.reference);
        expect(verdict).toBe("gradual_drift");
      }
      expect(judgements.at(-1)!.verdict).toBe("gradual_drift");
    }
  });

  it("a jump is a sudden change by the rolling reference, at once", () => {
    let seen = 0;
    for (let seed = 0; seed < 40; seed++) {
      const judgements = stream(1300 + seed, jumps + 3, jumpOfMean, fixed);
      // Unfamiliar people are far from the training data from their first batch on, and have no rolling reference.
      if (firstAlarm(judgements) < jumps) continue;
      expect(judgements[jumps]).toMatchObject({ verdict: "sudden_change", leading: { reference: "rolling" } });
      seen++;
    }
    expect(seen).toBeGreaterThanOrEqual(3);
  });
});
