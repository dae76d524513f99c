// The axis of charts that show a stream's batches side by side.

import type * as Plot from "@observablehq/plot";

/** Width of a label in pixels, with the distance to the next one. */
const labelWidth = 130;

/**
 * An axis with one unit per batch. Evenly spaced batches, including the last one, are labelled with their ids.
 * @param ids ids of the batches, oldest first
 * @param width pixels for the labels
 */
export function batchAxis(ids: readonly string[], width: number): Plot.ScaleOptions {
  const step = Math.max(1, Math.ceil(ids.length / Math.max(1, Math.floor(width / labelWidth))));
  return {
    domain: [-0.5, ids.length - 0.5],
    ticks: Array.from({ length: Math.ceil(ids.length / step) }, (_, i) => ids.length - 1 - i * step),
    tickFormat: (i: number) => ids[i]?.slice(-16) ?? "",
    label: null,
  };
}
