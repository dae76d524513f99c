/** Ratio of a raised limit to the largest change in the training data; arbitrary. */
const margin = 1.25;

/**
 * Returns the size above which a change of the sensors is found, as a multiple of the usual limit.
 * @param largest the largest change that the training data seems to show, as a multiple of the usual limit (default: 0)
 */
export function limitForChanges(largest = 0): number {
  return largest > 1 ? margin * largest : 1;
}
