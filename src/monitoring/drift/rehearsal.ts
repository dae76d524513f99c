// Draws drift-free batches, which resemble unchanged production batches, from one person's recordings. A batch is a session
// made of bouts (stretches of adjacent chunks, as in the stationary bootstrap of Politis and Romano 1994), with the activities
// in the person's own proportions. For each activity, the bouts that begin in a session begin in one newly chosen recording,
// because a sensor is worn a little differently each time it is put on.
//
// Limitation: a reference made of several sessions often contains the same recording as the session that follows. With two or
// three recordings per activity, sessions in production vary more than rehearsed ones. The more recordings a person has, the
// smaller this effect is. If an activity was recorded only once, the two halves of that recording are used as separate
// recordings.

import type { Rng } from "../../random.ts";
import type { MergeableClasses } from "../summaries/class-summaries.ts";

/** A few seconds of one recording; all chunks are about equally long. */
export interface Chunk {
  readonly recording: string;
  readonly label: string | null;
  readonly summary: MergeableClasses;
  /**
   * For each channel: summaries of everything that changes when the channel is shifted by a known amount, used to measure
   * detection; see `calibrate`. Either all chunks have it or none do.
   */
  readonly shifted?: Readonly<Record<string, MergeableClasses>>;
}

/** One person's chunks; chunks from the same recording are in time order. */
export interface Group {
  readonly name: string;
  readonly chunks: readonly Chunk[];
}

/** What a session draws from for an activity: one of its recordings, or one half of its only recording. */
export type Separation = "recordings" | "halves of recordings";

/** What a session can choose from: for each label, the label's recordings (or halves), each in time order. */
export type Choices = ReadonlyMap<string | null, readonly (readonly Chunk[])[]>;

/**
 * Every label's recordings, or the two halves of its only recording. If a label has only one chunk, that chunk is the only
 * choice.
 */
export function rehearsalChoices(group: Group): { readonly choices: Choices; readonly by: Separation } {
  const choices = new Map<string | null, Chunk[][]>();
  let chunksOfSeveral = 0;
  for (const [label, chunks] of Map.groupBy(group.chunks, (chunk) => chunk.label)) {
    const recordings = [...Map.groupBy(chunks, (chunk) => chunk.recording).values()];
    choices.set(label, recordings.length > 1 ? recordings : rehearsalHalves(chunks));
    if (recordings.length > 1) chunksOfSeveral += chunks.length;
  }
  return { choices, by: chunksOfSeveral > group.chunks.length / 2 ? "recordings" : "halves of recordings" };
}

/** The labels that have more than one recording (or half) for sessions to choose from. */
export function variedRehearsalChoices(choices: Choices): Choices {
  return new Map([...choices].filter(([, recordings]) => recordings.length > 1));
}

/** Range of mean bout lengths, in chunks: each day draws its own mean log-uniformly from it. */
export type BoutRange = readonly [shortest: number, longest: number];

/** What a day looks like: bouts of a given mean length, or a person's chunks in the order in which they were recorded. */
export type DayPlan = { readonly bouts: BoutRange } | "recorded";

/** The chunks that a person's days are drawn from. */
export interface DaySource {
  /** At least one label. */
  readonly choices: Choices;
  /** All chunks in recorded order. */
  readonly recorded: readonly Chunk[];
}

/**
 * Draws the sessions of one day. Bout lengths are geometrically distributed around the day's mean, and a bout may continue into
 * the next session. A recorded day starts at a random chunk and wraps around from the last chunk to the first.
 * @param count chunks per session
 */
export function drawRehearsalDay(
  { choices, recorded }: DaySource,
  { sessions, count, day }: { sessions: number; count: number; day: DayPlan },
  rng: Rng,
): Chunk[][] {
  if (day === "recorded") {
    const start = rng.integer(recorded.length);
    return Array.from({ length: sessions }, (_, session) =>
      Array.from({ length: count }, (_, i) => recorded[(start + session * count + i) % recorded.length]!),
    );
  }
  const [shortest, longest] = day.bouts;
  const meanBout = shortest * (longest / shortest) ** rng.uniform();
  const labels = [...choices].flatMap(([label, recordings]) =>
    new Array<string | null>(recordings.reduce((sum, chunks) => sum + chunks.length, 0)).fill(label),
  );
  let [label, chunks, at]: [string | null, readonly Chunk[], number] = [null, [], 0];
  return Array.from({ length: sessions }, () => {
    const worn = new Map(
      [...choices].map(([label, recordings]) => [label, recordings[rng.integer(recordings.length)]!]),
    );
    return Array.from({ length: count }, () => {
      const goesOn = chunks.length > 0 && rng.uniform() >= 1 / meanBout;
      if (goesOn && at + 1 < chunks.length) at++;
      else {
        if (goesOn) {
          const recordings = choices.get(label)!;
          chunks = recordings[rng.integer(recordings.length)]!;
        } else {
          label = labels[rng.integer(labels.length)]!;
          chunks = worn.get(label)!;
        }
        at = rng.integer(chunks.length);
      }
      return chunks[at]!;
    });
  });
}

function rehearsalHalves(chunks: Chunk[]): Chunk[][] {
  const middle = chunks.length >> 1;
  return middle === 0 ? [chunks] : [chunks.slice(0, middle), chunks.slice(middle)];
}
