// Joining sets of windows and selecting from them keeps the samples, person, recording and time of every window.
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { joinWindows } from "../../../src/signals/data/join-windows.ts";
import { makeWindows, makeWindowsOfPlans } from "../../../src/signals/data/make-windows.ts";
import { pickWindows } from "../../../src/signals/data/pick-windows.ts";
import { planWindows } from "../../../src/signals/data/plan-windows.ts";
import { rowsOfRecordings } from "../../../src/signals/data/recordings.ts";
import type { WindowSet } from "../../../src/signals/data/windows.ts";
import { recordingsOf, someStretches } from "./recordings.ts";

const options = { samplingRateHz: 10, windowSize: 8, overlap: 0.5, classes: ["sit", "walk"] };

const long = { user: "ann", recording: "r1", label: "sit", rows: 9 };
const anyWindows: fc.Arbitrary<WindowSet> = someStretches.map(
  (stretches) => makeWindows(recordingsOf([...stretches, long], 10), options).windows,
);

/** The samples, person, recording and time of a window, with names instead of indices. */
function told(windows: WindowSet, row: number): unknown {
  const { samples, starts, windowSize, channels, users, groups, recordings, recordingIndex } = windows;
  const from = starts[row]! * channels.length;
  return {
    user: users[groups[row]!],
    recording: recordings[recordingIndex[row]!],
    label: windows.classes[windows.labels[row]!] ?? null,
    time: windows.startTimes[row],
    samples: [...samples.subarray(from, from + windowSize * channels.length)],
  };
}
const all = (windows: WindowSet): unknown[] => Array.from(windows.starts, (_, row) => told(windows, row));

const one = makeWindows(
  recordingsOf(
    [
      { user: "ann", recording: "r1", label: "sit", rows: 16 },
      { user: "bob", recording: "r1", label: "walk", rows: 16 },
    ],
    10,
  ),
  options,
).windows;
const other = makeWindows(
  recordingsOf(
    [
      { user: "cem", recording: "r1", label: null, rows: 16 },
      { user: "bob", recording: "r2", label: null, rows: 8 },
    ],
    10,
  ),
  options,
).windows;

describe("joined windows", () => {
  it("are those of the one set, then those of the other", () => {
    fc.assert(
      fc.property(anyWindows, anyWindows, (a, b) => {
        expect(all(joinWindows(a, b))).toEqual([...all(a), ...all(b)]);
      }),
    );
  });

  it("belong to one person if the names are the same, and to recordings that stay apart", () => {
    const { users, groups, recordings, recordingIndex } = joinWindows(one, other);
    expect([...users].sort()).toEqual(["ann", "bob", "cem"]);
    const last = groups.length - 1;
    expect(users[groups[last]!]).toBe("bob");
    expect(recordings).toHaveLength(one.recordings.length + other.recordings.length);
    const before = new Set(recordingIndex.slice(0, one.starts.length));
    for (const index of recordingIndex.slice(one.starts.length)) expect(before.has(index)).toBe(false);
  });

  it("lie in memory that worker threads share", () => {
    expect(joinWindows(one, other).samples.buffer).toBeInstanceOf(SharedArrayBuffer);
  });

  it("are not copied if they were cut into one block", () => {
    const sources = [
      [{ user: "ann", recording: "r1", label: "sit", rows: 19 }],
      [
        { user: "cem", recording: "r1", label: null, rows: 8 },
        { user: "cem", recording: "r2", label: "walk", rows: 30 },
      ],
    ].map((stretches) => {
      const rows = rowsOfRecordings(recordingsOf(stretches, 10));
      return { rows, plan: planWindows(rows, options) };
    });
    const [a, b] = makeWindowsOfPlans(sources);
    const alone = sources.flatMap(({ rows, plan }) => all(makeWindowsOfPlans([{ rows, plan }])[0]!));
    const joined = joinWindows(a!, b!);
    expect(all(joined)).toEqual(alone);
    expect(joined.samples.buffer).toBe(a!.samples.buffer);
    expect(joined.samples.byteLength).toBe(joined.samples.buffer.byteLength);
    expect(joinWindows(b!, a!).samples.buffer).not.toBe(a!.samples.buffer);
    expect(all(joinWindows(b!, a!))).toEqual([...all(b!), ...all(a!)]);
  });

  it("are unchanged by an empty set", () => {
    const none = pickWindows(one, new Int32Array());
    expect(all(joinWindows(one, none))).toEqual(all(one));
    expect(all(joinWindows(none, one))).toEqual(all(one));
  });

  it.each<[string, Partial<WindowSet>]>([
    ["channels", { channels: ["minus", "row"] }],
    ["samplingRateHz", { samplingRateHz: 20 }],
    ["windowSize", { windowSize: 9 }],
    ["classes", { classes: ["walk", "sit"] }],
  ])("are refused if %s differ", (key, change) => {
    expect(() => joinWindows(one, { ...other, ...change })).toThrow(new RegExp(`${key} differ`));
  });
});

describe("picked windows", () => {
  it("are those of the rows, in their order, with nobody and no recording that has none", () => {
    fc.assert(
      fc.property(anyWindows, fc.array(fc.nat(1000)), (windows, draws) => {
        const rows = Int32Array.from(draws, (draw) => draw % windows.starts.length);
        const picked = pickWindows(windows, rows);
        expect(all(picked)).toEqual(Array.from(rows, (row) => told(windows, row)));
        expect(new Set(picked.groups).size).toBe(picked.users.length);
        expect(new Set(picked.recordingIndex).size).toBe(picked.recordings.length);
        expect(picked.samples).toBe(windows.samples);
      }),
    );
  });

  it("keep people and recordings in the order that they had", () => {
    const joined = joinWindows(one, other);
    const rows = Int32Array.from(joined.starts.keys()).filter((row) => joined.users[joined.groups[row]!] !== "ann");
    expect(pickWindows(joined, rows).users).toEqual(joined.users.filter((user) => user !== "ann"));
    expect(all(pickWindows(joined, Int32Array.from(joined.starts.keys())))).toEqual(all(joined));
  });
});
