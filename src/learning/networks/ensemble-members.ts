// The names of ensembles and of their members.

/** The members of each ensemble, in the order of their weights. */
export const ensembleMembers = {
  "ensemble-standardized": ["compact-standardized", "minirocket"],
  "auto-standardized": ["compact-standardized", "minirocket"],
  // Fitted in place of the two above if the channels form a sensor.
  "ensemble-standardized-magnitudes": ["compact-standardized", "minirocket", "minirocket-magnitudes"],
  "auto-standardized-magnitudes": ["compact-standardized", "minirocket", "minirocket-magnitudes"],
  // Fitted by earlier versions.
  ensemble: ["compact", "minirocket"],
  auto: ["compact", "minirocket"],
  "ensemble-magnitudes": ["compact", "minirocket", "minirocket-magnitudes"],
  "auto-magnitudes": ["compact", "minirocket", "minirocket-magnitudes"],
} as const;

export type EnsembleName = keyof typeof ensembleMembers;
export type MemberName = (typeof ensembleMembers)[EnsembleName][number];
export type MiniRocketName = Extract<MemberName, `minirocket${string}`>;
