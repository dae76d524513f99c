// The names of ensembles and of their members.

/** The members of each ensemble, in the order of their weights. */
export const ensembleMembers = {
  ensemble: ["compact", "minirocket"],
  auto: ["compact", "minirocket"],
  // Fitted in place of the two above if the channels form a sensor.
  "ensemble-magnitudes": ["compact", "minirocket", "minirocket-magnitudes"],
  "auto-magnitudes": ["compact", "minirocket", "minirocket-magnitudes"],
} as const;

export type EnsembleName = keyof typeof ensembleMembers;
export type MemberName = (typeof ensembleMembers)[EnsembleName][number];
export type MiniRocketName = Exclude<MemberName, "compact">;
