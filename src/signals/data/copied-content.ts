// Finds content that occurs twice: under two people, such as when one person's rows were exported again under a different id, or
// twice under one person, such as when a file was downloaded again. Compares values, because names cannot reveal copies. A rolling hash is computed for every span of 32 consecutive rows of a recording.
// Only spans whose hash falls into a fixed range are kept, so the same rows are compared no matter where a copy begins. Rows at
// rest on a coarse sensor may be equal by chance, so a span counts only if it has at least 16 different rows, and at least
// three spans must agree. Copies with altered values are found by altered-copies.ts. Dimensions: C channels.

import { counted } from "../../counted.ts";
import { percent } from "../../percent.ts";
import { type AlteredCopy, AlteredCopyFinder } from "./altered-copies.ts";
import { piecesOfRecordings, type RowSource } from "./recordings.ts";
import type { StoredRows } from "./stored-rows.ts";

/** Content that two people share; `factor` is null if their values are equal. */
export type CopiedContent = Omit<AlteredCopy, "factor"> & { readonly factor: number | null };

/** Content that occurs twice under one person. */
export interface RepeatedContent {
  readonly person: string;
  /** The recording in which the content occurs first, and the one in which it occurs again; they may be the same. */
  readonly recordings: readonly [first: string, again: string];
  /** Share of the second recording's rows that are repeated, 0 to 1. */
  readonly share: number;
}

const spanRows = 32;
const minusZero = -(2 ** 31);
const leastDifferentRows = 16;
const leastSpans = 3;
/**
 * Minimum share of a recording's repeated spans that must be equally far from their first occurrence. The spans of a periodic
 * signal occur again after each period.
 */
const leastAtOneDistance = 0.8;
/** Maximum number of spans to keep; above it, about half of them are dropped. */
const mostSpans = 2 ** 18;

const [baseA, baseB] = [0x9e3779b1, 0x85ebca6b];
const [leavingA, leavingB] = [powerOfCopiedContentHash(baseA), powerOfCopiedContentHash(baseB)];

interface Owner {
  readonly person: string;
  readonly recording: string;
  /** The last row of the span. */
  readonly row: number;
}

/** Spans of one person that occur again in the same or another recording. */
interface Repeats {
  readonly first: Owner;
  readonly again: Owner;
  spans: number;
  /** Number of spans by their distance in rows. */
  readonly distances: Map<number, number>;
}

export class CopiedContentFinder {
  /** The recording in which each kept span was first found. */
  readonly #owners = new Map<number, Owner>();
  readonly #spansOf = new Map<string, number>();
  readonly #spansIn = new Map<string, number>();
  readonly #shared = new Map<string, { first: Owner; other: Owner; spans: number }>();
  readonly #repeats = new Map<string, Repeats>();
  readonly #altered = new AlteredCopyFinder();
  #divisor = 32;

  /** Adds recordings, which must stay open until `found` has returned. */
  add(rows: RowSource): void {
    this.#altered.add(rows);
    for (const { user, recording, start, end } of rows.stretches()) {
      const hashes = new Int32Array(spanRows);
      let [a, b, seen] = [0, 0, 0];
      for (const { from, to } of piecesOfRecordings(start, end)) {
        for (const hash of rowContentHashes(rows, from, to)) {
          const at = seen & (spanRows - 1);
          const leaving = hashes[at]!;
          hashes[at] = hash;
          a = (Math.imul(a, baseA) + hash - Math.imul(leaving, leavingA)) | 0;
          b = (Math.imul(b, baseB) + hash - Math.imul(leaving, leavingB)) | 0;
          seen++;
          if (seen >= spanRows && (a & (this.#divisor - 1)) === 0 && new Set(hashes).size >= leastDifferentRows)
            this.#keep((a >>> 0) * 2 ** 21 + (b >>> 11), { person: user, recording, row: start + seen - 1 });
        }
      }
    }
  }

  #keep(span: number, owner: Owner): void {
    this.#spansOf.set(owner.person, (this.#spansOf.get(owner.person) ?? 0) + 1);
    const recording = JSON.stringify([owner.person, owner.recording]);
    this.#spansIn.set(recording, (this.#spansIn.get(recording) ?? 0) + 1);
    const first = this.#owners.get(span);
    if (first === undefined) {
      this.#owners.set(span, owner);
      if (this.#owners.size > mostSpans) this.#thin();
    } else if (first.person !== owner.person) {
      const pair = JSON.stringify([first.person, owner.person]);
      const shared = this.#shared.get(pair) ?? { first, other: owner, spans: 0 };
      shared.spans++;
      this.#shared.set(pair, shared);
    } else {
      const pair = JSON.stringify([first.recording, owner.person, owner.recording]);
      const repeats = this.#repeats.get(pair) ?? { first, again: owner, spans: 0, distances: new Map() };
      repeats.spans++;
      const distance = owner.row - first.row;
      repeats.distances.set(distance, (repeats.distances.get(distance) ?? 0) + 1);
      this.#repeats.set(pair, repeats);
    }
  }

  #thin(): void {
    this.#divisor *= 2;
    for (const span of this.#owners.keys()) {
      if (Math.floor(span / 2 ** 21) % this.#divisor !== 0) this.#owners.delete(span);
    }
    for (const [person, spans] of this.#spansOf) this.#spansOf.set(person, spans / 2);
    for (const [recording, spans] of this.#spansIn) this.#spansIn.set(recording, spans / 2);
    for (const shared of this.#shared.values()) shared.spans = Math.ceil(shared.spans / 2);
    for (const repeats of this.#repeats.values()) {
      repeats.spans = Math.ceil(repeats.spans / 2);
      for (const [distance, spans] of repeats.distances) repeats.distances.set(distance, spans / 2);
    }
  }

  /** Returns the pairs of people with equal values, in the order in which they were found, and those with altered values. */
  found(): CopiedContent[] {
    const equal = [...this.#shared.values()]
      .filter(({ spans }) => spans >= leastSpans)
      .map(
        ({ first, other, spans }): CopiedContent => ({
          people: [first.person, other.person],
          recordings: [first.recording, other.recording],
          share: Math.min(1, spans / this.#spansOf.get(other.person)!),
          factor: null,
        }),
      );
    const known = new Set(equal.flatMap(({ people: [one, other] }) => [`${one}\0${other}`, `${other}\0${one}`]));
    return [...equal, ...this.#altered.found((one, other) => known.has(`${one}\0${other}`))];
  }

  /** Returns content that occurs twice under one person, in the order in which it was found. */
  repeated(): RepeatedContent[] {
    return [...this.#repeats.values()]
      .filter(
        ({ spans, distances }) => spans >= leastSpans && Math.max(...distances.values()) >= leastAtOneDistance * spans,
      )
      .map(({ first, again, spans }) => ({
        person: again.person,
        recordings: [first.recording, again.recording],
        share: Math.min(1, spans / this.#spansIn.get(JSON.stringify([again.person, again.recording]))!),
      }));
  }
}

/** Describes content that occurs twice under one person to the user. @param repeated at least one */
export function describeRepeatedContent(repeated: readonly RepeatedContent[]): string {
  const { person, recordings, share } = repeated[0]!;
  const [first, again] = recordings.map((name) => JSON.stringify(name));
  const what = first === again ? "repeat the values of earlier rows" : `have the values of recording ${first}`;
  const others = repeated.length > 1 ? ` The same is true of ${counted(repeated.length - 1, "more recording")}.` : "";
  return `Repeated data: in recording ${again} of person ${JSON.stringify(person)}, about ${copiedShare(share)} of the rows ${what}.${others} In a copied file or in windows that overlap, the same measurements count twice in training and in every metric; leave the copy out.`;
}

function copiedShare(share: number): string {
  return share < 0.01 ? "less than 1 %" : percent(share, { decimals: 0 });
}

/** Describes a pair of people with equal or altered values to the user. */
export function describeCopiedContent({ people, recordings, share, factor }: CopiedContent): string {
  const [one, other] = people.map((person) => JSON.stringify(person));
  const rows = copiedShare(share);
  const where = `recording ${JSON.stringify(recordings[1])} of ${other} and ${JSON.stringify(recordings[0])} of ${one}`;
  const what = factor === null ? "the same values" : "the same movements";
  const isScaled = factor !== null && Math.abs(factor - 1) > 0.01;
  const altered = isScaled
    ? ` ${other}'s values are about ${Number(factor.toPrecision(3))} times as great.`
    : " The values may be rounded, or the axes swapped or negated.";
  return `People ${one} and ${other} have ${what} in about ${rows} of ${other}'s rows (${where}).${factor === null ? "" : altered} If they are the same person, give both the same name; if one is a copy, leave it out. Otherwise the model is tested on ${factor === null ? "values" : "recordings"} that it learned from.`;
}

/** Returns a hash of each row's values. */
function rowContentHashes(rows: RowSource, from: number, to: number): Int32Array {
  const hashes = new Int32Array(to - from);
  for (const c of rows.channels.keys()) {
    const values = rows.values(c, from, to);
    const bits = new Int32Array(values.buffer, values.byteOffset, values.length);
    for (let i = 0; i < hashes.length; i++) {
      // -0 equals 0.
      const value = bits[i] === minusZero ? 0 : bits[i]!;
      let mixed = Math.imul(hashes[i]! ^ value, 0xcc9e2d51);
      mixed ^= mixed >>> 15;
      mixed = Math.imul(mixed, 0x1b873593);
      hashes[i] = mixed ^ (mixed >>> 13);
    }
  }
  return hashes;
}

/** Returns the factor that a value is weighted by in the rolling hash when it leaves the span. */
function powerOfCopiedContentHash(base: number): number {
  let power = 1;
  for (let i = 0; i < spanRows; i++) power = Math.imul(power, base);
  return power;
}

export function findCopiedContent(rows: StoredRows): { copies: CopiedContent[]; repeated: RepeatedContent[] } {
  const finder = new CopiedContentFinder();
  finder.add(rows);
  return { copies: finder.found(), repeated: finder.repeated() };
}
