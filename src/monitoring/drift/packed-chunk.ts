// Packs a chunk of a rehearsal into two arrays and unpacks it only when it is used. There are thousands of chunks; as
// objects they would take more memory than the windows and multiply the size of the heap. Dimensions: K classes.

import type { MergeableChannel, MergeableSummary } from "../summaries/batch-summary.ts";
import type { ClassSummaries, MergeableClasses } from "../summaries/class-summaries.ts";
import type { Chunk } from "./rehearsal.ts";

/** Properties that all chunks of a training share. */
export interface ChunkLayout {
  readonly nClasses: number;
  /** Number of bins in each signal's grid. */
  readonly bins: Readonly<Record<string, number>>;
  /** The signals of `summary`. */
  readonly signals: readonly string[];
  /** By channel, the signals of `shifted`. */
  readonly shifted: Readonly<Record<string, readonly string[]>>;
}

type Counts = Uint8Array | Uint16Array | Uint32Array;

const numberNames = ["n", "missing", "mean", "std", "min", "max", "excessBelow", "excessAbove"] as const;

export class PackedChunk implements Chunk {
  readonly recording: string;
  readonly label: string | null;
  readonly #layout: ChunkLayout;
  /** The classes that have samples, ascending; the same for all summaries of the chunk. */
  readonly #classes: readonly number[];
  /** The numbers of one summary after another, class by class: first of `summary`, then of `shifted`. */
  readonly #numbers: Float64Array;
  readonly #counts: Counts;

  constructor(
    layout: ChunkLayout,
    {
      recording,
      label,
      summary,
      shifted,
    }: { recording: string; label: string | null } & {
      summary: ClassSummaries;
      shifted: Readonly<Record<string, ClassSummaries>>;
    },
  ) {
    this.recording = recording;
    this.label = label;
    this.#layout = layout;
    this.#classes = [...summary.keys()].filter((k) => summary[k] !== null);
    const all = [
      ...this.#channelsOf(summary, layout.signals),
      ...Object.entries(layout.shifted).flatMap(([name, signals]) => this.#channelsOf(shifted[name]!, signals)),
    ];
    this.#numbers = Float64Array.from(all.flatMap((channel) => numberNames.map((name) => channel[name])));
    this.#counts = packCounts(all.flatMap(({ counts }) => counts));
  }

  get summary(): MergeableClasses {
    return this.#unpack(this.#layout.signals, { at: 0, bin: 0 });
  }

  get shifted(): Readonly<Record<string, MergeableClasses>> {
    const { signals, shifted } = this.#layout;
    const place = { at: 0, bin: 0 };
    this.#skip(signals, place);
    const entries = Object.entries(shifted);
    return Object.fromEntries(entries.map(([name, own]) => [name, this.#unpack(own, place)] as const));
  }

  #channelsOf(summary: ClassSummaries, signals: readonly string[]) {
    return this.#classes.flatMap((k) => signals.map((name) => summary[k]![name]!));
  }

  #skip(signals: readonly string[], place: { at: number; bin: number }): void {
    const { bins } = this.#layout;
    place.at += this.#classes.length * signals.length * numberNames.length;
    place.bin += this.#classes.length * signals.reduce((sum, name) => sum + bins[name]!, 0);
  }

  #unpack(signals: readonly string[], place: { at: number; bin: number }): MergeableClasses {
    const numbers = this.#numbers;
    const classes = new Array<MergeableSummary | null>(this.#layout.nClasses).fill(null);
    for (const k of this.#classes) {
      const summary: Record<string, MergeableChannel> = {};
      for (const name of signals) {
        const end = place.bin + this.#layout.bins[name]!;
        summary[name] = {
          n: numbers[place.at]!,
          missing: numbers[place.at + 1]!,
          mean: numbers[place.at + 2]!,
          std: numbers[place.at + 3]!,
          min: numbers[place.at + 4]!,
          max: numbers[place.at + 5]!,
          excessBelow: numbers[place.at + 6]!,
          excessAbove: numbers[place.at + 7]!,
          counts: this.#counts.subarray(place.bin, end),
        };
        place.at += numberNames.length;
        place.bin = end;
      }
      classes[k] = summary;
    }
    return classes;
  }
}

/** Stores numbers in the smallest type that can hold them. */
function packCounts(counts: readonly number[]): Counts {
  const most = counts.reduce((a, b) => Math.max(a, b), 0);
  if (most < 2 ** 8) return Uint8Array.from(counts);
  return most < 2 ** 16 ? Uint16Array.from(counts) : Uint32Array.from(counts);
}
