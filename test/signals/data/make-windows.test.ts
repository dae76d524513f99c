import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { DataFault } from "../../../src/data-fault.ts";
import { makeWindows } from "../../../src/signals/data/make-windows.ts";
import { plannedWindowStep } from "../../../src/signals/data/plan-windows.ts";
import { recordingsOf, someStretches } from "./recordings.ts";

const options = { samplingRateHz: 50, windowSize: 10, overlap: 0.5 };

describe("makeWindows", () => {
  test("windows, labels and starts are those of an example worked by hand", () => {
    const recordings = recordingsOf(
      [
        { user: "bob", recording: "r1", label: "walk", rows: 27 },
        { user: "bob", recording: "r1", label: "sit", rows: 9 },
        { user: "ann", recording: "r1", label: "sit", rows: 10 },
      ],
      50,
    );
    const { windows, dropped, resampledStretches } = makeWindows(recordings, options);
    expect(resampledStretches).toBe(0);
    expect(windows.classes).toEqual(["sit", "walk"]);
    expect(windows.users).toEqual(["ann", "bob"]);
    expect(windows.recordings).toEqual(["r1", "r1"]);
    expect([...windows.starts]).toEqual([0, 5, 10, 15, 25]);
    expect([...windows.startTimes]).toEqual([0, 0.1, 0.2, 0.3, 0]);
    expect([...windows.labels]).toEqual([1, 1, 1, 1, 0]);
    expect([...windows.groups]).toEqual([1, 1, 1, 1, 0]);
    expect([...windows.recordingIndex]).toEqual([0, 0, 0, 0, 1]);
    expect(windows.samples.length).toBe((25 + 10) * 2);
    expect([...windows.samples.subarray(0, 4)]).toEqual([0, -0, 1, -1]);
    expect(windows.samples[25 * 2]).toBe(36);
    expect(dropped).toEqual({
      shortStretches: { stretches: 1, samples: 9 },
      remainders: { stretches: 1, samples: 2 },
      unknownClass: { stretches: 0, samples: 0 },
    });
  });

  test("windows stay inside one stretch, and every sample is covered or counted", () => {
    fc.assert(
      fc.property(
        someStretches,
        fc.integer({ min: 1, max: 20 }),
        fc.double({ min: 0, max: 0.99, noNaN: true }),
        (stretches, windowSize, overlap) => {
          const recordings = recordingsOf(stretches, 50);
          if (stretches.every(({ rows }) => rows < windowSize)) {
            expect(() => makeWindows(recordings, { ...options, windowSize, overlap })).toThrow(DataFault);
            return;
          }
          const { windows, dropped } = makeWindows(recordings, { ...options, windowSize, overlap });
          const step = plannedWindowStep(windowSize, overlap);
          const channelCount = windows.channels.length;
          const covered = new Set<number>();
          const expectedStarts: number[] = [];
          for (const { start, end } of recordings.stretches) {
            for (let row = start; row + windowSize <= end; row += step) expectedStarts.push(row);
          }
          expect(windows.starts.length).toBe(expectedStarts.length);
          for (const [w, start] of windows.starts.entries()) {
            const firstRow = windows.samples[start * channelCount]!;
            expect(firstRow).toBe(expectedStarts[w]);
            const home = recordings.stretches.find((s) => s.start <= firstRow && firstRow < s.end)!;
            expect(firstRow + windowSize).toBeLessThanOrEqual(home.end);
            for (let i = 0; i < windowSize; i++) {
              expect(windows.samples[(start + i) * channelCount]).toBe(firstRow + i);
              covered.add(firstRow + i);
            }
            expect(windows.users[windows.groups[w]!]).toBe(home.user);
            expect(windows.recordings[windows.recordingIndex[w]!]).toBe(home.recording);
            expect(windows.classes[windows.labels[w]!] ?? null).toBe(home.label);
            expect(windows.startTimes[w]).toBeCloseTo(recordings.time[firstRow]!, 9);
          }
          // No step in this test is longer than a window, so no samples inside a stretch are skipped.
          const total = recordings.time.length;
          expect(covered.size + dropped.shortStretches.samples + dropped.remainders.samples).toBe(total);
          expect(windows.samples.length).toBe(covered.size * channelCount);
        },
      ),
      { numRuns: 200 },
    );
  });

  test("given classes set the label index, and other labels are counted", () => {
    const recordings = recordingsOf(
      [
        { user: "a", recording: "r", label: "walk", rows: 20 },
        { user: "a", recording: "r", label: "swim", rows: 12 },
      ],
      50,
    );
    const { windows, dropped } = makeWindows(recordings, { ...options, classes: ["walk", "sit"] });
    expect([...windows.labels]).toEqual([0, 0, 0]);
    expect(dropped.unknownClass).toEqual({ stretches: 1, samples: 12 });
    expect(() => makeWindows(recordings, { ...options, classes: ["run"] })).toThrow(/expected classes: run/);
  });

  test("resampling to another rate keeps the clock", () => {
    const recordings = recordingsOf([{ user: "a", recording: "r", label: "walk", rows: 100 }], 100);
    const { windows, resampledStretches } = makeWindows(recordings, options);
    expect(resampledStretches).toBe(1);
    expect(windows.starts.length).toBe(9);
    expect(windows.startTimes[8]).toBeCloseTo(0.8, 12);
    expect(windows.samples[windows.starts[8]! * 2]).toBe(80);
  });

  test("a window longer than every stretch is refused with the longest", () => {
    const recordings = recordingsOf([{ user: "a", recording: "r", label: "walk", rows: 70 }], 50);
    const make = (): unknown => makeWindows(recordings, { ...options, windowSize: 200 });
    expect(make).toThrow(DataFault);
    expect(make).toThrow(/4 s \(200 samples at 50 Hz\).* lasts 1\.4 s\..* The recordings are short\.$/);
  });

  test.each([
    { ...options, samplingRateHz: Number.NaN },
    { ...options, windowSize: 2.5 },
    { ...options, windowSize: 0 },
    { ...options, overlap: 1 },
    { ...options, overlap: Number.NaN },
  ])("options out of range are refused: %o", (bad) => {
    const recordings = recordingsOf([{ user: "a", recording: "r", label: "walk", rows: 70 }], 50);
    expect(() => makeWindows(recordings, bad)).toThrow(RangeError);
  });
});
