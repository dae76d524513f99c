// A model that is opened once and used many times. The model's files are read when the handle is made. Its session and streams
// are opened by the first call that needs them, and stay open until the handle is closed.

import { type RawWindows, type WindowNames, WindowPredictor } from "../learning/training/window-predictor.ts";
import type { CheckResult } from "../monitoring/streams/check-result.ts";
import { openModelLedger, openModelLedgerStore } from "../monitoring/streams/model-ledger.ts";
import { MonitorStream } from "../monitoring/streams/monitor-stream.ts";
import { type StreamState, streamSchemas } from "../monitoring/streams/stream-state.ts";
import { openWatchedModel, type WatchedModel } from "../monitoring/streams/watched-model.ts";
import { resolveCheckConfig } from "../options/resolve-config.ts";
import { resolveOptions } from "../options/resolve-options.ts";
import { jobs } from "../options/shared-options.ts";
import { modelFiles } from "../storage/model-folder.ts";
import { defaultProject, type OpenedStore } from "../storage/opened-store.ts";
import { serverAddress } from "../storage/server-address.ts";
import type { StreamStore } from "../storage/stream-store.ts";
import {
  type BatchOptions,
  type CheckAnswer,
  type CheckRun,
  checkBatch,
  checkSummarizedBatch,
  type SummaryOptions,
} from "./check-batch.ts";

/** Objects that a handle uses in addition to the files in the folder. */
export interface Openers {
  readonly network: (model: WatchedModel) => WindowPredictor;
  readonly store: (model: WatchedModel) => StreamStore;
  /** An open store to use instead of the one that `store` would open; it is closed together with the handle. */
  readonly streams?: StreamStore;
}

const realOpeners: Openers = {
  network: predictorOfModelHandle,
  store: ({ monitored }) => openModelLedger(monitored),
};

export function predictorOfModelHandle({ folder, network }: Pick<WatchedModel, "folder" | "network">): WindowPredictor {
  const { length: classCount } = folder.manifest.data.classes;
  return new WindowPredictor({ path: folder.path(modelFiles.network), bytes: network, classCount });
}

/** A store outside the model folder, so the model folder may be read-only. */
export interface StreamsElsewhere {
  readonly store: OpenedStore;
  /** The project that owns the streams (default: `defaultProject`). */
  readonly project?: string;
}

/**
 * @param elsewhere a store outside the model folder (default: the ledger in the model folder)
 * @throws UserError if the folder was changed, or its files cannot be used; the message lists all faults
 */
export async function openModelHandle(model: string, elsewhere?: StreamsElsewhere): Promise<ModelHandle> {
  const watched = await openWatchedModel(model);
  if (elsewhere === undefined) return new ModelHandle(watched);
  const { store, project = defaultProject } = elsewhere;
  const streams = await store.streamsOf({ project, model: watched.monitored.modelVersion });
  return new ModelHandle(watched, { streams });
}

/**
 * Opens a model together with the store given by an option.
 * @throws UserError under the same conditions as `openModelHandle`, or if the store cannot be used
 */
export async function openModelHandleWithStore({
  model,
  store: address,
}: {
  readonly model: string;
  readonly store?: string | undefined;
}): Promise<ModelHandle> {
  if (address === undefined) return openModelHandle(model);
  const store = await openModelLedgerStore(address);
  try {
    const handle = await openModelHandle(model, { store });
    handle.closesAfterwards(store);
    return handle;
  } catch (error) {
    await store.close();
    throw error;
  }
}

export class ModelHandle {
  /** The content of the model folder. */
  readonly watched: WatchedModel;
  readonly predictor: WindowPredictor;
  readonly #openers: Openers;
  #store: StreamStore | undefined;
  readonly #closedAfterwards: Pick<OpenedStore, "close">[] = [];
  #isClosed = false;

  constructor(watched: WatchedModel, openers: Partial<Openers> = {}) {
    this.watched = watched;
    this.#openers = { ...realOpeners, ...openers };
    this.#store = openers.streams;
    this.predictor = this.#openers.network(watched);
  }

  /** The store of the model's streams. @throws UserError if the ledger cannot be used */
  get store(): StreamStore {
    this.#refuseClosed();
    this.#store ??= this.#openers.store(this.watched);
    return this.#store;
  }

  /** Judges one batch as the function `check` does. */
  async check(batch: BatchOptions, run: CheckRun = {}): Promise<CheckAnswer> {
    this.#refuseClosed();
    const config = resolveCheckConfig({ ...batch, model: this.watched.folder.directory });
    return checkBatch(this, config, serverAddress(config.tracking), run);
  }

  /**
   * Judges a batch that a device has summarised, as `check` judges a batch that it summarises itself. Likely causes cannot be
   * found without raw values, so the result lists them as left out.
   * @param summary bytes or parsed JSON, as a device sends it
   * @param options at least `batchId`
   * @throws UserError if the summary was not made with this model, or under the same conditions as `check`
   */
  async checkSummary(summary: unknown, options: SummaryOptions, run: CheckRun = {}): Promise<CheckAnswer> {
    this.#refuseClosed();
    const given = { ...options, files: ["-"], model: this.watched.folder.directory };
    const config = { ...resolveCheckConfig(given), batchId: options.batchId };
    return checkSummarizedBatch(this, summary, config, serverAddress(config.tracking), run);
  }

  /**
   * @param windows windows in physical units, with the model's channels in the model's order
   * @param options.jobs maximum number of worker threads (default: one per core)
   * @returns probabilities [W, K]
   * @throws UserError under the same conditions as `WindowPredictor.predict`
   */
  async predict(
    windows: RawWindows & Partial<WindowNames>,
    options: { readonly jobs?: number } = {},
  ): Promise<Float32Array> {
    this.#refuseClosed();
    const { jobs: threads } = resolveOptions({ jobs }, options);
    return this.predictor.predict(windows, { threads });
  }

  /** A stream's state, which is also the interface for a user's decisions about the stream. */
  stream(name: string): MonitorStream<CheckResult, StreamState> {
    return new MonitorStream(this.store, this.watched.monitored, { stream: name, schemas: streamSchemas });
  }

  /** Also closes `other` when this handle is closed. */
  closesAfterwards(other: Pick<OpenedStore, "close">): void {
    this.#closedAfterwards.push(other);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    const store = this.#store;
    this.#store = undefined;
    await store?.close();
    await this.predictor.close();
    for (const other of this.#closedAfterwards) await other.close();
  }

  #refuseClosed(): void {
    if (this.#isClosed) throw new Error(`${this.watched.folder.directory}: the model has been closed`);
  }
}
