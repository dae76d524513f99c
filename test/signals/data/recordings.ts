import fc from "fast-check";
import type { Recordings, Stretch } from "../../../src/signals/data/recordings.ts";

/** Builds recordings from the lengths of their stretches. Channel 0 counts rows, so that each sample shows its original row. */
export function recordingsOf(
  stretches: readonly (Omit<Stretch, "start" | "end"> & { rows: number })[],
  rateHz: number,
): Recordings {
  const total = stretches.reduce((sum, { rows }) => sum + rows, 0);
  const time = new Float64Array(total);
  const placed: Stretch[] = [];
  let start = 0;
  const clocks = new Map<string, number>();
  for (const { user, recording, label, rows } of stretches) {
    const key = `${user}/${recording}`;
    const from = clocks.get(key) ?? 0;
    for (let i = 0; i < rows; i++) time[start + i] = from + i / rateHz;
    clocks.set(key, from + rows / rateHz + 1);
    placed.push({ user, recording, label, start, end: start + rows });
    start += rows;
  }
  const row = Float32Array.from({ length: total }, (_, i) => i);
  return {
    channels: ["row", "minus"],
    values: [row, row.map((value) => -value)],
    time,
    stretches: placed,
    files: [],
    fingerprint: "sha256:test",
  };
}

/** Stretches of a few people, recordings and labels, some of which are shorter than any window. */
export const someStretches: fc.Arbitrary<(Omit<Stretch, "start" | "end"> & { rows: number })[]> = fc.array(
  fc.record({
    user: fc.constantFrom("ann", "bob", "eve"),
    recording: fc.constantFrom("r1", "r2"),
    label: fc.constantFrom("sit", "walk", null),
    rows: fc.integer({ min: 1, max: 60 }),
  }),
  { minLength: 1, maxLength: 8 },
);
