// What lists of streams and their histories consist of, as they are printed, served and published as schemas.
import type { StreamAction } from "../../storage/store/stream-store.ts";
import type { ShownBatch } from "./shown-batch.ts";
import type { ListedStream } from "./stream-list.ts";

/** The streams of a model. */
export interface StreamList {
  /** Version of the model. */
  model_version: string;
  /** Time of the list, ISO 8601, UTC. */
  at: string;
  /** Number of streams by what is the matter with them; a stream may be counted several times. */
  counts: { total: number; alarm: number; silent: number; rejected: number; retired: number };
  /** Number of streams that were asked for, of which `streams` may be only a part. */
  matching: number;
  /** What needs attention first: alarms (the newest first), silent streams, streams whose last batch was rejected. */
  streams: ListedStream[];
}

/** What a user did; `subject` is the id of the batch, or the previous name of a renamed stream. */
export type ShownAction = Omit<StreamAction, "stream">;

/** A stream with its history. */
export interface ShownStream extends ListedStream {
  /** Version of the model. */
  model_version: string;
  /** Time at which it was shown, ISO 8601, UTC. */
  at: string;
  /** The batches that were asked for, oldest first; `batches.total` is the number of all. */
  history: ShownBatch[];
  /** What users did to the stream and its batches, oldest first. */
  actions: ShownAction[];
}
