// device.json: what a device needs from a model besides the network. The file describes how to cut windows from sensor samples,
// and contains the grids that a batch's values are counted over.

import type { Scaler } from "../../signals/data/scaler.ts";
import type { Sensor } from "../../signals/sensors/sensor.ts";
import type { QuantileGrid } from "./quantile-grid.ts";

export type { Scaler, ScalingMethod } from "../../signals/data/scaler.ts";
export {
  type Axes,
  type Sensor,
  type SensorKind,
  type SensorUnit,
  unitFactor,
} from "../../signals/sensors/sensor.ts";

/** The content of device.json. */
export interface DeviceModel {
  readonly schema_version: 1;
  /** Identifies the model in every summary, so that summaries of different models are never compared. */
  readonly model_version: string;
  /** Sampling rate of the windows in Hz; samples at other rates are resampled to it. */
  readonly sampling_rate_hz: number;
  /** Samples per window. */
  readonly window_size: number;
  /** Share of a window that overlaps the next window, in [0, 1). */
  readonly overlap: number;
  /** How samples at a higher rate are resampled; linear if absent, as in earlier versions. */
  readonly resampling?: "low-pass" | "linear";
  /** Channel names, in the order of the network's inputs. */
  readonly channels: readonly string[];
  /** The channels that form each sensor, and its unit. */
  readonly sensors: readonly Sensor[];
  /** Class names, in the order of the network's outputs. */
  readonly classes: readonly string[];
  /** How the network scales its inputs; model.onnx includes this scaling. */
  readonly scaler: Pick<Scaler, "method" | "center" | "scale">;
  /** Grid edges by channel, including signals computed from a sensor's axes. */
  readonly edges: Readonly<Record<string, QuantileGrid>>;
  /** Smallest and largest value of each channel in the training data; absent from earlier versions. */
  readonly ranges?: Readonly<
    Record<
      string,
      {
        /** Smallest value, in the channel's unit. */
        readonly min: number;
        /** Largest value. */
        readonly max: number;
      }
    >
  >;
}

/** Builds device.json from the files of a model folder. */
export function toDeviceJson(of: {
  modelVersion: string;
  config: {
    readonly rate: number;
    readonly window: number;
    readonly overlap: number;
    readonly resampling?: "low-pass" | "linear";
  };
  channels: readonly string[];
  sensors: readonly Sensor[];
  scaler: Scaler;
  drift: { readonly classes: readonly string[]; readonly edges: Readonly<Record<string, QuantileGrid>> };
  baseline: Readonly<Record<string, { readonly min: number; readonly max: number }>>;
}): DeviceModel {
  const { config, channels, sensors, drift, baseline } = of;
  const { method, center, scale } = of.scaler;
  return {
    schema_version: 1,
    model_version: of.modelVersion,
    sampling_rate_hz: config.rate,
    window_size: config.window,
    overlap: config.overlap,
    resampling: config.resampling ?? "linear",
    channels: [...channels],
    sensors: sensors.map(deviceJsonSensor),
    classes: [...drift.classes],
    scaler: { method, center, scale },
    edges: drift.edges,
    ranges: Object.fromEntries(
      channels.flatMap((name) => {
        const known = Object.hasOwn(baseline, name) ? baseline[name] : undefined;
        return known === undefined ? [] : [[name, { min: known.min, max: known.max }] as const];
      }),
    ),
  };
}

/**
 * Validates a parsed device.json. Checks only for faults that would lead to wrong results; `device.schema.json` is complete.
 * @throws RangeError if a value is wrong; the message names its key
 */
export function readDeviceModel(value: unknown): DeviceModel {
  const model: Partial<Record<keyof DeviceModel, unknown>> = isDeviceJsonObject(value) ? value : {};
  const { sampling_rate_hz, window_size, overlap, resampling, channels, sensors, classes, edges, ranges = {} } = model;
  const names = areDeviceJsonNames(channels) ? channels : [];
  const fields: readonly [name: keyof DeviceModel, expected: string, isValid: boolean][] = [
    ["schema_version", "1", model.schema_version === 1],
    ["model_version", "a string", typeof model.model_version === "string"],
    ["sampling_rate_hz", "a number above 0", isDeviceJsonNumber(sampling_rate_hz) && sampling_rate_hz > 0],
    ["window_size", "a whole number above 0", Number.isInteger(window_size) && Number(window_size) > 0],
    ["overlap", "a number in [0, 1)", isDeviceJsonNumber(overlap) && overlap >= 0 && overlap < 1],
    ["resampling", "low-pass or linear", [undefined, "low-pass", "linear"].includes(resampling as undefined)],
    ["channels", "names", names.length > 0],
    ["sensors", "sensors with a name and three of the channels each", areDeviceJsonSensors(sensors, names)],
    ["classes", "two names or more", areDeviceJsonNames(classes) && classes.length > 1],
    ["edges", "a grid for each channel", isDeviceJsonObject(edges)],
    ["ranges", "ranges by channel", isDeviceJsonObject(ranges)],
  ];
  for (const [name, expected, isValid] of fields) if (!isValid) throw unusableDeviceJson(name, expected, model[name]);
  const grids = new Map(Object.entries(edges as object));
  for (const name of [...names, ...grids.keys()]) {
    const grid = grids.get(name);
    if (!isDeviceJsonGrid(grid)) throw unusableDeviceJson(`edges.${name}`, "ascending numbers", grid);
  }
  for (const [name, range] of Object.entries(ranges as object)) {
    if (!(isDeviceJsonNumber(range?.min) && isDeviceJsonNumber(range.max)))
      throw unusableDeviceJson(`ranges.${name}`, "min and max", range);
  }
  return value as DeviceModel;
}

function isDeviceJsonObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

function isDeviceJsonNumber(value: unknown): value is number {
  return Number.isFinite(value);
}

function areDeviceJsonNames(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((name) => typeof name === "string");
}

function areDeviceJsonSensors(value: unknown, known: readonly string[]): boolean {
  return (
    Array.isArray(value) &&
    value.every(
      (sensor) =>
        typeof sensor?.name === "string" &&
        areDeviceJsonNames(sensor.channels) &&
        sensor.channels.length === 3 &&
        sensor.channels.every((x: string) => known.includes(x)),
    )
  );
}

function deviceJsonSensor({ name, kind, channels, unit, gravity }: Sensor): Sensor {
  return { name, kind, channels, unit, gravity };
}

function isDeviceJsonGrid(value: unknown): boolean {
  return (
    Array.isArray(value) &&
    value.length > 0 &&
    value.every((edge, i) => isDeviceJsonNumber(edge) && !(edge <= value[i - 1]))
  );
}

function unusableDeviceJson(key: string, expected: string, found: unknown): RangeError {
  const fault = `device.json: ${key}: expected ${expected}, got ${JSON.stringify(found) ?? "nothing"}`;
  return new RangeError(`${fault}. Copy device.json from the model folder without changes.`);
}
