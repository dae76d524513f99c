// Measures windows per second through a complete model.onnx, as in `predict`, from raw windows to probabilities.

import { readFileSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { buildExportedInferenceGraph } from "../src/learning/networks/inference-graph.ts";
import { modelProto } from "../src/learning/networks/model-proto.ts";
import { describeNetworkParameters, drawNetworkParameters } from "../src/learning/networks/parameters.ts";
import { type NetworkName, presetNetwork } from "../src/learning/networks/presets.ts";
import { WindowPredictor } from "../src/learning/training/window-predictor.ts";
import { Rng } from "../src/random.ts";
import type { BenchmarkResult, Measurement } from "./measurement.ts";
import { median, milliseconds } from "./measurement.ts";
import { randomWindows, sizes } from "./random-windows.ts";
import { withTemporaryDirectory } from "./temporary-directory.ts";

const windowCount = 6000;

export async function benchmarkInference(options: { readonly rounds: number }): Promise<BenchmarkResult> {
  const rng = Rng.fromSeed(1);
  const windows = randomWindows(windowCount, rng);
  const threads = Math.min(2, availableParallelism());

  return withTemporaryDirectory(async (directory) => {
    const measurements: Measurement[] = [];
    for (const [name, cores, limit] of [
      ["1dcnn-bilstm", threads, 3000],
      ["1dcnn-bilstm", 1, undefined],
      ["compact", threads, undefined],
    ] as const) {
      const path = join(directory, `${name}.onnx`);
      writeFileSync(path, randomModel(name, rng));
      const predict = async (): Promise<void> => {
        const predictor = new WindowPredictor({ path, bytes: readFileSync(path), classCount: sizes.classes });
        await predictor.predict(windows, { threads: cores });
        await predictor.close();
      };
      await predict();
      const rates: number[] = [];
      for (let round = 0; round < options.rounds; round++) {
        const elapsed = await milliseconds(predict);
        rates.push((1000 * windowCount) / elapsed);
      }
      measurements.push({
        name: `inference, ${name}`,
        value: median(rates),
        unit: "windows/s",
        ...(limit === undefined ? {} : { limit: { kind: "at least", value: limit } }),
        note: `${cores} ${cores === 1 ? "thread" : "threads"}, model.onnx opened and run`,
      });
    }
    return { measurements, skipped: [] };
  });
}

function randomModel(name: NetworkName, rng: Rng): Uint8Array {
  const { windowSize, channels, classes } = sizes;
  const layers = presetNetwork(name, classes);
  const network = describeNetworkParameters(layers, { type: "float32", shape: [1, windowSize, channels] });
  return modelProto(
    buildExportedInferenceGraph(
      layers,
      { windowSize, channels },
      {
        parameters: drawNetworkParameters(network.parameters, rng),
        statistics: drawNetworkParameters(network.statistics, rng),
        center: new Array<number>(channels).fill(0),
        scale: new Array<number>(channels).fill(1),
        temperature: 1,
      },
    ),
  );
}
