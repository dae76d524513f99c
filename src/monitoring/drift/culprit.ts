// A likely cause of an unusual batch.

import type { Remedy } from "./remedies.ts";

export interface Culprit {
  readonly kind: Remedy["kind"] | "stuck channel" | "clipped channel" | "gravity";
  readonly channels: readonly string[];
  /** What happened to the channels, such as "is in g instead of m/s^2". */
  readonly fault: string;
  /**
   * 0 to 1: the share of the sensor's distance from the baseline that disappears when the fault is reversed. For an
   * irreversible fault, the share of samples that show it.
   */
  readonly weight: number;
}
