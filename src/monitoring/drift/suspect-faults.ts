// Finds faults that a batch may have: those whose reversal would bring it closer to the training data. A suspicion is not
// proof: a minute of lying on the back resembles a flipped axis. See `likelyCauses`.

import type { Sensor } from "../../signals/sensors/sensor.ts";
import { ksDistance } from "../../stats/ks.ts";
import { type BaselineReference, baselineReferenceGrids } from "../summaries/baseline-reference.ts";
import type { BatchSummary } from "../summaries/batch-summary.ts";
import { sensorSignals, sensorsWithSignals, withSensorSignals } from "../summaries/sensor-signals.ts";
import { type Columns, Summarizer } from "../summaries/summarize.ts";
import { leastRelativeStd } from "./channel-statistics.ts";
import type { Culprit } from "./culprit.ts";
import { mostGravityRatio } from "./impossible-values.ts";
import { type Remedy, rateRemedies, remediesFor } from "./remedies.ts";

/** A fault that may explain a batch, and how to reverse it. */
export interface SuspectedFault extends Culprit {
  readonly undo: Remedy["undo"];
}

/** Minimum share of the distance that a suspected fault must explain; arbitrary. */
const leastWeight = 0.3;
/** Number of suspected faults to rerun the network for; arbitrary. */
const mostSuspicions = 4;

/**
 * Returns at most `mostSuspicions` faults whose reversal would bring the batch closer to the training data, those that explain
 * the largest share of their distance first.
 * @param columns the batch's raw values
 * @param baseline baseline for the channels and, if the model has them, for the sensors' signals
 * @param sensors the sensors that the baseline's channels form
 */
export function suspectFaults(
  columns: Columns,
  baseline: BaselineReference,
  sensors: readonly Sensor[],
  samplingRateHz: number,
): SuspectedFault[] {
  const names = Object.keys(columns);
  const suspects = [
    ...sensors.flatMap((sensor) => suspectFaultsOfSensor(columns, baseline, sensor)),
    ...suspectFaultsOfRate(columns, baseline, { names, sensors, samplingRateHz }),
  ];
  return suspects.sort((a, b) => b.weight - a.weight).slice(0, mostSuspicions);
}

function suspectFaultsOfSensor(columns: Columns, baseline: BaselineReference, sensor: Sensor): SuspectedFault[] {
  const own = Object.fromEntries(sensor.channels.map((name) => [name, baseline[name]!]));
  const summarizer = new Summarizer(baselineReferenceGrids(own));
  const summaryOf = (changed: Columns): BatchSummary =>
    summarizer.summarize(Object.fromEntries(sensor.channels.map((name) => [name, changed[name] ?? columns[name]!])));
  const summary = summaryOf({});
  return remediesFor(sensor).flatMap((remedy) => {
    const restored = summaryOf(remedy.undo(columns));
    const distance = remedy.kind === "unit" ? suspectSpreadDistance : suspectValueDistance;
    const weight = shareOfSuspectedFault(distance(summary, own), distance(restored, own));
    if (!(weight >= leastWeight)) return [];
    if (remedy.kind === "unit" && sensor.gravity === true) {
      const [found, undone] = [summary, restored].map((side) => Math.abs(Math.log(suspectRelativeLength(side, own))));
      if (!(found! > Math.log(mostGravityRatio) && undone! < Math.log(mostGravityRatio))) return [];
    }
    return [{ ...remedy, weight }];
  });
}

/** A wrong rate changes tempo and roughness, and nothing else. */
function suspectFaultsOfRate(
  columns: Columns,
  baseline: BaselineReference,
  of: { names: readonly string[]; sensors: readonly Sensor[]; samplingRateHz: number },
): SuspectedFault[] {
  const sensors = sensorsWithSignals(of.sensors, baseline);
  const timed = sensorSignals(of.names, sensors).filter(
    ({ name, kind }) => (kind === "tempo" || kind === "roughness") && name in baseline,
  );
  if (timed.length === 0) return [];
  const own = Object.fromEntries(timed.map(({ name }) => [name, baseline[name]!]));
  const summarizer = new Summarizer(baselineReferenceGrids(own));
  const distanceOf = (changed: Columns): number =>
    suspectValueDistance(summarizer.summarize(withSensorSignals(changed, sensors, of.samplingRateHz)), own);
  const before = distanceOf(columns);
  return rateRemedies(of.names).flatMap((remedy) => {
    const weight = shareOfSuspectedFault(before, distanceOf(remedy.undo(columns)));
    return weight >= leastWeight ? [{ ...remedy, weight }] : [];
  });
}

function shareOfSuspectedFault(before: number, after: number): number {
  return before === 0 ? 0 : 1 - after / before;
}

/** Sum of the KS distances over one sensor's channels, so that changes in other sensors cannot hide a fault in it. */
function suspectValueDistance(summary: BatchSummary, baseline: BaselineReference): number {
  return Object.entries(baseline).reduce((sum, [name, { summary: reference }]) => {
    const { counts, n } = summary[name]!;
    return sum + (n === 0 ? 1 : ksDistance(reference.counts, counts));
  }, 0);
}

/**
 * Sum of the absolute logarithms of the ratios of spreads. Spreads reveal a wrong unit, because people may wear a sensor in
 * different orientations, but no one moves ten times as much as others do.
 */
function suspectSpreadDistance(summary: BatchSummary, baseline: BaselineReference): number {
  return Object.entries(baseline).reduce((sum, [name, { summary: reference }]) => {
    const least = leastRelativeStd * reference.std;
    return sum + Math.abs(Math.log(Math.max(summary[name]!.std, least) / reference.std));
  }, 0);
}

/** The root mean square of the length of a sensor's vector, divided by that of the training data. */
function suspectRelativeLength(summary: BatchSummary, baseline: BaselineReference): number {
  const squares = (of: (name: string) => { mean: number; std: number }): number =>
    Object.keys(baseline).reduce((sum, name) => sum + of(name).mean ** 2 + of(name).std ** 2, 0);
  const usual = squares((name) => baseline[name]!.summary);
  return Math.sqrt(Math.max(squares((name) => summary[name]!) / usual, leastRelativeStd ** 2));
}
