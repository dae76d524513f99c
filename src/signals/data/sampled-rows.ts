import type { RowSource } from "./recordings.ts";
import type { Sampling } from "./sampling.ts";

/** Rows with the recordings that they belong to. */
export interface SampledRows extends RowSource {
  readonly recordings: readonly {
    readonly user: string;
    readonly recording: string;
    readonly start: number;
    readonly end: number;
    /** Rows before which rows without a label were dropped, in order (default: none). */
    readonly afterUnlabelled?: readonly number[];
  }[];
  /** One entry per recording. */
  readonly sampling: readonly Sampling[];
}
