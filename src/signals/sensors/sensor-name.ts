// Takes the name of a sensor apart: the words that give its kind, and its unit.

import type { Sensor, SensorKind } from "./sensor.ts";
import { unitOfName, type WrittenUnit } from "./unit-of-name.ts";

/** A sensor, and how reliably its name identifies it. */
export interface NamedSensor extends Sensor {
  /** Whether the kind is inferred from a single letter, as in Gx. */
  readonly weak: boolean;
  /** The unit in the names, which several kinds may share. */
  readonly written: WrittenUnit | undefined;
}

/** Joins units that are written in several words: milli_g, m_s2, m_per_s2 and deg_per_s. */
function joinUnitWordsInSensorName(text: string): string {
  return text
    .replace(/(?<![a-z])(milli|micro)[ _-]+(gs?|g-?force)(?![a-z])/i, "$1$2")
    .replace(
      /(?<![a-z])(m|cm|mm|rad|deg|radians?|degrees?)[ _-]+(?:per[ _-]+)?(s2|s\^2|s|sec|second)(?![a-z0-9]|\^?[-−⁻])/i,
      (_, unit: string, per: string) => `${unit}/${per.endsWith("2") ? "s2" : "s"}`,
    );
}

/** Separates the unit, in brackets or as a separate word, from the name. */
export function splitSensorName(...parts: [before: string, after: string]): {
  unit: WrittenUnit | undefined;
  rest: string;
} {
  const [before, after] = parts.map(joinUnitWordsInSensorName) as [string, string];
  const bracket = /[([{]\s*([^()[\]{}]+(?:\([^()]*\))?)\s*[)\]}]/;
  for (const part of [after, before]) {
    const text = bracket.exec(part)?.[1];
    const unit = text === undefined ? undefined : unitOfName(text);
    if (unit !== undefined) return { unit, rest: `${before} ${after}`.replace(bracket, " ") };
  }
  const separate = (part: string): string[] => part.split(/[\s_.,:;|-]+/).filter((word) => word !== "");
  const [first, last] = [separate(before), separate(after)];
  for (const words of [last, first]) {
    const at = words.findLastIndex((word) => unitOfName(word) !== undefined);
    const others = [...first, ...last].length - 1;
    // A name must contain more than a letter for a unit, so "g_x" is a gyroscope, and "GsX" one at place s; "dps_x" could be
    // nothing but a unit.
    if (at < 0 || (others === 0 && (words[at]!.length < 2 || (words === first && /^gs$/i.test(words[at]!))))) continue;
    // In x_in_g, the letter can only be a unit.
    const isStated = /^(in|times)$/i.test(words[at - 1] ?? "");
    const rest = isStated ? words.toSpliced(at - 1, 2) : words.toSpliced(at, 1);
    const kept = words === last ? [...first, ...rest] : [...rest, ...last];
    const unit = unitOfName(words[at]!)!;
    if (isStated) return { unit, rest: kept.join(" ") };
    if (/^g$/i.test(words[at]!) && sensorKindByNameWords(wordsOfSensorName(kept.join(" ")))?.kind !== "accelerometer")
      continue;
    return { unit, rest: kept.join(" ") };
  }
  return { unit: undefined, rest: `${before} ${after}` };
}

/**
 * Returns lower-case words, split at non-letters, before a capital that follows a lower-case letter, and inside
 * compounds such as totalacc.
 */
export function wordsOfSensorName(text: string): string[] {
  return (
    text
      .replace(/([a-z])([A-Z])/g, "$1 $2")
      // In SensorLog's DMRotX, DM stands for the device's motion.
      .replace(/^DM(?=[A-Z])/, "DM ")
      // In lower case, the Turkish letter has a separate dot.
      .replaceAll("İ", "I")
      .toLowerCase()
      .split(/[^\p{L}]+/u)
      .flatMap((word) => word.replace(/^(linear|user|total|body)(?=[a-z])/, "$1 ").split(" "))
      .filter((word) => word !== "")
  );
}

export function sensorKindByNameWords(
  words: readonly string[],
): { kind: SensorKind; gravity?: boolean | null; weak?: boolean } | undefined {
  const text = words.join(" ");
  const has = (pattern: RegExp): boolean => words.some((word) => pattern.test(word));
  if (has(/^(gyr|gy$|gir(o|$)|itg\d*$|rot|omega$|ω$|pqr$|angv(el)?$|angrate|angularvel|avel$|spin$)/))
    return { kind: "gyroscope" };
  if (/ang(ular)? ?(vel|v$|rate|speed)|(vit|vel)\S+ ang|^rates?$|^rr$/.test(text)) return { kind: "gyroscope" };
  if (
    has(
      /^(winkelgeschw|drehrate|углов|角速度|гироскоп|гіроскоп|żyroskop|jiroskop|자이로|각속도|gyroskop|ジャイロ|陀螺)/,
    )
  )
    return { kind: "gyroscope" };
  if (has(/^(magn?$|magnet|magfield|compass|bfield)/)) return { kind: "magnetometer" };
  const isAngular = /\bang(ular)? ?acc/.test(text) || has(/^ang(ular)?acc/);
  const accelerometer =
    !isAngular &&
    (has(
      /^(acc|ac$|acl$|ag$|adxl|mma$|gforce|geneactiv$|actigraph$|axivity$)|(acc|accel|acceleration|accelerometer)$|^(gf|la|xl)$|^(acel|beschl|versnell|przysp|加速度|ускорен|прискор|επιταχ|가속도|ivme|zrychl|gyorsul)/,
    ) ||
      text === "g f");
  const isIncluding = /(incl\w*|with) g/.test(text) || has(/^(total|ag)$/);
  // As in UCI HAR's tGravityAcc, which is the part of an acceleration that gravity causes.
  if (accelerometer && !isIncluding && /\bgrav(ity)? acc/.test(text)) return { kind: "gravity" };
  if (accelerometer) {
    // Next to another word for acceleration, LA means the left arm.
    const isLinear = has(/^(lin|user|free)/) || (has(/^la$/) && !has(/acc/));
    const without = isLinear || /without g|no g|excl/.test(text) || has(/^body$/);
    return { kind: "accelerometer", gravity: isIncluding ? true : without ? false : null };
  }
  if (has(/^(grav|gra$|grv$)/)) return { kind: "gravity" };
  if (text === "lin" || text === "ua") return { kind: "accelerometer", gravity: false };
  const last = words.at(-1);
  // In Ax_w, w stands for the world's axes.
  if (last === "a" || text === "a w") return { kind: "accelerometer", weak: true };
  if (last === "g" || last === "w") return { kind: "gyroscope", weak: true };
  if ((last === "m" || last === "b") && words.length === 1) return { kind: "magnetometer", weak: true };
  return undefined;
}
