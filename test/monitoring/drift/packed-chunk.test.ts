import { expect, test } from "vitest";
import { PackedChunk } from "../../../src/monitoring/drift/packed-chunk.ts";
import { type ClassSummaries, summarizeByClass } from "../../../src/monitoring/summaries/class-summaries.ts";
import { type Columns, Summarizer } from "../../../src/monitoring/summaries/summarize.ts";
import { Rng } from "../../../src/stats/random.ts";

const grids = { x: [-1, 0, 1], y: [0, 0.5], "A magnitude": [1] };
const shiftedSignals = { x: ["x", "A magnitude"], y: ["y"] };
const layout = {
  nClasses: 4,
  bins: Object.fromEntries(Object.entries(grids).map(([name, edges]) => [name, edges.length + 1])),
  signals: Object.keys(grids),
  shifted: shiftedSignals,
};

/** Counts as JavaScript compares them, whatever array holds them. */
const plain = (classes: PackedChunk["summary"]): unknown =>
  classes.map(
    (summary) =>
      summary &&
      Object.entries(summary).map(([name, channel]) => [name, { ...channel, counts: Array.from(channel.counts) }]),
  );

test.each([
  [255, Uint8Array],
  [256, Uint16Array],
  [65_535, Uint16Array],
  [65_536, Uint32Array],
] as const)("a count of %d is kept in as few bytes as hold it", (most, kind) => {
  const grid = { n: most, missing: 0, mean: 0, std: 1, min: 0, max: 1, excessBelow: 0, excessAbove: 0 };
  const summary = [{ x: { ...grid, counts: [0, most] } }];
  const own = { nClasses: 1, bins: { x: 2 }, signals: ["x"], shifted: {} };
  const { counts } = new PackedChunk(own, { recording: "r", label: null, summary, shifted: {} }).summary[0]!.x!;
  expect(counts).toEqual(kind.of(0, most));
});

test.each([
  ["bytes", 200],
  ["two bytes", 300],
  ["four bytes", 70_000],
])("a chunk says what it was made of, with counts of %s", (_, rows) => {
  const rng = Rng.fromSeed(3);
  const column = (scale: number): Float32Array => Float32Array.from({ length: rows }, () => scale * rng.normal());
  const columns: Columns = { x: column(1e-9), y: column(1), "A magnitude": column(5).fill(Number.NaN, 0, 7) };
  // Two of the four classes; most rows are of one.
  const classOf = Int32Array.from({ length: rows }, (_, i) => (i < 9 ? 1 : 3));
  const of = (names: readonly string[]): ClassSummaries => {
    const some = Object.fromEntries(names.map((name) => [name, grids[name as keyof typeof grids]]));
    return summarizeByClass(new Summarizer(some), columns, classOf, layout.nClasses);
  };
  const summary = of(layout.signals);
  const shifted = { x: of(shiftedSignals.x), y: of(shiftedSignals.y) };
  const chunk = new PackedChunk(layout, { recording: "r", label: null, summary, shifted });
  expect(plain(chunk.summary)).toEqual(plain(summary));
  expect(chunk.summary.map((own) => own === null)).toEqual([true, false, true, false]);
  expect(Object.keys(chunk.shifted)).toEqual(["x", "y"]);
  for (const name of ["x", "y"] as const) expect(plain(chunk.shifted[name]!)).toEqual(plain(shifted[name]));
});
