// Tests the order in which an epoch visits its rows, and the initial weights of a fit.
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fitNetwork, networkFitEpochOrder } from "../../../src/learning/training/fit-network.ts";
import { type FitState, fitStateFrom, type NetworkWeights } from "../../../src/learning/training/fit-state.ts";
import { Rng } from "../../../src/random.ts";
import { quiet, range, type ToyChanges, toyFit, toyWindows } from "./toy.ts";

const rowsUpTo = (count: number): Int32Array => Int32Array.from({ length: count }, (_, i) => i);

describe("an epoch's order", () => {
  const anyEpoch = fc.record({
    rows: fc.uniqueArray(fc.nat(500), { minLength: 1, maxLength: 120 }),
    share: fc.double({ min: 0, max: 1, noNaN: true }),
    batchSize: fc.integer({ min: 1, max: 40 }),
    seed: fc.nat(1000),
  });

  it("contains every row once, whatever is spread", () => {
    fc.assert(
      fc.property(anyEpoch, ({ rows, share, seed }) => {
        const spread = rows.slice(0, Math.round(share * rows.length));
        const order = networkFitEpochOrder(Int32Array.from(rows), spread, Rng.fromSeed(seed));
        expect([...order].sort((a, b) => a - b)).toEqual([...rows].sort((a, b) => a - b));
      }),
    );
  });

  it("gives each batch the same share of spread rows as the whole, to within one window", () => {
    fc.assert(
      fc.property(anyEpoch, ({ rows, share, batchSize, seed }) => {
        const spread = new Set(rows.slice(0, Math.round(share * rows.length)));
        const order = networkFitEpochOrder(Int32Array.from(rows), [...spread], Rng.fromSeed(seed));
        for (let start = 0; start + batchSize <= order.length; start += batchSize) {
          const batch = [...order.subarray(start, start + batchSize)];
          const wanted = (batchSize * spread.size) / rows.length;
          expect(Math.abs(batch.filter((row) => spread.has(row)).length - wanted)).toBeLessThan(1);
        }
      }),
    );
  });

  it("leaves at least a quarter of each batch to labelled rows if half of all rows are labelled", () => {
    for (const batchSize of [4, 5, 7, 16, 64]) {
      const [rows, spread] = [rowsUpTo(200), range(100, 200)];
      const order = networkFitEpochOrder(rows, spread, Rng.fromSeed(3));
      for (let start = 0; start + batchSize <= 200; start += batchSize) {
        const labelled = order.subarray(start, start + batchSize).filter((row) => row < 100).length;
        expect(labelled / batchSize).toBeGreaterThanOrEqual(0.25);
      }
    }
  });

  it("is the previous shuffle if no rows are spread, so that such fits keep their bytes", () => {
    const shuffled = Rng.fromSeed(4).shuffle(rowsUpTo(30));
    expect(networkFitEpochOrder(rowsUpTo(30), [], Rng.fromSeed(4))).toEqual(shuffled);
  });

  it("differs in each epoch for both kinds of rows, and changes neither list", () => {
    const [rows, spread] = [rowsUpTo(40), range(20, 40)];
    const orders = [1, 2].map((seed) => [...networkFitEpochOrder(rows, spread, Rng.fromSeed(seed))]);
    for (const isSpread of [true, false]) {
      const [one, other] = orders.map((order) => order.filter((row) => row >= 20 === isSpread));
      expect(one).not.toEqual(other);
    }
    expect(rows).toEqual(rowsUpTo(40));
    expect(networkFitEpochOrder(rows, spread, Rng.fromSeed(1))).toEqual(Int32Array.from(orders[0]!));
  });
});

/** The state of a fit before its first step. */
async function begin(changes: ToyChanges): Promise<FitState> {
  return (await fitNetwork(...toyFit({ epochs: 0, ...changes }), quiet)).state;
}
const weightsOf = ({ parameters, statistics }: FitState): NetworkWeights => ({ parameters, statistics });

describe("a fit begins", () => {
  it("from new weights that depend only on the seed", async () => {
    const fresh = weightsOf(await begin({}));
    const windows = toyWindows(120, 9);
    const others: ToyChanges[] = [
      { windows },
      { trainIndex: range(0, 33), pseudoLabels: { rows: range(0, 10), labels: Array(10).fill(1) } },
      { learningRate: 0.1, batchSize: 8, classWeights: [1, 2], turned: [["Ax", "Ay", "Az"]], validationIndex: null },
    ];
    for (const changes of others) expect(weightsOf(await begin(changes))).toEqual(fresh);
    expect(weightsOf(await begin({ rng: Rng.fromSeed(6).state }))).not.toEqual(fresh);
  });

  it("from the given weights, which it does not change, with a new optimizer and schedule", async () => {
    const earlier = await fitNetwork(...toyFit(), quiet);
    const start = weightsOf(earlier.state);
    const copy = structuredClone(start);
    const state = fitStateFrom(start, 0.003);
    expect(weightsOf(state)).toEqual(start);
    expect(state.averageParameters).toEqual(start.parameters);
    expect(state.averageStatistics).toEqual(start.statistics);
    for (const moments of [state.moment1, state.moment2]) expect(moments.every((value) => value === 0)).toBe(true);
    expect(state.progress).toMatchObject({ updates: 0, epochs: [], learningRate: 0.003 });
    const { state: after } = await fitNetwork(...toyFit({ epochs: 1 }), { ...quiet, state });
    expect(start).toEqual(copy);
    expect(after.parameters).not.toEqual(start.parameters);
    expect(after.progress.epochs[0]!.loss).toBeLessThan(earlier.state.progress.epochs[0]!.loss);
  });
});

it("a fit learns from pseudo-labels instead of the windows' own labels, and the same plan gives the same weights", async () => {
  const windows = toyWindows(120);
  const rows = range(40, 80);
  const pseudoLabels = { rows, labels: rows.map((row) => windows.labels[row]!) };
  const fit = { pseudoLabels, epochs: 2 };
  const { state: one } = await fitNetwork(...toyFit({ windows, ...fit }), quiet);
  const unlabelled = { ...windows, labels: windows.labels.map((label, row) => (rows.includes(row) ? -1 : label)) };
  const { state: again } = await fitNetwork(...toyFit({ windows: unlabelled, ...fit }), quiet);
  expect(weightsOf(again)).toEqual(weightsOf(one));
  const turned = { rows, labels: pseudoLabels.labels.map((label) => 1 - label) };
  const { state: other } = await fitNetwork(...toyFit({ windows, ...fit, pseudoLabels: turned }), quiet);
  expect(other.parameters).not.toEqual(one.parameters);
});
