import { expect, test } from "vitest";
import { type ChunkLayout, PackedChunk, packChunk } from "../../../src/monitoring/drift/packed-chunk.ts";
import type { MergeableChannel } from "../../../src/monitoring/summaries/batch-summary.ts";
import {
  type ClassSummaries,
  type MergeableClasses,
  mergeClassSummaries,
  summarizeByClass,
} from "../../../src/monitoring/summaries/class-summaries.ts";
import { type Columns, Summarizer } from "../../../src/monitoring/summaries/summarize.ts";
import { Rng } from "../../../src/random.ts";

const grids = { x: [-1, 0, 1], y: [0, 0.5], "A magnitude": [1] };
const shiftedSignals = { x: ["x", "A magnitude"], y: ["y"] };
const layout = {
  nClasses: 4,
  bins: Object.fromEntries(Object.entries(grids).map(([name, edges]) => [name, edges.length + 1])),
  signals: Object.keys(grids),
  shifted: shiftedSignals,
};

const packed = (own: ChunkLayout, chunk: Parameters<typeof packChunk>[1]): PackedChunk =>
  new PackedChunk(own, packChunk(own, chunk));

/** Returns the counts of all bins, including empty ones. */
function dense(counts: MergeableChannel["counts"]): readonly number[] {
  if (!("bins" in counts)) return counts;
  const all = new Array<number>(counts.size).fill(0);
  for (let i = counts.from; i < counts.to; i++) all[counts.bins[i]!] = counts.values[i]!;
  return all;
}
const plain = (classes: MergeableClasses): unknown =>
  classes.map(
    (summary) =>
      summary &&
      Object.entries(summary).map(([name, channel]) => [name, { ...channel, counts: dense(channel.counts) }]),
  );

const moments = { missing: 0, mean: 0, std: 1, min: 0, max: 1, excessBelow: 0, excessAbove: 0 };

test.each([255, 65_536, 2 ** 32 - 1])("a count of %d is kept, and no bin that is empty", (most) => {
  const summary = [{ x: { ...moments, n: most + 1, counts: [0, most, 0, 0, 1] } }];
  const own = { nClasses: 1, bins: { x: 5 }, signals: ["x"], shifted: {} };
  const { counts } = packed(own, { recording: "r", label: null, summary, shifted: {} }).summary[0]!.x!;
  if (!("bins" in counts)) throw new Error("expected the counts of some bins");
  const { size, bins, values, from, to } = counts;
  expect([size, [...bins.slice(from, to)], [...values.slice(from, to)]]).toEqual([5, [1, 4], [most, 1]]);
});

const rng = Rng.fromSeed(3);
/** Builds a summary and its shifted copies, in which `classes` of the four classes have rows. */
function chunkOf(rows: number, classes: readonly [number, number]) {
  const column = (scale: number): Float32Array => Float32Array.from({ length: rows }, () => scale * rng.normal());
  const columns: Columns = { x: column(1e-9), y: column(1), "A magnitude": column(5).fill(Number.NaN, 0, 7) };
  // Most rows belong to a single class.
  const classOf = Int32Array.from({ length: rows }, (_, i) => classes[i < 9 ? 0 : 1]);
  const of = (names: readonly string[]): ClassSummaries => {
    const some = Object.fromEntries(names.map((name) => [name, grids[name as keyof typeof grids]]));
    return summarizeByClass(new Summarizer(some), columns, classOf, layout.nClasses);
  };
  const parts = { summary: of(layout.signals), shifted: { x: of(shiftedSignals.x), y: of(shiftedSignals.y) } };
  return { ...parts, packed: packed(layout, { recording: "r", label: null, ...parts }) };
}

test.each([200, 70_000])("a chunk of %d rows says what it was made of", (rows) => {
  const { summary, shifted, packed } = chunkOf(rows, [1, 3]);
  expect(plain(packed.summary)).toEqual(plain(summary));
  expect(packed.summary.map((own) => own === null)).toEqual([true, false, true, false]);
  expect(Object.keys(packed.shifted)).toEqual(["x", "y"]);
  for (const name of ["x", "y"] as const) expect(plain(packed.shifted[name]!)).toEqual(plain(shifted[name]));
});

test("packed chunks merge as what they were made of does", () => {
  const chunks = [chunkOf(200, [1, 3]), chunkOf(300, [3, 0]), chunkOf(50, [1, 1])];
  const merged = mergeClassSummaries(chunks.map(({ packed }) => packed.summary));
  expect(merged).toEqual(mergeClassSummaries(chunks.map(({ summary }) => summary)));
  // One packed, one not.
  expect(mergeClassSummaries([chunks[0]!.packed.summary, chunks[1]!.summary])).toEqual(
    mergeClassSummaries([chunks[0]!.summary, chunks[1]!.summary]),
  );
  expect(mergeClassSummaries(chunks.map(({ packed }) => packed.shifted.x!))).toEqual(
    mergeClassSummaries(chunks.map(({ shifted }) => shifted.x)),
  );
});

test("packed chunks of other grids do not merge", () => {
  const one = chunkOf(20, [1, 3]).packed;
  const wide = { nClasses: 4, bins: { x: 7 }, signals: ["x"], shifted: {} };
  const summary = [null, { x: { ...moments, n: 1, counts: [0, 0, 0, 0, 0, 0, 1] } }, null, null];
  const other = packed(wide, { recording: "r", label: null, summary, shifted: {} });
  expect(() => mergeClassSummaries([other.summary, one.summary])).toThrow(/equal grids, got 7 and 4 bins/);
});
