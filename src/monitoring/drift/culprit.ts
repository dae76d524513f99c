// A likely cause of an unusual batch.

import type { Remedy } from "./remedies.ts";

export interface Culprit {
  readonly kind: Remedy["kind"] | "stuck channel" | "clipped channel" | "gravity";
  readonly channels: readonly string[];
  /** Description of the fault, such as "is in g instead of m/s^2". */
  readonly fault: string;
  /**
   * Share (0 to 1) of the sensor's distance from the baseline that disappears when the fault is reversed. For a fault that
   * cannot be reversed, the share of samples that show it.
   */
  readonly weight: number;
}
