// `tidemark streams`: lists a model's streams, and shows the history of one stream. Functions whose names end in `Of` use an
// open store; the others open the given store, or else the ledger in the model folder.

import { UserError } from "../errors.ts";
import { type LedgerOwner, openModelLedgerStore, openReadableModelLedger } from "../monitoring/streams/model-ledger.ts";
import { type ShownBatch, shownBatch } from "../monitoring/streams/shown-batch.ts";
import type { ShownStream, StreamList } from "../monitoring/streams/stream-answers.ts";
import { listedBatches, listedStream } from "../monitoring/streams/stream-list.ts";
import { nearestName } from "../nearest-name.ts";
import type { StreamsListConfig, StreamsListOptions, StreamsShowOptions } from "../options/resolve-config.ts";
import { resolveStreamsListConfig, resolveStreamsShowConfig } from "../options/resolve-streams-config.ts";
import { writeReportPage } from "../report/write-report-page.ts";
import { readManifest } from "../storage/manifest.ts";
import { defaultProject } from "../storage/opened-store.ts";
import { resolveModel } from "../storage/resolve-model.ts";
import type { StreamStore } from "../storage/stream-store.ts";
import { checkOutFile } from "./out-file.ts";
import { type StreamSelection, selectStreams } from "./select-streams.ts";
import { writeStreamsHistory, writeStreamsList } from "./write-streams.ts";

export type { ShownBatch, ShownComparison } from "../monitoring/streams/shown-batch.ts";
export type { ShownAction, ShownStream, StreamList } from "../monitoring/streams/stream-answers.ts";
export type { ListedBatch, ListedStream, StreamSilence } from "../monitoring/streams/stream-list.ts";
export type { StreamAction, UserAction } from "../storage/stream-actions.ts";
export type { StreamSelection } from "./select-streams.ts";

/** Selects which batches of a stream to show. */
export interface HistorySelection {
  /** Maximum number of batches, counted from the newest (default: all). */
  readonly last?: number;
  /** Number of newest batches to leave out (default: 0). */
  readonly skip?: number;
}

/** What these functions need in addition to their options. */
export interface StreamsRun {
  /** The clock. Default: the system clock. */
  readonly now?: () => Date;
}

type ReadableStore = Pick<StreamStore, "fleet" | "page" | "actions">;

/**
 * Lists the streams of a model. If `out` is given, also writes the listed streams to a table.
 *
 * @throws UserError if an option is wrong, or the model folder or its ledger cannot be used
 */
export async function listStreams(options: StreamsListOptions, run: StreamsRun = {}): Promise<StreamList> {
  const config = resolveStreamsListConfig(options);
  if (config.out !== undefined) await checkOutFile(config.out, config);
  return withStreamsOfModel(config, async (store, { modelVersion }) => {
    const list = await listStreamsOf(store, modelVersion, config, run);
    if (config.out !== undefined) await writeStreamsList(config.out, list, config);
    return list;
  });
}

/** Lists the streams in an open store. @param modelVersion version of the model to which the store belongs */
export async function listStreamsOf(
  store: ReadableStore,
  modelVersion: string,
  selection: StreamSelection = {},
  { now = () => new Date() }: StreamsRun = {},
): Promise<StreamList> {
  const at = now();
  const all = (await store.fleet({ latest: listedBatches })).map((overview) => listedStream(overview, at));
  return { model_version: modelVersion, at: at.toISOString(), ...selectStreams(all, selection) };
}

/**
 * Shows a stream and its batches. If `out` is given, also writes the batches to a page or a table.
 *
 * @throws UserError if an option is wrong, there is no such stream, or the model folder or its ledger cannot be used
 */
export async function showStream(options: StreamsShowOptions, run: StreamsRun = {}): Promise<ShownStream> {
  const config = resolveStreamsShowConfig(options);
  if (config.out !== undefined) await checkOutFile(config.out, config);
  return withStreamsOfModel(config, async (store, { modelVersion }) => {
    const last = config.last === undefined ? {} : { last: config.last };
    const shown = await showStreamOf(store, modelVersion, config.stream, last, run);
    if (config.out !== undefined) await saveShownStream(config.out, shown, config);
    return shown;
  });
}

/** Writes a page if the name ends in .html, and a table otherwise. */
async function saveShownStream(out: string, shown: ShownStream, config: { spreadsheetSafe: boolean }): Promise<void> {
  if (!/\.html?$/i.test(out)) return writeStreamsHistory(out, shown, config);
  const { streamHtml } = await import("../report/stream-html.ts");
  await writeReportPage(out, streamHtml(shown));
}

/** Number of batches that are read at once. */
const batchesAtOnce = 500;

/** Shows a stream in an open store. @throws UserError if the stream does not exist */
export async function showStreamOf(
  store: ReadableStore,
  modelVersion: string,
  stream: string,
  { last = Number.POSITIVE_INFINITY, skip = 0 }: HistorySelection = {},
  { now = () => new Date() }: StreamsRun = {},
): Promise<ShownStream> {
  const at = now();
  const [overview] = await store.fleet({ latest: listedBatches, streams: [stream] });
  if (overview === undefined) throw await unknownStream(store, stream);
  const listed = listedStream(overview, at);
  const history: ShownBatch[] = [];
  const to = Math.max(0, listed.batches.total - skip);
  for (let number = Math.max(0, to - last); number < to; ) {
    const limit = Math.min(batchesAtOnce, to - number);
    const { batches } = await store.page(stream, { skip: number, limit });
    if (batches.length === 0) break;
    for (const batch of batches) history.push(shownBatch(batch, ++number));
  }
  const actions = (await store.actions(stream)).map(({ stream: _, ...action }) => action);
  return { model_version: modelVersion, at: at.toISOString(), ...listed, history, actions };
}

export async function hasStream(store: Pick<ReadableStore, "fleet">, stream: string): Promise<boolean> {
  return (await store.fleet({ latest: 0, streams: [stream] })).length > 0;
}

async function withStreamsOfModel<T>(
  { model, store: address }: Pick<StreamsListConfig, "model" | "store">,
  use: (store: ReadableStore, owner: LedgerOwner) => Promise<T>,
): Promise<T> {
  const directory = await resolveModel(model);
  const { model_version: modelVersion } = await readManifest(directory);
  const owner = { directory, modelVersion };
  const opened = address === undefined ? undefined : await openModelLedgerStore(address);
  try {
    const key = { project: defaultProject, model: modelVersion };
    const store = opened === undefined ? openReadableModelLedger(owner) : await opened.streamsOf(key);
    try {
      return await use(store, owner);
    } finally {
      await store.close();
    }
  } finally {
    await opened?.close();
  }
}

async function unknownStream(store: ReadableStore, stream: string): Promise<UserError> {
  const known = (await store.fleet({ latest: 0 })).map((own) => own.stream);
  const nearest = nearestName(stream, known);
  const advice =
    known.length === 0
      ? "No batch of any stream has been checked yet."
      : nearest === undefined
        ? "`tidemark streams list` lists the model's streams."
        : `Did you mean "${nearest}"? List the model's streams with \`tidemark streams list\`.`;
  return new UserError(`stream "${stream}": the ledger has no batch of this stream`, { advice });
}
