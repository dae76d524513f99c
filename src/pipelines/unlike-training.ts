// Warns about recordings that `check` would call impossible or unfamiliar, in commands that do not use streams.

import { compare, type DriftModel } from "../monitoring/drift/comparison.ts";
import { modelOfDriftBaseline } from "../monitoring/drift/drift-baseline.ts";
import { type ImpossibleSensor, impossibleSensors } from "../monitoring/drift/impossible-sensors.ts";
import { sensorsOfModel } from "../monitoring/drift/model-sensors.ts";
import type { OpenedModel, WatchedModel } from "../monitoring/streams/watched-model.ts";
import { firstSamplesOfColumns, joinColumns } from "../monitoring/summaries/join-columns.ts";
import { BatchMeasurer } from "../monitoring/summaries/measure-batch.ts";
import { sensorsWithSignals } from "../monitoring/summaries/sensor-signals.ts";
import { type Columns, Summarizer } from "../monitoring/summaries/summarize.ts";
import type { WindowChunk } from "../signals/data/window-chunks.ts";

/** `check`'s default. */
const alpha = 0.05;
/** Maximum number of samples per chunk that are kept for testing physical plausibility; an arbitrary choice. */
const samplesOfChunk = 2 ** 16;

/** Receives windows and their predictions chunk by chunk. */
export class UnlikeTraining {
  readonly #model: OpenedModel;
  readonly #sensors: WatchedModel["sensors"];
  /** The frozen baseline; null if an earlier version of Tidemark wrote the model, or if the baseline does not fit it. */
  readonly #drift: DriftModel | null;
  readonly #measurer: BatchMeasurer;
  readonly #kept: Columns[] = [];

  constructor(model: OpenedModel) {
    this.#model = model;
    const { drift, folder } = model;
    const { data } = folder.manifest;
    this.#sensors = sensorsOfModel(data);
    this.#drift = drift === null ? null : modelOfDriftBaseline(drift, data.channels, this.#sensors);
    const edges = drift === null ? {} : drift.edges;
    this.#measurer = new BatchMeasurer({
      overlap: model.config.overlap,
      nClasses: data.classes.length,
      sensors: sensorsWithSignals(this.#sensors, edges),
      summarizer: new Summarizer(edges),
    });
  }

  /** @param probabilities [W, K] class probabilities of the chunk's windows */
  add({ windows, runs }: WindowChunk, probabilities: Float32Array): void {
    if (windows.starts.length === 0) return;
    const { channels } = this.#model.folder.manifest.data;
    const columns = this.#measurer.add({ windows: { ...windows, channels }, runs }, probabilities);
    this.#kept.push(firstSamplesOfColumns(columns, channels, samplesOfChunk));
  }

  /** The judgement that `check` would make about all windows together. */
  warnings(): string[] {
    if (this.#measurer.samples === 0) return [];
    const { rate } = this.#model.config;
    const impossible = impossibleSensors(joinColumns(this.#kept), this.#sensors, rate, this.#drift?.baseline);
    if (impossible.length > 0) {
      return impossible.map(({ message, cause }) => {
        return `Impossible values: ${message}. The predictions mean little.${unlikeTrainingCause(cause)}`;
      });
    }
    if (this.#drift === null) return [];
    const { byClass } = this.#measurer.measurement();
    const compared = compare("baseline", this.#drift.byClass, byClass, this.#drift);
    if (compared === null) return [];
    const { p } = compared.pValue ?? { p: 1 };
    if (!compared.beyond && p > alpha) return [];
    const figure = compared.beyond ? "beyond anything seen without drift" : `p ${p < 0.001 ? "< .001" : p.toFixed(3)}`;
    return [
      `Unfamiliar: the recordings are unlike the people in the training data (${figure}), so the predictions may ` +
        "be wrong. To see why, run `tidemark check`.",
    ];
  }
}

/** Begins with a space; empty if no cause was found. */
export function unlikeTrainingCause(cause: ImpossibleSensor["cause"]): string {
  if (cause === null) return "";
  const fault = cause.fault.replace(/^is /, "are ").replace(/^has /, "have ");
  return ` Likely cause: ${cause.channels.join(", ")} ${fault}.`;
}
