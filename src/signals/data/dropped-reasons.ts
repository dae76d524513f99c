import type { DroppedSamples } from "./plan-windows.ts";

const reasons = {
  shortStretches: "stretch shorter than a window",
  remainders: "end of a stretch, shorter than the step to the next window",
  unknownClass: "class that the network does not learn",
} as const satisfies Record<keyof DroppedSamples, string>;

/** Lists the samples not covered by any window, by reason. */
export function droppedWithReasons(dropped: DroppedSamples): { reason: string; stretches: number; samples: number }[] {
  return Object.entries(reasons).map(([key, reason]) => ({ reason, ...dropped[key as keyof DroppedSamples] }));
}
