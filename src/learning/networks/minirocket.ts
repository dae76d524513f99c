// MiniRocket as a network: fixed convolutions, counts of how often their outputs exceed their biases, and one trained layer on
// top of the standardised counts. The fixed tensors are statistics: they are drawn or measured once per fit (fit-minirocket.ts)
// and receive no gradient. MiniRocket uses shares of positive values; the counts differ from them by a factor that
// standardisation removes. The kernels are applied to the channels, or to signals that are computed from them. B batch, T time,
// C channels, S signals, F features, K classes.

import type { Layer, LayerContext } from "./layer-context.ts";
import { dense } from "./layers.ts";
import { type KernelGroup, kernelGroups, kernelLength, kernelPlaces } from "./minirocket-kernels.ts";
import type { Value } from "./onnx-graph.ts";
import {
  cast,
  concat,
  convolve,
  div,
  greater,
  mul,
  reduceSum,
  reshape,
  slice,
  sub,
  transpose,
} from "./onnx-operators.ts";

/**
 * Maximum number of values per window to compare with biases at a time. More would not stay in cache and would need more
 * memory.
 */
const valuesPerComparison = 1 << 15;

/**
 * [B, T, C] -> [B, K]
 * @param signals the signals that the kernels are applied to: [B, T, C] -> [B, S, T]
 */
export function miniRocketNetwork(classCount: number, signals: Layer): Layer {
  const head = dense(miniRocketNames.head, classCount);
  return (context, x) => {
    const counts = miniRocketCounts(context, signals(context, x));
    const features = [counts.shape[1] as number];
    const mean = context.statistic(miniRocketNames.mean, features, "zeros");
    const deviation = context.statistic(miniRocketNames.deviation, features, "ones");
    return head(context, div(sub(counts, mean), deviation));
  };
}

/** The channels themselves: [B, T, C] -> [B, C, T] */
export function miniRocketChannels(_: LayerContext, x: Value): Value {
  return transpose(x, [0, 2, 1]);
}

/** [B, S, T] -> [B, F]: for each feature, the number of samples at which its kernel's output exceeds its bias. */
export function miniRocketCounts(context: LayerContext, signals: Value): Value {
  const [, rows, steps] = signals.shape as [unknown, number, number];
  const counts = kernelGroups(steps).flatMap((group, index) => {
    const { kernels, levels } = group;
    const names = miniRocketNames.group(index);
    const seen = context.statistic(names.channels, [kernels.length, rows, 1], "ones");
    const biases = context.statistic(names.biases, [levels[0]!.length, kernels.length], "zeros");
    const weights = mul(
      seen,
      signals.graph.constant("float32", [kernels.length, 1, kernelLength], miniRocketWeights(group)),
    );
    return miniRocketCountsInPieces(group, convolve(signals, weights, group), biases);
  });
  return concat(counts, 1);
}

/**
 * Counts how often the output [B, kernels, length] exceeds each of the biases [biases, kernels]; the pieces form [B, features].
 */
function miniRocketCountsInPieces({ kernels, length, levels }: KernelGroup, output: Value, biases: Value): Value[] {
  const [batch] = output.shape;
  const total = levels[0]!.length;
  const together = Math.max(1, Math.floor(valuesPerComparison / (kernels.length * length)));
  const compared = reshape(output, [batch!, 1, kernels.length, length]);
  return Array.from({ length: Math.ceil(total / together) }, (_, part) => {
    const [start, end] = [part * together, Math.min(total, (part + 1) * together)];
    const limits = reshape(slice(biases, 0, start, end), [end - start, kernels.length, 1]);
    const sums = reduceSum(cast(greater(compared, limits), "float32"), [3], false);
    return reshape(sums, [batch!, (end - start) * kernels.length]);
  });
}

function miniRocketWeights({ kernels }: KernelGroup): number[] {
  return kernels.flatMap((kernel) =>
    Array.from({ length: kernelLength }, (_, i) => (kernelPlaces[kernel]!.includes(i) ? 2 : -1)),
  );
}

/** Names of the layer's parameters and statistics. */
export const miniRocketNames = {
  head: "head",
  mean: "features/mean",
  deviation: "features/deviation",
  group: (index: number): { channels: string; biases: string } => ({
    channels: `kernels_${index}/channels`,
    biases: `kernels_${index}/biases`,
  }),
} as const;
