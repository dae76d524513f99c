import { type Sensor, type SensorKind, type SensorUnit, sensorUnitNames } from "../../signals/sensors/sensor.ts";
import { sensorsByName } from "../../signals/sensors/sensors-by-name.ts";

const kinds: readonly SensorKind[] = ["accelerometer", "gravity", "gyroscope", "magnetometer", "unknown"];

/** A sensor as stored in a manifest; later versions may have other kinds and units. */
export interface StoredSensor {
  readonly name: string;
  readonly kind: string;
  readonly channels: readonly string[];
  readonly unit: string | null;
  readonly gravity: boolean | null;
}

/**
 * A model's sensors, taken from its manifest, or from the names of its channels if an earlier version wrote the manifest.
 */
export function sensorsOfModel(data: {
  readonly channels: readonly string[];
  readonly sensors?: readonly StoredSensor[];
}): readonly Sensor[] {
  if (data.sensors === undefined) {
    return sensorsByName(data.channels).map(({ weak: _, written: _w, ...sensor }) => ({ ...sensor, unit: null }));
  }
  return data.sensors.map(({ name, kind, channels, unit, gravity }): Sensor => {
    const [x, y, z] = channels as [string, string, string];
    const known = kinds.find((one) => one === kind) ?? "unknown";
    const found: SensorUnit | undefined = sensorUnitNames(known).find((one) => one === unit);
    return { name, kind: known, channels: [x, y, z], unit: found ?? null, gravity };
  });
}
