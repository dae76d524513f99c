// Maps over items in one or several threads, for the long-running parts of a calibration. Threads that share the work make the
// same calls in the same order, with the same items, and each receives all results. A result may therefore depend only on its
// item.

/**
 * Maps items like `Array.map`.
 * @param onResult receives the number of results so far, over all threads
 */
export type MapItems = <Item, Result>(
  items: readonly Item[],
  each: (item: Item, index: number) => Result,
  onResult?: (results: number) => void,
) => Result[];

/** Computes everything in this thread. */
export const mapItems: MapItems = (items, each, onResult) =>
  items.map((item, i) => {
    const result = each(item, i);
    onResult?.(i + 1);
    return result;
  });
