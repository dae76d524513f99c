// Recordings: the rows that passed the checks, stored by column and divided into stretches. No window spans two stretches. The
// rows are in memory, or in a store that they can be read from in pieces. Dimensions: N rows, C channels.

/** Rows `start` (inclusive) to `end` (exclusive), all from one person and recording, with one label and no gap in time. */
export interface Stretch {
  readonly user: string;
  readonly recording: string;
  /** Label of the stretch; null if its rows have none. */
  readonly label: string | null;
  readonly start: number;
  readonly end: number;
}

export interface Recordings {
  /** Names of the C channels, in the order of `values`. */
  readonly channels: readonly string[];
  /** C columns of N finite numbers, in the file's units. */
  readonly values: readonly Float32Array[];
  /** N times in seconds, increasing within a recording. */
  readonly time: Float64Array;
  /** Stretches in row order, which together cover all N rows. */
  readonly stretches: readonly Stretch[];
  /** Files as given by the user, with globs expanded; for messages and the model's manifest. */
  readonly files: readonly string[];
  /** "sha256:..." hash of all other fields except `files`. Equal data has equal fingerprints in every file format. */
  readonly fingerprint: string;
}

/** Rows that can be read in pieces. */
export interface RowSource {
  /** C names. */
  readonly channels: readonly string[];
  /** Yields the stretches in row order; together they cover all rows. */
  stretches(): Iterable<Stretch>;
  /**
   * Yields the stretches in groups. Within a group, only the label changes; groups are separated by gaps or by a change of
   * recording.
   */
  spans?(): Iterable<readonly Stretch[]>;
  /**
   * Returns the times in seconds of rows `start` to `end` (exclusive) of one recording. As with `values`, the caller must not
   * modify the returned times.
   */
  time(start: number, end: number): Float64Array;
  values(channel: number, start: number, end: number): Float32Array;
}

export function rowsOfRecordings({
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

/** Returns the same rows with renamed channels. */
export function recordingsWithRenamedChannels(rows: RowSource, channels: readonly string[]): RowSource {
  return {
    channels,
    stretches: () => rows.stretches(),
    ...(rows.spans !== undefined && { spans: () => rows.spans!() }),
    time: (start, end) => rows.time(start, end),
    values: (channel, start, end) => rows.values(channel, start, end),
  };
}

/** Number of rows to read at once. */
const pieceRows = 65_536;

/** Divides rows `start` to `end` (exclusive) into pieces that fit into memory. */
export function* piecesOfRecordings(start: number, end: number): Generator<{ from: number; to: number }> {
  for (let from = start; from < end; from += pieceRows) yield { from, to: Math.min(end, from + pieceRows) };
}
