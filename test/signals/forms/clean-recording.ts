// Recordings whose values are known functions of time: two people who walk and then sit, with an accelerometer in m/s^2 and a
// gyroscope in rad/s. All signals are below 2 Hz, so that interpolating between samples changes the values little.

import { makeWindows } from "../../../src/signals/data/make-windows.ts";
import type { Recordings, Stretch } from "../../../src/signals/data/recordings.ts";
import type { WindowSet } from "../../../src/signals/data/windows.ts";

export const people = 2;
export const activities = ["walking", "sitting"] as const;
export const gravity = 9.80665;
/** Duration of each of a person's recordings, which contain one activity each. */
export const boutSeconds = 8.5;
/** Duration of the pause between a person's recordings. */
export const pauseSeconds = 30;
const windowSeconds = 2;

export type Activity = (typeof activities)[number];
export type Sensor = "accelerometer" | "gyroscope";

/** The x, y and z values of a sensor, t seconds after the beginning of a person's first recording. */
export function valuesAt(sensor: Sensor, person: number, activity: Activity, t: number): [number, number, number] {
  const wave = (hz: number, phase: number): number => Math.sin(2 * Math.PI * hz * t + phase + person);
  const step = 0.8 + 0.07 * person;
  const swing = (axis: number): number =>
    wave(step, axis) + 0.25 * wave(2.1 * step, 2 * axis) + 0.1 * wave(0.313, axis);
  const size = activity === "walking" ? 1 : 0.02;
  if (sensor === "gyroscope") return [1.4, 0.9, 0.6].map((most, axis) => size * most * swing(axis + 3)) as never;
  const tilt = 0.4 + 0.3 * person + (activity === "walking" ? 0 : 0.5);
  const down = [Math.sin(tilt), 0.3 * Math.cos(tilt), Math.sqrt(1 - 0.09) * Math.cos(tilt)];
  return down.map((share, axis) => gravity * share + size * (2 + axis / 2) * swing(axis)) as never;
}

/**
 * The largest error when interpolating between neighbours `seconds` apart: seconds^2 / 8 times the largest second derivative.
 */
export function interpolationError(sensor: Sensor, seconds: number): number {
  const angular = 2 * Math.PI * 0.94;
  const curvature = angular ** 2 * (1 + 0.25 * 2.1 ** 2) + 0.5;
  return (seconds ** 2 / 8) * curvature * (sensor === "accelerometer" ? 3 : 1.4);
}

/** Seconds from the beginning of a person's first recording to the beginning of the given recording. */
export function startOf(bout: number): number {
  return bout * (boutSeconds + pauseSeconds);
}

export function rowsOfBout(rateHz: number): number {
  return Math.round(boutSeconds * rateHz);
}

/** Computes the windows directly from the functions, without writing or reading files. */
export function cleanWindows(
  names: readonly string[],
  labels: Readonly<Record<Activity, string>>,
  rateHz: number,
): WindowSet {
  const rows = rowsOfBout(rateHz);
  const total = people * activities.length * rows;
  const values = Array.from({ length: 6 }, () => new Float32Array(total));
  const time = new Float64Array(total);
  const stretches: Stretch[] = [];
  let at = 0;
  for (let person = 0; person < people; person++) {
    for (const [bout, activity] of activities.entries()) {
      stretches.push({ user: names[person]!, recording: activity, label: labels[activity], start: at, end: at + rows });
      for (let i = 0; i < rows; i++, at++) {
        const t = startOf(bout) + i / rateHz;
        time[at] = t;
        const all = [...valuesAt("accelerometer", person, activity, t), ...valuesAt("gyroscope", person, activity, t)];
        for (const [c, value] of all.entries()) values[c]![at] = value;
      }
    }
  }
  const channels = ["ax", "ay", "az", "gx", "gy", "gz"];
  return windowsOf({ channels, values, time, stretches, files: [], fingerprint: "" }, rateHz);
}

export function windowsOf(recordings: Recordings, rateHz: number): WindowSet {
  return makeWindows(recordings, {
    samplingRateHz: rateHz,
    windowSize: Math.round(windowSeconds * rateHz),
    overlap: 0.5,
  }).windows;
}
