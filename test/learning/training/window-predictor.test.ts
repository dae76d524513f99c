import { InferenceSession, Tensor } from "onnxruntime-node";
import { expect, it, onTestFinished } from "vitest";
import { buildExportedInferenceGraph } from "../../../src/learning/networks/inference-graph.ts";
import { modelProto } from "../../../src/learning/networks/model-proto.ts";
import { describeNetworkParameters, drawNetworkParameters } from "../../../src/learning/networks/parameters.ts";
import { presetNetwork } from "../../../src/learning/networks/presets.ts";
import { openRuntimeSession } from "../../../src/learning/training/onnx-runtime.ts";
import { WindowPredictor } from "../../../src/learning/training/window-predictor.ts";
import { Rng } from "../../../src/random.ts";
import { toyScaler, toyWindows } from "./toy.ts";

function randomModel(): Uint8Array {
  const layers = presetNetwork("compact", 2);
  const { parameters, statistics } = describeNetworkParameters(layers, { type: "float32", shape: [1, 24, 3] });
  const rng = Rng.fromSeed(2);
  const trained = {
    parameters: drawNetworkParameters(parameters, rng),
    statistics: drawNetworkParameters(statistics, rng),
    temperature: 0.5,
    center: toyScaler.center,
    scale: toyScaler.scale,
  };
  return modelProto(buildExportedInferenceGraph(layers, { windowSize: 24, channels: 3 }, trained));
}

function predictorOf(bytes: Uint8Array, options?: ConstructorParameters<typeof WindowPredictor>[1]): WindowPredictor {
  const predictor = new WindowPredictor({ path: "walk/model.onnx", bytes, classCount: 2 }, options);
  onTestFinished(() => predictor.close());
  return predictor;
}

it("gives the same prediction for every window as a call for that window alone, bit for bit with any number of threads", async () => {
  const model = randomModel();
  const predictor = predictorOf(model);
  // The number of windows is large enough for three threads, and leaves an odd remainder.
  const windows = toyWindows(3 * 8 * 64 + 5);
  const inOne = await predictor.predict(windows, { threads: 1 });
  for (const threads of [2, 3, 16]) expect(await predictor.predict(windows, { threads })).toEqual(inOne);
  const session = await InferenceSession.create(model);
  for (const w of [0, 63, 64, 700, windows.starts.length - 1]) {
    const x = windows.samples.slice(w * 72, (w + 1) * 72);
    const { probabilities } = await session.run({ windows: new Tensor("float32", x, [1, 24, 3]) });
    for (const k of [0, 1]) expect(inOne[2 * w + k]).toBeCloseTo(Number(probabilities!.data[k]), 6);
  }
  await session.release();
});

it("opens one session for all windows, even for concurrent calls", async () => {
  let opened = 0;
  const predictor = predictorOf(randomModel(), { open: (model) => openRuntimeSession(model).finally(() => opened++) });
  const predict = (): Promise<Float32Array> => predictor.predict(toyWindows(20), { threads: 4 });
  const [first, ...others] = [...(await Promise.all([predict(), predict()])), await predict()];
  for (const other of others) expect(other).toEqual(first);
  expect(opened).toBe(1);
});

it("returns nothing for no windows, and fails if there is no network, with threads, too", async () => {
  const none = { ...toyWindows(1), starts: new Int32Array(0) };
  expect(await predictorOf(randomModel()).predict(none, { threads: 4 })).toEqual(new Float32Array(0));
  for (const threads of [1, 2]) {
    const broken = predictorOf(Buffer.from("no network")).predict(toyWindows(1024), { threads });
    await expect(broken).rejects.toThrow(/^walk\/model\.onnx cannot be used: ONNX Runtime cannot load it/);
  }
});
