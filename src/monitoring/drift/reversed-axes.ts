// An axis whose sign changed. Where a gyroscope and the direction of gravity turned together, they now turn against each other,
// and the other way round. A change of sign does so exactly, in each activity, so no other change of the coherence is taken
// for it. The stream's own past tells what is usual, because fast movements disturb the direction of gravity, in each person's
// own way. Dimensions: K classes.

import type { Sensor } from "../../signals/sensors/sensor.ts";
import type { ClassSummaries } from "../summaries/class-summaries.ts";
import { mergeClassSummaries } from "../summaries/class-summaries.ts";
import { coherenceSignals } from "../summaries/sensor-signals.ts";
import type { ImpossibleSensor } from "./impossible-sensors.ts";

/** Number of batches, including the current one, that are judged together, so that one batch never decides. */
const together = 3;
/** With a shorter past, nothing is known to be usual. */
const shortestPast = 4;
/** Samples of a class on either side below which it is not compared, in seconds. */
const leastSeconds = 3;
/** An axis is reversed if the agreement is below this: it is 1 if the coherence is as usual, and -1 if it is the reverse. */
const mostAgreement = -0.5;
/** If the mean square of the usual coherence is below this, its sign says little. */
const leastSquare = 0.02;

/** A class's part in the agreement of some batches with the usual coherence, weighted by rows. */
interface ClassAgreement {
  readonly rows: number;
  /** Product of the coherence and the usual one. */
  readonly product: number;
  /** Square of the usual one. */
  readonly square: number;
}

/**
 * Sensors with an axis that is reversed in this batch, and in the last ones on average.
 * @param past the stream's first and last accepted batches, oldest first
 */
export function reversedAxes(
  current: ClassSummaries,
  { anchor, rolling }: { readonly anchor: readonly ClassSummaries[]; readonly rolling: readonly ClassSummaries[] },
  sensors: readonly Sensor[],
  samplingRateHz: number,
): ImpossibleSensor[] {
  const accelerometers = sensors.filter(({ kind }) => kind === "accelerometer");
  const gyroscopes = sensors.filter(({ kind }) => kind === "gyroscope");
  const signals = coherenceSignals(accelerometers, gyroscopes).map(({ name }) => name);
  if (signals.length === 0 || anchor.length < shortestPast || rolling.length < together) return [];
  const last = rolling.slice(1 - together);
  const usual = mergeClassSummaries([...anchor, ...rolling.slice(0, 1 - together)]);
  const recent = mergeClassSummaries([...last, current]);
  const fewest = leastSeconds * samplingRateHz;
  const isReversed = (name: string): boolean => {
    const isNow = sumOfAgreements(classAgreements(current, usual, name, fewest)).product < 0;
    return isNow && areClassesReversed(classAgreements(recent, usual, name, fewest));
  };
  const reversed = signals.map(isReversed);
  const count = reversed.filter(Boolean).length;
  if (count === 0) return [];
  const [accelerometer, gyroscope] = [accelerometers[0]!, gyroscopes[0]!];
  // A reversed axis of the accelerometer reverses the turning about the other two.
  const [sensor, axes] =
    count === 2
      ? [accelerometer, accelerometer.channels.filter((_, k) => !reversed[k])]
      : [gyroscope, gyroscope.channels.filter((_, k) => reversed[k])];
  const shown = gyroscope.channels.filter((_, k) => reversed[k]).join(" and ");
  return [
    {
      sensor,
      message: `${axes.join(", ")}: the sign has changed, because the direction of gravity now turns against ${shown}, unlike before`,
      excess: 2,
      cause: { kind: "flipped axis", channels: axes, fault: "has the opposite sign", weight: 1 },
    },
  ];
}

/** Whether the classes are reversed together, and still are without any one of them: a person may do one of them differently. */
function areClassesReversed(classes: readonly ClassAgreement[]): boolean {
  const { rows, square } = sumOfAgreements(classes);
  if (!(square > leastSquare * rows)) return false;
  return [undefined, ...classes].every((leftOut) => {
    const rest = sumOfAgreements(classes.filter((own) => own !== leftOut));
    return rest.product < mostAgreement * rest.square;
  });
}

function sumOfAgreements(classes: readonly ClassAgreement[]): ClassAgreement {
  return classes.reduce(
    (sum, { rows, product, square }) => ({
      rows: sum.rows + rows,
      product: sum.product + product,
      square: sum.square + square,
    }),
    { rows: 0, product: 0, square: 0 },
  );
}

function classAgreements(batch: ClassSummaries, usual: ClassSummaries, name: string, fewest: number): ClassAgreement[] {
  return batch.flatMap((own, k) => {
    const [now, before] = [own?.[name], usual[k]?.[name]];
    if (now === undefined || before === undefined || now.n < fewest || before.n < fewest) return [];
    return [{ rows: now.n, product: now.n * now.mean * before.mean, square: now.n * before.mean ** 2 }];
  });
}
