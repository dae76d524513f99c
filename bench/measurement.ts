// The result of a benchmark: named figures, some with limits.

export interface Measurement {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** The limit that the project promises to keep. */
  readonly limit?: { readonly kind: "at most" | "at least"; readonly value: number };
  /** How the figure was measured, or what is included in it. */
  readonly note?: string;
}

/** A benchmark's figures, and a line for each figure that could not be measured. */
export interface BenchmarkResult {
  readonly measurements: readonly Measurement[];
  readonly skipped: readonly string[];
}

/** Returns undefined if there is no limit. A value that is not a number does not meet its limit. */
export function isMet({ value, limit }: Measurement): boolean | undefined {
  if (limit === undefined) return undefined;
  return limit.kind === "at most" ? value <= limit.value : value >= limit.value;
}

/** Returns the middle value, or the mean of the two middle values. */
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
