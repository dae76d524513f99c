// Compares the linear head with scikit-learn's RidgeClassifier (test/fixtures/scripts/minirocket.py) and Ridge
// (test/fixtures/scripts/ridge_prior.py).

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { type HeadRows, LinearHead } from "../../../src/learning/training/linear-head.ts";
import { unchangedPenalty } from "../../../src/unchanged-penalty.ts";

const { head: fixture } = JSON.parse(
  readFileSync(new URL("../../fixtures/minirocket.json", import.meta.url), "utf8"),
) as {
  head: {
    rows: number;
    features: number;
    classes: number;
    labels: number[];
    counts: number[];
    class_weights: number[];
    heads: { rows: number[]; penalty: number; weights: number[]; intercepts: number[] }[];
  };
};
const pulled = JSON.parse(readFileSync(new URL("../../fixtures/ridge-prior.json", import.meta.url), "utf8")) as {
  prior: Omit<(typeof fixture.heads)[number], "rows" | "penalty">;
  heads: typeof fixture.heads;
};
const { rows, features, classes, labels } = fixture;
const exactly = { tolerance: 1e-7, maxSteps: 100, shouldStop: () => false };
const all = Array.from({ length: rows }, (_, i) => i);

function moments(): { mean: Float32Array; deviation: Float32Array } {
  const column = (f: number) => all.map((i) => fixture.counts[i * features + f]!);
  const mean = Array.from({ length: features }, (_, f) => column(f).reduce((a, b) => a + b) / rows);
  const deviation = mean.map((m, f) => Math.sqrt(column(f).reduce((sum, value) => sum + (value - m) ** 2, 0) / rows));
  return { mean: Float32Array.from(mean), deviation: Float32Array.from(deviation) };
}

function data(index: readonly number[] = all): HeadRows {
  const targets = new Float32Array(index.length * classes);
  for (const [i, row] of index.entries()) targets[i * classes + labels[row]!] = fixture.class_weights[labels[row]!]!;
  const counts = { type: "uint8", features, values: Uint8Array.from(fixture.counts) } as const;
  return { counts, rows: Int32Array.from(index), targets };
}

async function opened() {
  return LinearHead.create(data().counts, moments(), classes);
}

describe("a linear head", () => {
  it.each([all, all.slice(20)])("has scikit-learn's weights and intercepts under each penalty", async (...index) => {
    const head = await opened();
    const expected = fixture.heads.filter((own) => own.rows.length === index.length);
    const penalties = expected.map(({ penalty }) => penalty);
    const found = await head.fit([data(index)], penalties, exactly);
    for (const [p, { weights, intercepts }] of expected.entries()) {
      for (const [i, value] of [...weights, ...intercepts].entries())
        expect(found![p]![i], `penalty ${penalties[p]}, number ${i}`).toBeCloseTo(value, 4);
    }
    await head.release();
  });

  it.each([all, all.slice(20)])(
    "has scikit-learn's if the penalty is on the distance from another head",
    async (...index) => {
      const prior = Float64Array.from([...pulled.prior.weights, ...pulled.prior.intercepts]);
      const head = await LinearHead.create(data().counts, moments(), classes, prior);
      const expected = pulled.heads.filter((own) => own.rows.length === index.length);
      const penalties = expected.map(({ penalty }) => penalty);
      const found = await head.fit([data(index)], [unchangedPenalty, ...penalties], exactly);
      expect(found![0]).toEqual(prior);
      for (const [p, { weights, intercepts }] of expected.entries()) {
        for (const [i, value] of [...weights, ...intercepts].entries())
          expect(found![p + 1]![i], `penalty ${penalties[p]}, number ${i}`).toBeCloseTo(value, 4);
      }
      await head.release();
    },
  );

  it("scores rows as its weights say, in the order of the rows, under several heads at once", async () => {
    const head = await opened();
    const { mean, deviation } = moments();
    const points = [1, 2].map((factor) =>
      Float64Array.from({ length: (features + 1) * classes }, (_, i) => Math.sin(factor * i)),
    );
    const found = await head.scores([data([7]), data([3, 50])], points);
    for (const [p, point] of points.entries()) {
      const wanted = [7, 3, 50].flatMap((row) =>
        Array.from({ length: classes }, (_, k) =>
          Array.from(
            { length: features },
            (_, f) => (point[k * features + f]! * (fixture.counts[row * features + f]! - mean[f]!)) / deviation[f]!,
          ).reduce((a, b) => a + b, point[features * classes + k]!),
        ),
      );
      for (const [i, value] of wanted.entries()) expect(found[p]![i]).toBeCloseTo(value, 4);
    }
    await head.release();
  });

  it("is nearly the same if its rows come in two parts", async () => {
    const head = await opened();
    const [whole] = (await head.fit([data()], [7], exactly))!;
    const [parts] = (await head.fit([data(all.slice(0, 23)), data(all.slice(23))], [7], exactly))!;
    for (const [i, value] of whole!.entries()) expect(parts![i]).toBeCloseTo(value, 5);
    await head.release();
  });

  it("gives the same bytes again, and nothing if it is stopped", async () => {
    const head = await opened();
    const first = await head.fit([data()], [7, 1], exactly);
    expect(await head.fit([data()], [7, 1], exactly)).toEqual(first);
    expect(await head.fit([data()], [7, 1], { ...exactly, shouldStop: () => true })).toBeNull();
    await head.release();
  });
});
