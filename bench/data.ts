// Measures the way of 385,000 rows from a file to a frozen baseline: reading, checking and summarising.

import { join } from "node:path";
import { describeValues } from "../src/monitoring/drift/describe-values.ts";
import { simulate } from "../src/pipelines/simulate.ts";
import { readRecordings } from "../src/signals/data/read-recordings.ts";
import type { BenchmarkResult, Measurement } from "./measurement.ts";
import { median, milliseconds } from "./measurement.ts";
import { withTemporaryDirectory } from "./temporary-directory.ts";

const rows = 385_000;
const users = 11;

export async function benchmarkData(options: { readonly rounds: number }): Promise<BenchmarkResult> {
  return withTemporaryDirectory(async (directory) => {
    const measurements: Measurement[] = [];
    for (const [format, limit] of [
      ["csv", 2],
      ["parquet", undefined],
    ] as const) {
      const path = join(directory, `recordings.${format}`);
      const minutes = rows / users / 50 / 60;
      const written = await simulate({ out: path, users, minutes, activities: ["walking"] });
      if (written.rows !== rows) throw new Error(`expected ${rows} rows, simulated ${written.rows}`);
      const times: number[] = [];
      for (let round = 0; round < options.rounds; round++) {
        times.push(
          await milliseconds(async () => {
            const { recordings } = await readRecordings([path], { requireLabels: false });
            describeValues(recordings.channels, (c) => recordings.values[c]!);
          }),
        );
      }
      measurements.push({
        name: `385,000 rows of ${format === "csv" ? "CSV" : "Parquet"} to a baseline`,
        value: median(times) / 1000,
        unit: "s",
        ...(limit === undefined ? {} : { limit: { kind: "at most", value: limit } }),
        note: "6 channels, read, checked, summarised",
      });
    }
    return { measurements, skipped: [] };
  });
}
