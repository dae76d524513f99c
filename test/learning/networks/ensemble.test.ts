import { describe, expect, it } from "vitest";
import { ensembleLayer } from "../../../src/learning/networks/ensemble.ts";
import { buildInferenceGraph } from "../../../src/learning/networks/inference-graph.ts";
import type { Layer } from "../../../src/learning/networks/layer-context.ts";
import { add, slice } from "../../../src/learning/networks/onnx-operators.ts";
import { openGraph } from "./run-graph.ts";

/**
 * Returns a member whose logits are the window's samples at one time plus a parameter, which has the same name in every member.
 */
const member =
  (time: number): Layer =>
  (context, x) => {
    const [batch, , channels] = x.shape as [string, number, number];
    const row = slice(x, 1, time, time + 1);
    const shift = context.parameter("shift", [channels], "zeros");
    return add({ ...row, shape: [batch, channels] }, shift);
  };

describe("ensembleLayer", () => {
  const layers = ensembleLayer({ first: member(0), second: member(1) });
  const run = (mixture: readonly number[], x: readonly number[], parameters: readonly number[] = Array(6).fill(0)) =>
    openGraph(buildInferenceGraph(layers, { windowSize: 2, channels: 3 })).then((opened) =>
      opened({ parameters, statistics: mixture, x }),
    );
  const x = [2, 0, -1, -1, 4, 0.5, 0, 3, 3, 0, 0, 6];

  it("has the logarithm of NumPy's weighted mean of softmax(logits / temperature) as logits", async () => {
    const { logits, probabilities } = await run([2, 0.5, 0.25, 0.75], x);
    // log(.25 * softmax(a / 2) + .75 * softmax(b / .5))
    const expected = [
      [-1.8504466807254907, -0.21432170396626077, -3.3313629748845113],
      [-3.685026913746643, -2.1851695691533486, -0.14798408782124772],
    ].flat();
    expected.forEach((value, i) => {
      expect(logits!.values[i]).toBeCloseTo(value, 5);
      expect(probabilities!.values[i]).toBeCloseTo(Math.exp(value), 6);
    });
  });

  it("keeps the members' tensors of the same name apart", async () => {
    const { probabilities } = await run([1, 1, 1, 0], [0, 0, 0, 0, 0, 0], [5, 0, 0, 0, 0, 5]);
    expect(probabilities!.values[0]).toBeGreaterThan(0.9);
  });

  it("has finite logits for a class that all members rule out", async () => {
    const { logits } = await run([0.05, 0.05, 0.5, 0.5], [0, 0, -100, 0, 0, -100]);
    expect(logits!.values[2]).toBeCloseTo(Math.log(2 ** -126), 1);
  });
});
