// Tests how a rehearsal draws a person's days. The chunks are numbered, so that every bout can be recognised.
import { describe, expect, it } from "vitest";
import {
  type Choices,
  type Chunk,
  type DaySource,
  drawRehearsalDay,
  rehearsalChoices,
} from "../../../src/monitoring/drift/rehearsal.ts";
import { Rng } from "../../../src/random.ts";
import { batchOf } from "./hand-made.ts";

const numbered = (n: number, recording: string, label: string): Chunk[] =>
  Array.from({ length: n }, (_, i) => ({ recording, label, summary: batchOf({ rows: 10, mean: i }) }));
const place = (chunk: Chunk): number => chunk.summary[0]!.x!.mean;
const sourceOf = (chunks: readonly Chunk[]): DaySource => ({
  ...rehearsalChoices({ name: "a", chunks }),
  recorded: chunks,
});
/** A person with one recording of one label. */
const long = numbered(1000, "r", "walk");
const ofLong: DaySource = { choices: new Map([["walk", [long]]]) satisfies Choices, recorded: long };
/** Returns the share of chunks that begin a bout. */
const shareOfStarts = (day: readonly Chunk[]): number =>
  day.filter((chunk, i) => i > 0 && place(chunk) !== (place(day[i - 1]!) + 1) % 1000).length / (day.length - 1);

describe("a day of bouts", () => {
  it("has bouts of the mean length that was asked for, in order and round the end of the recording", () => {
    for (const mean of [1, 2, 8]) {
      const plan = { sessions: 1, count: 20_000, day: { bouts: [mean, mean] } } as const;
      const [day] = drawRehearsalDay(ofLong, plan, Rng.fromSeed(mean));
      expect(day).toHaveLength(20_000);
      // One bout in a thousand begins at the chunk after the end of the previous bout.
      expect(shareOfStarts(day!)).toBeCloseTo(0.999 / mean, 2);
    }
  });

  it("draws its own mean length from the range, evenly over its logarithm", () => {
    const rng = Rng.fromSeed(1);
    const logs = Array.from({ length: 200 }, () => {
      const [day] = drawRehearsalDay(ofLong, { sessions: 1, count: 3000, day: { bouts: [2, 50] } }, rng);
      return Math.log(1 / shareOfStarts(day!));
    });
    const below = (mean: number): number => logs.filter((log) => log < Math.log(mean)).length / logs.length;
    expect(below(1.8)).toBe(0);
    // The limits are the quartiles of the range on a logarithmic scale.
    for (const quarter of [1, 2, 3]) expect(Math.abs(below(2 * 25 ** (quarter / 4)) - quarter / 4)).toBeLessThan(0.1);
    expect(below(75)).toBe(1);
  });

  it("lets bouts last over the end of a session, in the recording in which they began", () => {
    const rng = Rng.fromSeed(2);
    const source = sourceOf([...numbered(500, "r1", "walk"), ...numbered(500, "r2", "walk")]);
    const day = drawRehearsalDay(source, { sessions: 4000, count: 1, day: { bouts: [40, 40] } }, rng).flat();
    let [on, elsewhere] = [0, 0];
    for (let i = 1; i < day.length; i++) {
      const [before, now] = [day[i - 1]!, day[i]!];
      if (place(now) !== (place(before) + 1) % 500) continue;
      if (before.recording === now.recording) on++;
      else elsewhere++;
    }
    expect(on / day.length).toBeCloseTo(1 - 1 / 40, 1);
    expect(elsewhere / day.length).toBeLessThan(0.002);
  });

  it("takes new bouts of a session from one recording of each activity", () => {
    const rng = Rng.fromSeed(3);
    const chunks = ["r1", "r2", "r3"].flatMap((r) => [
      ...numbered(20, `${r} walk`, "walk"),
      ...numbered(20, `${r} sit`, "sit"),
    ]);
    const day = drawRehearsalDay(sourceOf(chunks), { sessions: 60, count: 50, day: { bouts: [1, 1] } }, rng);
    const worn = day.map((session) => [...new Set(session.map(({ recording }) => recording))].sort());
    for (const recordings of worn) expect(recordings.map((name) => name.slice(3)).sort()).toEqual(["sit", "walk"]);
    expect(new Set(worn.map((recordings) => recordings.join())).size).toBe(9);
  });

  it("has activities in the person's own proportions", () => {
    const source = sourceOf([...numbered(30, "r1", "walk"), ...numbered(10, "r2", "sit")]);
    const day = drawRehearsalDay(source, { sessions: 400, count: 50, day: { bouts: [1, 6] } }, Rng.fromSeed(4)).flat();
    expect(day.filter(({ label }) => label === "walk").length / day.length).toBeCloseTo(0.75, 1);
  });
});

describe("a recorded day", () => {
  const chunks = numbered(7, "r", "walk");

  it("goes on from chunk to chunk over the sessions, and from the last one to the first", () => {
    const starts = new Set<number>();
    for (let seed = 0; seed < 60; seed++) {
      const day = drawRehearsalDay(sourceOf(chunks), { sessions: 4, count: 3, day: "recorded" }, Rng.fromSeed(seed));
      expect(day.map((session) => session.length)).toEqual([3, 3, 3, 3]);
      const places = day.flat().map(place);
      expect(places).toEqual(places.map((_, i) => (places[0]! + i) % 7));
      starts.add(places[0]!);
    }
    expect([...starts].sort()).toEqual([0, 1, 2, 3, 4, 5, 6]);
  });

  it("needs no label with several recordings", () => {
    const source = { choices: new Map(), recorded: chunks };
    expect(drawRehearsalDay(source, { sessions: 1, count: 2, day: "recorded" }, Rng.fromSeed(1)).flat()).toHaveLength(
      2,
    );
  });
});

describe.each([["recorded" as const], [{ bouts: [1, 20] as const }]])("a day drawn as %j", (day) => {
  const chunks = ["r1", "r2"].flatMap((r) => [...numbered(9, `${r} walk`, "walk"), ...numbered(5, `${r} sit`, "sit")]);
  const draw = (seed: number): Chunk[][] =>
    drawRehearsalDay(sourceOf(chunks), { sessions: 6, count: 4, day }, Rng.fromSeed(seed));

  it("is the same for equal seeds, and another for others", () => {
    expect(draw(5)).toEqual(draw(5));
    const places = (seed: number): string => draw(seed).flat().map(place).join();
    expect(new Set([1, 2, 3, 4, 5, 6].map(places)).size).toBeGreaterThan(1);
  });

  it("consists of the given chunks, and changes nothing of what it is drawn from", () => {
    const source = sourceOf(Object.freeze([...chunks]));
    const before = [...source.choices].map(([label, recordings]) => [label, recordings.map((own) => [...own])]);
    for (const recordings of source.choices.values()) for (const own of recordings) Object.freeze(own);
    const drawn = drawRehearsalDay(source, { sessions: 6, count: 4, day }, Rng.fromSeed(1));
    for (const chunk of drawn.flat()) expect(chunks).toContain(chunk);
    expect([...source.choices].map(([label, recordings]) => [label, recordings.map((own) => [...own])])).toEqual(
      before,
    );
  });
});
