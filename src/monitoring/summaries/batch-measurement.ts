// The stored form of a batch: counts and moments, but no raw values.
import type { ClassSummaries } from "./class-summaries.ts";
import type { ModelSignals } from "./model-signals.ts";

/** What the comparisons of batches are based on. */
export interface BatchMeasurement {
  /** Summaries of the samples, by predicted class. */
  readonly byClass: ClassSummaries;
  /** Output of the network. */
  readonly signals: ModelSignals;
}
