// The references from a stream's own past: its first batches (the anchor) and its last batches (the rolling reference).

import type { ReferenceKind } from "./comparison.ts";

export type OwnPast = Exclude<ReferenceKind, "baseline">;
export const ownPast: readonly OwnPast[] = ["anchor", "rolling"];
