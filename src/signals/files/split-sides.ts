// Names of the two sides of a fixed split, as in a split column, and in the names of files and folders.

/**
 * Words for the two sides; case is ignored. Validation rows count as training, because each fold chooses its own validation
 * people.
 */
export const wordsOfSplitSide: Readonly<Record<"train" | "test", readonly string[]>> = {
  train: ["train", "training", "trn", "learn", "val", "valid", "validation", "dev"],
  test: ["test", "testing", "tst", "heldout", "held-out", "held_out", "holdout", "eval", "evaluation"],
};

/** Returns the only word for a side among the words; undefined if there is none, or if there are several. */
export function splitSideInWords(words: readonly string[]): string | undefined {
  const sides = [...wordsOfSplitSide.train, ...wordsOfSplitSide.test];
  const found = [...new Set(words.map((word) => word.toLowerCase()).filter((word) => sides.includes(word)))];
  return found.length === 1 ? found[0] : undefined;
}
