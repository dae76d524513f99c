// What `push` did, stream by stream, and its exit code.

import { exitCodes, verdictExitCodes } from "../errors.ts";
import type { CheckResult } from "../monitoring/streams/check-result.ts";
import type { UnreadFile } from "./gather-batches.ts";

/** What happened to the batches of one stream. */
export interface PushedStream {
  stream: string;
  /** Number of batches that the service accepted. */
  accepted: number;
  /** How many of these it had judged before. */
  known: number;
  /** Number of accepted batches by verdict. */
  verdicts: Record<CheckResult["verdict"], number>;
  /** The last batch that was accepted; null if there is none. */
  last: { batch_id: string; verdict: CheckResult["verdict"] } | null;
  /** Number of batches that the service will never accept. */
  refused: number;
  /** Number of batches that wait in the spool. */
  spooled: number;
  /** Why they wait; null if none waits, or the command was stopped before. */
  waits_because: string | null;
}

/** A batch that the service will never accept. */
export interface RefusedBatch {
  stream: string;
  batch_id: string;
  /** The file that it comes from. */
  file: string;
  reason: string;
  /** Where its content is kept. */
  kept: string;
}

/** What `push` did. */
export interface PushResult {
  /** Address of the service. */
  to: string;
  model: string;
  /** Folder in which batches wait. */
  spool: string;
  /** The highest exit code: that of a verdict, 2 if something was refused or could not be read, 3 if batches wait. */
  exit_code: number;
  accepted: number;
  refused: number;
  spooled: number;
  /** Number of files that had been sent before. */
  skipped: number;
  /** In the order of their names. */
  streams: PushedStream[];
  refused_batches: RefusedBatch[];
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
