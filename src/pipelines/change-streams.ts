// `tidemark streams rename|retire|erase`: a user's changes to a whole stream. The ledger records each change with its author,
// time and reason.
import { accountName } from "../account-name.ts";
import { UserError } from "../errors.ts";
import type {
  StreamsChangeConfig,
  StreamsChangeOptions,
  StreamsEraseOptions,
  StreamsRenameOptions,
} from "../options/resolve-config.ts";
import {
  resolveStreamsChangeConfig,
  resolveStreamsEraseConfig,
  resolveStreamsRenameConfig,
} from "../options/resolve-streams-config.ts";
import { eraseFromAlertOutbox } from "../report/alert-outbox.ts";
import { sha256Bytes } from "../storage/hash.ts";
import type { ActionNote } from "../storage/stream-actions.ts";
import { checkStreamName } from "../storage/stream-names.ts";
import type { StreamStore } from "../storage/stream-store.ts";
import { openModelHandleWithStore } from "./model-handle.ts";
import { hasStream, type StreamsRun } from "./streams.ts";

/** The model has no stream with this name. */
export class UnknownStream extends UserError {
  override readonly name: string = "UnknownStream";
}

/** A change to a stream, and its outcome. */
export interface ChangedStream {
  /** What was done. */
  action: "rename" | "retire" | "erase";
  /** Name of the stream before the change. */
  stream: string;
  /** Whether anything changed. */
  changed: boolean;
  /** New name of a renamed stream; null for other actions. */
  to: string | null;
  /** Number of batches that were erased; null for other actions. */
  batches: number | null;
  /** Hash of an erased stream's name, under which the ledger records the erasure; null for other actions. */
  recorded_as: string | null;
}

/**
 * Renames a stream. The stream keeps its history, references and state.
 *
 * @throws UserError if the stream does not exist, or the new name is already taken
 */
export async function renameStream(options: StreamsRenameOptions, run: StreamsRun = {}): Promise<ChangedStream> {
  const { to, ...config } = resolveStreamsRenameConfig(options);
  checkStreamName("stream", to);
  return changeStream(config, run, async (store, note) => {
    const done = await store.rename(config.stream, to, note);
    if (done === "unknown") throw noStreamToChange(config);
    if (done === "taken") {
      throw new UserError(`stream "${to}": ${config.model} already has a stream with this name`, {
        advice: "Choose another name. Two streams cannot be merged, because each was judged against its own history.",
      });
    }
    return { ...unchangedStream(config.stream, "rename"), changed: true, to };
  });
}

/**
 * Removes a stream from the list, but keeps its history. The stream's next batch adds it to the list again.
 *
 * @throws UserError if the stream does not exist
 */
export async function retireStream(options: StreamsChangeOptions, run: StreamsRun = {}): Promise<ChangedStream> {
  const config = resolveStreamsChangeConfig(options);
  return changeStream(config, run, (store, note) => retireStreamOf(store, config, note));
}

/** Retires a stream in a store that is already open. @param model name of the model in error messages */
export async function retireStreamOf(
  store: Pick<StreamStore, "retire" | "fleet">,
  { stream, model }: ChangedStreamName,
  note: ActionNote,
): Promise<ChangedStream> {
  const changed = await store.retire(stream, note);
  if (!changed && !(await hasStream(store, stream))) throw noStreamToChange({ stream, model });
  return { ...unchangedStream(stream, "retire"), changed };
}

/**
 * Deletes all of a stream's data: its batches, references, state, published reference, and alerts that `check` has sent or left
 * in the model's outbox. The ledger keeps only a record of the erasure, under a hash of the stream's name.
 *
 * @throws UserError if the stream does not exist; the remains of an interrupted erasure are removed nevertheless
 */
export async function eraseStream(options: StreamsEraseOptions, run: StreamsRun = {}): Promise<ChangedStream> {
  const config = resolveStreamsEraseConfig(options);
  return changeStream(config, run, async (store, note, directory) => {
    await eraseFromAlertOutbox(directory, config.stream);
    return eraseStreamOf(store, config, note);
  });
}

/** Erases a stream in a store that is already open. */
export async function eraseStreamOf(
  store: Pick<StreamStore, "erase">,
  { stream, model }: ChangedStreamName,
  note: ActionNote,
): Promise<ChangedStream> {
  const recordedAs = sha256Bytes(stream);
  const batches = await store.erase(stream, { ...note, recordedAs });
  if (batches === null) throw noStreamToChange({ stream, model });
  return { ...unchangedStream(stream, "erase"), changed: true, batches, recorded_as: recordedAs };
}

type ChangedStreamName = Pick<StreamsChangeConfig, "stream" | "model">;

async function changeStream(
  { model: folder, store, by, reason }: Pick<StreamsChangeConfig, "model" | "store" | "by" | "reason">,
  { now = () => new Date() }: StreamsRun,
  change: (store: StreamStore, note: ActionNote, directory: string) => Promise<ChangedStream>,
): Promise<ChangedStream> {
  const model = await openModelHandleWithStore({ model: folder, store });
  try {
    const note = { at: now().toISOString(), who: by ?? accountName(), reason: reason ?? null };
    return await change(model.store, note, model.watched.folder.directory);
  } finally {
    await model.close();
  }
}

function unchangedStream(stream: string, action: ChangedStream["action"]): ChangedStream {
  return { action, stream, changed: false, to: null, batches: null, recorded_as: null };
}

function noStreamToChange({ stream, model }: ChangedStreamName): UserError {
  return new UnknownStream(`stream "${stream}": ${model} has no batch of this stream`, {
    advice: "Check the name; `tidemark streams list` lists the model's streams.",
  });
}
