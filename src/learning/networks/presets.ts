// The networks that can be chosen with `--network`, and those that are fitted only as members of an ensemble or in its place.

import { bidirectionalLstm } from "./bidirectional-lstm.ts";
import { ensembleLayer } from "./ensemble.ts";
import { type EnsembleName, ensembleMembers, type MemberName, type MiniRocketName } from "./ensemble-members.ts";
import type { Layer } from "./layer-context.ts";
import {
  averagePooling1d,
  batchNormalization,
  conv1d,
  dense,
  dropout,
  flattenLayer,
  globalAveragePooling,
  rectifyLayer,
  sequential,
  timeMajorLayer,
} from "./layers.ts";
import { miniRocketChannels, miniRocketNetwork } from "./minirocket.ts";
import { channelsAndMagnitudes } from "./sensor-magnitudes.ts";
import { channelsAndStandardizedCopies } from "./standardized-copies.ts";

export type NetworkName = "1dcnn-bilstm" | MemberName | EnsembleName;

/** The signals that the kernels of each of these networks are applied to. */
export const kernelSignals: Readonly<Record<MiniRocketName, Layer>> = {
  minirocket: miniRocketChannels,
  "minirocket-magnitudes": channelsAndMagnitudes,
};

/** A network maps windows [B, T, C] to logits [B, K]. */
export function presetNetwork(name: NetworkName, classCount: number): Layer {
  switch (name) {
    case "1dcnn-bilstm":
      return cnnBilstmPreset(classCount);
    case "compact":
      return compactPreset(classCount);
    case "compact-standardized":
      return sequential(channelsAndStandardizedCopies, compactPreset(classCount));
    case "minirocket":
    case "minirocket-magnitudes":
      return miniRocketNetwork(classCount, kernelSignals[name]);
    case "ensemble":
    case "auto":
    case "ensemble-magnitudes":
    case "auto-magnitudes":
    case "ensemble-standardized":
    case "auto-standardized":
    case "ensemble-standardized-magnitudes":
    case "auto-standardized-magnitudes":
      return ensembleLayer(
        Object.fromEntries(ensembleMembers[name].map((member) => [member, presetNetwork(member, classCount)])),
      );
    default:
      throw new Error(`unknown network ${name satisfies never}`);
  }
}

function cnnBilstmPreset(classCount: number): Layer {
  return sequential(
    timeMajorLayer,
    conv1d("conv_1", 16, 2),
    rectifyLayer,
    batchNormalization("norm_1"),
    dropout(0.1),
    conv1d("conv_2", 32, 2),
    rectifyLayer,
    batchNormalization("norm_2"),
    dropout(0.2),
    bidirectionalLstm("lstm_1", 64),
    batchNormalization("norm_3"),
    dropout(0.2),
    bidirectionalLstm("lstm_2", 32),
    batchNormalization("norm_4"),
    dropout(0.2),
    flattenLayer,
    dense("dense_1", 32),
    rectifyLayer,
    batchNormalization("norm_5"),
    dropout(0.5),
    dense("dense_2", classCount),
  );
}

/**
 * At 50 Hz, the first convolution spans a tenth of a second and the second a fifth. The network pools time twice before the
 * LSTMs, which account for most of a step's computing time, and once more after them, so that the dense layer's weights do not
 * grow with the window.
 */
function compactPreset(classCount: number): Layer {
  return sequential(
    timeMajorLayer,
    conv1d("conv_1", 24, 5),
    rectifyLayer,
    batchNormalization("norm_1"),
    dropout(0.1),
    averagePooling1d(2),
    conv1d("conv_2", 48, 5),
    rectifyLayer,
    batchNormalization("norm_2"),
    dropout(0.2),
    averagePooling1d(2),
    bidirectionalLstm("lstm_1", 48),
    batchNormalization("norm_3"),
    dropout(0.2),
    bidirectionalLstm("lstm_2", 32),
    batchNormalization("norm_4"),
    dropout(0.2),
    globalAveragePooling,
    dense("dense_1", 32),
    rectifyLayer,
    batchNormalization("norm_5"),
    dropout(0.5),
    dense("dense_2", classCount),
  );
}
