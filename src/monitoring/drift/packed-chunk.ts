// Packs a chunk of a rehearsal into two arrays and unpacks it only when it is used. There are thousands of chunks; as
// objects they would take more memory than the windows and multiply the size of the heap. Dimensions: K classes.

import type { MergeableChannel, MergeableSummary } from "../summaries/batch-summary.ts";
import type { ClassSummaries, MergeableClasses } from "../summaries/class-summaries.ts";
import type { Chunk } from "./rehearsal.ts";

/** Properties that all chunks of a training run share. */
export interface ChunkLayout {
  readonly nClasses: number;
  /** Number of bins in each signal's grid. */
  readonly bins: Readonly<Record<string, number>>;
  /** The signals of `summary`. */
  readonly signals: readonly string[];
  /** By channel, the signals of `shifted`. */
  readonly shifted: Readonly<Record<string, readonly string[]>>;
}

const numberNames = ["n", "missing", "mean", "std", "min", "max", "excessBelow", "excessAbove"] as const;

export class PackedChunk implements Chunk {
  readonly recording: string;
  readonly label: string | null;
  readonly #layout: ChunkLayout;
  /** The classes that have samples, ascending; the same for all summaries of the chunk. */
  readonly #classes: readonly number[];
  /** The numbers of one summary after another, class by class: first of `summary`, then of `shifted`. */
  readonly #numbers: Float64Array;
  /**
   * By summary, class and signal, in the order of `#numbers`: the position of the first bin in `#bins` and `#values`.
   */
  readonly #starts: Uint32Array;
  /** The bins that are not empty. */
  readonly #bins: Uint16Array;
  readonly #values: Uint32Array;

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
    const filled = all.map(({ counts }) => [...counts.keys()].filter((bin) => counts[bin] !== 0));
    let size = 0;
    this.#starts = Uint32Array.from([0, ...filled.map((bins) => (size += bins.length))]);
    this.#bins = Uint16Array.from(filled.flat());
    this.#values = Uint32Array.from(filled.flatMap((bins, i) => bins.map((bin) => all[i]!.counts[bin]!)));
  }

  get summary(): MergeableClasses {
    return this.#unpack(this.#layout.signals, 0);
  }

  get shifted(): Readonly<Record<string, MergeableClasses>> {
    const { signals, shifted } = this.#layout;
    let at = signals.length * this.#classes.length;
    const entries = Object.entries(shifted).map(([name, own]) => {
      const classes = this.#unpack(own, at);
      at += own.length * this.#classes.length;
      return [name, classes] as const;
    });
    return Object.fromEntries(entries);
  }

  #channelsOf(summary: ClassSummaries, signals: readonly string[]) {
    return this.#classes.flatMap((k) => signals.map((name) => summary[k]![name]!));
  }

  /** @param from number of the first channel */
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
