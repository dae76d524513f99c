// The network's output for a batch, stored as counts like the batch itself. The counts can be added exactly over chunks,
// batches and devices, in any order; the windows' probabilities are not stored. The signals are the predicted classes, the
// confidence (with the entropy and the margin over the second class), and how often the label changes from one window to the
// next. Signals are shares in 0..1, counted over a single fixed grid that is evenly spaced in the logit. Networks are confident
// about most windows, so most changes are close to 1 (say, from 0.99 to 0.999). Dimensions: W windows, K classes.

import { millionths } from "../../stats/millionths.ts";

/** A network's output for a batch, as counts that can be added over batches. */
export interface ModelSignals {
  /** W, the number of windows. */
  readonly windows: number;
  /** [K] number of windows by predicted class. */
  readonly classCounts: readonly number[];
  /** Probability of the predicted class. */
  readonly confidence: SignalSummary;
  /** Entropy of the probabilities, as a fraction of its maximum (ln K). */
  readonly entropy: SignalSummary;
  /** Probability of the predicted class minus that of the runner-up. */
  readonly margin: SignalSummary;
  /** Number of pairs of consecutive windows. */
  readonly pairs: number;
  /** Number of pairs whose labels differ. */
  readonly flips: number;
}

/** One signal of the windows, counted over a fixed grid. */
export interface SignalSummary {
  /** Count per bin of `signalEdges`, including the two tails. */
  readonly counts: readonly number[];
  /**
   * Sum in millionths, with each window rounded. The sum is an integer, so totals are exact in whatever order they are added.
   */
  readonly millionths: number;
}

/** Logits of the outermost edges, 6e-6 from 0 and from 1. */
const outermost = 12;
const edgesPerLogit = 32;

/**
 * 769 ascending numbers in (0, 1); bin i holds edges[i - 1] <= x < edges[i], but rounding may put a value equal to an edge into
 * the adjacent bin.
 */
export const signalEdges: readonly number[] = Array.from(
  { length: 2 * outermost * edgesPerLogit + 1 },
  (_, i) => 1 / (1 + Math.exp(outermost - i / edgesPerLogit)),
);

/** Bin of a share, as in `signalEdges`; the outer bins hold all shares beyond the edges. */
export function modelSignalBin(x: number): number {
  if (!(x > 0)) return 0;
  if (x >= 1) return signalEdges.length;
  const place = Math.floor((Math.log(x / (1 - x)) + outermost) * edgesPerLogit) + 1;
  return Math.min(signalEdges.length, Math.max(0, place));
}

/** Logit in the middle of a bin of `signalEdges`; the outermost edge for the two outer bins. */
export function signalBinLogit(bin: number): number {
  return Math.min(outermost, Math.max(-outermost, (bin - 0.5) / edgesPerLogit - outermost));
}

const sumTolerance = 1e-3;

/**
 * @param probabilities [W, K] row-major, after temperature scaling, as returned by the exported network
 * @param follows [W] whether each window directly follows the previous row's window in time, as returned by
 * `followsForModelSignals`; all 0 if unknown
 * @throws RangeError if there are no windows, fewer than two classes, or rows that are not probabilities
 */
export function modelSignals(
  probabilities: Float32Array,
  nClasses: number,
  follows: ArrayLike<number | boolean>,
): ModelSignals {
  const counter = new SignalCounter(nClasses);
  if (!(follows.length > 0)) throw unequalModelSignals(nClasses, follows.length, probabilities.length);
  counter.add(probabilities, follows);
  return counter.signals();
}

/** Produces the same counts as `modelSignals`, but takes one piece after another; also counts pairs across pieces. */
export class SignalCounter {
  readonly #classCounts: number[];
  readonly #confidence = new Counter();
  readonly #entropy = new Counter();
  readonly #margin = new Counter();
  #windows = 0;
  #pairs = 0;
  #flips = 0;
  #label = -1;

  constructor(nClasses: number) {
    if (!(Number.isInteger(nClasses) && nClasses >= 2)) {
      throw new RangeError(`model signals: expected 2 or more classes, got ${nClasses}`);
    }
    this.#classCounts = new Array<number>(nClasses).fill(0);
  }

  add(probabilities: Float32Array, follows: ArrayLike<number | boolean>): void {
    const nClasses = this.#classCounts.length;
    if (probabilities.length !== follows.length * nClasses) {
      throw unequalModelSignals(nClasses, follows.length, probabilities.length);
    }
    for (let w = 0; w < follows.length; w++) {
      const before = this.#label;
      let [first, second, sum, nats, label] = [-1, 0, 0, 0, 0];
      for (let k = 0; k < nClasses; k++) {
        const p = probabilities[w * nClasses + k]!;
        if (!(p >= 0)) throw invalidModelProbabilities(w, p);
        if (p > first) {
          if (first >= 0) second = first;
          first = p;
          label = k;
        } else if (p > second) second = p;
        sum += p;
        if (p > 0) nats -= p * Math.log(p);
      }
      if (!(Math.abs(sum - 1) <= sumTolerance)) throw invalidModelProbabilities(w, sum);
      this.#label = label;
      this.#classCounts[label]! += 1;
      // The sum of float32 probabilities is not exactly 1; without this division, a confidence or an entropy could exceed 1.
      this.#confidence.add(first / sum);
      this.#entropy.add((Math.log(sum) + nats / sum) / Math.log(nClasses));
      this.#margin.add((first - second) / sum);
      if (before < 0 || !follows[w]) continue;
      this.#pairs++;
      if (label !== before) this.#flips++;
    }
    this.#windows += follows.length;
  }

  signals(): ModelSignals {
    const summaries = {
      confidence: this.#confidence.summary(),
      entropy: this.#entropy.summary(),
      margin: this.#margin.summary(),
    };
    const [windows, pairs, flips] = [this.#windows, this.#pairs, this.#flips];
    return { windows, classCounts: [...this.#classCounts], ...summaries, pairs, flips };
  }
}

function unequalModelSignals(nClasses: number, windows: number, numbers: number): RangeError {
  return new RangeError(
    `model signals: expected at least one window, and ${windows} x ${nClasses} probabilities, got ${numbers} numbers`,
  );
}

/** The recording and start of the window before the first row. */
export interface WindowBefore {
  readonly recording: number;
  readonly startTime: number;
}

/**
 * Whether each window starts one step after the previous row's window (to within a hundredth of a step), in the same
 * recording.
 */
export function followsForModelSignals(
  recordingIndex: ArrayLike<number>,
  startTimes: ArrayLike<number>,
  stepSeconds: number,
  before?: WindowBefore,
): Uint8Array {
  return Uint8Array.from({ length: startTimes.length }, (_, w) => {
    const [recording, start] =
      w > 0 ? [recordingIndex[w - 1], startTimes[w - 1]!] : [before?.recording, before?.startTime ?? Number.NaN];
    if (recordingIndex[w] !== recording) return 0;
    return Math.abs(startTimes[w]! - start - stepSeconds) <= stepSeconds / 100 ? 1 : 0;
  });
}

/**
 * The combined signals of all windows. Pairs that span two parts are not counted.
 * @param parts at least one part; all have the same classes
 */
export function mergeModelSignals(parts: readonly ModelSignals[]): ModelSignals {
  const [first, ...others] = parts;
  if (first === undefined) throw new RangeError("merge: expected signals from at least one batch, got none");
  return others.reduce((whole, part) => combineModelSignals(whole, part), first);
}

function combineModelSignals(a: ModelSignals, b: ModelSignals): ModelSignals {
  const each = (x: readonly number[], y: readonly number[]): number[] => x.map((value, i) => value + y[i]!);
  const signal = (x: SignalSummary, y: SignalSummary): SignalSummary => ({
    counts: each(x.counts, y.counts),
    millionths: x.millionths + y.millionths,
  });
  if (a.classCounts.length !== b.classCounts.length) {
    throw new RangeError(
      `signals: expected equal classes, got ${a.classCounts.length} and ${b.classCounts.length} classes`,
    );
  }
  return {
    windows: a.windows + b.windows,
    classCounts: each(a.classCounts, b.classCounts),
    confidence: signal(a.confidence, b.confidence),
    entropy: signal(a.entropy, b.entropy),
    margin: signal(a.margin, b.margin),
    pairs: a.pairs + b.pairs,
    flips: a.flips + b.flips,
  };
}

class Counter {
  readonly #counts = new Uint32Array(signalEdges.length + 1);
  #millionths = 0;

  /** Counts a share in its bin. Rounding may put a share slightly outside 0..1; it is then counted in a tail bin. */
  add(x: number): void {
    this.#counts[modelSignalBin(x)]! += 1;
    this.#millionths += millionths(x);
  }

  summary(): SignalSummary {
    return { counts: Array.from(this.#counts), millionths: this.#millionths };
  }
}

function invalidModelProbabilities(window: number, value: number): RangeError {
  return new RangeError(`model signals: window ${window}: expected probabilities that sum to 1, got ${value}`);
}
