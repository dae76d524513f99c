// A fixed split, as published by a data set's authors: a column that assigns each row either to training or to the test set.
// The two sides are read as two sets of recordings, so nothing from the test set can leak into training.

export type SplitSide = "train" | "test";

const prefix = "column:";

export interface FixedSplit {
  readonly column: string;
  /** The column value that marks the test set; undefined if it is a usual word such as test. */
  readonly test: string | undefined;
}

/** Parses the split given by `--split column:NAME` or `--split column:NAME=VALUE`; undefined for any other kind of split. */
export function fixedSplitOf(split: string | undefined): FixedSplit | undefined {
  if (split === undefined || !split.startsWith(prefix)) return undefined;
  const written = split.slice(prefix.length);
  const at = written.lastIndexOf("=");
  return at < 0 ? { column: written, test: undefined } : { column: written.slice(0, at), test: written.slice(at + 1) };
}

/** Formats a split, including its test-set value, as an option. */
export function fixedSplitText({ column, test }: FixedSplit): string {
  return test === undefined ? `${prefix}${column}` : `${prefix}${column}=${test}`;
}
