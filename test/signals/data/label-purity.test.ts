import { describe, expect, test } from "vitest";
import { Rng } from "../../../src/random.ts";
import { labelsOfWindows } from "../../../src/signals/data/label-purity.ts";
import { makeWindowsOfPlans } from "../../../src/signals/data/make-windows.ts";
import { planWindows } from "../../../src/signals/data/plan-windows.ts";
import { RowStore } from "../../../src/signals/data/row-store.ts";
import { StoredRows } from "../../../src/signals/data/stored-rows.ts";

test("a window has the label that holds for the largest share of it", () => {
  const runs = [
    { start: 0, label: 0 },
    { start: 3, label: 1 },
    { start: 4, label: null },
    { start: 5, label: 1 },
  ];
  const { labels, shares } = labelsOfWindows(runs, { start: 0, step: 2, length: 4, count: 4 });
  expect([...labels]).toEqual([0, 1, 1, 1]);
  for (const [w, share] of [0.75, 0.5, 0.75, 1].entries()) expect(shares[w]).toBeCloseTo(share, 12);
});

/** Returns one recording at 10 Hz, whose label changes at random, with a gap after `gapAt` rows. */
function changing(
  seed: number,
  count: number,
  gapAt: number,
): { rows: StoredRows; labels: string[]; time: Float64Array } {
  const rng = Rng.fromSeed(seed);
  const labels: string[] = [];
  while (labels.length < count) {
    const label = ["sit", "turn", "walk"][rng.integer(3)]!;
    for (let i = 0, n = 4 + rng.integer(40); i < n && labels.length < count; i++) labels.push(label);
  }
  const time = Float64Array.from(labels, (_, i) => i / 10 + (i >= gapAt ? 5 : 0));
  const store = new RowStore(1);
  store.append(0, time, [Float32Array.from(labels, (_, i) => i)], 0, count);
  const runs = labels.flatMap((label, from) => (label === labels[from - 1] ? [] : [{ from, label }]));
  const recording = {
    user: "ann",
    recording: "r",
    index: 0,
    rows: count,
    repeats: false,
    labels: runs,
    afterUnlabelled: [],
  };
  return { rows: new StoredRows(["x"], store, [recording]), labels, time };
}

describe.each([1, 2, 3])("windows over changes of label, seed %i", (seed) => {
  const [count, gapAt, windowSize] = [600, 253, 20];
  const { rows, labels } = changing(seed, count, gapAt);

  /** Computes the same result by counting rows: every window between the gaps, with its most frequent label. */
  const counted = [0, gapAt].flatMap((first, part) => {
    const last = part === 0 ? gapAt : count;
    const starts = Array.from({ length: Math.floor((last - first - windowSize) / 10) + 1 }, (_, k) => first + 10 * k);
    return starts.map((start) => {
      const tally = new Map<string, number>();
      for (const label of labels.slice(start, start + windowSize)) tally.set(label, (tally.get(label) ?? 0) + 1);
      const [label, most] = [...tally].reduce((a, b) => (b[1] > a[1] ? b : a));
      return { start, label, share: most / windowSize };
    });
  });

  test.each([0.5, 0.8])("have their most frequent label if it has %f of them", (purity) => {
    const plan = planWindows(rows, { samplingRateHz: 10, windowSize, overlap: 0.5, purity });
    const [windows] = makeWindowsOfPlans([{ rows, plan }]);
    const used = counted.filter(({ share }) => share >= purity);
    const found = Array.from(windows!.labels, (label) => windows!.classes[label]);
    expect(Array.from(windows!.starts, (start) => windows!.samples[start])).toEqual(used.map(({ start }) => start));
    // If two labels each cover half of the window, either label is correct.
    for (const [w, { label, share }] of used.entries()) if (share > 0.5) expect(found[w]).toBe(label);
    const crossing = counted.filter(({ share }) => share < 1);
    expect(plan.labelChanges).toEqual({
      windows: counted.length,
      crossing: crossing.length,
      mostly: crossing.filter(({ share }) => share >= 0.8).length,
      majority: crossing.filter(({ share }) => share >= 0.5).length,
      used: crossing.filter(({ share }) => share >= purity).length,
    });
  });

  test("are counted, and not used, at the default", () => {
    const plan = planWindows(rows, { samplingRateHz: 10, windowSize, overlap: 0.5 });
    const [windows] = makeWindowsOfPlans([{ rows, plan }]);
    for (const start of windows!.starts) {
      const rowsOf = windows!.samples.subarray(start, start + windowSize);
      expect(new Set(Array.from(rowsOf, (row) => labels[row]!)).size).toBe(1);
    }
    expect(plan.labelChanges).toMatchObject({
      crossing: counted.filter(({ share }) => share < 1).length,
      used: 0,
    });
  });
});

test("no label changes are reported if no label changes within a recording", () => {
  const store = new RowStore(1);
  const time = Float64Array.from({ length: 100 }, (_, i) => i / 10);
  store.append(0, time, [new Float32Array(100)], 0, 100);
  const recording = {
    user: "a",
    recording: "r",
    index: 0,
    rows: 100,
    repeats: false,
    labels: [{ from: 0, label: "x" }],
    afterUnlabelled: [],
  };
  const plan = planWindows(new StoredRows(["x"], store, [recording]), {
    samplingRateHz: 10,
    windowSize: 20,
    overlap: 0.5,
  });
  expect(plan.labelChanges).toBeNull();
});
