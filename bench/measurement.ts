// The result of a benchmark: named figures, each with its limit, if there is one.

export interface Measurement {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** The limit that the project promises. */
  readonly limit?: { readonly kind: "at most" | "at least"; readonly value: number };
  /** How it was measured, or what the figure includes. */
  readonly note?: string;
}

/** A benchmark's figures, and a line for each thing that could not be measured. */
export interface BenchmarkResult {
  readonly measurements: readonly Measurement[];
  readonly skipped: readonly string[];
}

/** Undefined if there is no limit. A value that is not a number fails. */
export function isMet({ value, limit }: Measurement): boolean | undefined {
  if (limit === undefined) return undefined;
  return limit.kind === "at most" ? value <= limit.value : value >= limit.value;
}

/** The middle value, or the mean of the two middle ones. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** Milliseconds that `action` takes. */
export async function milliseconds(action: () => unknown): Promise<number> {
  const start = performance.now();
  await action();
  return performance.now() - start;
}
