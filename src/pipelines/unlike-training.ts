// Warns of recordings that `check` would call impossible or unfamiliar, for commands that keep no memory of a stream: their
// predictions may mean little.

import { compare } from "../monitoring/drift/comparison.ts";
import {
  type DriftBaseline,
  driftBaselineFaults,
  driftBaselineSchema,
  modelOfDriftBaseline,
} from "../monitoring/drift/drift-baseline.ts";
import { impossibleSensors } from "../monitoring/drift/impossible-sensors.ts";
import { sensorsOfModel } from "../monitoring/drift/model-sensors.ts";
import type { OpenedModel } from "../monitoring/streams/watched-model.ts";
import { baselineReferenceGrids } from "../monitoring/summaries/baseline-reference.ts";
import { BatchMeasurer } from "../monitoring/summaries/measure-batch.ts";
import { sensorsWithSignals } from "../monitoring/summaries/sensor-signals.ts";
import { Summarizer } from "../monitoring/summaries/summarize.ts";
import type { WindowChunk } from "../signals/preprocessing/window-chunks.ts";

/** `check`'s default. */
const alpha = 0.05;
/** Samples of each chunk that physics looks at. */
const samplesOfChunk = 2 ** 16;

/** Takes windows and their predictions piece by piece. */
export class UnlikeTraining {
  readonly #model: OpenedModel;
  readonly #drift: DriftBaseline | null;
  readonly #measurer: BatchMeasurer;

  constructor(model: OpenedModel) {
    this.#model = model;
    this.#drift = driftOfOpenedModel(model);
    const { data } = model.folder.manifest;
    const edges = this.#drift === null ? {} : this.#drift.edges;
    const known = this.#drift === null ? {} : modelOfDriftBaseline(this.#drift, data.channels).baseline;
    this.#measurer = new BatchMeasurer({
      overlap: model.config.overlap,
      nClasses: data.classes.length,
      sensors: sensorsWithSignals(sensorsOfModel(data), edges),
      summarizer: new Summarizer(baselineReferenceGrids(known)),
    });
  }

  /** @param probabilities [W, K] of the chunk's windows */
  add({ windows, runs }: WindowChunk, probabilities: Float32Array): void {
    if (windows.starts.length === 0) return;
    const { channels } = this.#model.folder.manifest.data;
    this.#measurer.add({ windows: { ...windows, channels }, runs }, probabilities, samplesOfChunk);
  }

  /** What `check` would say of all windows together. */
  warnings(): string[] {
    if (this.#measurer.samples === 0) return [];
    const { data } = this.#model.folder.manifest;
    const sensors = sensorsOfModel(data);
    const known = this.#drift === null ? {} : modelOfDriftBaseline(this.#drift, data.channels).baseline;
    const impossible = impossibleSensors(this.#measurer.columns(), sensors, this.#model.config.rate, known);
    if (impossible.length > 0) {
      return impossible.map(({ message, cause }) => {
        const likely = cause === null ? "" : ` Likely cause: ${cause.channels.join(", ")} ${pluralFault(cause.fault)}.`;
        return `Impossible values: ${message}. The predictions mean little.${likely}`;
      });
    }
    if (this.#drift === null) return [];
    const model = modelOfDriftBaseline(this.#drift, data.channels, sensors);
    const { byClass } = this.#measurer.measurement();
    const compared = compare("baseline", model.byClass, byClass, model);
    if (compared === null) return [];
    const { p } = compared.pValue ?? { p: 1 };
    if (!compared.beyond && p > alpha) return [];
    const figure = compared.beyond ? "beyond anything seen without drift" : `p ${p < 0.001 ? "< .001" : p.toFixed(3)}`;
    return [
      `Unfamiliar: the recordings are unlike the people that the model learned from (${figure}), so its predictions may be ` +
        "wrong. To see why, run `tidemark check`.",
    ];
  }
}

/** Null if an earlier version wrote the model, or if its baseline does not fit it. */
function driftOfOpenedModel({ folder, baseline }: OpenedModel): DriftBaseline | null {
  const { data } = folder.manifest;
  const parsed = driftBaselineSchema.safeParse((baseline as { drift?: unknown }).drift);
  if (!parsed.success) return null;
  const faults = driftBaselineFaults(parsed.data, data.channels, sensorsOfModel(data));
  return faults.length > 0 || parsed.data.classes.length !== data.classes.length ? null : parsed.data;
}

function pluralFault(fault: string): string {
  return fault.replace(/^is /, "are ").replace(/^has /, "have ");
}
