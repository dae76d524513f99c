// The stored form of a batch: counts and moments, but no raw values.
import type { ClassSummaries } from "./class-summaries.ts";
import type { ModelSignals } from "./model-signals.ts";
import type { RestSums } from "./rest-sums.ts";
import type { TurningSums } from "./turning-scale.ts";

/** Everything that a verdict is based on. */
export interface BatchMeasurement {
  /** Summaries of the samples, by predicted class. */
  readonly byClass: ClassSummaries;
  /** Output of the network. */
  readonly signals: ModelSignals;
}

/** Measurements whose values depend on the sensors, but not on the wearer. */
export interface BatchPhysics {
  /** How far gravity turned; absent if no two sensors measure the same turns, and from earlier versions. */
  readonly turning?: TurningSums;
  /** What the sensors measured at rest; absent without an accelerometer with gravity, and from earlier versions. */
  readonly rest?: RestSums;
}
