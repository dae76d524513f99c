// Reads every folder in this directory, each of which holds an export from an app, a device or a data set. A new export needs
// files and an export.json, but no code.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readRecordings } from "../../src/signals/data/read-recordings.ts";
import { devicesPage, devicesTable, storedExports, tableMarks } from "./generate.ts";

const exports = storedExports();

describe("exports", () => {
  test.each(exports.map(([name, own]) => [name, own] as const))(
    "%s",
    async (name, { files, options, expect: expected }) => {
      const { rate, ...columns } = options as { rate?: number };
      const read = readRecordings(
        files.map((file) => join(import.meta.dirname, name, file)),
        { requireLabels: false, columns, likelyRateHz: 50, ...(rate !== undefined && { nominalRateHz: rate }) },
      );
      if ("refused" in expected) {
        await expect(read).rejects.toThrow(expected.refused);
        return;
      }
      const { recordings, quality } = await read;
      expect(recordings.channels).toEqual(expected.channels);
      expect(quality.sampling.rate_hz! / expected.rate_hz).toBeGreaterThan(0.95);
      expect(quality.sampling.rate_hz! / expected.rate_hz).toBeLessThan(1.05);
      expect(recordings.time.length).toBeGreaterThanOrEqual(62);
      if (expected.people !== null) expect(Object.keys(quality.persons)).toEqual(expected.people);
      for (const [c, value] of expected.row.entries()) {
        expect(Math.abs(recordings.values[c]![9]! - value), recordings.channels[c]).toBeLessThan(
          1e-4 * Math.max(1, Math.abs(value)),
        );
      }
    },
  );

  test("there are a hundred, of which at least ninety are read", () => {
    expect(exports.length).toBeGreaterThanOrEqual(100);
    expect(exports.filter(([, own]) => "channels" in own.expect).length).toBeGreaterThanOrEqual(90);
    expect(new Set(exports.map(([, { device }]) => device)).size).toBe(exports.length);
  });

  test("docs/devices.md lists them", () => {
    const page = readFileSync(devicesPage, "utf8");
    expect(page.slice(page.indexOf(tableMarks[0]) + tableMarks[0].length, page.indexOf(tableMarks[1])).trim()).toBe(
      devicesTable(exports),
    );
  });
});
