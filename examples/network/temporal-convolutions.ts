// A custom network for `tidemark train --network`: convolutions whose dilation doubles from layer to layer, each but the first
// added to its input (Bai, Kolter and Koltun 2018, but not causal, because the network receives whole windows).
//
//   tidemark train recordings.parquet --out models/walk --network examples/network/temporal-convolutions.ts
//
// Only types may be imported, because the model folder keeps one file as the record of the network.
import type { Layers, Network } from "tidemark";

export default function temporalConvolutions(layers: Layers, classCount: number): Network {
  const { sequential, residual, timeMajor, conv1d, batchNormalization, relu, dropout, dense } = layers;
  const block = (name: string, dilation: number): Network =>
    residual(
      conv1d(name, 32, 3, { padding: "same", dilation }),
      batchNormalization(`${name}_norm`),
      relu,
      dropout(0.1),
    );
  return sequential(
    timeMajor,
    conv1d("first", 32, 3, { padding: "same" }),
    block("reach_2", 2),
    block("reach_4", 4),
    block("reach_8", 8),
    layers.globalAveragePooling1d,
    dropout(0.3),
    dense("classes", classCount),
  );
}
