const collator = new Intl.Collator("en", { numeric: true });

/** Compares names for sorting, with numbers in them by value: "p2" is before "p10". */
export function naturalOrder(a: string, b: string): number {
  return collator.compare(a, b);
}
