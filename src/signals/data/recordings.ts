// Recordings: the rows that passed the checks, column by column, cut into stretches that a window may not cross. In memory,
// or wherever they can be read in pieces. Dimensions: N rows, C channels.

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

/** Rows that are read in pieces. */
export interface RowSource {
  /** C names. */
  readonly channels: readonly string[];
  /** In row order, together covering all rows. */
  stretches(): Iterable<Stretch>;
  /** Seconds of rows `start` to `end` (excluded), all of one recording. Not to be changed, as `values`. */
  time(start: number, end: number): Float64Array;
  values(channel: number, start: number, end: number): Float32Array;
}

export function rowsInMemory({
  channels,
  stretches,
  time,
  values,
}: Omit<Recordings, "files" | "fingerprint">): RowSource {
  return {
    channels,
    stretches: () => stretches,
    time: (start, end) => time.subarray(start, end),
    values: (channel, start, end) => values[channel]!.subarray(start, end),
  };
}

/** The same rows, with other names of channels. */
export function withChannels(rows: RowSource, channels: readonly string[]): RowSource {
  return {
    channels,
    stretches: () => rows.stretches(),
    time: (start, end) => rows.time(start, end),
    values: (channel, start, end) => rows.values(channel, start, end),
  };
}

/** Rows that are read at once. */
const pieceRows = 65_536;

/** Rows `start` to `end` (excluded) in pieces that fit into memory. */
export function* pieces(start: number, end: number): Generator<{ from: number; to: number }> {
  for (let from = start; from < end; from += pieceRows) yield { from, to: Math.min(end, from + pieceRows) };
}
