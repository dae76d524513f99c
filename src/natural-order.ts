const collator = new Intl.Collator("en", { numeric: true });

/** Compares names for sorting, comparing numbers in them by value: "p2" comes before "p10". */
export function naturalOrder(a: string, b: string): number {
  return collator.compare(a, b);
}

/** Returns entries by name: "p2" before "p10". An object lists its own entries in another order. */
export function entriesInNaturalOrder<T>(entries: Iterable<[name: string, T]>): [name: string, T][] {
  return [...entries].sort(([a], [b]) => naturalOrder(a, b));
}
