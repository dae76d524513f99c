// Tests the days that `drift-bench` draws. The chunks are numbered, so that every bout can be recognised.
import { describe, expect, it } from "vitest";
import { drawBenchDay } from "../../../src/monitoring/drift/bench-day.ts";
import { type Chunk, type DaySource, rehearsalChoices } from "../../../src/monitoring/drift/rehearsal.ts";
import { Rng } from "../../../src/random.ts";
import { batchOf } from "./hand-made.ts";

const numbered = (n: number, recording: string, label: string): Chunk[] =>
  Array.from({ length: n }, (_, i) => ({ recording, label, summary: batchOf({ rows: 10, mean: i }) }));
const place = (chunk: Chunk): number => chunk.summary[0]!.x!.mean;
const sourceOf = (chunks: readonly Chunk[]): DaySource => ({
  ...rehearsalChoices({ name: "a", chunks }),
  recorded: chunks,
});
const labels = ["walk", "sit", "stand"];
const chunks = ["r1", "r2"].flatMap((r) => labels.flatMap((label) => numbered(40, `${r} ${label}`, label)));
const person = sourceOf(chunks);

/** Returns the bouts of a day: groups of consecutive chunks with the same label. */
function boutsOf(day: readonly Chunk[]): Chunk[][] {
  const bouts: Chunk[][] = [];
  for (const [i, chunk] of day.entries()) {
    if (i > 0 && day[i - 1]!.label === chunk.label) bouts.at(-1)!.push(chunk);
    else bouts.push([chunk]);
  }
  return bouts;
}

describe("a bench day of bouts", () => {
  const plan = { sessions: 1500, count: 4, day: { boutChunks: [2, 5] } } as const;
  const day = drawBenchDay(person, plan, Rng.fromSeed(1));
  const bouts = boutsOf(day.flat());

  it("has sessions of the asked size", () => {
    expect(day).toHaveLength(1500);
    expect(new Set(day.map((session) => session.length))).toEqual(new Set([4]));
  });

  it("has bouts of evenly spread lengths within the range, over the ends of sessions", () => {
    const lengths = bouts.slice(0, -1).map((bout) => bout.length);
    const share = (n: number): number => lengths.filter((length) => length === n).length / lengths.length;
    expect([...new Set(lengths)].sort()).toEqual([2, 3, 4, 5]);
    // Because of rounding, the shortest and the longest length each have half the share of any length between them.
    for (const [n, expected] of [
      [2, 1 / 6],
      [3, 1 / 3],
      [4, 1 / 3],
      [5, 1 / 6],
    ] as const) {
      expect(Math.abs(share(n) - expected)).toBeLessThan(0.04);
    }
  });

  it("never has an activity follow itself, and goes through one recording in a bout", () => {
    // If the same activity followed itself, some bouts would have more than 5 chunks.
    expect(Math.max(...bouts.map((bout) => bout.length))).toBe(5);
    for (const bout of bouts) {
      expect(new Set(bout.map(({ recording }) => recording)).size).toBe(1);
      for (const [i, chunk] of bout.entries()) expect(place(chunk)).toBe((place(bout[0]!) + i) % 40);
    }
    const counts = labels.map((label) => bouts.filter((bout) => bout[0]!.label === label).length / bouts.length);
    for (const count of counts) expect(count).toBeCloseTo(1 / 3, 1);
  });

  it("consists of one activity if the person has only one", () => {
    const source = sourceOf(numbered(40, "r", "sit"));
    const one = drawBenchDay(source, { ...plan, sessions: 5 }, Rng.fromSeed(1)).flat();
    expect(one.map(({ label }) => label)).toEqual(Array(20).fill("sit"));
  });

  it("has bouts of at least one chunk", () => {
    const short = drawBenchDay(person, { ...plan, sessions: 20, day: { boutChunks: [0.1, 0.3] } }, Rng.fromSeed(1));
    expect(boutsOf(short.flat()).every((bout) => bout.length === 1)).toBe(true);
  });

  it("is the same for equal seeds", () => {
    expect(drawBenchDay(person, plan, Rng.fromSeed(1))).toEqual(day);
    expect(drawBenchDay(person, plan, Rng.fromSeed(2))).not.toEqual(day);
  });
});

describe("a recorded bench day", () => {
  it("is the recordings in their order, once", () => {
    const day = drawBenchDay(person, { sessions: 3, count: 7, day: "recorded" }, Rng.fromSeed(1));
    expect(day).toEqual([chunks.slice(0, 7), chunks.slice(7, 14), chunks.slice(14, 21)]);
  });

  it("ends where they end, with whole sessions", () => {
    const day = drawBenchDay(person, { sessions: 100, count: 7, day: "recorded" }, Rng.fromSeed(1));
    expect(day).toHaveLength(Math.floor(240 / 7));
    expect(drawBenchDay(person, { sessions: 2, count: 241, day: "recorded" }, Rng.fromSeed(1))).toEqual([]);
  });
});
