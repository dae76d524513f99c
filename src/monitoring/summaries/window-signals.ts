// The signals that drift detection uses, for windows in memory: the channels, and the signals computed from each sensor's axes.
// A signal is computed only when needed, so at most one is in memory besides the windows. Dimensions: S samples covered by the
// windows, K classes.

import { type Run, runsOfWindowChunk } from "../../signals/data/window-chunks.ts";
import type { WindowSet } from "../../signals/data/windows.ts";
import type { Sensor } from "../../signals/sensors/sensor.ts";
import { type ClassSummaries, summarizeByClass } from "./class-summaries.ts";
import type { QuantileGrid } from "./quantile-grid.ts";
import { type SensorSignal, sensorSignal, sensorSignalMargin, sensorSignals } from "./sensor-signals.ts";
import { Summarizer } from "./summarize.ts";

/** Number of samples to compute a signal for at a time. */
const samplesAtOnce = 65_536;

export class WindowSignals {
  /** Stretches covered by the windows, in order. */
  readonly runs: readonly Run[];
  /** Names of the channels, then of the signals; see `withSensorSignals`. */
  readonly names: readonly string[];
  readonly windows: WindowSet;
  readonly sensors: readonly Sensor[];
  readonly #computed: ReadonlyMap<string, SensorSignal>;

  /** @param sensors the windows' sensors; see `sensorsForSignals` */
  constructor(windows: WindowSet, sensors: readonly Sensor[]) {
    this.windows = windows;
    this.sensors = sensors;
    this.runs = runsOfWindowChunk(windows);
    this.#computed = new Map(sensorSignals(windows.channels, sensors).map((signal) => [signal.name, signal]));
    this.names = [...windows.channels, ...this.#computed.keys()];
  }

  /** Returns samples `from` to `to` (exclusive) of a run, with the same values as if the whole run were computed. */
  part(name: string, run: Pick<Run, "from" | "to">, from: number, to: number): Float32Array {
    const signal = this.#computed.get(name);
    if (signal === undefined) return this.#channel(name, from, to);
    const { samplingRateHz } = this.windows;
    const margin = sensorSignalMargin(samplingRateHz);
    const [first, last] = [Math.max(run.from, from - margin), Math.min(run.to, to + margin)];
    const axes = signal.axes.map((axis) => this.#channel(axis, first, last));
    return sensorSignal(signal, axes, samplingRateHz).subarray(from - first, to - first);
  }

  /**
   * [S] samples of the given runs, concatenated.
   * @param most maximum number of samples (default: all)
   */
  under(name: string, runs: readonly Run[] = this.runs, most: number = Number.POSITIVE_INFINITY): Float32Array {
    const column = new Float32Array(Math.min(most, countWindowSignalSamples(runs)));
    let at = 0;
    for (const run of runs) {
      const end = Math.min(run.to, run.from + column.length - at);
      for (let from = run.from; from < end; from += samplesAtOnce) {
        const to = Math.min(end, from + samplesAtOnce);
        column.set(this.part(name, run, from, to), at);
        at += to - from;
      }
    }
    return column;
  }

  /**
   * Produces the same summaries as `summarizeByClass` for all samples.
   * @param classOf [S] class of each sample
   * @param map maps over the signals (default: sequentially)
   */
  summarize(
    grids: Readonly<Record<string, QuantileGrid>>,
    classOf: Int32Array,
    nClasses: number,
    map: <Item, Result>(items: readonly Item[], each: (item: Item) => Result) => Result[] = (items, each) =>
      items.map((item) => each(item)),
  ): ClassSummaries {
    const bySignal = map(Object.entries(grids), ([name, edges]) =>
      summarizeByClass(new Summarizer({ [name]: edges }), { [name]: this.under(name) }, classOf, nClasses),
    );
    return Array.from({ length: nClasses }, (_, k) => {
      const own = bySignal.map((classes) => classes[k] ?? null).filter((summary) => summary !== null);
      return own.length === 0 ? null : Object.assign({}, ...own);
    });
  }

  #channel(name: string, from: number, to: number): Float32Array {
    const { samples, channels } = this.windows;
    const c = channels.indexOf(name);
    if (c < 0) throw new RangeError(`signal "${name}": expected one of ${this.names.join(", ")}`);
    const column = new Float32Array(to - from);
    for (let i = 0, at = from * channels.length + c; i < column.length; i++) {
      column[i] = samples[at]!;
      at += channels.length;
    }
    return column;
  }
}

function countWindowSignalSamples(runs: readonly Run[]): number {
  return runs.reduce((sum, { from, to }) => sum + to - from, 0);
}
