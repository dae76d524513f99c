// The stored form of a batch: counts and moments, no raw values.
import type { ClassSummaries } from "./class-summaries.ts";
import type { ModelSignals } from "./model-signals.ts";

/** What a verdict is made from. */
export interface BatchMeasurement {
  /** Of the samples, by predicted class. */
  readonly byClass: ClassSummaries;
  /** What the network said. */
  readonly signals: ModelSignals;
}
