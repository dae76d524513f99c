// The layers, with Keras's semantics. Sequences are time-major, [T, B, C], inside the network: a step's rows and
// a shifted sequence are then contiguous in memory. T time, B batch, C channels.

import type { Layer } from "./layer-context.ts";
import { sizeOfGraphShape, type Value } from "./onnx-graph.ts";
import {
  add,
  concat,
  div,
  matmul,
  mul,
  pad,
  reduceMean,
  reduceSum,
  relu,
  reshape,
  scalar,
  slice,
  sqrt,
  sub,
  transpose,
  where,
} from "./onnx-operators.ts";

/** Applies layers one after another. */
export function sequential(...layers: readonly Layer[]): Layer {
  return (context, x) => layers.reduce((value, layer) => layer(context, value), x);
}

/** [..., C] -> [..., units]: x W + b. */
export function dense(name: string, units: number): Layer {
  return (context, x) => {
    const kernel = context.parameter(`${name}/kernel`, [x.shape.at(-1) as number, units], "glorot-uniform");
    return add(matmul(x, kernel), context.parameter(`${name}/bias`, [units], "zeros"));
  };
}

/**
 * Convolution over time with stride 1, kernel [size, C, filters]: [T, B, C] -> [T', B, filters].
 * @param options.padding "valid": T' = T - (size - 1) dilation; "same": T' = T, with zeros at both ends
 */
export function conv1d(
  name: string,
  filters: number,
  size: number,
  options: { readonly padding?: "valid" | "same"; readonly dilation?: number } = {},
): Layer {
  const { padding = "valid", dilation = 1 } = options;
  const reach = (size - 1) * dilation;
  return (context, x) => {
    const padded = padding === "same" ? pad(x, 0, Math.floor(reach / 2), Math.ceil(reach / 2)) : x;
    const [steps, , channels] = padded.shape as [number, unknown, number];
    const kernel = context.parameter(`${name}/kernel`, [size, channels, filters], "glorot-uniform");
    const shifted = Array.from({ length: size }, (_, i) =>
      slice(padded, 0, i * dilation, i * dilation + steps - reach),
    );
    const y = matmul(concat(shifted, 2), reshape(kernel, [size * channels, filters]));
    return add(y, context.parameter(`${name}/bias`, [filters], "zeros"));
  };
}

/** max(x, 0). */
export const rectifyLayer: Layer = (_, x) => relu(x);

/**
 * Lower than Keras's default of .99, because the statistics have to adapt faster when an epoch has only a few hundred steps.
 */
export const batchNormMomentum = 0.9;

/**
 * Batch normalization over all axes but the last (Ioffe & Szegedy 2015). As in Keras, the batch's biased variance is used both
 * to normalise and to update the running variance. It has its own gradient rule, a closed form that needs half as many passes
 * over the data as differentiating each operator.
 * @param momentum momentum of the running statistics: running = momentum * running + (1 - momentum) * batch
 */
export function batchNormalization(name: string, options: { momentum?: number; epsilon?: number } = {}): Layer {
  const { momentum = batchNormMomentum, epsilon = 1e-3 } = options;
  return (context, x) => {
    const channels = x.shape.at(-1) as number;
    const gamma = context.parameter(`${name}/gamma`, [channels], "ones");
    const beta = context.parameter(`${name}/beta`, [channels], "zeros");
    const runningMean = context.statistic(`${name}/moving_mean`, [channels], "zeros");
    const runningVariance = context.statistic(`${name}/moving_variance`, [channels], "ones");
    if (!context.training) {
      const scale = div(gamma, sqrt(add(runningVariance, epsilon)));
      return add(mul(x, scale), sub(beta, mul(runningMean, scale)));
    }
    const axes = x.shape.map((_, axis) => axis).slice(0, -1);
    const rows = sizeOfGraphShape(x.shape) / channels;
    const [y, mean, variance] = x.graph.composite([x, gamma, beta], () => {
      const batchMean = reduceMean(x, axes, false);
      const centred = sub(x, batchMean);
      const batchVariance = reduceMean(mul(centred, centred), axes, false);
      const deviation = sqrt(add(batchVariance, epsilon));
      const scale = div(gamma, deviation);
      return {
        outputs: [add(mul(centred, scale), beta), batchMean, batchVariance],
        gradient: ([dy]) => {
          const dBeta = reduceSum(dy!, axes, false);
          const dScale = reduceSum(mul(dy!, centred), axes, false);
          const perCentred = mul(div(dScale, mul(deviation, deviation)), 1 / rows);
          const dx = mul(sub(dy!, add(mul(centred, perCentred), mul(dBeta, 1 / rows))), scale);
          return [dx, div(dScale, deviation), dBeta];
        },
      };
    }) as readonly [Value, Value, Value];
    const follow = (running: Value, batch: Value) => add(mul(running, momentum), mul(batch, 1 - momentum));
    context.updateStatistic(`${name}/moving_mean`, follow(runningMean, mean));
    context.updateStatistic(`${name}/moving_variance`, follow(runningVariance, variance));
    return y;
  };
}

/**
 * Inverted dropout (Srivastava et al. 2014): in training, sets values to 0 with probability `rate` and scales the others by 1 /
 * (1 - rate).
 */
export function dropout(rate: number): Layer {
  return (context, x) =>
    context.training && rate > 0
      ? mul(x, where(context.keepMask(x.shape as readonly number[], rate), scalar(x, 1 / (1 - rate)), 0))
      : x;
}

/** [T, B, C] -> [B, T * C]. */
export const flattenLayer: Layer = (_, x) => {
  const [steps, batch, channels] = x.shape;
  return reshape(transpose(x, [1, 0, 2]), [batch!, (steps as number) * (channels as number)]);
};

/** [T, B, C] -> [floor(T / size), B, C]: the mean of each group of `size` time steps; a remainder at the end is dropped. */
export function averagePooling1d(size: number): Layer {
  return (_, x) => {
    const [steps, batch, channels] = x.shape;
    const pooled = Math.floor((steps as number) / size);
    const whole = slice(x, 0, 0, pooled * size);
    return reduceMean(reshape(whole, [pooled, size, batch!, channels!]), [1], false);
  };
}

/** [T, B, C] -> [B, C]: the mean over time. */
export const globalAveragePooling: Layer = (_, x) => reduceMean(x, [0], false);

/** [B, T, C] -> [T, B, C]. */
export const timeMajorLayer: Layer = (_, x) => transpose(x, [1, 0, 2]);

/** x + f(x), where f applies the layers one after another (He et al. 2016). */
export function residual(...layers: readonly Layer[]): Layer {
  const inner = sequential(...layers);
  return (context, x) => add(x, inner(context, x));
}

/** Applies each layer to the same input, and joins the outputs along the last axis (the branches of Szegedy et al. 2015). */
export function parallel(...layers: readonly Layer[]): Layer {
  if (layers.length === 0) throw new Error("parallel: expected at least one layer");
  return (context, x) => {
    const outputs = layers.map((layer) => layer(context, x));
    return concat(outputs, outputs[0]!.shape.length - 1);
  };
}
