import { type Sensor, type SensorUnit, sensorKinds, sensorUnitNames } from "../../signals/sensors/sensor.ts";
import { sensorsByName } from "../../signals/sensors/sensors-by-name.ts";

/** A conversion as stored in a manifest. */
interface ModelConversion {
  readonly channels: readonly string[];
  readonly from: string;
  readonly people?: readonly string[];
}

/** A sensor as stored in a manifest; later versions may have other kinds and units. */
export interface StoredSensor {
  readonly name: string;
  readonly kind: string;
  readonly channels: readonly string[];
  readonly unit: string | null;
  readonly gravity: boolean | null;
}

/** A model's sensors, from its manifest or, if an earlier version wrote the manifest, from the channel names. */
export function sensorsOfModel(data: {
  readonly channels: readonly string[];
  readonly sensors?: readonly StoredSensor[];
  readonly conversions?: readonly ModelConversion[];
}): readonly Sensor[] {
  if (data.sensors === undefined) {
    return sensorsByName(data.channels).map(({ weak: _, written: _w, ...sensor }) => ({ ...sensor, unit: null }));
  }
  return data.sensors.map(({ name, kind, channels, unit, gravity }): Sensor => {
    const [x, y, z] = channels as [string, string, string];
    const known = sensorKinds().find((one) => one === kind) ?? "unknown";
    const unitNamed = (written: string | null | undefined): SensorUnit | undefined =>
      sensorUnitNames(known).find((one) => one === written);
    const conversion = data.conversions?.find((own) => own.people === undefined && own.channels.includes(x));
    const recordedIn = unitNamed(conversion?.from);
    return {
      name,
      kind: known,
      channels: [x, y, z],
      unit: unitNamed(unit) ?? null,
      gravity,
      ...(recordedIn !== undefined && { recordedIn }),
    };
  });
}
