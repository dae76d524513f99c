// Counts what `push` did per stream, and derives its exit code.

import { exitCodes, verdictExitCodes } from "../errors.ts";
import type { CheckResult } from "../monitoring/streams/check-result.ts";
import type { UnreadFile } from "./gather-batches.ts";

/** What happened to the batches of one stream. */
export interface PushedStream {
  /** Name of the stream. */
  stream: string;
  /** Number of batches that the service accepted. */
  accepted: number;
  /** Number of accepted batches that the service had already judged. */
  known: number;
  /** Number of accepted batches per verdict. */
  verdicts: Record<CheckResult["verdict"], number>;
  /** The last batch that was accepted; null if there is none. */
  last: {
    /** Id of the batch within its stream. */
    batch_id: string;
    /** The service's verdict on the batch. */
    verdict: CheckResult["verdict"];
  } | null;
  /** Number of batches that the service permanently refused. */
  refused: number;
  /** Number of batches that remain in the spool. */
  spooled: number;
  /** Why batches remain in the spool; null if none remain, or if the command was stopped first. */
  waits_because: string | null;
}

/** A batch that the service permanently refused. */
export interface RefusedBatch {
  /** Name of its stream. */
  stream: string;
  /** Its id. */
  batch_id: string;
  /** The file that contained the batch. */
  file: string;
  /** Why the service refused it. */
  reason: string;
  /** Path at which the refused batch is kept. */
  kept: string;
}

/** What `push` did. */
export interface PushResult {
  /** The service's address. */
  to: string;
  /** Name of the model. */
  model: string;
  /** Folder in which batches wait until the service accepts them. */
  spool: string;
  /**
   * The highest exit code of all batches: that of the verdict, 2 if a batch was refused or a file could not be read, 3 if
   * batches remain in the spool.
   */
  exit_code: number;
  /** Number of batches that the service accepted. */
  accepted: number;
  /** Number of batches that the service permanently refused. */
  refused: number;
  /** Number of batches that remain in the spool. */
  spooled: number;
  /** Number of files that were skipped because they had already been sent. */
  skipped: number;
  /** The streams, sorted by name. */
  streams: PushedStream[];
  /** Batches that the service permanently refused. */
  refused_batches: RefusedBatch[];
  /** Files that could not be read. */
  unread_files: UnreadFile[];
}

/** Counts what happens to batches. */
export class PushCounts {
  readonly #streams = new Map<string, PushedStream>();
  readonly #refused: RefusedBatch[] = [];

  accepted(
    { stream, batch_id }: { stream: string; batch_id: string },
    { verdict, known }: { verdict: CheckResult["verdict"]; known: boolean },
  ): void {
    const own = this.#of(stream);
    own.accepted++;
    if (known) own.known++;
    own.verdicts[verdict]++;
    own.last = { batch_id, verdict };
  }

  refused(batch: RefusedBatch): void {
    this.#of(batch.stream).refused++;
    this.#refused.push(batch);
  }

  waits(stream: string, because: string | null): void {
    const own = this.#of(stream);
    own.spooled++;
    own.waits_because = because;
  }

  result(about: Pick<PushResult, "to" | "model" | "spool" | "skipped" | "unread_files">): PushResult {
    const streams = [...this.#streams.values()].sort((a, b) => (a.stream < b.stream ? -1 : 1));
    const sum = (of: "accepted" | "refused" | "spooled"): number => streams.reduce((all, own) => all + own[of], 0);
    const verdicts = Object.keys(verdictExitCodes) as CheckResult["verdict"][];
    const codes: number[] = verdicts.map((verdict) =>
      streams.some((own) => own.verdicts[verdict] > 0) ? verdictExitCodes[verdict] : 0,
    );
    const { to, model, spool, skipped, unread_files } = about;
    if (this.#refused.length > 0 || unread_files.length > 0) codes.push(exitCodes.usage);
    if (sum("spooled") > 0) codes.push(exitCodes.unsent);
    return {
      to,
      model,
      spool,
      exit_code: Math.max(...codes),
      accepted: sum("accepted"),
      refused: sum("refused"),
      spooled: sum("spooled"),
      skipped,
      streams,
      refused_batches: this.#refused,
      unread_files,
    };
  }

  #of(stream: string): PushedStream {
    let own = this.#streams.get(stream);
    if (own === undefined) {
      const verdicts = { normal: 0, gradual_drift: 0, sudden_change: 0, rejected: 0 };
      own = { stream, accepted: 0, known: 0, verdicts, last: null, refused: 0, spooled: 0, waits_because: null };
      this.#streams.set(stream, own);
    }
    return own;
  }
}
