// Tests sampling rates and start times that are given before a table.
import { expect, test } from "vitest";
import { statedClock } from "../../../src/signals/files/stated-clock.ts";

const start = Date.UTC(2026, 4, 14, 10) / 1000;

test.each([
  ["# Config: data_rate = 2000.0 Hz", 2000],
  ["// Update Rate: 50.0Hz", 50],
  ["Sampling Frequency (Hz),50", 50],
  ['"Sample Rate (Hz)","50"', 50],
  ["Measurement Frequency,85.7 Hz", 85.7],
  ["# fs: 50", 50],
  ["Rate: 50 Hz", 50],
  ["samplerate=50", 50],
  ["Abtastrate: 50 Hz", 50],
  ["Sampling rate: 100 samples/s", 100],
  ["Samples per second,50", 50],
  ["Sample Interval: 20 ms", 50],
  ["20 msec/sample", 50],
  ["Frame rate: 100", 100],
  ["Sampling period (s),0.02", 50],
  ["Label: ACC  Sampling frequency: 148.148 Number of points: 600", 148.148],
])("%s states %d Hz", (line, rateHz) => {
  const found = statedClock(["Device: 17", line, "Range: 8 g"]);
  expect(found?.rateHz).toBeCloseTo(rateHz, 6);
});

test.each([
  ["Rate: 5"],
  ["Heart rate: 50"],
  ["Sampling rate: 2 kHz"],
  ["Sample rate 2026-05-04"],
  ["Frequency: 2.4 GHz"],
  ["Start: 10:00:00"],
])("%s states no rate", (line) => {
  expect(statedClock([line])).toBeUndefined();
});

test("different rates are no rate", () => {
  expect(statedClock(["EMG sampling rate: 2000 Hz", "ACC sampling rate: 148 Hz"])).toBeUndefined();
});

test.each([
  ["Start Time,2026-05-14 10:00:00.000", start],
  ["# start: 2026-05-14T10:00:00", start],
  ["Start time (UTC): 14.05.2026 10:00:00", start],
  ["Start: 5/14/2026 10:00", start],
  ["Start: 04-05-2026 10:00:00", 0],
  ["Stop: 2026-05-14 10:00:00", 0],
])("%s states the start", (line, expected) => {
  expect(statedClock([line, "Sample rate: 50 Hz"])?.start).toBe(expected);
});
