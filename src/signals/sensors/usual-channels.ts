// Chooses the default columns: usually those of one accelerometer and one gyroscope.

import type { GivenSensor } from "./decide-sensors.ts";
import { isGravityBesideRotation } from "./letter-pairs.ts";
import type { Sensor, SensorKind } from "./sensor.ts";
import type { NamedSensor } from "./sensor-name.ts";
import { isPlaceSensor, placeInSensorName } from "./sensor-places.ts";
import { isNamelessSensor, sensorNameLength, sensorsByName } from "./sensors-by-name.ts";

export interface UsualChannels {
  readonly channels: readonly string[];
  /** Other sensors of the same kinds, which are not read. */
  readonly passedOver: readonly Sensor[];
  /** Whether the channels are named only after places on the body, so that nothing but their values gives the kind. */
  readonly areOnlyPlaces: boolean;
}

/**
 * Prefers accelerometers with gravity to those without, raw to filtered values, named sensors to plain x, y, z, words to single
 * letters (gFx to ax), and names of few words to longer ones. If there are several gyroscopes, chooses one with an
 * accelerometer in the same place, along with that accelerometer. If no name gives a kind, reads all sensors named after places
 * on the body.
 * @param given sensors specified by the user, all of which are read instead of other sensors of the same kinds
 */
export function usualChannels(columns: readonly string[], given: readonly GivenSensor[] = []): UsualChannels {
  const taken = new Set(given.flatMap(({ sensor }) => sensor.channels));
  const found = sensorsByName(columns).filter(({ channels }) => !channels.some((name) => taken.has(name)));
  const own = given.filter(({ none }) => !none).map(({ sensor }) => sensor);
  const chosen: Sensor[] = [];
  const passedOver: Sensor[] = [];
  const choose = (kind: SensorKind, among: readonly NamedSensor[], preferred: readonly NamedSensor[]): void => {
    const ofUser = own.filter((sensor) => sensor.kind === kind);
    if (ofUser.length > 0) {
      chosen.push(...ofUser);
      return;
    }
    const rank = (sensor: NamedSensor): number => rankUsualChannels(sensor) + (preferred.includes(sensor) ? 0 : 500);
    const [first, ...others] = among.toSorted((a, b) => rank(a) - rank(b));
    if (first === undefined) return;
    chosen.push(first);
    passedOver.push(...others);
  };
  const named = found.filter(({ kind }) => kind === "accelerometer");
  const gyroscopes = found.filter(({ kind }) => kind === "gyroscope");
  const isPaired = (sensor: Sensor, others: readonly Sensor[]): boolean =>
    others.some((other) => placeInSensorName(other) === placeInSensorName(sensor));
  const paired = named.filter((sensor) => isPaired(sensor, gyroscopes));
  const nameless = found.filter((sensor) => sensor.kind === "unknown" && isNamelessSensor(sensor));
  choose("accelerometer", named.length === 0 ? nameless : named, gyroscopes.length > 1 ? paired : []);
  const together = chosen.filter(({ kind }) => kind === "accelerometer");
  choose(
    "gyroscope",
    gyroscopes,
    gyroscopes.filter((sensor) => isPaired(sensor, together)),
  );
  // A sensor called r is known to be a gyroscope only beside gravity called g. Therefore, gravity is read, too.
  chosen.push(...found.filter(isGravityBesideRotation));
  // As in HARTH, accelerometers on several parts of the body may be named only after these.
  const areOnlyPlaces = chosen.length === 0 && own.length === 0;
  if (areOnlyPlaces) chosen.push(...found.filter(isPlaceSensor));
  chosen.push(...own.filter((sensor) => !chosen.includes(sensor)));
  return {
    channels: chosen.flatMap(({ channels }) => channels),
    passedOver,
    areOnlyPlaces: areOnlyPlaces && chosen.length > 0,
  };
}

function rankUsualChannels(sensor: NamedSensor): number {
  const byName = (isNamelessSensor(sensor) ? 100 : 0) + (sensor.weak ? 50 : 0) + sensorNameLength(sensor);
  const isSmoothed = /filt|smooth|low_?pass|high_?pass|(?:^|_)[lh]pf?(?:_|$)/i.test(sensor.name);
  return (sensor.gravity === false ? 1000 : 0) + (isSmoothed ? 200 : 0) + byName;
}
