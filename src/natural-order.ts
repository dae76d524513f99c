const collator = new Intl.Collator("en", { numeric: true });

/** Compares names for sorting, comparing numbers in them by value: "p2" comes before "p10". */
export function naturalOrder(a: string, b: string): number {
  return collator.compare(a, b);
}
