// Finds values that would make a channel useless for training. After scaling, a single cell of 3e38 makes all other values look
// equal, and a -9999 that means "missing" distorts the spread. There is no baseline yet, so each value is compared with the
// rest of its channel.

import { counted } from "../../counted.ts";
import { DataFault } from "../../data-fault.ts";
import { withPlaceOfValue } from "../files/place-of-value.ts";
import { absurdDistance, exceedsGateLimit, leastMarks, markDistance } from "./gate-limits.ts";
import { sizeOfWrappedValues } from "./wrapped-values.ts";

/** Maximum number of values to sample; more would barely change the percentiles. */
const mostSampled = 1_000_000;

interface Absurd {
  readonly value: number;
  /** Number of absurd cells in the channel. */
  readonly cells: number;
  readonly median: number;
  /** Distance from the median within which 99 % of the values lie. */
  readonly usual: number;
}

/**
 * @param values returns one channel's values over all rows; called for one channel at a time
 * @throws DataFault if a value is absurd, in which case the message gives its file, row and column, or if signed integers seem
 * to have been written as unsigned ones
 */
export async function refuseAbsurdValues(
  channels: readonly string[],
  values: (channel: number) => Float32Array,
  files: readonly string[],
): Promise<void> {
  for (const [c, column] of channels.entries()) {
    const own = values(c);
    refuseWrappedValues(column, own, files);
    const found = absurdValue(own);
    if (found === undefined) continue;
    const { value, cells, median, usual } = found;
    const others = cells > 1 ? `, and ${counted(cells - 1, "more such cell")}` : "";
    const expected = `about ${formatAbsurdValue(median - usual)} to ${formatAbsurdValue(median + usual)}, as in 99 % of the column`;
    const description = {
      code: "range" as const,
      column,
      expected,
      found: `${formatAbsurdValue(value)}${others}`,
      message: `Column "${column}": ${formatAbsurdValue(value)}${others}; expected ${expected}.`,
      advice:
        "If the value stands for missing values (-9999, 1e9, 3e38), leave such cells empty; if it is damaged, " +
        "correct it or remove the row.",
    };
    throw new DataFault(await withPlaceOfValue(description, value, files));
  }
}

function refuseWrappedValues(column: string, values: Float32Array, files: readonly string[]): void {
  const size = sizeOfWrappedValues(values);
  if (size === undefined) return;
  const expected = "negative values as negative numbers";
  const found = `values that jump between 0 and ${size - 1}`;
  throw new DataFault({
    code: "range",
    message: `${files[0]}: column "${column}": expected ${expected}, found ${found}, as if signed integers of ${Math.log2(size)} bits had been written as unsigned ones.`,
    advice: `Subtract ${size} from all values of ${size / 2} or more, or export the values again as signed integers.`,
    file: files[0]!,
    column,
    expected,
    found,
  });
}

/** @param values finite values, at least one */
export function absurdValue(values: Float32Array): Absurd | undefined {
  const stride = Math.ceil(values.length / mostSampled);
  const sampled = Float32Array.from({ length: Math.ceil(values.length / stride) }, (_, i) => values[i * stride]!);
  const median = sampled.sort()[sampled.length >> 1]!;
  const distances = sampled.map((x) => Math.abs(x - median)).sort();
  const rank = Math.floor(0.99 * (distances.length - 1));
  // If a channel mostly stays at one value, uses only the values that differ from it.
  const moving = distances.subarray(distances.findIndex((x) => x > 0));
  const usual = distances[rank]! > 0 ? distances[rank]! : moving[moving.length >> 1]!;
  const limit = absurdDistance * usual;
  let [absurd, first] = [0, Number.NaN];
  let [furthest, value, repeats, next] = [0, Number.NaN, 0, 0];
  for (const x of values) {
    const distance = Math.abs(x - median);
    if (exceedsGateLimit(distance, limit) && absurd++ === 0) first = x;
    if (x === value) repeats++;
    else if (distance > furthest) [next, furthest, value, repeats] = [furthest, distance, x, 1];
    else if (distance > next) next = distance;
  }
  if (absurd > 0) return { value: first, cells: absurd, median, usual };
  const isMark = repeats >= leastMarks && furthest > markDistance * next && next > 0;
  return isMark ? { value, cells: repeats, median, usual: next } : undefined;
}

function formatAbsurdValue(value: number): string {
  return `${Number(value.toPrecision(4))}`;
}
