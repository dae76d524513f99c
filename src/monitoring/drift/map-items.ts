// Maps items in one thread or several, for the long parts of a calibration. Threads that share the work make the same calls in
// the same order, with the same items, and each thread receives all results. A result may therefore depend only on its item.

/**
 * Maps items like `Array.map`.
 * @param onResult receives the number of results so far, of all threads together
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
