// Signals that only baselines of earlier versions contain: `Gx coherence` and so on. They are no longer computed or scored. The
// baselines and stored references keep them, and in later batches, all their values are missing.

export function isFormerSignal(name: string): boolean {
  return name.endsWith(" coherence");
}

/** Returns only the entries for channels and for signals that are scored. */
export function withoutFormerSignals<T>(
  byName: Readonly<Record<string, T>>,
  channels: readonly string[],
): Readonly<Record<string, T>> {
  return Object.fromEntries(
    Object.entries(byName).filter(([name]) => channels.includes(name) || !isFormerSignal(name)),
  );
}
