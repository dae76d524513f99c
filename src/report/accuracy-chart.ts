import * as Plot from "@observablehq/plot";
import type { JudgedBatch } from "../monitoring/streams/check-result.ts";
import { percent } from "../percent.ts";
import type { Chart } from "./chart.ts";

/** The estimated accuracy with its interval for new people. */
export function accuracyChart({ estimate, lower, upper }: NonNullable<JudgedBatch["accuracy"]>): Chart {
  const whole = { decimals: 0 };
  return {
    label: `Estimated accuracy ${percent(estimate, whole)}, from ${percent(lower, whole)} to ${percent(upper, whole)}.`,
    options: {
      height: 70,
      marginLeft: 16,
      marginRight: 20,
      marginTop: 14,
      marginBottom: 32,
      x: { domain: [0, 1], label: "share of windows labelled correctly", ticks: 5, tickFormat: "%" },
      y: { axis: null, domain: [-1, 1] },
      marks: [
        Plot.ruleY([0], { stroke: "var(--line)" }),
        Plot.ruleY([0], { x1: lower, x2: upper, stroke: "var(--bar)", strokeWidth: 10 }),
        Plot.ruleX([lower, upper], { y1: -0.5, y2: 0.5, stroke: "var(--quiet)", strokeWidth: 1.5 }),
        Plot.dot([estimate], { x: (value: number) => value, y: () => 0, r: 5, fill: "var(--accent)" }),
      ],
    },
  };
}
