// A sensor as written by a user: [name=]kind:x,y,z[unit], for example "wrist=acc:ax,ay,az[m/s^2]".

import { UserError } from "../../errors.ts";
import { nearestName } from "../../nearest-name.ts";
import type { GivenSensor } from "../sensors/decide-sensors.ts";
import { type Sensor, type SensorKind, sensorUnitNames } from "../sensors/sensor.ts";
import { unitOfName, unitOfNameForKind } from "../sensors/unit-of-name.ts";

const kinds = {
  acc: { kind: "accelerometer", gravity: null },
  linear: { kind: "accelerometer", gravity: false },
  gravity: { kind: "gravity", gravity: null },
  gyr: { kind: "gyroscope", gravity: null },
  mag: { kind: "magnetometer", gravity: null },
  none: { kind: "unknown", gravity: null },
} as const satisfies Record<string, Pick<Sensor, "kind" | "gravity">>;

const otherWords: Readonly<Record<string, keyof typeof kinds>> = {
  accelerometer: "acc",
  lin: "linear",
  gyro: "gyr",
  gyroscope: "gyr",
  magnetometer: "mag",
};

const form = /^(?:([^=:]+)=\s*)?([a-z]+)\s*:(.+)$/i;
const sensorForm = "KIND:X,Y,Z such as acc:ax,ay,az or wrist=acc:ax,ay,az[m/s^2]";
const sensorKinds: string = Object.keys(kinds).join(", ");

/**
 * Returns all ways to read the text as a list of axes: brackets at the end may belong to the last name or contain a unit.
 * Returns an empty list if the text does not describe a sensor.
 */
function axesOfGivenSensor(text: string): string[][] {
  const rest = form.exec(text.trim())?.[3];
  if (rest === undefined) return [];
  const bare = /^(.*\S)\s*\[[^[\]]*\]$/.exec(rest)?.[1];
  const readings = bare === undefined ? [rest] : [rest, bare];
  return readings.map((reading) => reading.split(",").map((name) => name.trim()));
}

/**
 * @param channels channels that must include the axes; a name that ends in brackets itself may be followed by a unit in another
 * pair
 * @throws UserError if the text is malformed, the kind or unit is unknown, or a channel is missing (except for kind `none`)
 */
export function givenSensor(text: string, channels: readonly string[]): GivenSensor {
  const [, name, word = ""] = form.exec(text.trim()) ?? [];
  const readings = axesOfGivenSensor(text);
  if (readings.length === 0) throw new UserError(`--sensor: expected ${sensorForm}, got ${JSON.stringify(text)}`);
  const key = word.toLowerCase();
  const kindName =
    key in kinds ? (key as keyof typeof kinds) : Object.hasOwn(otherWords, key) ? otherWords[key]! : null;
  if (kindName === null) {
    throw new UserError(`--sensor ${text}: expected a kind, one of ${sensorKinds}; got ${JSON.stringify(word)}`);
  }
  const trimmed = new Map(channels.map((channel) => [channel.trim(), channel]));
  const axes = readings.find((reading) => reading.every((axis) => trimmed.has(axis))) ?? readings.at(-1)!;
  if (axes.length !== 3 || new Set(axes).size !== 3) {
    throw new UserError(
      `--sensor ${text}: expected three different channels, for the axes x, y and z; got ${axes.join(", ")}`,
    );
  }
  const missing = axes.find((axis) => !trimmed.has(axis));
  if (missing !== undefined && kindName !== "none") {
    const near = nearestName(missing, channels);
    throw new UserError(
      `--sensor ${text}: there is no channel ${JSON.stringify(missing)} among ${channels.join(", ")}`,
      {
        advice:
          near === undefined
            ? "Use channels that Tidemark reads; see --channels."
            : `Did you mean ${JSON.stringify(near)}?`,
      },
    );
  }
  const { kind, gravity } = kinds[kindName];
  const [x, y, z] = axes.map((axis) => trimmed.get(axis) ?? axis) as [string, string, string];
  const unitText = axes === readings[0] ? undefined : /\[([^[\]]*)\]$/.exec(text.trim())?.[1];
  const named = unitText === undefined ? undefined : unitOfName(unitText);
  const counts = kindName !== "none" && named !== undefined && "raw" in named;
  const unit = unitText === undefined || counts ? null : unitOfGivenSensor(kind, unitText, text);
  return {
    sensor: { name: name?.trim() ?? "", kind, channels: [x, y, z], unit, gravity },
    none: kindName === "none",
    counts,
  };
}

/**
 * Parses all sensors given by a user.
 * @throws UserError under the same conditions as `givenSensor`, or if two sensors share a channel
 */
export function givenSensors(texts: readonly string[], channels: readonly string[]): GivenSensor[] {
  const given = texts.map((text) => givenSensor(text, channels));
  const all = given.flatMap(({ sensor }) => sensor.channels);
  const twice = all.find((name, i) => all.indexOf(name) !== i);
  if (twice === undefined) return given;
  throw new UserError(`--sensor: the channel ${JSON.stringify(twice)} is in two sensors; expected at most one`);
}

function unitOfGivenSensor(kind: SensorKind, written: string, text: string): Sensor["unit"] {
  const exact = sensorUnitNames(kind).find((unit) => unit === written);
  const unit = exact ?? unitOfNameForKind(kind, unitOfName(written));
  if (unit !== null) return unit;
  const expected = sensorUnitNames(kind);
  throw new UserError(
    `--sensor ${text}: expected ${expected.length === 0 ? "no unit" : `a unit, one of ${expected.join(", ")}`}; got [${written}]`,
    {
      advice:
        expected.length === 0
          ? "Leave the unit out."
          : "Leave the unit out if it is not in the list, or write [counts] if the values are raw counts.",
    },
  );
}
