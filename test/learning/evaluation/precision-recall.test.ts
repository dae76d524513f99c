import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { precisionRecall } from "../../../src/learning/evaluation/precision-recall.ts";

interface Case {
  name: string;
  labels: number[];
  probabilities: number[];
  curves: { precision: number[]; recall: number[]; average_precision: number }[];
}

const { cases }: { cases: Case[] } = JSON.parse(
  readFileSync(new URL("../../fixtures/precision-recall.json", import.meta.url), "utf8"),
);

describe("precisionRecall", () => {
  it.each(cases)("agrees with scikit-learn: $name", ({ labels, probabilities, curves }) => {
    const scores = Float32Array.from(probabilities);
    const truth = Int32Array.from(labels);
    for (const [of, expected] of curves.entries()) {
      const curve = precisionRecall(scores, truth, { nClasses: 4, of })!;
      // scikit-learn may leave out lower thresholds once all rows of the class are found.
      const count = expected.recall.length;
      expect(curve.recall.slice(count).every((recall) => recall === 1)).toBe(true);
      curve.recall.slice(0, count).forEach((recall, i) => {
        expect(recall).toBeCloseTo(expected.recall[i]!, 12);
        expect(curve.precision[i]).toBeCloseTo(expected.precision[i]!, 12);
      });
      expect(curve.averagePrecision).toBeCloseTo(expected.average_precision, 12);
    }
    expect(precisionRecall(scores, truth, { nClasses: 4, of: 3 })).toBeNull();
  });

  it("rejects scores for a different number of rows", () => {
    expect(() => precisionRecall(new Float32Array(5), new Int32Array(2), { nClasses: 2, of: 0 })).toThrow(
      "scores: expected 2 rows of 2, got 5 numbers",
    );
  });
});
