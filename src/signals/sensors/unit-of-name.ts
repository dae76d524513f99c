// Units as the headers of sensor files write them: "(m/s^2)", "[mg]", "_mps2", "(°/s)".

import type { SensorKind, SensorUnit } from "./sensor.ts";

/**
 * One of:
 * - `of`: the unit, by the kind of sensor that can have it; "G" is g of an accelerometer and gauss of a magnetometer
 * - `angle`: of an angle, and, by a habit of loggers, of a gyroscope's degrees or radians per second
 * - `raw`: the converter's counts
 */
export type WrittenUnit =
  | { readonly of: Readonly<Partial<Record<SensorKind, SensorUnit>>> }
  | { readonly angle: SensorUnit }
  | { readonly raw: true };

const acceleration = (unit: SensorUnit): WrittenUnit => ({ of: { accelerometer: unit, gravity: unit } });
const rotation = (unit: SensorUnit): WrittenUnit => ({ of: { gyroscope: unit } });
const field = (unit: SensorUnit): WrittenUnit => ({ of: { magnetometer: unit } });

/** By spelling, without spaces; those whose case matters first. */
const spellings: readonly (readonly [RegExp, WrittenUnit])[] = [
  [/^G$/, { of: { accelerometer: "g", gravity: "g", magnetometer: "gauss" } }],
  [/^mG$/, { of: { accelerometer: "milli-g", gravity: "milli-g", magnetometer: "milligauss" } }],
  [/^T$/, field("T")],
  [/^mT$/, field("mT")],
  [/^nT$/, field("nT")],
  [/^(m\/?\(?s(ec)?(\^|\*\*)?[2²]\)?|m\/s\/s|m[.·*]?s(ec)?\^?[-−⁻][2²]|mps(\^?2|²)|mss)$/i, acceleration("m/s^2")],
  [/^(gs?|gee|gforce)$/i, acceleration("g")],
  [/^(mg|milli-?gs?)$/i, acceleration("milli-g")],
  [/^(rad(ian)?s?(\/|per)?s(ec)?|rads|rad[.·*]?s\^?[-−⁻][1¹]|radps|rps|r\/s)$/i, rotation("rad/s")],
  [/^((deg(ree)?s?|°|º|d)(\/|per)s(ec)?|degs|(deg(ree)?s?|°)[.·*]?s\^?[-−⁻][1¹]|degps|dps)$/i, rotation("deg/s")],
  [/^([uµμ]t|microteslas?)$/i, field("uT")],
  [/^(gauss|gs)$/i, field("gauss")],
  [/^(mgauss|milligauss)$/i, field("milligauss")],
  [/^(deg(ree)?s?|°|º)$/i, { angle: "deg/s" }],
  [/^rad(ian)?s?$/i, { angle: "rad/s" }],
  [/^(raw|lsb|counts?|adc|bits?|digits?|int16)$/i, { raw: true }],
];

/** @param text as "m/s^2"; undefined where it is no unit of a sensor */
export function writtenUnit(text: string): WrittenUnit | undefined {
  const bare = text.replace(/\s+/g, "");
  return spellings.find(([spelling]) => spelling.test(bare))?.[1];
}

/** The unit of a sensor of this kind, if it can have it; `angle` counts for gyroscopes. */
export function unitFor(kind: SensorKind, written: WrittenUnit | undefined): SensorUnit | null {
  if (written === undefined || "raw" in written) return null;
  if ("angle" in written) return kind === "gyroscope" ? written.angle : null;
  return written.of[kind] ?? null;
}
