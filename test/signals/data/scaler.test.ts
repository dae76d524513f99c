import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { makeWindows } from "../../../src/signals/data/make-windows.ts";
import { fitScaler, type Scaler } from "../../../src/signals/data/scaler.ts";
import type { WindowSet } from "../../../src/signals/data/windows.ts";
import { scalerFaults, scalerSchema } from "../../../src/storage/scaler-file.ts";
import { recordingsOf, someStretches } from "./recordings.ts";

const { scaler: fixture } = JSON.parse(
  readFileSync(new URL("../../fixtures/preprocessing.json", import.meta.url), "utf8"),
) as {
  scaler: {
    samples: number[][];
    starts: number[];
    index: number[];
    window_size: number;
    zscore: { center: number[]; scale: number[] };
    robust: { center: number[]; scale: number[] };
  };
};

function fixtureWindows(): WindowSet {
  const flat = fixture.samples.flat();
  const samples = new Float32Array(new SharedArrayBuffer(flat.length * 4));
  samples.set(flat);
  const zeros = new Int32Array(fixture.starts.length);
  return {
    channels: ["Ax", "Ay", "Az"],
    samplingRateHz: 50,
    windowSize: fixture.window_size,
    samples,
    starts: Int32Array.from(fixture.starts),
    startTimes: new Float64Array(zeros.length),
    labels: zeros,
    groups: zeros,
    recordingIndex: zeros,
    classes: ["a"],
    users: ["u"],
    recordings: ["r"],
  };
}

describe("fitScaler", () => {
  test.each(["zscore", "robust"] as const)("scikit-learn's numbers: %s", (method) => {
    const fitted = fitScaler(method, fixtureWindows(), Int32Array.from(fixture.index));
    for (let c = 0; c < 3; c++) {
      expect(fitted.center[c]).toBeCloseTo(fixture[method].center[c]!, 9);
      expect(fitted.scale[c]).toBeCloseTo(fixture[method].scale[c]!, 9);
    }
    expect(fitted.scale[2]).toBe(1);
    expect(scalerSchema.parse(JSON.parse(JSON.stringify(fitted)))).toEqual(fitted);
  });

  test("leaves values unchanged with the method none", () => {
    const fitted = fitScaler("none", fixtureWindows(), Int32Array.from([0]));
    expect(fitted).toEqual({ method: "none", channels: ["Ax", "Ay", "Az"], center: [0, 0, 0], scale: [1, 1, 1] });
  });

  test("refuses an empty set of windows", () => {
    expect(() => fitScaler("zscore", fixtureWindows(), new Int32Array(0))).toThrow(RangeError);
  });

  test("only the samples under the given windows count, each once, in whatever order the windows come", () => {
    fc.assert(
      fc.property(someStretches, fc.infiniteStream(fc.boolean()), (stretches, coins) => {
        fc.pre(stretches.some(({ rows }) => rows >= 10));
        const { windows } = makeWindows(recordingsOf(stretches, 50), {
          samplingRateHz: 50,
          windowSize: 10,
          overlap: 0.7,
        });
        const index = [...windows.starts.keys()].filter(() => coins.next().value === true);
        fc.pre(index.length > 0);
        const covered = new Set<number>();
        for (const w of index) for (let i = 0; i < 10; i++) covered.add(windows.samples[(windows.starts[w]! + i) * 2]!);
        const rows = [...covered];
        const mean = rows.reduce((sum, row) => sum + row, 0) / rows.length;
        const sd = Math.sqrt(rows.reduce((sum, row) => sum + (row - mean) ** 2, 0) / rows.length);
        const fitted: Scaler = fitScaler("zscore", windows, Int32Array.from(index.reverse()));
        expect(fitted.center[0]).toBeCloseTo(mean, 6);
        expect(fitted.scale[0]).toBeCloseTo(sd, 6);
        expect(fitted.center[1]).toBeCloseTo(-mean, 6);
      }),
    );
  });
});

test("a method of any form in a foreign manifest is shown, not called", () => {
  const scaler = { method: "none", channels: ["Ax"], center: [0], scale: [1] };
  const faults = scalerFaults(scaler, { channels: ["Ax"], method: { toString: true } });
  expect(faults).toEqual(['method: expected {"toString":true} as in manifest.json, got none']);
});
