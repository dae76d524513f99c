// The references that a stream has of its own: its first batches, and its last ones.

import type { ReferenceKind } from "./comparison.ts";

export type OwnPast = Exclude<ReferenceKind, "baseline">;
export const ownPast: readonly OwnPast[] = ["anchor", "rolling"];
