// Cuts excerpts from recordings for plotting: a few seconds of every channel, for each activity of a few people.

import { entriesInNaturalOrder } from "../../natural-order.ts";
import type { Stretch } from "./recordings.ts";
import type { StoredRows } from "./stored-rows.ts";

/** A few seconds of all channels, from the middle of a stretch without gaps. */
export interface Excerpt {
  /** The person who wore the sensors. */
  user: string;
  /** Name of the recording. */
  recording: string;
  /** The activity; null if there is no label. */
  label: string | null;
  /** Times of the samples in seconds, on the recording's own clock. */
  time: number[];
  /** Values by channel, as read. */
  channels: Record<string, number[]>;
}

export interface ExcerptOptions {
  /** Length of an excerpt; shorter stretches are included in full. */
  readonly seconds: number;
  /** Maximum number of people per activity. */
  readonly people: number;
}

/**
 * Takes one excerpt per activity and person, from the person's longest stretch of that activity. Sorts activities and people by
 * name, and includes only the first few people per activity.
 */
export function excerptsOf(rows: StoredRows, options: ExcerptOptions): Excerpt[] {
  const longest = new Map<string, Map<string, Stretch>>();
  for (const stretch of rows.stretches()) {
    const label = stretch.label ?? "";
    const ofLabel = longest.get(label) ?? new Map<string, Stretch>();
    longest.set(label, ofLabel);
    const known = ofLabel.get(stretch.user);
    if (known === undefined || stretch.end - stretch.start > known.end - known.start)
      ofLabel.set(stretch.user, stretch);
  }
  return entriesInNaturalOrder(longest).flatMap(([, ofLabel]) =>
    entriesInNaturalOrder(ofLabel)
      .slice(0, options.people)
      .map(([, stretch]) => excerptOf(rows, stretch, options.seconds)),
  );
}

function excerptOf(rows: StoredRows, { user, recording, label, start, end }: Stretch, seconds: number): Excerpt {
  const [first, last] = [rows.time(start, start + 1)[0]!, rows.time(end - 1, end)[0]!];
  const step = end - start > 1 ? (last - first) / (end - start - 1) : seconds;
  const length = Math.min(end - start, Math.max(1, Math.round(seconds / step)));
  const from = start + Math.floor((end - start - length) / 2);
  const to = from + length;
  const channels = rows.channels.map((name, c) => [name, Array.from(rows.values(c, from, to))] as const);
  return { user, recording, label, time: Array.from(rows.time(from, to)), channels: Object.fromEntries(channels) };
}
