// Which channels are the three axes of one sensor.

/** Three channels in one unit, of three axes. */
export interface Triad {
  readonly quantity: "acceleration" | "rotation";
  /** What the channels' names begin with. */
  readonly stem: string;
  readonly channels: readonly string[];
}

const accelerations = /^(la|(linear|user|total|body)[_\s-]?)?a(cc.*)?$/i;
const rotations = /^((total|body)[_\s-]?)?(g|gyr.*|rot.*|w|omega|angular[_\s-]?vel.*)$/i;

/**
 * By the channels' names, ending in x, y, z: a, acc... are accelerations, g, gyr..., rot..., w, omega, angular velocities
 * rotations; both with linear, user, total or body before them.
 */
export function triadsOf(channels: readonly string[]): Triad[] {
  const byStem = Map.groupBy(channels, (name) => name.replace(/[_.\s-]?[xyz]$/i, ""));
  return [...byStem].flatMap(([stem, names]): Triad[] => {
    if (names.length !== 3 || names.includes(stem)) return [];
    if (accelerations.test(stem)) return [{ quantity: "acceleration", stem, channels: names }];
    return rotations.test(stem) ? [{ quantity: "rotation", stem, channels: names }] : [];
  });
}
