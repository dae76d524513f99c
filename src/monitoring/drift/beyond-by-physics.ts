// Makes a batch with impossible values raise an alarm on its own, just like a batch that is too far away to be explained by
// chance.

import type { Comparison } from "./comparison.ts";
import type { ImpossibleSensor } from "./impossible-sensors.ts";

/**
 * Marks the comparison with the training data as beyond chance if a sensor has impossible values; returns other
 * comparisons unchanged.
 */
export function beyondByPhysics(comparison: Comparison, impossible: readonly ImpossibleSensor[]): Comparison {
  const [first] = impossible.toSorted((a, b) => b.excess - a.excess);
  if (first === undefined || comparison.reference !== "baseline") return comparison;
  const shown = ({ sensor, cause, channel }: ImpossibleSensor): string => {
    if (channel !== undefined) return channel;
    if (cause?.channels.length === 1) return cause.channels[0]!;
    const magnitude = `${sensor.name} magnitude`;
    return magnitude in comparison.statistics ? magnitude : sensor.channels[0];
  };
  return {
    ...comparison,
    beyond: true,
    impossible: true,
    isGradual: impossible.every(({ isGradual = false }) => isGradual),
    far: { score: first.excess, channel: shown(first), statistic: "wasserstein" },
    channelScores: Object.fromEntries(impossible.map((own) => [shown(own), own.excess])),
  };
}
