// A likely cause of an unusual batch.

import type { Remedy } from "./remedies.ts";

export interface Culprit {
  readonly kind: Remedy["kind"] | "stuck channel" | "clipped channel" | "gravity";
  readonly channels: readonly string[];
  /** Description of the fault, such as "is in g instead of m/s^2". */
  readonly fault: string;
  /**
   * Strength of the evidence, 0 to 1. For a fault that was reversed, it is the share of the sensor's distance from the baseline
   * that disappears; for a stuck or clipped channel, the share of samples that show the fault.
   */
  readonly weight: number;
}
