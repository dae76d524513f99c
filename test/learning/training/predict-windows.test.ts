import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { expect, it } from "vitest";
import { buildExportGraph } from "../../../src/learning/networks/inference-graph.ts";
import { modelProto } from "../../../src/learning/networks/model-proto.ts";
import { describeNetwork, initialVector } from "../../../src/learning/networks/parameters.ts";
import { networkLayers } from "../../../src/learning/networks/presets.ts";
import { predictWindows } from "../../../src/learning/training/predict-windows.ts";
import { Rng } from "../../../src/stats/random.ts";
import { temporaryDirectory } from "../../storage/store/temporary-directory.ts";
import { toyScaler, toyWindows } from "./toy.ts";

function writeModel(directory: string): string {
  const layers = networkLayers("compact", 2);
  const { parameters, statistics } = describeNetwork(layers, { type: "float32", shape: [1, 24, 3] });
  const rng = Rng.fromSeed(2);
  const trained = {
    ...{ parameters: initialVector(parameters, rng), statistics: initialVector(statistics, rng), temperature: 0.5 },
    ...{ center: toyScaler.center, scale: toyScaler.scale },
  };
  const path = join(directory, "model.onnx");
  writeFileSync(path, modelProto(buildExportGraph(layers, { windowSize: 24, channels: 3 }, trained)));
  return path;
}

it("says of every window what one call says of it alone, bit for bit with any number of threads", async () => {
  const model = writeModel(temporaryDirectory());
  // Enough for three threads, with an odd rest.
  const windows = toyWindows(3 * 8 * 64 + 5);
  const inOne = await predictWindows(model, windows, 2, { threads: 1 });
  for (const threads of [2, 3, 16]) expect(await predictWindows(model, windows, 2, { threads })).toEqual(inOne);
  const session = await InferenceSession.create(model);
  for (const w of [0, 63, 64, 700, windows.starts.length - 1]) {
    const x = windows.samples.slice(w * 72, (w + 1) * 72);
    const { probabilities } = await session.run({ windows: new Tensor("float32", x, [1, 24, 3]) });
    for (const k of [0, 1]) expect(inOne[2 * w + k]).toBeCloseTo(Number(probabilities!.data[k]), 6);
  }
  await session.release();
});

it("of no windows says nothing, and fails where there is no model, with threads as well", async () => {
  const model = writeModel(temporaryDirectory());
  const none = { ...toyWindows(1), starts: new Int32Array(0) };
  expect(await predictWindows(model, none, 2, { threads: 4 })).toEqual(new Float32Array(0));
  for (const threads of [1, 2]) {
    const missing = predictWindows(join(temporaryDirectory(), "none.onnx"), toyWindows(1024), 2, { threads });
    await expect(missing).rejects.toThrow(/none\.onnx/);
  }
});
