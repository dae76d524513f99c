// Reads a form as `train` does, and compares its windows with those of the recording itself.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { UserError } from "../../../src/errors.ts";
import { convertUnitsOfRows, decideUnitsToConvert } from "../../../src/signals/data/convert-units.ts";
import { findSensors } from "../../../src/signals/data/find-sensors.ts";
import { openRecordings } from "../../../src/signals/data/open-recordings.ts";
import { readOpenedRecordings } from "../../../src/signals/data/read-recordings.ts";
import { refuseMixedSensors } from "../../../src/signals/data/refuse-mixed-sensors.ts";
import { parseUnitChoice } from "../../../src/signals/data/unit-choice.ts";
import type { WindowSet } from "../../../src/signals/data/windows.ts";
import { cleanWindows, interpolationError, windowsOf } from "./clean-recording.ts";
import { clockOf } from "./clocks-of-forms.ts";
import type { Form } from "./form.ts";
import { refusalOf } from "./refused-forms.ts";
import { settledForm, type WrittenForm, writeForm } from "./write-form.ts";

/** The outcome of reading a form: equal to the recording, refused with an error, or different from the recording. */
export type ReadForm =
  | { readonly outcome: "equal" }
  | { readonly outcome: "refused"; readonly error: UserError }
  | { readonly outcome: "different"; readonly how: string };

/** The rate, in Hz, that the commands assume if none is given. */
const usualRateHz = 50;

export async function readForm(drawn: Form): Promise<ReadForm> {
  const form = settledForm(drawn);
  const directory = mkdtempSync(join(tmpdir(), "tidemark-form-"));
  try {
    const written = await writeForm(form, directory);
    const read = await windowsAsRead(written, form.rateHz);
    const how = differenceOf(form, written, read);
    return how === undefined ? { outcome: "equal" } : { outcome: "different", how };
  } catch (error) {
    if (error instanceof UserError) return { outcome: "refused", error };
    throw error;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Reads a form as windows in m/s^2 and rad/s, with the accelerometer's axes before the gyroscope's. */
async function windowsAsRead({ files, options, rateHz, units }: WrittenForm, windowRateHz: number): Promise<WindowSet> {
  const opened = await openRecordings(files, {
    columns: options,
    requireLabels: true,
    nominalRateHz: rateHz ?? usualRateHz,
  });
  try {
    const found = findSensors(opened.rows, []);
    const unitChoice = parseUnitChoice(units);
    refuseMixedSensors(found.mixed, unitChoice.mode === "auto");
    const { sensors, conversions } = decideUnitsToConvert(opened.rows.channels, found, {
      sensor: [],
      units: unitChoice,
    });
    const recordings = readOpenedRecordings({ ...opened, rows: convertUnitsOfRows(opened.rows, conversions) });
    const wanted = (["accelerometer", "gyroscope"] as const).flatMap(
      (kind) => sensors.find((sensor) => sensor.kind === kind)?.channels ?? [],
    );
    const values = wanted.map((name) => recordings.values[recordings.channels.indexOf(name)]!);
    return windowsOf({ ...recordings, channels: wanted, values }, windowRateHz);
  } finally {
    opened.rows.close();
  }
}

interface Own {
  readonly start: number;
  readonly index: number;
}

/** Returns the windows of each person and class, in time order. */
function windowsByKey({ starts, startTimes, groups, labels, users, classes }: WindowSet): Map<string, Own[]> {
  const own = Array.from(starts, (_, w) => ({
    key: `${users[groups[w]!]} / ${classes[labels[w]!]}`,
    index: w,
    start: startTimes[w]!,
  }));
  const byKey = Map.groupBy(own, ({ key }) => key);
  for (const [, windows] of byKey) windows.sort((a, b) => a.start - b.start);
  return byKey;
}

/** Returns the tolerance for a sensor's channels, in the sensor's unit. */
export function toleranceOf(form: Form, sensor: "accelerometer" | "gyroscope"): number {
  const step = 1 / form.rateHz;
  const { error } = clockOf(form);
  const slope = sensor === "accelerometer" ? 28 : 14;
  const between = form.gyroscopeClock === "shifted" || error > 0.02 * step ? interpolationError(sensor, step) : 0;
  const gaps = form.missing === "none" ? 0 : interpolationError(sensor, 2 * step);
  // If several rows share a time, the position of a missing row and the times of the other sensor's rows cannot be determined.
  const coarse = ["whole seconds", "tenths", "minutes", "packets"].includes(form.clock);
  const unknown = coarse && (form.missing !== "none" || form.gyroscopeClock === "shifted") ? step : 0;
  return 0.002 + slope * (2 * error + unknown) + between + gaps;
}

function differenceOf(form: Form, written: WrittenForm, read: WindowSet): string | undefined {
  const clean = cleanWindows(written.people, written.labels, form.rateHz);
  if (read.channels.length !== 6) return `channels ${read.channels.join(", ")}`;
  const [expected, found] = [windowsByKey(clean), windowsByKey(read)];
  const [wanted, got] = [[...expected.keys()].sort(), [...found.keys()].sort()];
  if (wanted.join("; ") !== got.join("; "))
    return `people and classes ${got.join("; ")} instead of ${wanted.join("; ")}`;
  for (const [key, own] of expected) {
    const others = found.get(key)!;
    if (own.length !== others.length) return `${others.length} windows of ${key} instead of ${own.length}`;
    for (const [k, { index, start }] of own.entries()) {
      const other = others[k]!;
      const late = other.start - others[0]!.start - (start - own[0]!.start);
      if (!(Math.abs(late) <= 0.2 / form.rateHz)) return `window ${k} of ${key} is ${late} s late`;
      for (let c = 0; c < 6; c++) {
        const most = toleranceOf(form, c < 3 ? "accelerometer" : "gyroscope");
        for (let i = 0; i < clean.windowSize; i++) {
          const [a, b] = [
            clean.samples[(clean.starts[index]! + i) * 6 + c]!,
            read.samples[(read.starts[other.index]! + i) * 6 + c]!,
          ];
          if (!(Math.abs(a - b) <= most))
            return `window ${k} of ${key}, sample ${i}, channel ${read.channels[c]}: ${b} instead of ${a}, more than ${most.toPrecision(2)} apart`;
        }
      }
    }
  }
  return undefined;
}

/**
 * Describes the fault in reading a form: the form is rejected but not listed, listed but read, or read with other windows.
 */
export async function problemOfForm(drawn: Form): Promise<string | undefined> {
  const expected = refusalOf(settledForm(drawn));
  const read = await readForm(drawn);
  switch (read.outcome) {
    case "equal":
      return expected === undefined ? undefined : `read, although it is on the list: ${expected.reason}`;
    case "different":
      return read.how;
    case "refused": {
      const { message, advice } = read.error;
      if (expected === undefined) return `refused: ${message}`;
      if (!expected.says.test(message)) return `refused for another reason than "${expected.reason}": ${message}`;
      return advice === undefined ? `refused without a way forward: ${message}` : undefined;
    }
  }
}
