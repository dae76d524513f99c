// Tests that no recorded time counts as non-wear time in data sets in which everyone wore the sensor all the time and many sat
// still.
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { readRecordings } from "../../../src/signals/data/read-recordings.ts";
import { rowsOfRecordings } from "../../../src/signals/data/recordings.ts";
import { stillTime } from "../../../src/signals/data/still-time.ts";

const channels = ["Ax", "Ay", "Az"] as const;
const accelerometer = { name: "A", kind: "accelerometer", channels, unit: "m/s^2", gravity: true } as const;
const sets = { motionsense: 24, wisdm_watch: 46, bfrb_samsung: 10 };

for (const [set, people] of Object.entries(sets)) {
  const path = fileURLToPath(new URL(`../../../../shared/data/${set}/${set}.parquet`, import.meta.url));
  it.skipIf(!existsSync(path))(
    `nobody in ${set} keeps as still as a table (skipped without ../shared/data)`,
    async () => {
      const { recordings } = await readRecordings([path], { requireLabels: false });
      expect(new Set(recordings.stretches.map(({ user }) => user)).size).toBe(people);
      expect(stillTime(rowsOfRecordings(recordings), [accelerometer]).ranges).toEqual([]);
    },
  );
}
