// A sensor with impossible values raises an alarm by itself, in the same way as a batch that is too far away for chance.

import type { Comparison } from "./comparison.ts";
import type { ImpossibleSensor } from "./impossible-sensors.ts";

/**
 * The comparison with the training data, which an impossible sensor puts beyond the reach of chance.
 * @param name the signal or channel by which it is shown
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
    far: { score: first.excess, channel: shown(first), statistic: "wasserstein" },
    channelScores: Object.fromEntries(impossible.map((own) => [shown(own), own.excess])),
  };
}
