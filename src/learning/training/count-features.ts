// Computes the features of the minirocket network over windows. B windows per run, T time, C channels, F features.

import { gatherWindows } from "../../signals/data/gather-windows.ts";
import type { Scaler } from "../../signals/data/scaler.ts";
import type { WindowSet } from "../../signals/data/windows.ts";
import { competingFeatures } from "../networks/competing-kernels.ts";
import type { LayerContext } from "../networks/layer-context.ts";
import type { CountType } from "../networks/linear-head-graph.ts";
import { miniRocketFeatureCount, miniRocketFeatures } from "../networks/minirocket.ts";
import { kernelCountType } from "../networks/minirocket-kernels.ts";
import { modelProto } from "../networks/model-proto.ts";
import { Graph, type Value } from "../networks/onnx-graph.ts";
import { cast } from "../networks/onnx-operators.ts";
import type { NetworkSpec } from "../networks/parameters.ts";
import { windowSignals } from "../networks/window-signals.ts";
import { openRuntimeSession, runtimeTensor } from "./onnx-runtime.ts";
import { scaleTrainingWindows } from "./training-batch.ts";

/** Number of windows per run, small enough for a run's data to stay in cache. */
const windowsPerRun = 16;

/** Counts and codes [N, F] of N windows. */
export interface WindowCounts {
  readonly type: CountType;
  readonly features: number;
  readonly values: Uint8Array | Uint16Array;
}

/** Windows, with the scaler that turns them into a network's input. */
export interface ScaledWindows {
  readonly windows: WindowSet;
  readonly scaler: Scaler;
}

/** How windows are counted. */
export interface CountingOptions {
  /** Changes the windows x [B, T, C], in physical units, before they are scaled. */
  readonly change?: (x: Float32Array, count: number) => void;
  /** Called between runs. */
  readonly shouldStop: () => boolean;
  /** Called after each run, with the number of windows counted so far. */
  readonly onCounted: (windows: number) => void;
}

/** Counts the features of the windows in `rows`, in that order. Returns null if `shouldStop` ended the counting. */
export async function countMiniRocketFeatures(
  network: NetworkSpec,
  statistics: Float32Array,
  data: ScaledWindows,
  rows: Int32Array,
  options: CountingOptions,
): Promise<WindowCounts | null> {
  const { windowSize } = data.windows;
  const features = miniRocketFeatureCount(windowSize);
  const type = kernelCountType(windowSize);
  const values = type === "uint8" ? new Uint8Array(rows.length * features) : new Uint16Array(rows.length * features);
  const layer = (context: LayerContext, x: Value): Value => cast(miniRocketFeatures(context, x), type);
  const finished = await runFeatureLayer(layer, { network, statistics }, data, rows, {
    ...options,
    onFeatures: (found, start) => values.set(found, start * features),
  });
  return finished ? { type, features, values } : null;
}

/** The features of the competing kernels, before they are turned into codes, [N, features]. */
export async function computeUncodedFeatures(
  network: NetworkSpec,
  statistics: Float32Array,
  data: ScaledWindows,
  rows: Int32Array,
): Promise<{ values: Float32Array; features: number }> {
  const parts: Float32Array[] = [];
  const layer = (context: LayerContext, x: Value): Value => competingFeatures(context, windowSignals(context, x));
  await runFeatureLayer(layer, { network, statistics }, data, rows, {
    shouldStop: () => false,
    onCounted: () => {},
    onFeatures: (found) => parts.push(Float32Array.from(found)),
  });
  const values = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    values.set(part, at);
    at += part.length;
  }
  return { values, features: values.length / rows.length };
}

/** Runs a layer of fixed features over windows. Returns false if `shouldStop` ended the run. */
async function runFeatureLayer(
  layer: (context: LayerContext, x: Value) => Value,
  { network, statistics }: { readonly network: NetworkSpec; readonly statistics: Float32Array },
  { windows, scaler }: ScaledWindows,
  rows: Int32Array,
  {
    change,
    shouldStop,
    onCounted,
    onFeatures,
  }: CountingOptions & {
    /** Called with the features of some windows, and with the position of the first of them in `rows`. */
    readonly onFeatures: (found: Float32Array | Uint8Array | Uint16Array, start: number) => void;
  },
): Promise<boolean> {
  const { windowSize, channels } = windows;
  const graph = new Graph("features");
  const x = graph.input("x", "float32", ["batch", windowSize, channels.length]);
  graph.output("features", layer(fixedLayerContext(graph, network, statistics), x));
  const session = await openRuntimeSession(modelProto(graph));
  try {
    for (let start = 0; start < rows.length; start += windowsPerRun) {
      if (shouldStop()) return false;
      const part = rows.subarray(start, start + windowsPerRun);
      const values = new Float32Array(part.length * windowSize * channels.length);
      gatherWindows(windows, part, values);
      change?.(values, part.length);
      scaleTrainingWindows(values, scaler);
      const input = runtimeTensor("float32", values, [part.length, windowSize, channels.length]);
      onFeatures((await session.run({ x: input })).features!.data as Uint8Array, start);
      onCounted(start + part.length);
    }
  } finally {
    await session.release();
  }
  return true;
}

/** A context for layers whose tensors are all statistics. */
function fixedLayerContext(graph: Graph, network: NetworkSpec, statistics: Float32Array): LayerContext {
  const none = (): never => {
    throw new Error("minirocket: expected no parameters and no masks for its features");
  };
  return {
    training: false,
    differentiable: false,
    parameter: none,
    statistic: (name, shape) => {
      const { offset, size } = network.statistics.find((own) => own.name === name)!;
      return graph.constant("float32", shape, statistics.subarray(offset, offset + size));
    },
    updateStatistic: none,
    keepMask: none,
  };
}
