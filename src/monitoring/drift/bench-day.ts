// Draws the days of `drift-bench`. A calibration must not be tested on the kind of days it assumes, so the generator differs
// from the calibration's: bout lengths are uniformly distributed over a range, and no two bouts in a row have the same activity
// unless the person has only one.

import type { Rng } from "../../random.ts";
import type { Chunk, DaySource } from "./rehearsal.ts";

/** Order of a day: as recorded, or in bouts whose lengths, in chunks, lie within a range. */
export type BenchDay = "recorded" | { readonly boutChunks: readonly [shortest: number, longest: number] };

/**
 * Draws the sessions of one day. Except in recorded order, the bouts of an activity that begin in a session are drawn from one
 * recording.
 * @param count chunks per session
 */
export function drawBenchDay(
  { choices, recorded }: DaySource,
  { sessions, count, day }: { sessions: number; count: number; day: BenchDay },
  rng: Rng,
): Chunk[][] {
  if (day === "recorded") {
    const length = Math.min(sessions, Math.floor(recorded.length / count));
    return Array.from({ length }, (_, session) => recorded.slice(session * count, (session + 1) * count));
  }
  const labels = [...choices.keys()];
  const [shortest, longest] = day.boutChunks;
  let [label, chunks, at, left]: [string | null | undefined, readonly Chunk[], number, number] = [undefined, [], 0, 0];
  return Array.from({ length: sessions }, () => {
    const worn = new Map([...choices].map(([own, recordings]) => [own, recordings[rng.integer(recordings.length)]!]));
    return Array.from({ length: count }, () => {
      if (left > 0) at = (at + 1) % chunks.length;
      else {
        const others = labels.length > 1 ? labels.filter((own) => own !== label) : labels;
        label = others[rng.integer(others.length)]!;
        chunks = worn.get(label)!;
        at = rng.integer(chunks.length);
        left = Math.max(1, Math.round(shortest + (longest - shortest) * rng.uniform()));
      }
      left--;
      return chunks[at]!;
    });
  });
}
