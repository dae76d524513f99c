// Compares the real recordings with the counts in the README next to them; skipped if the recordings are absent.

import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { makeWindows } from "../../../src/signals/data/make-windows.ts";
import { readRecordings } from "../../../src/signals/data/read-recordings.ts";

const path = fileURLToPath(new URL("../../../../shared/data/motionsense/motionsense.parquet", import.meta.url));
const absent = !existsSync(path);

describe.skipIf(absent)(`MotionSense${absent ? " (skipped: ../shared/data/motionsense is not here)" : ""}`, () => {
  test("has 24 people, 359 recordings, 6 classes, 1,402,573 rows and 13,491 windows", async () => {
    const { recordings, quality, columns } = await readRecordings([path], { requireLabels: true });
    expect(columns.channels).toEqual(["Ax", "Ay", "Az", "Gx", "Gy", "Gz"]);
    expect(quality).toMatchObject({
      rows: { read: 1_402_573, kept: 1_402_573 },
      users: 24,
      recordings: 359,
      stretches: 359,
      sampling: { rate_hz: 50 },
      gaps: { count: 0 },
      warnings: [],
    });
    expect(Object.fromEntries(Object.entries(quality.classes).map(([name, { rows }]) => [name, rows]))).toEqual({
      walking: 344_288,
      sitting: 328_486,
      standing: 306_427,
      upstairs: 157_285,
      jogging: 134_231,
      downstairs: 131_856,
    });
    const { windows, dropped, resampledStretches } = makeWindows(recordings, {
      samplingRateHz: 50,
      windowSize: 200,
      overlap: 0.5,
    });
    expect(windows.starts.length).toBe(13_491);
    expect(resampledStretches).toBe(0);
    expect(windows.samples.length / 6 + dropped.remainders.samples + dropped.shortStretches.samples).toBe(1_402_573);
  });
});
