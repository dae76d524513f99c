import { expect, it } from "vitest";
import { windowsFingerprint } from "../../../src/learning/training/windows-fingerprint.ts";
import type { WindowSet } from "../../../src/signals/data/windows.ts";
import { toyWindows } from "./toy.ts";

it("is the same for equal windows wherever they are in memory, and different if any part differs", () => {
  const windows = toyWindows(6);
  const fingerprint = windowsFingerprint(windows);
  expect(fingerprint).toMatch(/^sha256:[0-9a-f]{64}$/);
  const larger = new Float32Array(new SharedArrayBuffer(windows.samples.byteLength + 40), 40);
  larger.set(windows.samples);
  expect(windowsFingerprint({ ...windows, samples: larger })).toBe(fingerprint);

  const bumped = <T extends Int32Array | Float64Array | WindowSet["samples"]>(values: T): T => {
    const copy = values.slice() as T;
    copy[1]! += 1;
    return copy;
  };
  const samples = new Float32Array(new SharedArrayBuffer(windows.samples.byteLength));
  samples.set(windows.samples);
  samples[0]! += 1;
  const others: Partial<WindowSet>[] = [
    { samples },
    { starts: bumped(windows.starts) },
    { startTimes: bumped(windows.startTimes) },
    { labels: bumped(windows.labels) },
    { groups: bumped(windows.groups) },
    { recordingIndex: bumped(windows.recordingIndex) },
    { channels: ["Ax", "Ay", "Bz"] },
    { classes: ["slow", "quick"] },
    { users: ["a", "b", "c", "e"] },
    { recordings: ["s"] },
    { samplingRateHz: 21 },
    { windowSize: 23 },
  ];
  expect(others.map((other) => Object.keys(other)[0]).sort()).toEqual(Object.keys(windows).sort());
  const all = others.map((other) => windowsFingerprint({ ...windows, ...other }));
  expect(new Set([fingerprint, ...all]).size).toBe(others.length + 1);
});
