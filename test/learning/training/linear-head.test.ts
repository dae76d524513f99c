// Against scikit-learn's logistic regression (test/fixtures/scripts/minirocket.py).

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { type HeadRows, headAccuracy, LinearHead } from "../../../src/learning/training/linear-head.ts";
import { minimize } from "../../../src/learning/training/minimize.ts";

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
    penalty: number;
    weights: number[];
    intercepts: number[];
  };
};
const { rows, features, classes, labels, penalty } = fixture;
const never = () => false;

function moments(): { mean: Float32Array; deviation: Float32Array } {
  const column = (f: number) => Array.from({ length: rows }, (_, i) => fixture.counts[i * features + f]!);
  const mean = Array.from({ length: features }, (_, f) => column(f).reduce((a, b) => a + b) / rows);
  const deviation = mean.map((m, f) => Math.sqrt(column(f).reduce((sum, value) => sum + (value - m) ** 2, 0) / rows));
  return { mean: Float32Array.from(mean), deviation: Float32Array.from(deviation) };
}

function data(from = 0, to = rows): HeadRows {
  const targets = new Float32Array((to - from) * classes);
  for (let i = from; i < to; i++) targets[(i - from) * classes + labels[i]!] = fixture.class_weights[labels[i]!]!;
  const counts = { type: "uint8", features, values: Uint8Array.from(fixture.counts) } as const;
  return { counts, rows: Int32Array.from({ length: to - from }, (_, i) => from + i), targets };
}

async function opened() {
  const { counts } = data();
  return LinearHead.create(counts, moments(), classes);
}

describe("a linear head", () => {
  it("has scikit-learn's weights and intercepts", async () => {
    const head = await opened();
    const evaluate = (point: Float64Array) => head.evaluate([data()], point, penalty);
    const found = await minimize(evaluate, head.zero(), { tolerance: 1e-5, maxSteps: 500, shouldStop: never });
    const point = Array.from(found!.point);
    const intercepts = point.slice(-classes);
    const middle = intercepts.reduce((a, b) => a + b) / classes;
    const centred = [...point.slice(0, -classes), ...intercepts.map((value) => value - middle)];
    for (const [i, expected] of [...fixture.weights, ...fixture.intercepts].entries()) {
      expect(centred[i], `number ${i}`).toBeCloseTo(expected, 3);
    }
    await head.release();
  });

  it("has the same loss and gradient if its rows come in two parts", async () => {
    const head = await opened();
    const point = head.zero().map((_, i) => Math.sin(i));
    const whole = await head.evaluate([data()], point, penalty);
    const parts = await head.evaluate([data(0, 23), data(23)], point, penalty);
    expect(parts.loss).toBeCloseTo(whole.loss, 5);
    for (const [i, value] of whole.gradient.entries()) expect(parts.gradient[i]).toBeCloseTo(value, 4);
    expect(parts.logits).toEqual(whole.logits);
    expect(headAccuracy([data(0, 23), data(23)], parts.logits, classes)).toBe(
      headAccuracy([data()], whole.logits, classes),
    );
    await head.release();
  });

  it("has the gradient that finite differences give", async () => {
    const head = await opened();
    const point = head.zero().map((_, i) => Math.cos(i) / 4);
    const { gradient } = await head.evaluate([data()], point, penalty);
    for (const i of [0, 6, 14, 15, 17]) {
      const shifted = async (by: number) =>
        (await head.evaluate([data()], point.with(i, point[i]! + by), penalty)).value;
      expect(gradient[i]).toBeCloseTo(((await shifted(1e-2)) - (await shifted(-1e-2))) / 2e-2, 3);
    }
    await head.release();
  });

  it("gives the same bytes again, and nothing if it is stopped", async () => {
    const head = await opened();
    const first = await head.fit([data()], penalty, head.zero(), never);
    const second = await head.fit([data()], penalty, head.zero(), never);
    expect(second).toEqual(first);
    expect(await head.fit([data()], penalty, head.zero(), () => true)).toBeNull();
    await head.release();
  });
});

describe("minimize", () => {
  /** Rosenbrock's function, with its minimum of 0 at (1, 1); it is not convex, but has no other minimum. */
  const rosenbrock = async ([x, y]: Float64Array) => ({
    value: (1 - x!) ** 2 + 100 * (y! - x! ** 2) ** 2,
    gradient: Float64Array.of(-2 * (1 - x!) - 400 * x! * (y! - x! ** 2), 200 * (y! - x! ** 2)),
  });

  it("finds the minimum of a curved valley", async () => {
    const found = await minimize(rosenbrock, Float64Array.of(-1.2, 1), {
      tolerance: 1e-9,
      maxSteps: 200,
      shouldStop: never,
    });
    expect(found!.point[0]).toBeCloseTo(1, 8);
    expect(found!.point[1]).toBeCloseTo(1, 8);
  });

  it("ends after the given number of steps, and where nothing decreases", async () => {
    const options = { tolerance: 0, maxSteps: 3, shouldStop: never };
    const early = await minimize(rosenbrock, Float64Array.of(-1.2, 1), options);
    expect(early!.evaluation.value).toBeGreaterThan(0.1);
    const flat = async () => ({ value: 1, gradient: Float64Array.of(1) });
    expect((await minimize(flat, Float64Array.of(0), options))!.point).toEqual(Float64Array.of(0));
  });
});
