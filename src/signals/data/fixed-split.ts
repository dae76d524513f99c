// A fixed split: a column that says which rows a model may learn from, and which are held out to test it, as the authors of a
// data set published it. The two sides are read as two sets of recordings, so nothing from the test set can reach
// training.

export type SplitSide = "train" | "test";

const prefix = "column:";

export interface FixedSplit {
  readonly column: string;
  /** The value of the test set; undefined if the column uses one of the usual words. */
  readonly test: string | undefined;
}

/** The split that `--split column:NAME` or `--split column:NAME=VALUE` describes; undefined for any other kind of split. */
export function fixedSplitOf(split: string | undefined): FixedSplit | undefined {
  if (split === undefined || !split.startsWith(prefix)) return undefined;
  const written = split.slice(prefix.length);
  const at = written.lastIndexOf("=");
  return at < 0 ? { column: written, test: undefined } : { column: written.slice(0, at), test: written.slice(at + 1) };
}

/** A split with the value that stands for the test set, as an option. */
export function fixedSplitText({ column, test }: FixedSplit): string {
  return test === undefined ? `${prefix}${column}` : `${prefix}${column}=${test}`;
}
