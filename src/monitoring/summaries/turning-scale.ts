// Compares how far the sensor turned according to the gyroscope with how far gravity turned. The gyroscope's rates over six
// seconds are summed to turns, which transform every acceleration into the frame of the last sample. There, gravity stands
// still whatever the wearer does, and body acceleration averages out over two seconds. If the gyroscope's scale or the clock is
// wrong, gravity seems to turn, in proportion to the turns reported by the gyroscope. The scale that makes gravity stand still
// is a regression slope, about 1 for everyone. If an axis of either sensor is reversed, gravity stands still only with other
// signs of the gyroscope's axes. Spans in which two recordings were joined are left out. Only +, -, * and / are used, because
// their results are the same in all browsers and in Node.js. N is the number of samples.

import { jumpsAtRest } from "./jump-at-rest.ts";

/** Sums for a regression of gravity's turns on those reported by the gyroscope. */
export interface TurningSums {
  /** Weighted products of the two turns; dividing by `said` gives the slope. */
  readonly shared: number;
  /** Weighted squares of the gyroscope's turns. */
  readonly said: number;
  /**
   * [8] For each choice of signs of the gyroscope's axes: how much gravity still turns, summed over spans, each of which counts
   * between 0 and 1. The index is the sum of 1, 2 and 4 for a reversed first, second and third axis. Absent from earlier
   * versions.
   */
  readonly misfits?: readonly number[];
}

/**
 * Time over which accelerations are averaged, and the number of such averages over which the rates are summed; chosen on the
 * tuning halves of WISDM and MotionSense.
 */
const [pieceSeconds, pieces] = [2, 3];
/** Sets the length of the blocks of jump-at-rest.ts: with 11, they last about a fifth of a second; arbitrary. */
const blocksPerPiece = 11;
/** Half the difference between the two scales whose averages are compared; arbitrary. */
const difference = 0.05;
/**
 * Residual movement of gravity, squared and summed over the pieces of a span, as a fraction of gravity squared, at which the span
 * has half its weight. Spans with a lot of body movement reveal little. Like the next limit, chosen on the tuning halves.
 */
const halfWeight = 0.03;
/**
 * Sum of the squared turns between the pieces and their mean, in rad^2, below which a span is left out, because noise and small
 * accelerations drown out such turns.
 */
const leastTurn = 0.02;
/**
 * Maximum mean square acceleration, as a multiple of gravity squared, of spans that misfits are computed from: during a jog, an
 * arm swings in time with its acceleration, which looks like a reversed axis. Chosen on one half of WISDM.
 */
const mostSquare = 2;
/** Number of choices of signs of the gyroscope's axes. */
const choices = 8;

/**
 * Sums over spans of six seconds; `shared` divided by `said` is the scale. The sums of several stretches or batches can be
 * added.
 * @param axes six columns [N]: three of an accelerometer with gravity, then three of a gyroscope
 * @param from first row of a stretch; `to` is the row after its last
 * @param unit converts the gyroscope's values to rad/s
 */
export function turningSums(
  axes: readonly Float32Array[],
  { from, to }: { readonly from: number; readonly to: number },
  samplingRateHz: number,
  unit: number,
): TurningSums {
  const piece = Math.round(pieceSeconds * samplingRateHz);
  const span = pieces * piece;
  const step = unit / samplingRateHz;
  let shared = 0;
  let said = 0;
  const misfits = new Array<number>(choices).fill(0);
  for (let at = from; span > 0 && at + span <= to; at += span) {
    if (jumpsAtRest(axes, at, at + span, 1 + Math.ceil(piece / blocksPerPiece), step)) continue;
    const low = turningSumsInLastFrame(axes, at, piece, step * (1 - difference));
    const high = turningSumsInLastFrame(axes, at, piece, step * (1 + difference));
    let square = 0;
    let xx = 0;
    let xy = 0;
    let yy = 0;
    for (let axis = 0; axis < 3; axis++) {
      let x = 0;
      let y = 0;
      for (let k = axis; k < low.length; k += 3) {
        const change = (high[k]! - low[k]!) / (2 * difference);
        const usual = (high[k]! + low[k]!) / 2;
        x += change;
        y += usual;
        xx += change * change;
        xy += change * usual;
        square += usual * usual;
      }
      xx -= (x * x) / pieces;
      xy -= (x * y) / pieces;
      yy -= (y * y) / pieces;
    }
    yy += square;
    square /= pieces;
    if (!(square > 0 && xx >= leastTurn * square)) continue;
    const weight = halfWeight * square + yy;
    said += xx / weight;
    shared += (xx - xy) / weight;
    let all = 0;
    for (let i = at; i < at + span; i++) for (let axis = 0; axis < 3; axis++) all += axes[axis]![i]! * axes[axis]![i]!;
    const fits = misfits.map((_, signs) => fitOfTurningSums(turningSumsInLastFrame(axes, at, piece, step, signs)));
    const gravity = Math.max(...fits.map((fit) => fit.square));
    if (all * piece * piece > mostSquare * gravity * span) continue;
    for (const [signs, fit] of fits.entries()) misfits[signs]! += fit.turned / (halfWeight * fit.square + fit.turned);
  }
  return { shared, said, misfits };
}

export function addTurningSums(a: TurningSums, b: TurningSums): TurningSums {
  const sums = { shared: a.shared + b.shared, said: a.said + b.said };
  return a.misfits && b.misfits ? { ...sums, misfits: a.misfits.map((own, i) => own + b.misfits![i]!) } : sums;
}

/** The mean square of the sums over the pieces of a span, and how much they differ. */
function fitOfTurningSums(sums: Float64Array): { readonly square: number; readonly turned: number } {
  let squares = 0;
  let still = 0;
  for (let axis = 0; axis < 3; axis++) {
    let sum = 0;
    for (let k = axis; k < sums.length; k += 3) {
      sum += sums[k]!;
      squares += sums[k]! * sums[k]!;
    }
    still += (sum * sum) / pieces;
  }
  return { square: squares / pieces, turned: squares - still };
}

/**
 * Sums of the acceleration over pieces of a span, rotated into the frame of its last sample; three values per piece.
 * @param signs which axes of the gyroscope to reverse; see `TurningSums`
 */
function turningSumsInLastFrame(
  axes: readonly Float32Array[],
  from: number,
  piece: number,
  step: number,
  signs = 0,
): Float64Array {
  const [stepX, stepY, stepZ] = [1, 2, 4].map((axis) => (signs & axis ? -step : step) / 2) as [number, number, number];
  const sums = new Float64Array(3 * pieces);
  const [ax, ay, az, gx, gy, gz] = axes as [
    Float32Array,
    Float32Array,
    Float32Array,
    Float32Array,
    Float32Array,
    Float32Array,
  ];
  // Uses scalars, because V8 would allocate new arrays for each sample.
  for (let i = 0; i < pieces * piece; i++) {
    const at = from + i;
    const last = 3 * Math.floor(i / piece);
    let p = gx[at]! * stepX;
    let q = gy[at]! * stepY;
    let r = gz[at]! * stepZ;
    // The tangent of half the turn, from the first terms of its series.
    const tangent = 1 + (p * p + q * q + r * r) / 3;
    p *= tangent;
    q *= tangent;
    r *= tangent;
    const scale = 2 / (1 + p * p + q * q + r * r);
    for (let k = 0; k <= last; k += 3) {
      const x = sums[k]!;
      const y = sums[k + 1]!;
      const z = sums[k + 2]!;
      const a = y * r - z * q;
      const b = z * p - x * r;
      const c = x * q - y * p;
      sums[k] = x + scale * (a + b * r - c * q);
      sums[k + 1] = y + scale * (b + c * p - a * r);
      sums[k + 2] = z + scale * (c + a * q - b * p);
    }
    sums[last]! += ax[at]!;
    sums[last + 1]! += ay[at]!;
    sums[last + 2]! += az[at]!;
  }
  return sums;
}
