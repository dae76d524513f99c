// A network with custom layers that are built from operators: gated convolutions, self-attention and layer normalization.
import type { Layers, Network, Operators, Tensor } from "tidemark";

const epsilon = 1e-3;

export default function attention(layers: Layers, classCount: number): Network {
  const { sequential, residual, parallel, timeMajor, conv1d, tanh, sigmoid, dense, custom } = layers;
  const gate = custom((x, { slice, mul }) => mul(slice(x, 2, 0, 6), slice(x, 2, 6, 12)));
  return sequential(
    timeMajor,
    parallel(sequential(conv1d("value", 6, 3), tanh), sequential(conv1d("gate", 6, 3), sigmoid)),
    gate,
    residual(custom((x, operators) => selfAttention(x, 4, operators))),
    custom((x, operators) => layerNormalization(x, operators)),
    layers.averagePooling1d(2),
    layers.flatten,
    dense("classes", classCount),
  );
}

/** Computes self-attention over time, in the form [T, B, C] -> [T, B, C]. */
function selfAttention(x: Tensor, units: number, o: Operators): Tensor {
  const width = Number(x.shape[2]);
  const project = (of: Tensor, name: string, from: number, to: number): Tensor =>
    o.add(
      o.matmul(of, o.parameter(`${name}/kernel`, [from, to], "glorot-uniform")),
      o.parameter(`${name}/bias`, [to], "zeros"),
    );
  const windows = o.transpose(x, [1, 0, 2]);
  const [query, key, value] = ["query", "key", "attended"].map((name) => project(windows, name, width, units));
  const scores = o.div(o.matmul(query!, o.transpose(key!, [0, 2, 1])), Math.sqrt(units));
  const mixed = o.matmul(o.softmax(scores), value!);
  return o.transpose(project(mixed, "mixed", units, width), [1, 0, 2]);
}

/** Normalizes each time step over its channels. */
function layerNormalization(x: Tensor, o: Operators): Tensor {
  const width = Number(x.shape[2]);
  const centred = o.sub(x, o.reduceMean(x, [2]));
  const deviation = o.sqrt(o.add(o.reduceMean(o.mul(centred, centred), [2]), epsilon));
  const scaled = o.mul(o.div(centred, deviation), o.parameter("layer_norm/gamma", [width], "ones"));
  return o.add(scaled, o.parameter("layer_norm/beta", [width], "zeros"));
}
