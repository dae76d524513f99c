// The columns of predictions, one row per window, as in the output of `predict` and in out_of_fold.parquet.

import type { WindowSet } from "../signals/data/windows.ts";
import type { TableColumn } from "../signals/files/write-table.ts";
import { argmaxRows } from "../stats/argmax-rows.ts";

/** user, recording, start_s, and end_s (the end of the last sampling interval), in seconds on the recording's clock. */
export function predictionWindowColumns(
  windows: Pick<
    WindowSet,
    "groups" | "users" | "recordings" | "recordingIndex" | "startTimes" | "windowSize" | "samplingRateHz"
  >,
): TableColumn[] {
  const { groups, users, recordings, recordingIndex, startTimes, windowSize, samplingRateHz } = windows;
  const seconds = windowSize / samplingRateHz;
  return [
    { name: "user", type: "string", values: Array.from(groups, (group) => users[group]!) },
    { name: "recording", type: "string", values: Array.from(recordingIndex, (recording) => recordings[recording]!) },
    { name: "start_s", type: "double", values: startTimes },
    { name: "end_s", type: "double", values: startTimes.map((start) => start + seconds) },
  ];
}

/**
 * The network's output: the label under `labelName`, its probability (confidence), the entropy of the class probabilities in
 * nats, the margin over the second most probable label, and the probability of each class as p_<class>.
 * @param probabilities [W, K]
 */
export function predictionColumns(
  labelName: string,
  probabilities: Float32Array,
  classes: readonly string[],
): TableColumn[] {
  const nClasses = classes.length;
  const predicted = argmaxRows(probabilities, nClasses);
  const confidence = new Float32Array(predicted.length);
  const entropy = new Float32Array(predicted.length);
  const margin = new Float32Array(predicted.length);
  for (let row = 0; row < predicted.length; row++) {
    let second = 0;
    let sum = 0;
    for (let k = 0; k < nClasses; k++) {
      const p = probabilities[row * nClasses + k]!;
      if (k !== predicted[row] && p > second) second = p;
      if (p > 0) sum -= p * Math.log(p);
    }
    confidence[row] = probabilities[row * nClasses + predicted[row]!]!;
    entropy[row] = sum;
    margin[row] = confidence[row]! - second;
  }
  return [
    { name: labelName, type: "string", values: Array.from(predicted, (k) => classes[k]!) },
    { name: "confidence", type: "float", values: confidence },
    { name: "entropy", type: "float", values: entropy },
    { name: "margin", type: "float", values: margin },
    ...classes.map(
      (name, k): TableColumn => ({
        name: `p_${name}`,
        type: "float",
        values: predictionClassColumn(probabilities, k, nClasses),
      }),
    ),
  ];
}

function predictionClassColumn(probabilities: Float32Array, k: number, nClasses: number): Float32Array {
  return Float32Array.from({ length: probabilities.length / nClasses }, (_, row) => probabilities[row * nClasses + k]!);
}
