// Finds the sensors among columns from their names alone. Three names that differ only in the letters x, y and z are the axes
// of one vector, and the rest of the name gives the kind and unit. The known words come from the loggers and data sets in
// test/signals/sensors/vendor-headers.ts. Three names that differ only in the numbers 0 to 2 or 1 to 3 are also axes if the
// other letters name a sensor (acc0) or nothing (axis1, values[0]), and if no letters name the axes of that kind of sensor.

import { withAxisLetter } from "./axis-words.ts";
import { bodyRates } from "./body-rates.ts";
import { withKindOfLetterPairs } from "./letter-pairs.ts";
import { sensorsOfRepeatedColumns } from "./repeated-columns.ts";
import type { Sensor, SensorKind } from "./sensor.ts";
import { type NamedSensor, sensorKindByNameWords, splitSensorName, wordsOfSensorName } from "./sensor-name.ts";
import { unitOfName, unitOfNameForKind, type WrittenUnit } from "./unit-of-name.ts";

/** Sensors are ordered by their first channel, and each channel belongs to at most one sensor. */
export function sensorsByName(columns: readonly string[]): NamedSensor[] {
  const written = columns.map((column) => column.trim());
  const names = written.map((name) => {
    const lettered = withAxisLetter(name);
    return lettered === name || written.includes(lettered) ? name : lettered;
  });
  const places = new Map(names.map((name, place) => [name, place]));
  const taken = new Set<string>();
  const found: { readonly first: number; readonly sensor: NamedSensor }[] = [];
  for (const name of names) {
    const triad = triadByName(name, places);
    if (triad === undefined) continue;
    const own = triad.places.map((place) => columns[place]!);
    const described = sensorByTriadName(triad);
    if (described === undefined || own.some((name) => taken.has(name))) continue;
    for (const name of own) taken.add(name);
    const [x, y, z] = own as [string, string, string];
    found.push({ first: Math.min(...triad.places), sensor: { ...described, channels: [x, y, z] } });
  }
  for (const sensor of [...numberedSensors(columns, taken), ...sensorsOfRepeatedColumns(columns, taken)]) {
    const isKnown = found.some(({ sensor: { kind } }) => kind === sensor.kind || sensor.kind === "unknown");
    if (!isKnown) found.push({ first: columns.indexOf(sensor.channels[0]), sensor });
  }
  const lettered = bodyRates(
    columns,
    found.map(({ sensor }) => sensor),
  );
  if (lettered !== undefined) found.push({ first: columns.indexOf(lettered.channels[0]), sensor: lettered });
  const sorted = found.sort((a, b) => a.first - b.first).map(({ sensor }) => sensor);
  const inOrder = withKindOfLetterPairs(sorted);
  const named = Map.groupBy(inOrder, ({ name }) => name);
  return inOrder.map((sensor) => (named.get(sensor.name)!.length === 1 ? sensor : withWholeSensorName(sensor)));
}

/** Words in the names of numbered values that are not axes, such as acc1_temp and gyro_status_1. */
const notAxes =
  /^(temp|count|bat|stat|norm|mag|time|id|energy|mean|std|var|max|min|range|bias|offset|scale|cal|flag|mode|event|peak|rms|sum|jerk|delta|diff)/;

/** Finds sensors whose axes are numbered. @param taken columns of other sensors */
function numberedSensors(columns: readonly string[], taken: ReadonlySet<string>): NamedSensor[] {
  const sensors: NamedSensor[] = [];
  for (const column of columns) {
    const [, before = "", first, after = ""] = /^(.*?)([01])(\D*|\][^[\]]*)$/.exec(column.trim()) ?? [];
    if (first === undefined || /\d$/.test(before)) continue;
    const at = (number: number): string | undefined =>
      columns.find((name) => name.trim() === `${before}${number}${after}` && !taken.has(name));
    const start = Number(first);
    const [x, y, z] = [at(start), at(start + 1), at(start + 2)];
    if (x === undefined || y === undefined || z === undefined) continue;
    if ((start === 1 && at(0) !== undefined) || at(start + 3) !== undefined) continue;
    const { unit: written, rest } = splitSensorName(before, after);
    const words = wordsOfSensorName(rest);
    const byWords = sensorKindByNameWords(words);
    const isNameless = words.length > 0 && words.every((word) => /^(axis|axes|double|values?|val)$/.test(word));
    if (byWords === undefined ? !isNameless : byWords.weak || words.some((word) => notAxes.test(word))) continue;
    const kind = byWords?.kind ?? "unknown";
    sensors.push({
      name: before.trim().replace(/[_.\s([-]+$/, "") || before,
      kind,
      channels: [x, y, z],
      unit: unitOfNameForKind(kind, written),
      gravity: byWords?.gravity ?? null,
      weak: false,
      written,
    });
  }
  return sensors;
}

/** The parts of the name around the axis letter, and the positions of the three columns. */
interface Triad {
  readonly before: string;
  readonly letter: string;
  readonly after: string;
  readonly places: readonly number[];
}

/** Finds the rightmost x in a name such that there are also columns with y and z in its place. */
function triadByName(column: string, places: ReadonlyMap<string, number>): Triad | undefined {
  const anyCase = (name: string): number | undefined =>
    [...places].find(([known]) => known.toLowerCase() === name.toLowerCase())?.[1];
  for (let at = column.length - 1; at >= 0; at--) {
    const letter = column[at]!;
    if (letter !== "x" && letter !== "X") continue;
    const [before, after] = [column.slice(0, at), column.slice(at + 1)];
    const place = (axis: string): number | undefined => {
      const [same, other] = letter === "x" ? [axis, axis.toUpperCase()] : [axis.toUpperCase(), axis];
      return places.get(before + same + after) ?? places.get(before + other + after) ?? anyCase(before + same + after);
    };
    const [y, z] = [place("y"), place("z")];
    if (y === undefined || z === undefined) continue;
    // If there were a fourth component, the vector would be a quaternion.
    const fourth = ["w", "cos", "scalar"].some(
      (part) => place(part) !== undefined || anyCase(before + part + after) !== undefined,
    );
    if (fourth) return undefined;
    return { before, letter, after, places: [places.get(column)!, y, z] };
  }
  return undefined;
}

/** Matches the name of MAVLink's messages with scaled values, whose units its documentation gives. */
const mavlinkName = /(^|[^a-z])scaled_imu\d?(?![a-z\d])/i;
const mavlinkUnits: WrittenUnit = {
  of: { accelerometer: "milli-g", gyroscope: "milli-rad/s", magnetometer: "milligauss" },
};

function sensorByTriadName({ before, letter, after }: Triad): Omit<NamedSensor, "channels"> | undefined {
  const { unit, rest } = splitSensorName(before, after);
  const written = unit ?? (mavlinkName.test(before) ? mavlinkUnits : undefined);
  const words = wordsOfSensorName(rest).filter((word) => !/^(axis|axes)$/.test(word));
  if (isNoSensorName(words)) return undefined;
  const byWords = sensorKindByNameWords(words);
  const kind = byWords?.kind ?? sensorKindByNameUnit(written);
  if (kind === "unknown" && written !== undefined && "angle" in written) return undefined;
  return {
    name: shortSensorName(before, letter, after),
    kind,
    unit: unitOfNameForKind(kind, written),
    gravity: byWords?.gravity ?? null,
    weak: byWords?.weak ?? false,
    written,
  };
}

/**
 * Whether the words name angles or quaternions (which do not rotate like vectors), changes of a sensor's values, or its times.
 */
function isNoSensorName(words: readonly string[]): boolean {
  const text = words.join(" ");
  return (
    words.some((word) =>
      /^(quat|ori(ent|inc|$)|attitude$|euler?$|angles?$|roll$|pitch$|yaw$|tilt|inclin|rotvec|rotmat|q$|dq$|time(stamps?)?$|jerk|delta$|diff$|derivative$)/.test(
        word,
      ),
    ) || /rot(ation)? ?(vec|mat)/.test(text)
  );
}

function sensorKindByNameUnit(written: WrittenUnit | undefined): SensorKind {
  if (written === undefined || !("of" in written)) return "unknown";
  const kinds = (Object.keys(written.of) as SensorKind[]).filter((kind) => kind !== "gravity");
  return kinds.length === 1 ? kinds[0]! : "unknown";
}

/**
 * Returns the part of the name before the axis or, if that is empty, the part after it. If the name consists only of an axis,
 * returns the whole name with xyz in place of the axis.
 */
function shortSensorName(before: string, letter: string, after: string): string {
  const start = before.trim().replace(/[_.\s-]$/, "");
  if (after === "" && before !== "") return before.replace(/[_.\s-]$/, "") || before;
  if (wordsOfSensorName(start).length > 0) return start;
  const end = after.replace(/[([{].*$/, "").replace(/^[_.\s-]+|[_.\s-]+$/g, "");
  if (wordsOfSensorName(end).some((word) => !/^(axis|axes)$/.test(word)) && unitOfName(end) === undefined) return end;
  return `${before}${letter === "x" ? "xyz" : "XYZ"}${after}`;
}

/** Gives longer names to sensors whose short names are equal. */
function withWholeSensorName(sensor: NamedSensor): NamedSensor {
  const [x, y] = sensor.channels.map((name) => name.trim()) as [string, string];
  const at = [...x].findIndex((letter, i) => letter !== y[i]);
  return { ...sensor, name: `${x.slice(0, at)}${x[at] === "x" ? "xyz" : "XYZ"}${x.slice(at + 1)}` };
}

/** Whether a name consists only of an axis, a unit and words such as value, as in x, x_value or x-axis (g). */
export function isNamelessSensor({ channels: [x] }: Sensor): boolean {
  return wordsOfSensorName(splitSensorName("", x.trim()).rest).every((word) =>
    /^(x|xaxis|axis|axes|values?|val|data|duplicated)$/.test(word),
  );
}

/**
 * Returns the kind of sensor that a column's name gives in words, whether or not it names an axis; undefined for statistics and
 * orientations.
 */
export function sensorKindByColumnName(column: string): SensorKind | undefined {
  const words = wordsOfSensorName(splitSensorName("", column.trim()).rest);
  const kind = sensorKindByNameWords(words);
  if (kind === undefined || kind.weak || words.some((word) => notAxes.test(word) || /^(angles?|euler)/.test(word)))
    return undefined;
  // Without a word for a rate, a rotation is an orientation, such as a rotation matrix.
  const isRotation =
    words.some((word) => /^rot(ation)?$/.test(word)) && !words.some((word) => /^(rate|vel|speed)/.test(word));
  return isRotation ? undefined : kind.kind;
}

/** Returns the number of words in a sensor name. */
export function sensorNameLength({ name }: Sensor): number {
  return wordsOfSensorName(name).length;
}
