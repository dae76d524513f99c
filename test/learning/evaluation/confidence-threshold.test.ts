import { expect, it } from "vitest";
import { confidenceThreshold } from "../../../src/learning/evaluation/confidence-threshold.ts";

// The confidences are .6, .7, .8, .9 and 1; of the two least confident predictions, one is wrong and one is right.
const probabilities = Float32Array.from([0.4, 0.6, 0.7, 0.3, 0.8, 0.2, 0.1, 0.9, 1, 0]);

it("gives the shares of wrong and of right predictions below the threshold", () => {
  const found = confidenceThreshold(Int32Array.from([0, 0, 1, 1, 0]), probabilities, 2, 0.5);
  expect(found.confidence).toBeCloseTo(0.8, 6);
  expect(found).toMatchObject({
    share: 2 / 5,
    wrong_removed: 1 / 2,
    right_removed: 1 / 3,
    accuracy_before: 3 / 5,
    accuracy_after: 2 / 3,
  });
});

it("has no share of errors if there are none, and never removes everything", () => {
  const found = confidenceThreshold(Int32Array.from([1, 0, 0, 1, 0]), probabilities, 2, 0.99);
  expect(found).toMatchObject({ wrong_removed: null, right_removed: 4 / 5, accuracy_before: 1, accuracy_after: 1 });
});
