// Compares softmax cross-entropy with its formula in plain loops.

import { describe, expect, it } from "vitest";
import { backpropagate } from "../../../src/learning/networks/backpropagate.ts";
import { softmaxCrossEntropy } from "../../../src/learning/networks/losses.ts";
import { type DataType, Graph } from "../../../src/learning/networks/onnx-graph.ts";
import { numbers } from "./check-gradient.ts";
import { runGraph } from "./run-graph.ts";

async function lossOf(logits: ArrayLike<number>, targets: ArrayLike<number>, classes: number, type: DataType) {
  const graph = new Graph("loss");
  const shape = [logits.length / classes, classes];
  const x = graph.input("logits", type, shape);
  const loss = softmaxCrossEntropy(x, graph.input("targets", type, shape));
  graph.output("loss", loss);
  graph.output("gradient", backpropagate(loss, [x])[0]!);
  const result = await runGraph(graph, { logits, targets });
  expect(result.loss!.shape).toEqual([]);
  return { loss: result.loss!.values[0]!, gradient: result.gradient!.values };
}

describe("softmax cross-entropy", () => {
  it("is the mean of -log p over the windows, and its gradient (p - y) / B", async () => {
    const { values } = numbers([5, 3], 1);
    const labels = [0, 2, 1, 1, 2];
    const targets = labels.flatMap((label) => [0, 1, 2].map((k) => Number(k === label)));
    const p = [...values].map((logit, i) => {
      const row = values.slice(i - (i % 3), i - (i % 3) + 3);
      return Math.exp(logit) / row.reduce((sum, other) => sum + Math.exp(other), 0);
    });
    const { loss, gradient } = await lossOf(values, targets, 3, "float64");
    expect(loss).toBeCloseTo(labels.reduce((sum, label, n) => sum - Math.log(p[3 * n + label]!), 0) / 5, 14);
    gradient.forEach((value, i) => {
      expect(value).toBeCloseTo((p[i]! - targets[i]!) / 5, 14);
    });
  });

  it("divides weighted rows by the number of windows, not by the sum of their weights", async () => {
    // Two windows with uniform probabilities have a loss of log 2 each. It is multiplied by weights of 3 and 0.5, and the sum
    // is divided by 2.
    const { loss, gradient } = await lossOf([0, 0, 0, 0], [3, 0, 0, 0.5], 2, "float64");
    expect(loss).toBeCloseTo(1.75 * Math.LN2, 14);
    [-0.75, 0.75, 0.125, -0.125].forEach((value, i) => {
      expect(gradient[i]).toBeCloseTo(value, 14);
    });
  });

  it("is zero for a window whose row of targets is zero", async () => {
    const { loss, gradient } = await lossOf([1, 2, -3, 5], [0, 0, 0, 0], 2, "float64");
    expect([loss, ...gradient].map(Math.abs)).toEqual([0, 0, 0, 0, 0]);
  });

  it("stays finite in float32 if the network is certain and wrong", async () => {
    const { loss, gradient } = await lossOf([1000, -1000, 0], [0, 1, 0], 3, "float32");
    expect(loss).toBe(2000);
    expect(gradient).toEqual([1, -1, 0]);
  });
});
