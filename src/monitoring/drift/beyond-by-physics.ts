// Makes a batch with impossible values raise an alarm by itself, like a batch that is further away than chance explains.

import type { Comparison } from "./comparison.ts";
import type { ImpossibleSensor } from "./impossible-sensors.ts";

/**
 * Marks the comparison with the training data as beyond chance if a sensor has impossible values; returns other
 * comparisons unchanged.
 */
export function beyondByPhysics(comparison: Comparison, impossible: readonly ImpossibleSensor[]): Comparison {
  const [first] = impossible.toSorted((a, b) => b.excess - a.excess);
  if (first === undefined || comparison.reference !== "baseline") return comparison;
  const shown = ({ sensor, cause }: ImpossibleSensor): string => {
    if (cause?.channels.length === 1) return cause.channels[0]!;
    const magnitude = `${sensor.name} magnitude`;
    return magnitude in comparison.statistics ? magnitude : sensor.channels[0];
  };
  return {
    ...comparison,
    beyond: true,
    impossible: true,
    far: { score: first.excess, channel: shown(first), statistic: "wasserstein" },
    channelScores: Object.fromEntries(impossible.map((own) => [shown(own), own.excess])),
  };
}
