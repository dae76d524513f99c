import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { Recordings } from "../../../src/signals/data/recordings.ts";
import { rowsOfRecordings } from "../../../src/signals/data/recordings.ts";
import { planResampling, resample, resampledValues } from "../../../src/signals/data/resample.ts";

interface Case {
  name: string;
  rate_in: number;
  rate: number;
  values: number[];
  gain: number[];
  expected: number[];
}

const fixture: Case[] = JSON.parse(readFileSync(new URL("../../fixtures/low-pass.json", import.meta.url), "utf8"));

function recording(time: Float64Array, ...values: Float32Array[]): Recordings {
  const stretches = [{ user: "a", recording: "r", label: null, start: 0, end: time.length }];
  return { channels: values.map((_, c) => `c${c}`), values, time, stretches, files: [], fingerprint: "sha256:test" };
}

function sampled(signal: (seconds: number) => number, time: Float64Array): Float32Array {
  return Float32Array.from(time, signal);
}

function evenTime(samples: number, rateHz: number, from = 0): Float64Array {
  return Float64Array.from({ length: samples }, (_, i) => from + i / rateHz);
}

/** Returns the root mean square without `edgeSeconds` at both ends, where the filter reflects the values. */
function strength(values: Float32Array, rateHz: number, edgeSeconds = 0): number {
  const edge = Math.round(edgeSeconds * rateHz);
  const inner = values.subarray(edge, values.length - edge);
  return Math.sqrt(inner.reduce((sum, value) => sum + value ** 2, 0) / inner.length);
}

describe("downsampling", () => {
  test.each(fixture)("agrees with SciPy's resample_poly: $name", ({ rate_in, rate, values, gain, expected }) => {
    const recordings = recording(evenTime(values.length, rate_in, 1.7e9), Float32Array.from(values));
    const even = resample(recordings, recordings.stretches[0]!, rate);
    expect(even.length).toBe(expected.length);
    expect(even.filter).toMatchObject({ even: true });
    for (const [i, value] of expected.entries()) expect(even.values[0]![i]).toBeCloseTo(value, 4);
    // The correction for the ripple is no larger than the filter's own ripple.
    for (const one of gain) expect(Math.abs(one - 1)).toBeLessThan(0.0025);
  });

  test("tremor at 18 Hz does not appear as gait at 2 Hz in a recording resampled from 100 to 20 Hz", () => {
    const time = evenTime(3000, 100);
    const tremor = recording(
      time,
      sampled((t) => Math.sin(2 * Math.PI * 18 * t), time),
    );
    const gait = recording(
      time,
      sampled((t) => Math.sin(2 * Math.PI * 2 * t), time),
    );
    const [filtered, folded, kept] = [
      resample(tremor, tremor.stretches[0]!, 20),
      resample(tremor, tremor.stretches[0]!, 20, "linear"),
      resample(gait, gait.stretches[0]!, 20),
    ].map(({ values }) => strength(values[0]!, 20, 0.5) * Math.SQRT2);
    expect(folded).toBeGreaterThan(0.9);
    expect(filtered).toBeLessThan(0.002);
    expect(kept).toBeCloseTo(1, 2);
  });

  test("a rate that is at most 5 % higher is interpolated, as is a lower rate", () => {
    for (const [rateIn, rate, filters] of [
      [52.4, 50, false],
      [52.5, 50, false],
      [53, 50, true],
      [25, 50, false],
    ] as const) {
      const time = evenTime(200, rateIn);
      const recordings = recording(time, new Float32Array(200));
      expect(resample(recordings, recordings.stretches[0]!, rate).filter !== null).toBe(filters);
    }
  });

  test("an uneven clock is believed: the movement comes out at its true times", () => {
    let seed = 1;
    const random = (): number => {
      seed = (seed * 48271) % 2147483647;
      return seed / 2147483647;
    };
    const time = evenTime(3000, 100).map((t, i) => (i === 0 ? t : t + (random() - 0.5) * 0.006));
    const signal = (t: number): number => Math.sin(2 * Math.PI * 3 * t);
    const recordings = recording(time, sampled(signal, time));
    const even = resample(recordings, recordings.stretches[0]!, 20);
    expect(even.filter).toMatchObject({ even: false });
    const errors = even.values[0]!.map((value, i) => value - signal(i / 20));
    expect(strength(errors, 20, 0.5)).toBeLessThan(0.002);
  });

  test("an interruption inside a stretch causes no ringing in gravity", () => {
    const time = evenTime(600, 100).map((t, i) => (i >= 300 ? t + 0.09 : t));
    const recordings = recording(time, new Float32Array(600).fill(9.81));
    for (const value of resample(recordings, recordings.stretches[0]!, 20).values[0]!)
      expect(value).toBeCloseTo(9.81, 5);
  });

  test("pieces of any size give the same samples, bit for bit", () => {
    for (const jitter of [0, 0.4]) {
      const time = evenTime(997, 100).map((t, i) => t + (jitter / 100) * (i % 3 === 1 ? 1 : 0));
      const recordings = recording(
        time,
        sampled((t) => Math.sin(9 * t) + 3 * t, time),
      );
      const rows = rowsOfRecordings(recordings);
      const plan = planResampling(rows, recordings.stretches[0]!, 23, "low-pass");
      const whole = resampledValues(rows, plan, 23, 0, plan.length)[0]!;
      for (const size of [1, 7, 64]) {
        const pieces = new Float32Array(plan.length);
        for (let from = 0; from < plan.length; from += size) {
          const to = Math.min(plan.length, from + size);
          pieces.set(resampledValues(rows, plan, 23, from, to)[0]!, from);
        }
        expect(pieces).toEqual(whole);
      }
    }
  });
});
