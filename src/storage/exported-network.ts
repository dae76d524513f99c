// Validates a model.onnx from any source. The network must take windows and return probabilities and logits, must fit the
// model's channels and classes, and must contain nothing that makes the runtime open other files or run forever.

import { readModelProto, type TensorDescription } from "./read-model-proto.ts";

export interface ExpectedNetwork {
  readonly channels: readonly string[];
  readonly classes: readonly string[];
  /** Samples per window. */
  readonly windowSize: number;
  readonly samplingRateHz: number;
}

const float32 = 1;

/** Faults in the bytes of a model.onnx, at most three of each kind; empty if the network can be run. */
export function exportedNetworkFaults(bytes: Uint8Array, expected: ExpectedNetwork): string[] {
  if (bytes.length === 0) return ["the file is empty"];
  let model: ReturnType<typeof readModelProto>;
  try {
    model = readModelProto(bytes);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return [`not a complete ONNX model: ${error.message}`];
  }
  const { channels, classes, windowSize, samplingRateHz } = expected;
  const foreign = [...model.domains].filter((domain) => domain !== "" && domain !== "ai.onnx");
  const [input, ...more] = model.inputs;
  const metadata = (key: string, wanted: unknown): string[] => {
    const found = model.metadata.get(key);
    return found === JSON.stringify(wanted)
      ? []
      : [
          `metadata ${key}: expected ${shortenExportedNetworkText(JSON.stringify(wanted))} as in manifest.json, got ${shortenExportedNetworkText(found ?? "none")}`,
        ];
  };
  return [
    ...model.external
      .slice(0, 3)
      .map(
        (name) =>
          `tensor ${shortenExportedNetworkText(name)}: expected its data in this file, but it is in another file`,
      ),
    ...foreign
      .slice(0, 3)
      .map((domain) => `operators of ${shortenExportedNetworkText(domain)}: expected only ONNX's own operators`),
    ...model.nested.slice(0, 3).map((name) => `${shortenExportedNetworkText(name)}: expected no nested graph`),
    ...more
      .slice(0, 3)
      .map(({ name }) => `input ${shortenExportedNetworkText(name)}: expected no input except the windows`),
    ...exportedNetworkTensorFaults("input", "windows", input, [null, windowSize, channels.length]),
    ...["probabilities", "logits"].flatMap((name) => {
      const output = model.outputs.find((candidate) => candidate.name === name);
      return exportedNetworkTensorFaults("output", name, output, [null, classes.length]);
    }),
    ...metadata("channels", channels),
    ...metadata("classes", classes),
    ...metadata("sampling_rate_hz", samplingRateHz),
  ];
}

/** @param shape dimensions; null stands for the number of windows */
function exportedNetworkTensorFaults(
  role: "input" | "output",
  name: string,
  found: TensorDescription | undefined,
  shape: readonly (number | null)[],
): string[] {
  const wanted = `[${shape.map((size) => size ?? "batch").join(", ")}] of float32`;
  if (found?.name !== name) return [`${role} ${name} ${wanted}: missing`];
  const fits =
    found.type === float32 &&
    found.shape?.length === shape.length &&
    found.shape.every((size, i) => (shape[i] === null ? typeof size === "string" : size === shape[i]));
  if (fits) return [];
  const got = found.shape === null ? "no shape" : `[${found.shape.map((size) => size || "?").join(", ")}]`;
  return [
    `${role} ${name}: expected ${wanted}, got ${shortenExportedNetworkText(got)}${found.type === float32 ? "" : " of another type"}`,
  ];
}

function shortenExportedNetworkText(text: string): string {
  return text.length > 200 ? `${text.slice(0, 200)}...` : text;
}
