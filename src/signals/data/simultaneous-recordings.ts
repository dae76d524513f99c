// Warns about recordings of one person that cover the same time, as those of several devices do if each has its own file. They
// are read as recordings of one sensor.

import { sinceEpoch } from "./since-epoch.ts";
import type { StoredRows } from "./stored-rows.ts";

/** Minimum share of the shorter recording, and minimum length in seconds, that two recordings have in common. Arbitrary. */
const common = { share: 0.5, seconds: 5 } as const;

/** Returns a warning about recordings with times since 1970 that overlap, or none. */
export function simultaneousRecordingsWarnings(rows: StoredRows): string[] {
  const timeOf = (row: number): number => rows.time(row, row + 1)[0]!;
  const timed = rows.recordings
    .map(({ user, recording, start, end }) => ({ user, recording, from: timeOf(start), to: timeOf(end - 1) }))
    .filter(({ from, to }) => from >= sinceEpoch.from && to - from >= common.seconds);
  for (const own of Map.groupBy(timed, ({ user }) => user).values()) {
    const ordered = own.toSorted((a, b) => a.from - b.from);
    for (const [i, next] of ordered.slice(1).entries()) {
      const before = ordered[i]!;
      const seconds = Math.min(before.to, next.to) - next.from;
      const shorter = Math.min(before.to - before.from, next.to - next.from);
      if (seconds < common.seconds || seconds < common.share * shorter) continue;
      return [
        `Recordings "${before.recording}" and "${next.recording}" of person "${next.user}" cover the same time, but are read as recordings of one sensor. If they are of several devices, give only the files of one of them; if they are of several people, specify these with --group or --group-from-path.`,
      ];
    }
  }
  return [];
}
