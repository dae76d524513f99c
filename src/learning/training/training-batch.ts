// The inputs of a training step: scaled windows and weighted one-hot targets. B windows per batch, T time, C channels, K
// classes.

import type { Scaler } from "../../signals/data/scaler.ts";

/** Scales x [B, T, C] in place. */
export function scaleTrainingBatch(x: Float32Array, { method, center, scale }: Scaler): void {
  if (method === "none") return;
  const channels = center.length;
  for (let c = 0; c < channels; c++) {
    const [offset, factor] = [center[c]!, 1 / scale[c]!];
    for (let at = c; at < x.length; at += channels) x[at] = (x[at]! - offset) * factor;
  }
}

/** Writes one-hot rows multiplied by their class weights into targets [B, K]. */
export function gatherTrainingBatchTargets(
  labels: Int32Array,
  rows: Int32Array,
  classWeights: readonly number[] | null,
  classCount: number,
  targets: Float32Array,
): void {
  targets.fill(0);
  for (let row = 0; row < rows.length; row++) {
    const label = labels[rows[row]!]!;
    targets[row * classCount + label] = classWeights === null ? 1 : classWeights[label]!;
  }
}
