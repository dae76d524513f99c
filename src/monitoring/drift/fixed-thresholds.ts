// Textbook thresholds, used on request or when there is too little data for a calibration. On real sensor data they raise
// alarms on most drift-free batches, so exceeding them does not prove drift.

import type { ChannelStatistics } from "./channel-statistics.ts";

export type FixedStatistic = "ks" | "psi" | "wasserstein" | "meanShift";
export type FixedLevel = "normal" | "moderate" | "large";

/**
 * Sizes above which a statistic is moderate or large; Wasserstein distance and mean shift are in standard deviations of the
 * baseline.
 */
export const fixedThresholds: Readonly<Record<FixedStatistic, { readonly moderate: number; readonly large: number }>> =
  {
    ks: { moderate: 0.1, large: 0.2 },
    psi: { moderate: 0.1, large: 0.25 },
    wasserstein: { moderate: 0.25, large: 0.5 },
    meanShift: { moderate: 0.25, large: 0.5 },
  };

export interface FixedFinding {
  readonly channel: string;
  readonly statistic: FixedStatistic;
  /** Value of the statistic; a mean shift is signed. */
  readonly value: number;
  readonly level: Exclude<FixedLevel, "normal">;
}

/**
 * Statistics that exceed their thresholds, largest excess first, and the worst level among them. "large" means a sudden change
 * if the reference is the rolling one, and a gradual drift if it is the baseline or the anchor.
 */
export function judgeByThresholds(statistics: Readonly<Record<string, ChannelStatistics>>): {
  level: FixedLevel;
  findings: FixedFinding[];
} {
  const findings = Object.entries(statistics).flatMap(([channel, values]) => thresholdFindings(channel, values));
  findings.sort((a, b) => thresholdExcess(b) - thresholdExcess(a));
  const large = findings.some(({ level }) => level === "large");
  return { level: large ? "large" : findings.length > 0 ? "moderate" : "normal", findings };
}

/** Size of a finding as a multiple of the "large" threshold. */
export function thresholdExcess({ statistic, value }: FixedFinding): number {
  return Math.abs(value) / fixedThresholds[statistic].large;
}

function thresholdFindings(channel: string, values: ChannelStatistics): FixedFinding[] {
  return (Object.keys(fixedThresholds) as FixedStatistic[]).flatMap((statistic) => {
    const value = values[statistic];
    const { moderate, large } = fixedThresholds[statistic];
    // The textbook rule is "KS > 0.1": a value equal to the threshold does not exceed it.
    if (!(Math.abs(value) > moderate)) return [];
    return [{ channel, statistic, value, level: Math.abs(value) > large ? "large" : "moderate" } as const];
  });
}
