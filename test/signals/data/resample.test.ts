import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Recordings } from "../../../src/signals/data/recordings.ts";
import { evenTolerance, resample } from "../../../src/signals/data/resample.ts";
import { recordingsOf } from "./recordings.ts";

interface Case {
  name: string;
  rate: number;
  time: number[];
  values: number[][];
  expected: number[][];
}

const fixture: { resample: Case[] } = JSON.parse(
  readFileSync(new URL("../../fixtures/preprocessing.json", import.meta.url), "utf8"),
);

function oneStretch(time: Float64Array, values: Float32Array[]): Recordings {
  return {
    channels: values.map((_, c) => `c${c}`),
    values,
    time,
    stretches: [{ user: "a", recording: "r", label: null, start: 0, end: time.length }],
    files: [],
    fingerprint: "sha256:test",
  };
}

describe("resample", () => {
  test("refuses a clock so slow that nearly everything would be invented, however long it is", () => {
    const time = Float64Array.from({ length: 50 }, (_, i) => i * 1e9);
    const recordings = oneStretch(time, [Float32Array.from(time)]);
    expect(() => resample(recordings, recordings.stretches[0]!, 20)).toThrow(
      'recording "r" of "a": expected at least 0.2 samples per second for resampling to 20 Hz, found a sample every 1.00e+9 s',
    );
  });

  test.each(fixture.resample)("agrees with numpy.interp: $name", ({ rate, time, values, expected }) => {
    const recordings = oneStretch(
      Float64Array.from(time),
      values.map((column) => Float32Array.from(column)),
    );
    const even = resample(recordings, recordings.stretches[0]!, rate, "linear");
    expect(even.resampled).toBe(true);
    expect(even.length).toBe(expected[0]!.length);
    for (const [c, column] of expected.entries()) {
      for (const [i, value] of column.entries()) expect(even.values[c]![i]).toBeCloseTo(value, 5);
    }
  });

  test("an even stretch at the rate is passed on bit for bit, though its clock rounds to milliseconds", () => {
    const recordings = oneStretch(
      Float64Array.from({ length: 500 }, (_, i) => Math.round((1.7e9 + i / 30) * 1e3) / 1e3),
      [Float32Array.from({ length: 500 }, (_, i) => Math.fround(Math.sin(i)))],
    );
    const even = resample(recordings, recordings.stretches[0]!, 30);
    expect(even.resampled).toBe(false);
    expect(even.values[0]).toEqual(recordings.values[0]);
  });

  test("a clock that drifts off by a percent is resampled", () => {
    const recordings = oneStretch(
      Float64Array.from({ length: 500 }, (_, i) => i / 50.5),
      [new Float32Array(500)],
    );
    expect(resample(recordings, recordings.stretches[0]!, 50).resampled).toBe(true);
  });

  test("a straight line stays one, whatever the rates", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 80 }),
        fc.integer({ min: 5, max: 120 }),
        fc.integer({ min: 5, max: 120 }),
        (rows, rateIn, rateOut) => {
          const recordings = recordingsOf([{ user: "a", recording: "r", label: null, rows }], rateIn);
          const even = resample(recordings, recordings.stretches[0]!, rateOut, "linear");
          // A stretch that is too short for its different rate to matter is not resampled; the error is at most the tolerance.
          const last = (rows - 1) / rateIn;
          expect(even.length).toBe(even.resampled ? Math.floor(last * rateOut + 1e-6) + 1 : rows);
          const tolerance = even.resampled ? 5e-4 : evenTolerance * (rateIn / rateOut) + 1e-9;
          for (let i = 0; i < even.length; i++) {
            expect(Math.abs(even.values[0]![i]! - (i / rateOut) * rateIn)).toBeLessThanOrEqual(tolerance);
          }
        },
      ),
      { examples: [[2, 39, 38]], numRuns: 1000 },
    );
  });

  test("a single row gives a single sample", () => {
    const recordings = recordingsOf([{ user: "a", recording: "r", label: null, rows: 1 }], 50);
    expect(resample(recordings, recordings.stretches[0]!, 20)).toMatchObject({ length: 1, resampled: false });
  });
});
