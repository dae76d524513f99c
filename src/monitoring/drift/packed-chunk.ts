// Packs a chunk of a rehearsal into one block of shared memory and unpacks it only when it is used. There are thousands of
// chunks; as objects, they would take up more memory than the windows and make the heap several times larger. Threads that
// rehearse together share them. Dimensions: K classes.

import type { ChannelSummary, MergeableChannel, MergeableSummary } from "../summaries/batch-summary.ts";
import type { ClassSummaries, MergeableClasses } from "../summaries/class-summaries.ts";
import type { Chunk } from "./rehearsal.ts";

/** Properties shared by all chunks of a training run. */
export interface ChunkLayout {
  readonly nClasses: number;
  /** Number of bins in each signal's grid. */
  readonly bins: Readonly<Record<string, number>>;
  /** The signals of `summary`. */
  readonly signals: readonly string[];
  /** For each channel, the signals that `shifted` contains. */
  readonly shifted: Readonly<Record<string, readonly string[]>>;
}

const numberNames = ["n", "missing", "mean", "std", "min", "max", "excessBelow", "excessAbove"] as const;

/** A packed chunk as plain data, which can be sent to other threads. */
export interface ChunkBlock {
  readonly recording: string;
  readonly label: string | null;
  /** The classes that have samples, ascending; the same for all summaries of the chunk. */
  readonly classes: readonly number[];
  /** Number of summaries, each of one channel and class. */
  readonly summaries: number;
  /** Number of non-empty bins over all summaries. */
  readonly filled: number;
  /** The chunk's `numbers`, `starts`, `values` and `bins`, one after another. */
  readonly memory: SharedArrayBuffer;
}

/** Views of the arrays in a block's memory. */
function packedParts({ summaries, filled, memory }: Pick<ChunkBlock, "summaries" | "filled" | "memory">) {
  const numbers = new Float64Array(memory, 0, summaries * numberNames.length);
  const starts = new Uint32Array(memory, numbers.byteLength, summaries + 1);
  const values = new Uint32Array(memory, starts.byteOffset + starts.byteLength, filled);
  const bins = new Uint16Array(memory, values.byteOffset + values.byteLength, filled);
  return { numbers, starts, values, bins };
}

export function packChunk(
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
): ChunkBlock {
  const classes = [...summary.keys()].filter((k) => summary[k] !== null);
  const channelsOf = (own: ClassSummaries, signals: readonly string[]): ChannelSummary[] =>
    classes.flatMap((k) => signals.map((name) => own[k]![name]!));
  const all = [
    ...channelsOf(summary, layout.signals),
    ...Object.entries(layout.shifted).flatMap(([name, signals]) => channelsOf(shifted[name]!, signals)),
  ];
  const nonEmpty = all.map(({ counts }) => [...counts.keys()].filter((bin) => counts[bin] !== 0));
  const filled = nonEmpty.reduce((sum, { length }) => sum + length, 0);
  const sizes = { summaries: all.length, filled };
  const bytes = 8 * numberNames.length * all.length + 4 * (all.length + 1) + (4 + 2) * filled;
  const memory = new SharedArrayBuffer(bytes);
  const { numbers, starts, values, bins } = packedParts({ ...sizes, memory });
  let at = 0;
  for (const [i, channel] of all.entries()) {
    for (const [n, name] of numberNames.entries()) numbers[i * numberNames.length + n] = channel[name];
    for (const bin of nonEmpty[i]!) {
      bins[at] = bin;
      values[at] = channel.counts[bin]!;
      at++;
    }
    starts[i + 1] = at;
  }
  return { recording, label, classes, ...sizes, memory };
}

export class PackedChunk implements Chunk {
  readonly recording: string;
  readonly label: string | null;
  readonly #layout: ChunkLayout;
  readonly #classes: readonly number[];
  /** The numbers for each summary in turn, class by class: first those of `summary`, then those of `shifted`. */
  readonly #numbers: Float64Array;
  /**
   * The position in `#bins` and `#values` of the first bin of each channel's summary, in the order of `#numbers`, followed by
   * the length of these two arrays.
   */
  readonly #starts: Uint32Array;
  /** The non-empty bins. */
  readonly #bins: Uint16Array;
  readonly #values: Uint32Array;

  constructor(layout: ChunkLayout, block: ChunkBlock) {
    this.recording = block.recording;
    this.label = block.label;
    this.#layout = layout;
    this.#classes = block.classes;
    const { numbers, starts, values, bins } = packedParts(block);
    [this.#numbers, this.#starts, this.#values, this.#bins] = [numbers, starts, values, bins];
  }

  get summary(): MergeableClasses {
    return this.#unpack(this.#layout.signals, 0);
  }

  get shifted(): Readonly<Record<string, MergeableClasses>> {
    const { signals, shifted } = this.#layout;
    const copies: Record<string, MergeableClasses> = {};
    let at = signals.length * this.#classes.length;
    for (const [name, own] of Object.entries(shifted)) {
      const from = at;
      // Unpacks only the copy that is actually read.
      Object.defineProperty(copies, name, { enumerable: true, get: () => this.#unpack(own, from) });
      at += own.length * this.#classes.length;
    }
    return copies;
  }

  /** @param from index of the first channel's summary */
  #unpack(signals: readonly string[], from: number): MergeableClasses {
    const [numbers, starts] = [this.#numbers, this.#starts];
    const classes = new Array<MergeableSummary | null>(this.#layout.nClasses).fill(null);
    let channel = from;
    for (const k of this.#classes) {
      const summary: Record<string, MergeableChannel> = {};
      for (const name of signals) {
        const at = channel * numberNames.length;
        summary[name] = {
          n: numbers[at]!,
          missing: numbers[at + 1]!,
          mean: numbers[at + 2]!,
          std: numbers[at + 3]!,
          min: numbers[at + 4]!,
          max: numbers[at + 5]!,
          excessBelow: numbers[at + 6]!,
          excessAbove: numbers[at + 7]!,
          counts: {
            size: this.#layout.bins[name]!,
            bins: this.#bins,
            values: this.#values,
            from: starts[channel]!,
            to: starts[channel + 1]!,
          },
        };
        channel++;
      }
      classes[k] = summary;
    }
    return classes;
  }
}
