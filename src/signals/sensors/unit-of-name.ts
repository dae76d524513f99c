// Recognises units as written in the headers of sensor files: "(m/s^2)", "[mg]", "_mps2", "(°/s)".

import type { SensorKind, SensorUnit } from "./sensor.ts";

/**
 * One of:
 * - `of`: the unit for each kind of sensor that can have it; "G" is g for an accelerometer and gauss for a magnetometer
 * - `angle`: a unit of angle, which some loggers also write for a gyroscope's degrees or radians per second
 * - `raw`: converter counts
 * - `other`: any other quotient, such as km/h^2, which is not converted
 */
export type WrittenUnit =
  | { readonly of: Readonly<Partial<Record<SensorKind, SensorUnit>>> }
  | { readonly angle: SensorUnit }
  | { readonly raw: true }
  | { readonly other: string };

const unitOfAccelerationName = (unit: SensorUnit): WrittenUnit => ({ of: { accelerometer: unit, gravity: unit } });
const unitOfRotationName = (unit: SensorUnit): WrittenUnit => ({ of: { gyroscope: unit } });
const unitOfFieldName = (unit: SensorUnit): WrittenUnit => ({ of: { magnetometer: unit } });

/** Units, each with a pattern for its spellings without spaces. Case-sensitive spellings come first. */
const spellings: readonly (readonly [RegExp, WrittenUnit])[] = [
  [/^G$/, { of: { accelerometer: "g", gravity: "g", magnetometer: "gauss" } }],
  [/^mG$/, { of: { accelerometer: "milli-g", gravity: "milli-g", magnetometer: "milligauss" } }],
  [/^T$/, unitOfFieldName("T")],
  [/^mT$/, unitOfFieldName("mT")],
  [/^nT$/, unitOfFieldName("nT")],
  [
    /^(m\/?\(?s(ec)?(\^|\*\*)?[2²]\)?|m\/s\/s|m[.·*]?s(ec)?\^?[-−⁻][2²]|mps(\^?2|²)|mss)$/i,
    unitOfAccelerationName("m/s^2"),
  ],
  [/^(gs?|gee|gforce)$/i, unitOfAccelerationName("g")],
  [/^(mg|milli-?gs?)$/i, unitOfAccelerationName("milli-g")],
  [/^(rad(ian)?s?(\/|per)?s(ec)?|rads|rad[.·*]?s\^?[-−⁻][1¹]|radps|rps|r\/s)$/i, unitOfRotationName("rad/s")],
  [
    /^((deg(ree)?s?|°|º|d)(\/|per)s(ec)?|degs|(deg(ree)?s?|°)[.·*]?s\^?[-−⁻][1¹]|degps|dps)$/i,
    unitOfRotationName("deg/s"),
  ],
  [/^(gals?|cm\/?\(?s(ec)?(\^|\*\*)?[2²]\)?|cm\/s\/s|cm[.·*]?s(ec)?\^?[-−⁻][2²])$/i, unitOfAccelerationName("cm/s^2")],
  [/^(mm\/?\(?s(ec)?(\^|\*\*)?[2²]\)?|mm\/s\/s|mm[.·*]?s(ec)?\^?[-−⁻][2²])$/i, unitOfAccelerationName("mm/s^2")],
  [/^([uµμ]g|micro-?gs?)$/i, unitOfAccelerationName("micro-g")],
  [/^(m(illi-?)?rad(ian)?s?(\/|per)s(ec)?|mradps)$/i, unitOfRotationName("milli-rad/s")],
  [/^(rpm|rev\/min|r\/min)$/i, unitOfRotationName("rpm")],
  [/^(rev(olution)?s?|turns?)(\/|per)s(ec|econd)?$/i, unitOfRotationName("rev/s")],
  [
    /^((ft|feet)\/?\(?s(ec)?(\^|\*\*)?[2²]\)?|ft\/s(ec)?\/s(ec)?|ft[.·*]?s(ec)?\^?[-−⁻][2²]|fps(\^?2|²))$/i,
    unitOfAccelerationName("ft/s^2"),
  ],
  [/^(mdps|milli-?deg(ree)?s?\/s(ec)?|m(deg|°)(\/|per)s(ec)?)$/i, unitOfRotationName("milli-deg/s")],
  [/^([uµμ]t|microteslas?)$/i, unitOfFieldName("uT")],
  [/^(gauss|gs)$/i, unitOfFieldName("gauss")],
  [/^(mgauss|milligauss)$/i, unitOfFieldName("milligauss")],
  [/^(deg(ree)?s?|°|º)$/i, { angle: "deg/s" }],
  [/^rad(ian)?s?$/i, { angle: "rad/s" }],
  [/^(raw|lsb|counts?|adc|bits?|digits?|int16)$/i, { raw: true }],
];

/** Units in Russian: м/с², град/с, рад/с. */
const russian: Readonly<Record<string, string>> = { рад: "rad", град: "deg", м: "m", с: "s" };

/** Matches a quotient per time or per squared time. */
const quotient = /^[\p{L}°]+\/(s|sec|min|h)([\^*]*[2²])?$/iu;

/** @param text the text, such as "m/s^2" @returns undefined if the text is not a sensor unit */
export function unitOfName(text: string): WrittenUnit | undefined {
  // Some apps write "in G's".
  const bare = text.replace(/^\s*in\s+|'s$|\s+/gi, "").replace(/рад|град|[мс]/g, (word) => russian[word]!);
  const known = spellings.find(([spelling]) => spelling.test(bare))?.[1];
  return known ?? (quotient.test(bare) ? { other: text.trim() } : undefined);
}

/**
 * Returns the unit for a sensor of this kind; null if none is written, or if such a sensor cannot have it. `angle` is accepted
 * for gyroscopes.
 */
export function unitOfNameForKind(kind: SensorKind, written: WrittenUnit | undefined): SensorUnit | null {
  if (written === undefined || "raw" in written || "other" in written) return null;
  if ("angle" in written) return kind === "gyroscope" ? written.angle : null;
  return written.of[kind] ?? null;
}
