// The networks that `--network` names.

import { bidirectionalLstm } from "./bidirectional-lstm.ts";
import type { Layer } from "./layer-context.ts";
import {
  batchNormalization,
  conv1d,
  dense,
  dropout,
  flatten,
  globalAveragePooling,
  rectify,
  sequential,
  timeMajor,
} from "./layers.ts";

export type NetworkName = "1dcnn-bilstm" | "compact";

/** A network takes windows [B, T, C] to logits [B, K]. */
export function networkLayers(name: NetworkName, classCount: number): Layer {
  switch (name) {
    case "1dcnn-bilstm":
      return cnnBilstm(flatten, classCount);
    case "compact":
      return cnnBilstm(globalAveragePooling, classCount);
    default:
      throw new Error(`unknown network ${name satisfies never}`);
  }
}

function cnnBilstm(head: Layer, classCount: number): Layer {
  return sequential(
    timeMajor,
    conv1d("conv_1", 16, 2),
    rectify,
    batchNormalization("norm_1"),
    dropout(0.1),
    conv1d("conv_2", 32, 2),
    rectify,
    batchNormalization("norm_2"),
    dropout(0.2),
    bidirectionalLstm("lstm_1", 64),
    batchNormalization("norm_3"),
    dropout(0.2),
    bidirectionalLstm("lstm_2", 32),
    batchNormalization("norm_4"),
    dropout(0.2),
    head,
    dense("dense_1", 32),
    rectify,
    batchNormalization("norm_5"),
    dropout(0.5),
    dense("dense_2", classCount),
  );
}
