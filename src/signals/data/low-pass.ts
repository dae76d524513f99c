// The filter used to resample a recording to a lower rate: a linear-phase FIR low-pass whose cutoff is half the new rate. It is
// the filter of SciPy's `resample_poly`, a Kaiser-windowed sinc, but in continuous time, so that it works for any two rates.
// Each output is divided by the sum of its weights, so that a constant such as gravity is preserved exactly. Beyond both ends,
// the signal is extended by its odd reflection, as in SciPy's `filtfilt`. Dimensions: N input samples, M output samples.

/** Zero crossings of the sinc on each side, and the shape of the Kaiser window; these are `resample_poly`'s defaults. */
const [crossings, beta] = [10, 5];
/** Number of table entries per zero crossing; the error of linear interpolation between them is below 1e-7. */
const tablePoints = 4096;

let table: Float64Array | undefined;

/** Computes the filter's weight at distances of 0, 1 / tablePoints, ... output periods from its middle. */
function lowPassTable(): Float64Array {
  table ??= Float64Array.from({ length: crossings * tablePoints + 2 }, (_, i) => {
    const periods = i / tablePoints;
    if (periods >= crossings) return 0;
    const sinc = periods === 0 ? 1 : Math.sin(Math.PI * periods) / (Math.PI * periods);
    return (sinc * besselI0OfLowPass(beta * Math.sqrt(1 - (periods / crossings) ** 2))) / besselI0OfLowPass(beta);
  });
  return table;
}

/** Computes the modified Bessel function of the first kind and order 0, from its power series. */
function besselI0OfLowPass(x: number): number {
  let [term, sum] = [1, 1];
  for (let k = 1; term > sum * 1e-17; k++) {
    term *= (x / (2 * k)) ** 2;
    sum += term;
  }
  return sum;
}

/** Positions of output samples, in input samples. */
export interface LowPassTicks {
  /** N, the number of samples in the entire input. */
  readonly inputs: number;
  /** Number of input samples per output sample; greater than 1. */
  readonly ratio: number;
  /** Output samples `from` to `to` (exclusive), of which sample i lies at `i * ratio`. */
  readonly from: number;
  readonly to: number;
}

/** Returns the input samples `first` to `last` (exclusive) that the output samples depend on. */
export function lowPassInputs({ inputs, ratio, from, to }: LowPassTicks): { first: number; last: number } {
  const reach = crossings * ratio;
  const [low, high] = [Math.ceil(from * ratio - reach), Math.floor((to - 1) * ratio + reach)];
  // If samples are missing beyond an end, an equal number of samples before that end is reflected.
  if (Math.max(-low, high - inputs + 1) >= inputs) return { first: 0, last: inputs };
  return {
    first: high >= inputs ? Math.max(0, Math.min(low, 2 * (inputs - 1) - high)) : Math.max(0, low),
    last: low < 0 ? Math.min(inputs, Math.max(high, -low) + 1) : Math.min(inputs, high + 1),
  };
}

/**
 * @param columns the samples of each channel in the range returned by `lowPassInputs`
 * @returns the output samples of each column
 */
export function lowPass(columns: readonly Float32Array[], ticks: LowPassTicks): Float32Array[] {
  const { inputs, ratio, from, to } = ticks;
  const { first } = lowPassInputs(ticks);
  const weightAt = lowPassTable();
  const reach = crossings * ratio;
  const weights = new Float64Array(Math.floor(2 * reach) + 2);
  const outputs = columns.map(() => new Float32Array(to - from));
  for (let i = from; i < to; i++) {
    const middle = i * ratio;
    const [low, high] = [Math.ceil(middle - reach), Math.floor(middle + reach)];
    let total = 0;
    for (let k = low; k <= high; k++) {
      const at = (Math.abs(k - middle) / ratio) * tablePoints;
      const point = Math.min(Math.floor(at), weightAt.length - 2);
      const weight = weightAt[point]! + (at - point) * (weightAt[point + 1]! - weightAt[point]!);
      weights[k - low] = weight;
      total += weight;
    }
    const inside = low >= 0 && high < inputs;
    for (const [c, column] of columns.entries()) {
      let sum = 0;
      for (let k = low; k <= high; k++)
        sum += weights[k - low]! * (inside ? column[k - first]! : reflectedLowPassInput(column, first, inputs, k));
      outputs[c]![i - from] = sum / total;
    }
  }
  return outputs;
}

/** Returns sample k of the input, which is extended beyond each end by rotating it half a turn around its last sample there. */
function reflectedLowPassInput(column: Float32Array, first: number, inputs: number, k: number): number {
  const last = inputs - 1;
  let [at, sign, offset] = [k, 1, 0];
  while (at < 0 || at > last) {
    const end = at < 0 ? 0 : last;
    offset += 2 * sign * column[end - first]!;
    sign = -sign;
    at = 2 * end - at;
  }
  return offset + sign * column[at - first]!;
}
