// Runs a graph in ONNX Runtime, on one thread, with plain arrays as inputs and outputs.

import { InferenceSession, Tensor } from "onnxruntime-node";
import { modelProto } from "../../../src/learning/networks/model-proto.ts";
import type { Graph, Value } from "../../../src/learning/networks/onnx-graph.ts";

export interface Result {
  readonly type: string;
  readonly shape: readonly number[];
  readonly values: readonly number[];
}

export type Feeds = Readonly<Record<string, ArrayLike<number>>>;

/** Runs the model; `outputs` names the requested outputs (default: all). */
export type Run = (feeds: Feeds, outputs?: readonly string[]) => Promise<Readonly<Record<string, Result>>>;

export async function openGraph(graph: Graph): Promise<Run> {
  const isDouble = graph.inputs.some(({ type }) => type === "float64");
  const session = await InferenceSession.create(modelProto(graph), {
    // Optimisations beyond "basic" fuse nodes and round the scale of a product, such as the 1/3 of a mean, to float32.
    graphOptimizationLevel: isDouble ? "basic" : "all",
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    logSeverityLevel: 3,
  });
  return async (feeds, outputs = session.outputNames) => {
    const results = await session.run(
      Object.fromEntries(graph.inputs.map((input) => [input.name, toTensor(input, feeds[input.name])])),
      outputs,
    );
    return Object.fromEntries(
      Object.entries(results).map(([name, { type, dims, data }]) => [
        name,
        { type, shape: dims, values: Array.from(data as ArrayLike<number | bigint>, Number) },
      ]),
    );
  };
}

export async function runGraph(graph: Graph, feeds: Feeds = {}): Promise<Readonly<Record<string, Result>>> {
  return (await openGraph(graph))(feeds);
}

/** An unknown dimension is derived from the number of values; a shape may have at most one unknown dimension. */
function toTensor({ name, type, shape }: Value, values: ArrayLike<number> | undefined): Tensor {
  if (values === undefined) throw new Error(`no values for the input ${name}`);
  const known = shape.reduce<number>((product, d) => (typeof d === "number" ? product * d : product), 1);
  const dims = shape.map((d) => (typeof d === "number" ? d : values.length / known));
  switch (type) {
    case "float32":
      return new Tensor("float32", Float32Array.from(values), dims);
    case "float64":
      return new Tensor("float64", Float64Array.from(values), dims);
    case "int64":
      return new Tensor("int64", BigInt64Array.from(Array.from(values, BigInt)), dims);
    case "bool":
      return new Tensor("bool", Uint8Array.from(values), dims);
    case "uint8":
      return new Tensor("uint8", Uint8Array.from(values), dims);
    case "uint16":
      return new Tensor("uint16", Uint16Array.from(values), dims);
    default:
      throw new Error(`unknown data type ${type satisfies never}`);
  }
}
