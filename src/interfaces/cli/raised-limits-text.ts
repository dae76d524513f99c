// States which limits for changes of the sensors were raised, because the sensors in the training data change more than usual.

import { limitForChanges } from "../../limit-for-changes.ts";
import type { LargestChanges } from "../../pipelines/baseline.ts";
import { fixedNumberText } from "./number-text.ts";

/** One line for each raised limit. */
export function raisedLimitsText(changes: LargestChanges | null): string[] {
  const { at_rest: atRest = 0, turning = 0 } = changes ?? {};
  const kinds: readonly [string, number][] = [
    ["what the sensors measure at rest", atRest],
    ["how far gravity turns", turning],
  ];
  return kinds.flatMap(([what, largest]) => {
    const limit = limitForChanges(largest);
    if (limit === 1) return [];
    return [
      `sensors    changes of ${what} count only above ${fixedNumberText(limit, 1)} times the usual limit, because they reach ` +
        `${fixedNumberText(largest, 1)} times that limit within one person's training data`,
    ];
  });
}
