// Lists and histories of streams, in the form that is printed and served; their schemas are published.
import type { StreamAction } from "../../storage/stream-actions.ts";
import type { ShownBatch } from "./shown-batch.ts";
import type { ListedStream } from "./stream-list.ts";

/** The streams of a model. */
export interface StreamList {
  /** Version of the model. */
  model_version: string;
  /** When the list was made; ISO 8601, UTC. */
  at: string;
  /** Number of streams in total and by condition; a stream may count towards several conditions. */
  counts: {
    /** Number of all streams. */
    total: number;
    /** Streams in alarm. */
    alarm: number;
    /** Streams whose next batch is overdue. */
    silent: number;
    /** Streams whose last batch was rejected. */
    rejected: number;
    /** Streams that a user retired. */
    retired: number;
  };
  /** Number of streams that match the request, of which `streams` may contain only some. */
  matching: number;
  /**
   * The streams, by urgency: alarms (newest first), silent streams, streams whose last batch was rejected, all others, retired
   * streams.
   */
  streams: ListedStream[];
}

/**
 * A user's action on a stream; `subject` is a batch id or, if a stream was renamed, its previous name. It is null for other
 * actions, and for an erased stream.
 */
export type ShownAction = Omit<StreamAction, "stream">;

/** A stream with its history. */
export interface ShownStream extends ListedStream {
  /** Version of the model. */
  model_version: string;
  /** Time of this answer; ISO 8601, UTC. */
  at: string;
  /** The requested batches, oldest first; `batches.total` is the total number of batches. */
  history: ShownBatch[];
  /** Users' actions on the stream and its batches, oldest first. */
  actions: ShownAction[];
}
