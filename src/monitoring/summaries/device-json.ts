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
  const model = (typeof value === "object" && value !== null ? value : {}) as Partial<
    Record<keyof DeviceModel, unknown>
  >;
  const { schema_version, sampling_rate_hz, window_size, overlap, resampling, channels, sensors, classes, edges } =
    model;
  if (schema_version !== 1) throw unusableDeviceJson("schema_version", "1", schema_version);
  if (typeof model.model_version !== "string") throw unusableDeviceJson("model_version", "a text", model.model_version);
  if (!(isDeviceJsonNumber(sampling_rate_hz) && sampling_rate_hz > 0)) {
    throw unusableDeviceJson("sampling_rate_hz", "a number above 0", sampling_rate_hz);
  }
  if (!(Number.isInteger(window_size) && Number(window_size) > 0)) {
    throw unusableDeviceJson("window_size", "a whole number above 0", window_size);
  }
  if (!(isDeviceJsonNumber(overlap) && overlap >= 0 && overlap < 1))
    throw unusableDeviceJson("overlap", "a number in [0, 1)", overlap);
  if (!["low-pass", "linear", undefined].some((known) => known === resampling))
    throw unusableDeviceJson("resampling", "low-pass or linear", resampling);
  if (!(areDeviceJsonNames(channels) && channels.length > 0)) throw unusableDeviceJson("channels", "names", channels);
  if (!(Array.isArray(sensors) && sensors.every((sensor) => isDeviceJsonSensor(sensor, channels)))) {
    throw unusableDeviceJson("sensors", "a name and three of the channels each", sensors);
  }
  if (!(areDeviceJsonNames(classes) && classes.length > 1))
    throw unusableDeviceJson("classes", "two names or more", classes);
  if (typeof edges !== "object" || edges === null) throw unusableDeviceJson("edges", "a grid for each channel", edges);
  const grids = new Map(Object.entries(edges));
  for (const name of channels) if (!grids.has(name)) throw unusableDeviceJson(`edges.${name}`, "a grid", undefined);
  for (const [name, grid] of grids) {
    if (!isDeviceJsonGrid(grid)) throw unusableDeviceJson(`edges.${name}`, "ascending numbers", grid);
  }
  const { ranges = {} } = model;
  if (typeof ranges !== "object" || ranges === null) throw unusableDeviceJson("ranges", "ranges by channel", ranges);
  for (const [name, range] of Object.entries(ranges)) {
    const { min, max } = (range ?? {}) as Partial<Record<"min" | "max", unknown>>;
    if (!(isDeviceJsonNumber(min) && isDeviceJsonNumber(max)))
      throw unusableDeviceJson(`ranges.${name}`, "min and max", range);
  }
  return value as DeviceModel;
}

function isDeviceJsonNumber(value: unknown): value is number {
  return Number.isFinite(value);
}

function areDeviceJsonNames(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((name) => typeof name === "string");
}

function isDeviceJsonSensor(value: unknown, known: readonly string[]): boolean {
  const { name, channels } = (typeof value === "object" && value !== null ? value : {}) as Partial<Sensor>;
  return (
    typeof name === "string" &&
    areDeviceJsonNames(channels) &&
    channels.length === 3 &&
    channels.every((x) => known.includes(x))
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
