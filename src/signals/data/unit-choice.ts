// Parses a user's choice of units: `--units auto`, `--units keep`, or units such as `acc=g,gyr=deg/s`.

import { UserError } from "../../errors.ts";
import { type Sensor, type SensorUnit, sensorUnitNames } from "../sensors/sensor.ts";
import { unitOfName, unitOfNameForKind } from "../sensors/unit-of-name.ts";

/** A parsed `--units`. */
export interface UnitChoice {
  /**
   * Which units are converted in addition to those declared. One of:
   * - `stated`: those given by column names or `--sensor`
   * - `auto`: those of `stated`, and those inferred from each person's values
   * - `keep`: none
   */
  readonly mode: "stated" | "auto" | "keep";
  /** Declared units of the files, by sensor name or by a word for the kind of sensor. */
  readonly declared: readonly { readonly sensor: string; readonly unit: string }[];
}

const kindOfWord: Readonly<Record<string, (sensor: Sensor) => boolean>> = {
  acc: ({ kind }) => kind === "accelerometer",
  linear: ({ kind, gravity }) => kind === "accelerometer" && gravity === false,
  gravity: ({ kind }) => kind === "gravity",
  gyr: ({ kind }) => kind === "gyroscope",
  mag: ({ kind }) => kind === "magnetometer",
};

/** @param text a string that matches the pattern of the `--units` option */
export function parseUnitChoice(text: string): UnitChoice {
  const parts = text.split(",").map((part) => part.trim());
  const modes = (["stated", "auto", "keep"] as const).filter((mode) => parts.includes(mode));
  if (modes.length > 1) throw new UserError(`--units ${text}: expected only one of ${modes.join(" and ")}`);
  const declared = parts.flatMap((part) => {
    const [sensor, unit] = part.split("=").map((word) => word.trim());
    return unit === undefined ? [] : [{ sensor: sensor!, unit }];
  });
  return { mode: modes[0] ?? "stated", declared };
}

/**
 * Returns the unit declared by the user for each sensor; null if there is none.
 * @throws UserError if a declaration matches no sensor, if its unit does not fit the kind of sensor, or if a sensor gets two
 * units
 */
export function unitsOfChoice({ declared }: UnitChoice, sensors: readonly Sensor[]): (SensorUnit | null)[] {
  const units: (SensorUnit | null)[] = sensors.map(() => null);
  for (const { sensor: word, unit } of declared) {
    const fits = Object.hasOwn(kindOfWord, word) ? kindOfWord[word]! : ({ name }: Sensor) => name === word;
    const own = sensors.flatMap((sensor, s) => (fits(sensor) ? [s] : []));
    if (own.length === 0) {
      const known = sensors.map(({ name, kind }) => `${name} (${kind})`).join(", ");
      throw new UserError(`--units ${word}=${unit}: expected a sensor that was found: ${known || "there are none"}`, {
        advice: "Give a sensor, or one of the kinds acc, linear, gravity, gyr and mag; --sensor declares others.",
      });
    }
    for (const s of own) {
      const sensor = sensors[s]!;
      const found = chosenUnitOfKind(sensor, word, unit);
      if (units[s] !== null && units[s] !== found) {
        throw new UserError(
          `--units ${word}=${unit}: ${sensor.name} (${sensor.kind}) already has the unit ${units[s]}`,
          { advice: "Give each sensor one unit." },
        );
      }
      units[s] = found;
    }
  }
  return units;
}

function chosenUnitOfKind({ kind }: Sensor, word: string, written: string): SensorUnit {
  const known = sensorUnitNames(kind);
  const unit = known.find((own) => own === written) ?? unitOfNameForKind(kind, unitOfName(written));
  if (unit !== null) return unit;
  throw new UserError(
    `--units ${word}=${written}: expected one of ${known.join(", ")}, got ${JSON.stringify(written)}`,
  );
}
