// Compares how far the gyroscope says that the sensor turned with how far gravity turned. The gyroscope's rates are summed to
// the sensor's attitude, and the attitude turns the acceleration into the frame in which the sensor was six seconds before or
// less. There, gravity stands still whatever the wearer does, and the acceleration of the body averages out over two seconds.
// If the gyroscope's scale or the clock is wrong, gravity seems to turn, in proportion to the turns that the gyroscope reports.
// The scale that makes it stand still is a regression slope, about 1 for everybody. Dimensions: N samples.

import { type Sensor, turningSensors, unitFactor } from "../../signals/sensors/sensor.ts";
import type { Columns } from "./summarize.ts";

/** Sums of a regression of gravity's turns on those that the gyroscope reports. */
export interface TurningSums {
  /** Products of the two turns; divided by `said`, the slope. */
  readonly shared: number;
  /** Squares of the gyroscope's turns. */
  readonly said: number;
}

/** Time over which the rates are summed, and over which accelerations are averaged; chosen on half 1 of WISDM and MotionSense. */
const [spanSeconds, pieceSeconds] = [6, 2];
/** Scales between which the change of the averages is computed as a difference. */
const [smaller, larger] = [0.9, 1.1];
/**
 * Mean square movement of gravity that is left, as a share of its square, at which a span has half of its weight. Spans in
 * which the body moves much say little. Chosen on half 1.
 */
const halfWeight = 0.03;

/** The sums of a batch; undefined if its sensors do not measure the same turning, or a unit is unknown. */
export function batchTurningSums(
  columns: Columns,
  sensors: readonly Sensor[],
  samplingRateHz: number,
): TurningSums | undefined {
  const turning = turningSensors(sensors);
  const unit = turning?.gyroscope.unit ?? null;
  if (turning === null || unit === null) return undefined;
  const { accelerometer, gyroscope } = turning;
  const factor = unitFactor("gyroscope", unit, "rad/s");
  const axes = [
    ...accelerometer.channels.map((name) => columns[name]!),
    ...gyroscope.channels.map((name) => columns[name]!.map((value) => value * factor)),
  ];
  return turningSums(axes, samplingRateHz);
}

/**
 * Sums over spans; `shared` divided by `said` is the scale. They add over batches.
 * @param axes six columns [N]: three of an accelerometer with gravity, then three of a gyroscope in rad/s
 */
export function turningSums(axes: readonly Float32Array[], samplingRateHz: number): TurningSums {
  const piece = Math.round(pieceSeconds * samplingRateHz);
  const pieces = spanSeconds / pieceSeconds;
  const span = piece * pieces;
  let [shared, said] = [0, 0];
  for (let from = 0; piece > 0 && from + span <= axes[0]!.length; from += span) {
    const [low, usual, high] = [smaller, 1, larger].map((scale) =>
      averagesInFirstFrame(axes, from, piece, pieces, scale / samplingRateHz),
    ) as [Float64Array, Float64Array, Float64Array];
    const square = usual.reduce((sum, value) => sum + value * value, 0) / pieces;
    if (!(square > 0)) continue;
    const change = aboutTheirMeans(
      low.map((value, i) => (high[i]! - value) / (larger - smaller)),
      pieces,
    );
    const left = aboutTheirMeans(usual, pieces);
    const [xx, xy, yy] = [product(change, change), -product(change, left), product(left, left)];
    const weight = 1 / (square * (halfWeight + yy / square));
    said += weight * xx;
    shared += weight * (xy + xx);
  }
  return { shared, said };
}

/** Averages of the acceleration over pieces of a span, turned into the frame of its first sample; three values per piece. */
function averagesInFirstFrame(
  axes: readonly Float32Array[],
  from: number,
  piece: number,
  pieces: number,
  step: number,
): Float64Array {
  const [ax, ay, az, gx, gy, gz] = axes as [
    Float32Array,
    Float32Array,
    Float32Array,
    Float32Array,
    Float32Array,
    Float32Array,
  ];
  const averages = new Float64Array(3 * pieces);
  // The attitude as a unit quaternion.
  let [w, x, y, z] = [1, 0, 0, 0];
  for (let i = 0; i < piece * pieces; i++) {
    const at = from + i;
    const [a, b, c] = [ax[at]!, ay[at]!, az[at]!];
    const [s, t, u] = [2 * (y * c - z * b), 2 * (z * a - x * c), 2 * (x * b - y * a)];
    const k = 3 * Math.floor(i / piece);
    averages[k]! += (a + w * s + y * u - z * t) / piece;
    averages[k + 1]! += (b + w * t + z * s - x * u) / piece;
    averages[k + 2]! += (c + w * u + x * t - y * s) / piece;
    const [p, q, r] = [gx[at]! * step, gy[at]! * step, gz[at]! * step];
    const angle = Math.hypot(p, q, r);
    const sine = angle === 0 ? 0.5 : Math.sin(angle / 2) / angle;
    const [d, e, f, g] = [Math.cos(angle / 2), p * sine, q * sine, r * sine];
    [w, x, y, z] = [
      w * d - x * e - y * f - z * g,
      w * e + x * d + y * g - z * f,
      w * f - x * g + y * d + z * e,
      w * g + x * f - y * e + z * d,
    ];
  }
  return averages;
}

function aboutTheirMeans(values: Float64Array, pieces: number): Float64Array {
  const means = [0, 0, 0];
  for (const [i, value] of values.entries()) means[i % 3]! += value / pieces;
  return values.map((value, i) => value - means[i % 3]!);
}

function product(a: Float64Array, b: Float64Array): number {
  return a.reduce((sum, value, i) => sum + value * b[i]!, 0);
}
