// Drift-free batches drawn from one person's recordings: what production would be if nothing changed. A batch is a session,
// put together from bouts (stretches of neighbouring chunks, as in the stationary bootstrap of Politis and Romano 1994),
// their activities in the person's own proportions. Each activity of a session comes from one recording of it, chosen anew
// for each session, since every time a sensor is put on it sits a little differently.
//
// What it leaves out: a reference of several sessions has often drawn the recording that the next one draws too. With two
// or three recordings of an activity, the sessions of production differ more than the rehearsed ones; the more recordings a
// person has, the less. Where an activity was recorded once, its two halves stand for two recordings.

import type { Rng } from "../../stats/random.ts";
import type { MergeableClasses } from "../summaries/class-summaries.ts";

/** A few seconds of one recording, all chunks of about one length. */
export interface Chunk {
  readonly recording: string;
  readonly label: string | null;
  readonly summary: MergeableClasses;
  /** By channel, of all that a known shift of it changes, to measure what would be seen; see `calibrate`. All chunks have it or none. */
  readonly shifted?: Readonly<Record<string, MergeableClasses>>;
}

/** One person's chunks, those of a recording in order of time. */
export interface Group {
  readonly name: string;
  readonly chunks: readonly Chunk[];
}

/** What differs from session to session. */
export type Separation = "recordings" | "halves of recordings";

/** What a session chooses from: by label, the recordings (or halves) of it, each in order of time. */
export type Choices = ReadonlyMap<string | null, readonly (readonly Chunk[])[]>;

/** Every label's recordings, or the halves of the only one; a label of a single chunk has that alone. */
export function choicesOf(group: Group): { readonly choices: Choices; readonly by: Separation } {
  const choices = new Map<string | null, Chunk[][]>();
  let chunksOfSeveral = 0;
  for (const [label, chunks] of Map.groupBy(group.chunks, (chunk) => chunk.label)) {
    const recordings = [...Map.groupBy(chunks, (chunk) => chunk.recording).values()];
    choices.set(label, recordings.length > 1 ? recordings : halves(chunks));
    if (recordings.length > 1) chunksOfSeveral += chunks.length;
  }
  return { choices, by: chunksOfSeveral > group.chunks.length / 2 ? "recordings" : "halves of recordings" };
}

/** Those labels of which two sessions can differ. */
export function variedChoices(choices: Choices): Choices {
  return new Map([...choices].filter(([, recordings]) => recordings.length > 1));
}

/**
 * The chunks of one session.
 * @param choices of at least one label
 * @param count chunks
 * @param meanBout mean length of a bout in chunks, at least 1
 */
export function drawSession(choices: Choices, count: number, meanBout: number, rng: Rng): Chunk[] {
  const worn = new Map([...choices].map(([label, recordings]) => [label, recordings[rng.integer(recordings.length)]!]));
  const labels = [...choices].flatMap(([label, recordings]) =>
    new Array<string | null>(recordings.reduce((sum, chunks) => sum + chunks.length, 0)).fill(label),
  );
  const drawn: Chunk[] = [];
  let [chunks, at]: [readonly Chunk[], number] = [[], 0];
  while (drawn.length < count) {
    if (at + 1 < chunks.length && rng.uniform() >= 1 / meanBout) at++;
    else {
      chunks = worn.get(labels[rng.integer(labels.length)]!)!;
      at = rng.integer(chunks.length);
    }
    drawn.push(chunks[at]!);
  }
  return drawn;
}

function halves(chunks: Chunk[]): Chunk[][] {
  const middle = chunks.length >> 1;
  return middle === 0 ? [chunks] : [chunks.slice(0, middle), chunks.slice(middle)];
}
