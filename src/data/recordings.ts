// Recordings in memory: the rows that passed the checks, column by column, cut into stretches that a window may not
// cross. Dimensions: N rows, C channels.

/** Rows `start` (included) to `end` (excluded): one person, recording and label, and no time gap between them. */
export interface Stretch {
  readonly user: string;
  readonly recording: string;
  /** `null` where the recordings carry no labels. */
  readonly label: string | null;
  readonly start: number;
  readonly end: number;
}

export interface Recordings {
  /** C names, in the order of `values`. */
  readonly channels: readonly string[];
  /** C columns of N finite numbers, in the units of the file. */
  readonly values: readonly Float32Array[];
  /** N times in seconds, increasing within a recording. */
  readonly time: Float64Array;
  /** In row order, together covering all N rows. */
  readonly stretches: readonly Stretch[];
  /** As the user named them (globs expanded), for messages and for the model's manifest. */
  readonly files: readonly string[];
  /** "sha256:..." of everything above but `files`: equal data has an equal fingerprint whatever its file format. */
  readonly fingerprint: string;
}
