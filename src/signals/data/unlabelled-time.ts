// Measures the time without a label, by the length of its stretches: many short stretches are pauses between activities, and a
// few long ones are recordings that no one labelled.

import { pauseSeconds } from "./gate-limits.ts";

/** A stretch without a label, from its first row to its last, in seconds on the recording's clock. */
export interface UnlabelledRun {
  readonly user: string;
  readonly recording: string;
  readonly from: number;
  to: number;
}

/** Statistics on the stretches without a label, each from its first row to its last. */
export interface UnlabelledReport {
  /** Number of stretches. */
  stretches: number;
  /** Their total length. */
  seconds: number;
  /** The longest stretch. */
  longest: {
    /** Name of the person. */
    user: string;
    /** Name of the recording. */
    recording: string;
    /** Start in seconds, on the recording's clock. */
    start_s: number;
    /** Length. */
    seconds: number;
  };
  /** Stretches by length, shortest first; each stretch is counted in one entry. */
  by_length: {
    /** Upper limit of the lengths in this entry; null for the last entry, which has none. */
    below_seconds: number | null;
    /** Number of stretches. */
    stretches: number;
    /** Their total length. */
    seconds: number;
  }[];
}

const bounds = [1, 10, 60, 600, null];

export class UnlabelledTime {
  readonly #tally = bounds.map((below) => ({ below_seconds: below, stretches: 0, seconds: 0 }));
  #longest: UnlabelledRun | undefined;

  /**
   * Returns the stretch that an unlabelled row belongs to.
   * @param open the stretch of the previous row, if that row has no label either
   */
  extended(open: UnlabelledRun | undefined, row: { user: string; recording: string; time: number }): UnlabelledRun {
    const { user, recording, time } = row;
    if (open !== undefined && time - open.to <= pauseSeconds) {
      open.to = Math.max(open.to, time);
      return open;
    }
    if (open !== undefined) this.close(open);
    return { user, recording, from: time, to: time };
  }

  close(run: UnlabelledRun): void {
    const seconds = run.to - run.from;
    const own = this.#tally.find(({ below_seconds: below }) => below === null || seconds < below)!;
    own.stretches++;
    own.seconds += seconds;
    if (this.#longest === undefined || seconds > this.#longest.to - this.#longest.from) this.#longest = { ...run };
  }

  /** Returns undefined if every row has a label. */
  report(): UnlabelledReport | undefined {
    if (this.#longest === undefined) return undefined;
    const { user, recording, from, to } = this.#longest;
    const rounded = (seconds: number): number => Number(seconds.toFixed(3));
    return {
      stretches: this.#tally.reduce((sum, { stretches }) => sum + stretches, 0),
      seconds: rounded(this.#tally.reduce((sum, { seconds }) => sum + seconds, 0)),
      longest: { user, recording, start_s: rounded(from), seconds: rounded(to - from) },
      by_length: this.#tally
        .filter(({ stretches }) => stretches > 0)
        .map(({ seconds, ...own }) => ({ ...own, seconds: rounded(seconds) })),
    };
  }
}
