import type { RowSource } from "./recordings.ts";
import type { Sampling } from "./sampling.ts";

/** Rows, and the recordings that they belong to. */
export interface SampledRows extends RowSource {
  readonly recordings: readonly {
    readonly user: string;
    readonly recording: string;
    readonly start: number;
    readonly end: number;
    /** Rows that follow dropped unlabelled rows, in order (default: none). */
    readonly afterUnlabelled?: readonly number[];
    /** Runs of rows with one label, each given by its first row (default: none). */
    readonly labels?: readonly { readonly from: number }[];
  }[];
  /** One entry per recording. */
  readonly sampling: readonly Sampling[];
}
