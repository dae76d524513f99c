// Tests the cycles without any training: each test specifies the results of the fits.
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type CurriculumData,
  type CurriculumOptions,
  type CurriculumResult,
  type CycleFit,
  runCurriculum,
} from "../../../src/learning/training/curriculum.ts";
import type { CycleReport } from "../../../src/learning/training/cycle-report.ts";
import type { Selection } from "../../../src/learning/training/select-pseudo-labels.ts";

/** The result of a fit: its macro-F1 on the holdout, and for each unlabelled window, the predicted class and its confidence. */
interface Said {
  readonly f1: number;
  readonly unlabelled: readonly (readonly [k: number, confidence: number])[];
}

const perClass = 1000;
const options: CurriculumOptions = {
  cycles: 5,
  step: 0.2,
  selector: "percentile-per-class",
  threshold: 0.9,
  restart: "scratch",
};
const data: CurriculumData = {
  classes: ["sit", "walk"],
  labelledCounts: [100, 100],
  holdoutLabels: Int32Array.from({ length: 2 * perClass }, (_, i) => i % 2),
  truth: null,
};

/** Both classes have the same number of errors, so macro-F1 is the share of correct predictions. */
function fitOf<W>(weights: W, { f1, unlabelled }: Said): CycleFit<W> {
  const right = Math.round(f1 * perClass);
  const holdout = Float32Array.from({ length: 4 * perClass }, (_, i) => {
    const window = Math.floor(i / 2);
    const said = Math.floor(window / 2) < right ? window % 2 : 1 - (window % 2);
    return i % 2 === said ? 0.9 : 0.1;
  });
  const row = ([k, sure]: readonly [number, number]): number[] => (k === 0 ? [sure, 1 - sure] : [1 - sure, sure]);
  return { weights, holdout, unlabelled: Float32Array.from(unlabelled.flatMap(row)) };
}

/** `n` windows of each class, with increasing confidence. */
const even = (n: number): Said["unlabelled"] =>
  Array.from({ length: 2 * n }, (_, i) => [i % 2, 0.6 + (0.3 * i) / (2 * n)] as const);

interface Call {
  cycle: number;
  selection: Selection | null;
  from: string | null;
}

/**
 * Runs the curriculum with fits that return these results in turn, and the last result for all later fits. The weights of a
 * cycle contain its number.
 */
async function follow(
  answers: readonly Said[],
  changes: Partial<CurriculumOptions> = {},
  known: Partial<CurriculumData> = {},
): Promise<CurriculumResult<string> & { calls: Call[]; told: CycleReport[] }> {
  const calls: Call[] = [];
  const told: CycleReport[] = [];
  const result = await runCurriculum<string>(
    { ...data, ...known },
    { ...options, ...changes },
    async (cycle, selection, from) => {
      calls.push({ cycle, selection, from });
      return fitOf(`weights of ${cycle}`, answers[cycle] ?? answers.at(-1)!);
    },
    (report) => told.push(report),
  );
  return { ...result, calls, told };
}

/** Each cycle scores better than the previous cycle, so that only the class shares can end the cycles. */
const rising = (unlabelled: Said["unlabelled"]): Said[] =>
  [0.7, 0.71, 0.72, 0.73, 0.74, 0.75, 0.76, 0.77, 0.78, 0.79, 0.8].map((f1) => ({ f1, unlabelled }));

describe("the cycles", () => {
  it("learn from the labelled windows only, and then from shares that grow until all windows are selected", async () => {
    const { cycles, calls, told, stopped, winner } = await follow(rising(even(10)));
    expect(cycles.map(({ share }) => share)).toEqual([0, 0.2, 0.4, 0.6, 0.8, 1]);
    expect(cycles.map(({ selection }) => selection?.total ?? null)).toEqual([null, 6, 8, 12, 16, 20]);
    expect(calls.map(({ cycle, selection }) => [cycle, selection?.rows.length ?? null])).toEqual(
      cycles.map(({ cycle, selection }) => [cycle, selection?.total ?? null]),
    );
    expect({ stopped, winner }).toEqual({ stopped: "all selected", winner: 5 });
    expect(told).toEqual(cycles);
  });

  it.each([0.1, 0.3, 0.07])(
    "select no window beyond their share because of rounding, with a step of %s",
    async (step) => {
      const { cycles } = await follow(rising(even(100)), { step, cycles: 10 });
      for (const { cycle, selection } of cycles.slice(1)) {
        expect(selection!.total, `cycle ${cycle}`).toBe(2 * Math.min(100, Math.round(100 * step) * cycle));
      }
    },
  );

  it("relabel everything: the selection depends on the previous network, not on earlier selections", async () => {
    const turned: Said["unlabelled"] = even(10).map(([k, confidence]) => [1 - k, 1.5 - confidence]);
    const { calls, cycles } = await follow([
      { f1: 0.7, unlabelled: even(10) },
      { f1: 0.71, unlabelled: turned },
      { f1: 0.72, unlabelled: even(10) },
      { f1: 0.73, unlabelled: even(10) },
    ]);
    expect([...calls[1]!.selection!.rows]).toEqual([14, 15, 16, 17, 18, 19]);
    expect([...calls[1]!.selection!.labels]).toEqual([0, 1, 0, 1, 0, 1]);
    expect([...calls[2]!.selection!.rows]).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect([...calls[2]!.selection!.labels]).toEqual([1, 0, 1, 0, 1, 0, 1, 0]);
    expect(cycles.map(({ unlabelled }) => unlabelled.flipped).slice(0, 4)).toEqual([null, 1, 1, 0]);
  });

  it.each([
    ["scratch", [null, null, null, null, null, null]],
    ["pretrained", [null, ...Array(5).fill("weights of 0")]],
    ["none", [null, "weights of 0", "weights of 1", "weights of 2", "weights of 3", "weights of 4"]],
  ] as const)("with restart %s begin from the weights that it means", async (restart, weights) => {
    const { calls } = await follow(rising(even(10)), { restart });
    expect(calls.map(({ from }) => from)).toEqual(weights);
  });

  it("never select more of a class than there are labelled windows of it, and at least three if there are that many", async () => {
    const { cycles } = await follow(rising(even(10)), {}, { labelledCounts: [100, 5] });
    expect(cycles.at(-1)!.selection!.per_class).toEqual({ sit: 10, walk: 5 });
    const few = await follow(rising(even(10)), { step: 0.01, cycles: 1 });
    expect(few.cycles[1]!.selection!.per_class).toEqual({ sit: 3, walk: 3 });
  });
});

describe("the winner", () => {
  const winnerOf = async (...scores: number[]): Promise<number> =>
    (
      await follow(
        scores.map((f1) => ({ f1, unlabelled: even(10) })),
        { cycles: scores.length - 1 },
      )
    ).winner;

  it("is the best on the holdout, and may be the one without pseudo-labels", async () => {
    expect(await winnerOf(0.7, 0.75, 0.73)).toBe(1);
    expect(await winnerOf(0.7, 0.75, 0.76)).toBe(2);
    expect(await winnerOf(0.7, 0.69, 0.695)).toBe(0);
  });

  it("is the earlier of equals", async () => {
    expect(await winnerOf(0.7, 0.7, 0.7)).toBe(0);
    expect(await winnerOf(0.7, 0.72, 0.72)).toBe(1);
  });

  it("comes with its weights and its selection", async () => {
    const { winner, fits, selections, calls } = await follow(rising(even(10)));
    expect(fits[winner]!.weights).toBe("weights of 5");
    expect(selections).toEqual(calls.map(({ selection }) => selection));
  });
});

describe("the cycles end", () => {
  const ended = ({ stopped, winner, calls }: Awaited<ReturnType<typeof follow>>) => ({
    stopped,
    winner,
    fits: calls.length,
  });
  const allOf = (k: number): Said["unlabelled"] => even(10).map(([, confidence]) => [k, confidence]);

  it("before a cycle that would lose a class that the last one learned", async () => {
    const answers = [
      { f1: 0.7, unlabelled: even(10) },
      { f1: 0.72, unlabelled: allOf(1) },
    ];
    expect(ended(await follow(answers))).toEqual({ stopped: "vanished", winner: 1, fits: 2 });
  });

  it("likewise if the classes are numbers, whose order an object does not keep", async () => {
    // An object would order these keys as 1, 2, 10. Class "10" (index 1) is never predicted, and class "2" (index 2) always.
    const classes = ["1", "10", "2"];
    const holdoutLabels = Int32Array.from({ length: 30 }, (_, i) => i % 3);
    const row = (k: number, sure = 0.8): number[] => [0, 1, 2].map((i) => (i === k ? sure : (1 - sure) / 2));
    const answer = (cycle: number): CycleFit<number> => ({
      weights: cycle,
      holdout: Float32Array.from([...holdoutLabels].flatMap((k, i) => row(i < 20 + cycle ? k : (k + 1) % 3))),
      unlabelled: Float32Array.from(Array.from({ length: 20 }, (_, i) => row(i % 2 === 0 ? 0 : 2)).flat()),
    });
    const known = { classes, labelledCounts: [50, 50, 50], holdoutLabels, truth: null };
    const { stopped, cycles } = await runCurriculum(known, options, async (cycle) => answer(cycle));
    expect(cycles[1]!.selection!.per_class).toEqual({ "1": 3, "10": 0, "2": 3 });
    expect(stopped).toBe("all selected");
  });

  it("before a cycle in which one class makes up more than four fifths of the selection", async () => {
    const uneven = (n: number): Said["unlabelled"] => even(10).map(([, sure], i) => [i < n ? 1 : 0, sure]);
    const rule = { step: 1, cycles: 1 };
    expect(ended(await follow([{ f1: 0.7, unlabelled: uneven(3) }], rule))).toMatchObject({
      stopped: "dominated",
      fits: 1,
      winner: 0,
    });
    expect(ended(await follow([{ f1: 0.7, unlabelled: uneven(4) }], rule)).stopped).toBe("all selected");
  });

  it("before a cycle for which no window is certain enough", async () => {
    const rule = { selector: "fixed", threshold: 0.95 } as const;
    expect(ended(await follow(rising(even(10)), rule))).toEqual({ stopped: "nothing selected", winner: 0, fits: 1 });
  });

  it("do not end when the share reaches 1 if the confidence is fixed, because the share then has no effect", async () => {
    const rule = { selector: "fixed", threshold: 0.8, step: 0.5, cycles: 4 } as const;
    expect(ended(await follow(rising(even(10)), rule))).toEqual({ stopped: "cycles", winner: 4, fits: 5 });
  });

  it("after a cycle that is .02 worse than the one without pseudo-labels, and the best earlier one wins", async () => {
    const answers = [0.7, 0.74, 0.675].map((f1) => ({ f1, unlabelled: even(10) }));
    expect(ended(await follow(answers))).toEqual({ stopped: "dropped", winner: 1, fits: 3 });
    const less = [0.7, 0.74, 0.685, 0.75].map((f1) => ({ f1, unlabelled: even(10) }));
    expect(ended(await follow(less)).stopped).not.toBe("dropped");
  });

  it("after two in a row without a gain of .005", async () => {
    const of = async (...scores: number[]) => ended(await follow(scores.map((f1) => ({ f1, unlabelled: even(10) }))));
    expect(await of(0.7, 0.701, 0.704)).toEqual({ stopped: "no gain", winner: 2, fits: 3 });
    expect(await of(0.7, 0.701, 0.706, 0.708, 0.709)).toEqual({ stopped: "no gain", winner: 4, fits: 5 });
    expect(await of(0.7, 0.71, 0.71, 0.72, 0.719, 0.73)).toEqual({ stopped: "all selected", winner: 5, fits: 6 });
  });

  it("after the requested number of cycles", async () => {
    expect(ended(await follow(rising(even(10)), { cycles: 2 }))).toEqual({ stopped: "cycles", winner: 2, fits: 3 });
  });
});

describe("a cycle's report", () => {
  it("contains the pseudo-labels' precision, and their recall over all windows of the class", async () => {
    // The three most confident of ten "sit" windows are 14, 16 and 18; those of ten "walk" windows are 15, 17 and 19.
    const truth = Int32Array.from(even(10), ([k]) => k);
    truth[16] = 1;
    const { cycles } = await follow(rising(even(10)), { step: 0.2, cycles: 1 }, { truth });
    expect(cycles[1]!.selection!.truth).toEqual({
      accuracy: 5 / 6,
      per_class: { sit: { precision: 2 / 3, recall: 2 / 9 }, walk: { precision: 1, recall: 3 / 11 } },
    });
    expect(cycles[1]!.unlabelled.accuracy).toBeCloseTo(19 / 20, 12);
    expect(cycles[1]!.unlabelled.macro_f1).toBeCloseTo(((2 * 9) / 19 + (2 * 10) / 21) / 2, 12);
  });

  it("leaves out windows without a true label, and is null if there is nothing to divide by", async () => {
    const truth = new Int32Array(20).fill(-1);
    truth.set([0, 1, 0, 1], 16);
    truth[0] = 0;
    const { cycles } = await follow(rising(even(10)), { cycles: 1 }, { truth });
    expect(cycles[1]!.selection!.truth).toEqual({
      accuracy: 1,
      per_class: { sit: { precision: 1, recall: 2 / 3 }, walk: { precision: 1, recall: 1 } },
    });
    const none = await follow(rising(even(10)), { cycles: 1 }, { truth: new Int32Array(20).fill(-1) });
    expect(none.cycles[1]!.selection!.truth).toBeNull();
    truth.fill(-1).set([0, 0], 17);
    const { per_class } = (await follow(rising(even(10)), { cycles: 1 }, { truth })).cycles[1]!.selection!.truth!;
    expect(per_class.walk).toEqual({ precision: 0, recall: null });
    expect(none.cycles[1]!.unlabelled).toMatchObject({ macro_f1: null, accuracy: null });
  });

  it("does not affect the cycles through the true labels", async () => {
    const answers = rising(even(10));
    const [without, wrong] = await Promise.all([
      follow(answers),
      follow(answers, {}, { truth: Int32Array.from(even(10), ([k]) => 1 - k) }),
    ]);
    expect(wrong.selections).toEqual(without.selections);
    expect([wrong.winner, wrong.stopped]).toEqual([without.winner, without.stopped]);
    expect(without.cycles[1]!.selection!.truth).toBeNull();
  });

  it("contains the network's confidence and predictions, the lowest confidence and the shift of the classes", async () => {
    const unlabelled = [...Array(6).fill([0, 0.5]), ...Array(2).fill([1, 1])] as Said["unlabelled"];
    const { cycles } = await follow([{ f1: 0.7, unlabelled }], { step: 1, cycles: 1 });
    expect(cycles[0]).toMatchObject({
      cycle: 0,
      share: 0,
      selection: null,
      holdout: { n: 2000, accuracy: 0.7 },
      unlabelled: { mean_confidence: (6 * 0.5 + 2) / 8, mean_entropy: 6 / 8, predicted: { sit: 6, walk: 2 } },
    });
    expect(cycles[1]!.selection).toEqual({
      total: 8,
      per_class: { sit: 6, walk: 2 },
      thresholds: { sit: 0.5, walk: 1 },
      truth: null,
      share_shift: 0.25,
    });
    expect(cycles[1]!.unlabelled.flipped).toBe(0);
  });

  it("counts windows as flipped if their label differs from the previous cycle's", async () => {
    const some: Said["unlabelled"] = even(10).map(([k, confidence], i) => [i < 5 ? 1 - k : k, confidence]);
    const { cycles } = await follow(
      [
        { f1: 0.7, unlabelled: even(10) },
        { f1: 0.71, unlabelled: some },
        { f1: 0.72, unlabelled: some },
      ],
      { cycles: 2 },
    );
    expect(cycles.map(({ unlabelled }) => unlabelled.flipped)).toEqual([null, 0.25, 0]);
  });
});

it("whatever the fits return, the cycles end, a best cycle or the first one wins, and no limit is exceeded", async () => {
  const said = fc.record({
    f1: fc.integer({ min: 600, max: 800 }).map((n) => n / 1000),
    unlabelled: fc.array(fc.tuple(fc.nat(1), fc.double({ min: 0.55, max: 1, noNaN: true })), {
      minLength: 12,
      maxLength: 12,
    }),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.array(said, { minLength: 6, maxLength: 6 }),
      fc.constantFrom("percentile-per-class", "percentile-global", "fixed"),
      fc.tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 9 })),
      async (answers, selector, labelledCounts) => {
        const result = await follow(answers, { selector, threshold: 0.8 }, { labelledCounts });
        const { cycles, winner, calls } = result;
        const scores = cycles.map(({ holdout }) => holdout.macro_f1);
        expect(winner).toBe(scores.indexOf(Math.max(...scores)));
        expect(calls).toHaveLength(cycles.length);
        for (const { selection } of cycles.slice(1)) {
          expect(selection!.per_class.sit).toBeLessThanOrEqual(labelledCounts[0]);
          expect(selection!.per_class.walk).toBeLessThanOrEqual(labelledCounts[1]);
        }
      },
    ),
    { numRuns: 60 },
  );
});
