// Suggests names for the columns of a table without a header line, based on its values.

import { kindOfSensorInText, sensorInText } from "../sensors/sensor-in-text.ts";

/**
 * Suggests a name for each column: a clock increases, and a sensor's axes are three adjacent columns of varying numbers. The first
 * sensor is an accelerometer unless a word in every row, or the name of the file, names another kind.
 */
export function likelyNames(sample: readonly (readonly string[])[], file = ""): string[] {
  const columns = sample[0]!.map((_, c) => sample.map((values) => values[c]!.replace(/^([+-]?\d+),(\d+)$/, "$1.$2")));
  const names = columns.map((_, c) => `c${c + 1}`);
  // Uses the finest of several clocks.
  const clocks = [...columns.keys()].filter((c) => isLikelyClock(columns[c]!));
  const [clock = -1] = clocks.toSorted((a, b) => new Set(columns[b]).size - new Set(columns[a]).size);
  const parts = columns.map((values, c) => likelyPartOfSecond(values, columns[c + 1] ?? []));
  const seconds = parts.findIndex((part) => part !== undefined);
  if (seconds >= 0) [names[seconds], names[seconds + 1]] = ["sec", parts[seconds]!];
  else if (clock >= 0) names[clock] = "time";
  for (const c of columns.keys())
    if (
      isLikelyTotal(columns[c]!, columns.slice(c + 1, c + 4)) ||
      isLikelyTotal(columns[c]!, columns.slice(Math.max(0, c - 3), c))
    )
      names[c] = "total";
  const isLong = columns.some(areLikelySensorNames);
  const mark = columns.findIndex(isLong ? areLikelySensorNames : isLikelyMark);
  if (mark >= 0) names[mark] = "sensor";
  const mayBeAxis = columns.map(
    (values, c) => /^c\d/.test(names[c]!) && c !== mark && !clocks.includes(c) && isLikelyAxis(values),
  );
  const words = columns.find((values) => /[a-z]/i.test(values[0]!) && new Set(values).size === 1)?.[0] ?? "";
  const first = prefixOfKind[kindOfSensorInText(words) ?? sensorInText(file)?.kind ?? ""];
  const sensors = isLong ? [""] : [...new Set([first ?? "acc_", ...Object.values(prefixOfKind)])];
  for (let c = 0; c + 2 < names.length && sensors.length > 0; ) {
    if (!(mayBeAxis[c] && mayBeAxis[c + 1] && mayBeAxis[c + 2])) {
      c++;
      continue;
    }
    const named = isLong ? undefined : prefixOfWordsBefore(columns, c);
    const sensor = named ?? sensors[0]!;
    sensors.splice(Math.max(0, sensors.indexOf(sensor)), 1);
    for (const axis of ["x", "y", "z"]) names[c++] = `${sensor}${axis}`;
  }
  return names;
}

const prefixOfKind: Readonly<Record<string, string>> = {
  accelerometer: "acc_",
  gyroscope: "gyro_",
  magnetometer: "mag_",
};

/** Returns the prefix for axes below which a word in each row names the sensor, as in Gyroscope,12:00:01,0.1,0.2,0.3. */
function prefixOfWordsBefore(columns: readonly (readonly string[])[], axis: number): string | undefined {
  for (let c = axis - 1; c >= Math.max(0, axis - 3); c--) {
    const [word = ""] = columns[c]!;
    const prefix = prefixOfKind[/[a-z]/i.test(word) ? (kindOfSensorInText(word) ?? "") : ""];
    if (prefix !== undefined && columns[c]!.every((value) => value === word)) return prefix;
  }
  return undefined;
}

function isLikelyAxis(values: readonly string[]): boolean {
  const numbers = values.map((value) => (value === "" ? Number.NaN : Number(value.replace(",", "."))));
  if (!numbers.every(Number.isFinite) || new Set(numbers).size < 2) return false;
  return !(numbers.every(Number.isInteger) && isLikelyToRunForwards(values));
}

/** Whether the values are the magnitudes of vectors in three other columns. */
function isLikelyTotal(values: readonly string[], axes: readonly (readonly string[])[]): boolean {
  if (axes.length < 3 || !axes.every(isLikelyAxis)) return false;
  const fits = values.filter((value, i) => {
    const length = Math.hypot(...axes.map((axis) => Number(axis[i])));
    return value !== "" && length > 0 && Math.abs(Number(value) / length - 1) < 0.01;
  });
  return fits.length >= 0.9 * values.length;
}

function areLikelyUnixSeconds(values: readonly string[]): boolean {
  return values.every((value) => /^1\d{9}$/.test(value));
}

/** Whether the values may be nanoseconds within a second, written without leading zeros. */
function areLikelyNanoseconds(values: readonly string[]): boolean {
  return values.every((value) => /^\d{1,9}$/.test(value)) && values.some((value) => value.length > 6);
}

/**
 * Returns the name of a column that contains the fractions of the seconds in the previous column, which restart with each
 * second.
 */
function likelyPartOfSecond(seconds: readonly string[], fractions: readonly string[]): string | undefined {
  if (areLikelyUnixSeconds(seconds) && fractions.length > 0 && areLikelyNanoseconds(fractions)) return "nanosec";
  if (![...seconds, ...fractions].every((value) => /^\d{1,10}$/.test(value)) || fractions.length === 0)
    return undefined;
  const [whole, part] = [seconds.map(Number), fractions.map(Number)];
  const most = part.reduce((a, b) => Math.max(a, b), 0);
  const restarts = whole.slice(1).filter((value, i) => value === whole[i]! + 1 && part[i + 1]! < part[i]!).length;
  const continues = whole.slice(1).filter((value, i) => value === whole[i] && part[i + 1]! > part[i]!).length;
  if (restarts === 0 || restarts + continues < whole.length - 1 || continues < restarts) return undefined;
  return most >= 1e9 ? undefined : most >= 1e6 ? "nanosec" : most >= 1e3 ? "microsec" : "millisec";
}

/** Minimum number of rows in which a few recurring integers must appear to count as sensor ids rather than values. */
const markedRows = 20;
const mostMarks = 6;

/** Whether the values may identify each row's sensor: a few different integers that change in at least half of the rows. */
function isLikelyMark(values: readonly string[]): boolean {
  if (values.length < markedRows || !values.every((value) => /^\d{1,2}$/.test(value))) return false;
  const changes = values.filter((value, i) => i > 0 && value !== values[i - 1]).length;
  return new Set(values).size <= mostMarks && 2 * changes >= values.length;
}

/** Whether the values name sensors, at least two in at least half of the rows, as in a table with a row per event. */
function areLikelySensorNames(values: readonly string[]): boolean {
  const named = values.filter((value) => /[a-z]/i.test(value) && kindOfSensorInText(value) !== null);
  return new Set(named).size >= 2 && 2 * named.length >= values.length;
}

/** Whether hardly any number is less than the previous one; a clock may restart with the next recording. */
function isLikelyToRunForwards(values: readonly string[]): boolean {
  const numbers = values.map(Number);
  const steps = numbers.slice(1).map((value, i) => value - numbers[i]!);
  return new Set(numbers).size > 2 && steps.filter((step) => !(step >= 0)).length <= 0.05 * steps.length;
}

/** Whether the values are dates, times of day, or numbers that increase but do not count rows. */
function isLikelyClock(values: readonly string[]): boolean {
  if (/^\d{1,4}[-/.]\d{1,2}[-/.]\d|^\d{1,2}:\d{2}/.test(values[0]!)) return true;
  const steps = values.slice(1).map((value, i) => Number(value) - Number(values[i]));
  const counted = steps.filter((step) => step === 1).length;
  // A column that numbers windows or repetitions gives many rows the same number, and then the next one.
  const isNumbered =
    values.every((value) => /^\d{1,4}$/.test(value)) && steps.every((step) => step === 0 || step === 1);
  return !isNumbered && isLikelyToRunForwards(values) && 2 * counted < values.length;
}
