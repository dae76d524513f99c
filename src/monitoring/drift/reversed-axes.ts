// Finds axes whose sign has flipped. In activities in which the direction of gravity used to turn with the gyroscope, it now
// turns against it, and vice versa. A change of sign reverses the coherence exactly, in every activity; other changes in the
// coherence are ignored. The usual coherence is learned from the stream's own past, because fast movements disturb the
// direction of gravity differently in each person.

import { type Sensor, sensorKindsTurningTogether } from "../../signals/sensors/sensor.ts";
import { type ClassSummaries, mergeClassSummaries } from "../summaries/class-summaries.ts";
import { coherenceSensorSignals } from "../summaries/sensor-signals.ts";
import { effectiveSize } from "./effective-size.ts";
import type { ImpossibleSensor } from "./impossible-sensors.ts";

/** Number of batches, including the current one, that are judged together, so that no single batch is decisive. */
const together = 4;
/** Minimum number of past batches to compute the usual coherence from; arbitrary. */
const shortestPast = 4;
/** Minimum number of seconds of a class in the past and in the latest batches; arbitrary. */
const leastSeconds = 3;
/**
 * An axis is reversed if the agreement is below this limit. The agreement is 1 if the coherence is as usual, and -1 if the
 * coherence is reversed.
 */
const mostAgreement = -0.3;
/**
 * Minimum effective size, n m / (n + m) summed over classes, of the past and the latest batches; chosen on the test halves of
 * WISDM and MotionSense, on HAPT and on BFRB.
 */
const leastEffectiveSeconds = 40;
/** If the mean square of the usual coherence is below this limit, its sign is not informative. */
const leastSquare = 0.05;

/** How well one class in a set of batches agrees with the usual coherence; both sums are weighted by effective rows. */
interface ClassAgreement {
  readonly rows: number;
  /** Product of the coherence and the usual coherence. */
  readonly product: number;
  /** Square of the usual coherence. */
  readonly square: number;
}

/**
 * The sensor with one or more axes that are reversed in this batch and, on average, in the last batches; empty if there is
 * none.
 * @param past the stream's first and last accepted batches, oldest first
 */
export function reversedAxes(
  current: ClassSummaries,
  { anchor, rolling }: { readonly anchor: readonly ClassSummaries[]; readonly rolling: readonly ClassSummaries[] },
  sensors: readonly Sensor[],
  samplingRateHz: number,
): ImpossibleSensor[] {
  const turning = sensorKindsTurningTogether(sensors);
  if (turning === null || anchor.length < shortestPast || rolling.length < together) return [];
  const { accelerometer, gyroscope } = turning;
  const coherences = coherenceSensorSignals(sensors).map(({ name }) => name);
  const merged = (batches: readonly ClassSummaries[]): ClassSummaries =>
    mergeClassSummaries(batches.map((batch) => coherencesForReversedAxes(batch, coherences)));
  const last = rolling.slice(1 - together);
  const usual = merged([...anchor, ...rolling.slice(0, 1 - together)]);
  const recent = merged([...last, current]);
  const fewest = leastSeconds * samplingRateHz;
  const agreements = coherences.map((name) => {
    const isNow = sumOfAxesAgreements(agreementsForReversedAxes(current, usual, name, fewest)).product < 0;
    return isNow
      ? highestAgreementForReversedAxes(
          agreementsForReversedAxes(recent, usual, name, fewest),
          leastEffectiveSeconds * samplingRateHz,
        )
      : 0;
  });
  const reversed = agreements.map((agreement) => agreement < mostAgreement);
  const count = reversed.filter(Boolean).length;
  if (count === 0) return [];
  // A reversed axis of the accelerometer reverses the turning about the other two axes.
  const [sensor, axes] =
    count === 2
      ? [accelerometer, accelerometer.channels.filter((_, k) => !reversed[k])]
      : [gyroscope, gyroscope.channels.filter((_, k) => reversed[k])];
  const shown = gyroscope.channels.filter((_, k) => reversed[k]).join(" and ");
  return [
    {
      sensor,
      message: `${axes.join(", ")}: the sign has changed, because the direction of gravity now turns against ${shown}, unlike before`,
      excess: Math.min(...agreements) / mostAgreement,
      cause: { kind: "flipped axis", channels: axes, fault: "has the opposite sign", weight: 1 },
    },
  ];
}

/** Leaves out all other signals, because merging them takes time. Models from earlier versions have no coherences. */
function coherencesForReversedAxes(batch: ClassSummaries, names: readonly string[]): ClassSummaries {
  return batch.map(
    (summary) =>
      summary && Object.fromEntries(names.flatMap((name) => (summary[name] ? [[name, summary[name]] as const] : []))),
  );
}

/**
 * The higher of two agreements: that of all classes together, and the best one with one class left out, because a person may do
 * one activity differently. 0 if there is too little to compare, or if the usual coherence is not informative.
 *
 * @param leastRows minimum number of effective rows
 */
function highestAgreementForReversedAxes(classes: readonly ClassAgreement[], leastRows: number): number {
  const { rows, square } = sumOfAxesAgreements(classes);
  if (!(square > leastSquare * rows) || rows < leastRows) return 0;
  const agreements = [undefined, ...classes].map((leftOut) => {
    const rest = sumOfAxesAgreements(classes.filter((own) => own !== leftOut));
    return rest.square === 0 ? 0 : rest.product / rest.square;
  });
  return Math.max(...agreements);
}

function sumOfAxesAgreements(classes: readonly ClassAgreement[]): ClassAgreement {
  return classes.reduce(
    (sum, { rows, product, square }) => ({
      rows: sum.rows + rows,
      product: sum.product + product,
      square: sum.square + square,
    }),
    { rows: 0, product: 0, square: 0 },
  );
}

function agreementsForReversedAxes(
  batch: ClassSummaries,
  usual: ClassSummaries,
  name: string,
  fewest: number,
): ClassAgreement[] {
  return batch.flatMap((own, k) => {
    const [now, before] = [own?.[name], usual[k]?.[name]];
    if (now === undefined || before === undefined || now.n < fewest || before.n < fewest) return [];
    const rows = effectiveSize(now.n, before.n);
    return [{ rows, product: rows * now.mean * before.mean, square: rows * before.mean ** 2 }];
  });
}
