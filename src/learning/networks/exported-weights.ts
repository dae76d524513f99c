// Reads the weights of a network back from the model.onnx that `buildExportedInferenceGraph` wrote. Field numbers are those of
// onnx.proto3 (onnx/onnx).

import { BinaryReader, WireType } from "@bufbuild/protobuf/wire";
import type { NetworkSpec } from "./parameters.ts";

const float32 = 1;

/**
 * The vectors [P] and [S] of a network, found among the file's constants by length: [S] directly follows [P].
 * @throws RangeError if the file does not contain these vectors
 */
export function exportedWeights(
  model: Uint8Array,
  { parameterCount, statisticCount }: Pick<NetworkSpec, "parameterCount" | "statisticCount">,
): { parameters: Float32Array; statistics: Float32Array } {
  const vectors = exportedVectors(model);
  const at = vectors.findIndex(({ length }) => length === parameterCount);
  if (at < 0) throw new RangeError(`expected a vector of ${parameterCount} parameters, found none`);
  const parameters = vectors[at]!;
  if (statisticCount === 0) return { parameters, statistics: new Float32Array() };
  const statistics = vectors[at + 1];
  if (statistics?.length !== statisticCount)
    throw new RangeError(
      `expected ${statisticCount} statistics after the parameters, found ${statistics?.length ?? 0}`,
    );
  return { parameters, statistics };
}

/** The one-dimensional float32 constants of a model's graph, in order. */
function exportedVectors(model: Uint8Array): Float32Array[] {
  return exportedWeightParts(model, 7)
    .flatMap((graph) => exportedWeightParts(graph, 5))
    .flatMap((tensor) => {
      const [shape, type] = [exportedWeightNumbers(tensor, 1), exportedWeightNumbers(tensor, 2)];
      const data = exportedWeightParts(tensor, 9)[0];
      if (shape.length !== 1 || type[0] !== float32 || data === undefined) return [];
      return [new Float32Array(Uint8Array.from(data).buffer)];
    });
}

function exportedWeightParts(message: Uint8Array, wanted: number): Uint8Array[] {
  return exportedFieldValues(message, wanted).filter((value) => value instanceof Uint8Array);
}

function exportedWeightNumbers(message: Uint8Array, wanted: number): number[] {
  return exportedFieldValues(message, wanted).filter((value) => typeof value === "number");
}

function exportedFieldValues(message: Uint8Array, wanted: number): (Uint8Array | number)[] {
  const reader = new BinaryReader(message);
  const found: (Uint8Array | number)[] = [];
  while (reader.pos < reader.len) {
    const [field, wireType] = reader.tag();
    if (field !== wanted) reader.skip(wireType, field);
    else if (wireType === WireType.LengthDelimited) found.push(reader.bytes());
    else if (wireType === WireType.Varint) found.push(Number(reader.int64()));
    else reader.skip(wireType, field);
  }
  return found;
}
