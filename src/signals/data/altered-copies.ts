// Finds recordings that occur again under another person, but with values rounded or multiplied by a factor (g to m/s^2), or
// with axes swapped or negated. None of these changes moves the peaks of a sensor's magnitude, so peaks are compared first:
// four consecutive peaks form a landmark, whose key consists of their distances in rows. Recordings that share several
// landmarks with the same spacing are then compared sample by sample. Equal landmarks prove nothing on their own, because a
// steady gait repeats them. Resampled copies are not found.

import { sensorsByName } from "../sensors/sensors-by-name.ts";
import { piecesOfRecordings, type RowSource } from "./recordings.ts";

/** Similar recordings from two people. */
export interface AlteredCopy {
  readonly people: readonly [string, string];
  /** The first two similar recordings. */
  readonly recordings: readonly [string, string];
  /** Estimated share (0 to 1) of the second person's rows that are similar. */
  readonly share: number;
  /** The second person's values divided by the first person's. */
  readonly factor: number;
}

/** A peak is the greatest value within this many rows on either side. */
const reach = 8;
const widestGap = 255;
/** Number of earlier landmarks with the same key to compare; the keys of a steady gait are too frequent to be useful. */
const mostAlike = 16;
/** Number of landmarks that must agree before samples are compared; in a short recording, one is enough. */
const leastVotes = 4;
/** A recording with fewer rows than this is short, such as a single window; several of them must be similar. */
const [shortRows, leastShort] = [512, 3];
/** Number of row distances between two recordings to try, those with the most landmarks first. */
const mostOffsets = 3;
const [blockRows, leastBlockRows] = [256, 100];
/** Maximum number of blocks to compare between two recordings, spread evenly over their common rows. */
const mostBlocks = 200;
/**
 * Limits for the correlation of two magnitudes over a block: the minimum in a copy, and the maximum of a block with itself
 * shifted by one or more peaks. A periodic signal that exceeds the latter looks the same for everyone.
 */
const correlations = { copy: 0.99, moved: 0.95 } as const;
/** Maximum number of landmarks to keep; above it, about half of them are dropped. */
const mostLandmarks = 2 ** 19;

interface Span {
  readonly person: string;
  readonly recording: string;
  readonly rows: RowSource;
  readonly axes: readonly number[];
  readonly start: number;
  readonly end: number;
}

interface Landmark {
  readonly key: number;
  readonly span: number;
  readonly row: number;
}

/**
 * The landmarks that two recordings share. `offsets` groups them by the number of rows between the two occurrences; `row` is the
 * row of the group's first landmark in the first recording.
 */
interface Votes {
  readonly first: Span;
  readonly other: Span;
  readonly offsets: Map<number, { votes: number; readonly row: number }>;
}

export class AlteredCopyFinder {
  readonly #spans: Span[] = [];
  readonly #rowsOf = new Map<string, number>();
  #landmarks: Landmark[] = [];
  #divisor = 1;

  /** Adds recordings, which must stay open until `found` has returned. */
  add(rows: RowSource): void {
    const triads = sensorsByName(rows.channels);
    const triad = triads.find(({ kind }) => kind === "accelerometer") ?? triads[0];
    const axes = triad?.channels.map((name) => rows.channels.indexOf(name)) ?? [...rows.channels.keys()];
    for (const stretches of rows.spans?.() ?? [...rows.stretches()].map((stretch) => [stretch])) {
      const { user: person, recording, start } = stretches[0]!;
      const { end } = stretches.at(-1)!;
      const index = this.#spans.push({ person, recording, rows, axes, start, end }) - 1;
      this.#rowsOf.set(person, (this.#rowsOf.get(person) ?? 0) + end - start);
      for (const { from, to } of piecesOfRecordings(start, end)) {
        const peaks = peaksOf(squaredMagnitude(rows, axes, from, to));
        for (let i = 0; i + 3 < peaks.length; i++) {
          const [one, two, three] = [0, 1, 2].map((k) => peaks[i + k + 1]! - peaks[i + k]!) as [number, number, number];
          if (one > widestGap || two > widestGap || three > widestGap) continue;
          const key = (one << 16) | (two << 8) | three;
          if (scrambled(key) % this.#divisor === 0) this.#landmarks.push({ key, span: index, row: from + peaks[i]! });
        }
      }
      if (this.#landmarks.length > mostLandmarks) {
        this.#divisor *= 2;
        this.#landmarks = this.#landmarks.filter(({ key }) => scrambled(key) % this.#divisor === 0);
      }
    }
  }

  /** @param known returns whether the two people are already known to share values and need not be compared */
  found(known: (one: string, other: string) => boolean): AlteredCopy[] {
    const alike = new Map<string, { first: Span; other: Span; rows: number; factor: number; spans: number }>();
    for (const { first, other, offsets } of this.#votes()) {
      if (known(first.person, other.person)) continue;
      const isShort = Math.min(first.end - first.start, other.end - other.start) < shortRows;
      const likely = [...offsets].filter(([, { votes }]) => isShort || votes >= leastVotes);
      likely.sort(([, a], [, b]) => b.votes - a.votes);
      for (const [offset, { row }] of likely.slice(0, mostOffsets)) {
        const compared = compareAlteredCopies(first, other, offset, row);
        if (compared === undefined) continue;
        const pair = JSON.stringify([first.person, other.person]);
        const own = alike.get(pair);
        const spans = isShort ? 1 : leastShort;
        if (own === undefined) alike.set(pair, { first, other, ...compared, spans });
        else [own.rows, own.spans] = [own.rows + compared.rows, own.spans + spans];
        break;
      }
    }
    const certain = [...alike.values()].filter(({ spans }) => spans >= leastShort);
    return certain.map(({ first, other, rows, factor }) => ({
      people: [first.person, other.person],
      recordings: [first.recording, other.recording],
      share: Math.min(1, rows / this.#rowsOf.get(other.person)!),
      factor,
    }));
  }

  /** Counts the equal landmarks of every two recordings from different people, by the distance between their rows. */
  #votes(): Iterable<Votes> {
    const latest = new Map<number, number>();
    const earlier = new Int32Array(this.#landmarks.length);
    const pairs = new Map<number, Votes>();
    for (const [i, { key, span, row }] of this.#landmarks.entries()) {
      earlier[i] = latest.get(key) ?? -1;
      latest.set(key, i);
      for (let [j, count] = [earlier[i]!, 0]; j >= 0 && count < mostAlike; [j, count] = [earlier[j]!, count + 1]) {
        const before = this.#landmarks[j]!;
        const [first, other] = [this.#spans[before.span]!, this.#spans[span]!];
        if (first.person === other.person) continue;
        const index = before.span * this.#spans.length + span;
        const pair = pairs.get(index) ?? { first, other, offsets: new Map() };
        pairs.set(index, pair);
        const offset = row - before.row;
        const own = pair.offsets.get(offset);
        if (own === undefined) pair.offsets.set(offset, { votes: 1, row: before.row });
        else own.votes++;
      }
    }
    return pairs.values();
  }
}

/**
 * Compares two spans whose rows are `offset` apart.
 * @param row a row in the first span where they may match
 * @returns the number of matching rows, and the factor between the values; undefined if they do not match at `row`
 */
function compareAlteredCopies(
  first: Span,
  other: Span,
  offset: number,
  row: number,
): { rows: number; factor: number } | undefined {
  const from = Math.max(first.start, other.start - offset);
  const to = Math.min(first.end, other.end - offset);
  const length = Math.min(blockRows, to - from);
  if (length < leastBlockRows) return undefined;
  const compared = (start: number): { alike: boolean; factor: number } => {
    const one = squaredMagnitude(first.rows, first.axes, start, start + length);
    const two = squaredMagnitude(other.rows, other.axes, start + offset, start + offset + length);
    const alike = alteredCopyCorrelation(one, two) >= correlations.copy && !isPeriodic(one);
    return { alike, factor: Math.sqrt(sumOfSquares(two) / sumOfSquares(one)) ** 0.5 };
  };
  const { alike, factor } = compared(Math.min(Math.max(row, from), to - length));
  if (!alike) return undefined;
  const blocks = Math.floor((to - from) / length);
  const stride = Math.ceil(blocks / mostBlocks);
  let [tried, found] = [0, 0];
  for (let block = 0; block < blocks; block += stride) {
    tried++;
    if (compared(from + block * length).alike) found++;
  }
  return { rows: Math.max(length, ((to - from) * found) / tried), factor };
}

function squaredMagnitude(rows: RowSource, axes: readonly number[], from: number, to: number): Float64Array {
  const squared = new Float64Array(to - from);
  for (const c of axes) {
    const values = rows.values(c, from, to);
    for (let i = 0; i < squared.length; i++) squared[i]! += values[i]! * values[i]!;
  }
  return squared;
}

/** Returns the rows of the peaks in the values, which are averaged over five rows so that rounding moves few peaks. */
function peaksOf(values: Float64Array): number[] {
  const smooth = new Float64Array(values.length);
  for (let i = 2; i + 2 < values.length; i++)
    smooth[i] = values[i - 2]! + values[i - 1]! + values[i]! + values[i + 1]! + values[i + 2]!;
  const peaks: number[] = [];
  for (let i = reach + 2; i + reach + 2 < values.length; i++) {
    const own = smooth[i]!;
    let isPeak = own > smooth[i - 1]! && own >= smooth[i + 1]!;
    for (let k = 2; isPeak && k <= reach; k++) isPeak = own > smooth[i - k]! && own >= smooth[i + k]!;
    if (isPeak) peaks.push(i);
  }
  return peaks;
}

/** Whether the values repeat one or more peaks later. */
function isPeriodic(values: Float64Array): boolean {
  const peaks = peaksOf(values);
  return peaks.slice(1).some((peak) => {
    const by = peak - peaks[0]!;
    return (
      2 * by <= values.length &&
      alteredCopyCorrelation(values.subarray(by), values.subarray(0, -by)) > correlations.moved
    );
  });
}

function alteredCopyCorrelation(a: Float64Array, b: Float64Array): number {
  let [sumA, sumB, aa, bb, ab] = [0, 0, 0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    sumA += a[i]!;
    sumB += b[i]!;
    aa += a[i]! * a[i]!;
    bb += b[i]! * b[i]!;
    ab += a[i]! * b[i]!;
  }
  const n = a.length;
  return (n * ab - sumA * sumB) / Math.sqrt((n * aa - sumA * sumA) * (n * bb - sumB * sumB));
}

function sumOfSquares(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value * value, 0);
}

function scrambled(key: number): number {
  return Math.imul(key, 0x9e3779b1) >>> 8;
}
