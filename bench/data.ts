// Measures the processing of 385,000 rows from a file to a frozen baseline: reading, checking and summarising.

import { join } from "node:path";
import { describeValues } from "../src/monitoring/drift/describe-values.ts";
import { simulate } from "../src/pipelines/simulate.ts";
import { readRecordings } from "../src/signals/data/read-recordings.ts";
import { duckdbLiteral, openDuckdb } from "../src/signals/files/duckdb.ts";
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
      const ratios: number[] = [];
      for (let round = 0; round < options.rounds; round++) {
        times.push(
          await milliseconds(async () => {
            const { recordings } = await readRecordings([path], { requireLabels: false });
            describeValues(recordings.channels, (c) => recordings.values[c]!);
          }),
        );
        if (format !== "csv") continue;
        const checked = await cpuSeconds(() => readRecordings([path], { requireLabels: false }));
        ratios.push(checked / (await cpuSeconds(() => readPlainly(path))));
      }
      measurements.push({
        name: `385,000 rows of ${format === "csv" ? "CSV" : "Parquet"} to a baseline`,
        value: median(times) / 1000,
        unit: "s",
        ...(limit === undefined ? {} : { limit: { kind: "at most", value: limit } }),
        note: "6 channels, read, checked, summarised",
      });
      if (format !== "csv") continue;
      measurements.push({
        name: "the same CSV read and checked, over DuckDB alone",
        value: median(ratios),
        unit: "x",
        note: "CPU time, measured in turn",
      });
    }
    return { measurements, skipped: [] };
  });
}

/** Lets DuckDB read all columns, without processing their values. */
async function readPlainly(path: string): Promise<void> {
  const database = await openDuckdb();
  let read = 0;
  try {
    for await (const chunk of database.stream(`FROM ${duckdbLiteral(path)}`)) read += chunk.rowCount;
  } finally {
    database.close();
  }
  if (read !== rows) throw new Error(`expected ${rows} rows, read ${read}`);
}

/** Returns the CPU seconds of all threads, which other programs on the machine affect less than the elapsed time. */
async function cpuSeconds(action: () => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage();
  await action();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}
