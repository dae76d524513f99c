/** How far a limit lies above the largest change in the training data, if that change exceeds the usual limit; arbitrary. */
const margin = 1.25;

/**
 * Returns the size above which a change of the sensors is found, as a multiple of the usual limit.
 * @param largest the largest change that the training data seems to show, as the same multiple (default: unknown)
 */
export function limitForChanges(largest = 0): number {
  return largest > 1 ? margin * largest : 1;
}
