// Measures the processing of 385,000 rows from a file to a frozen baseline: reading, checking and summarising. Reading
// CSV with all checks is compared with DuckDB alone, and with the reader from an earlier commit, which made few checks.

import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describeValues } from "../src/monitoring/drift/describe-values.ts";
import { simulate } from "../src/pipelines/simulate.ts";
import { readRecordings } from "../src/signals/data/read-recordings.ts";
import { duckdbLiteral, openDuckdb } from "../src/signals/files/duckdb.ts";
import { extractCommit } from "./commit-of-then.ts";
import type { BenchmarkResult, Measurement } from "./measurement.ts";
import { median, milliseconds } from "./measurement.ts";
import { withTemporaryDirectory } from "./temporary-directory.ts";

const rows = 385_000;
const users = 11;

/**
 * A commit whose reader detects missing values, gaps and rows out of order, but none of the faults that later checks detect.
 */
const commitWithoutChecks = "85d68b1";

export async function benchmarkData(options: { readonly rounds: number }): Promise<BenchmarkResult> {
  return withTemporaryDirectory(async (directory) => {
    const measurements: Measurement[] = [];
    const readThen = await readerOfThen(join(directory, "then"));
    for (const [format, limit] of [
      ["csv", 2],
      ["parquet", undefined],
    ] as const) {
      const path = join(directory, `recordings.${format}`);
      const minutes = rows / users / 50 / 60;
      const written = await simulate({ out: path, users, minutes, activities: ["walking"] });
      if (written.rows !== rows) throw new Error(`expected ${rows} rows, simulated ${written.rows}`);
      const times: number[] = [];
      const [overDuckdb, overThen, cpuOverThen]: [number[], number[], number[]] = [[], [], []];
      for (let round = 0; round < options.rounds; round++) {
        times.push(
          await milliseconds(async () => {
            const { recordings } = await readRecordings([path], { requireLabels: false });
            describeValues(recordings.channels, (c) => recordings.values[c]!);
          }),
        );
        if (format !== "csv") continue;
        const now = await timesOf(() => readRecordings([path], { requireLabels: false }));
        overDuckdb.push(now.cpuSeconds / (await timesOf(() => readPlainly(path))).cpuSeconds);
        if (readThen === undefined) continue;
        const then = await timesOf(() => readThen([path], { requireLabels: false }));
        overThen.push(now.seconds / then.seconds);
        cpuOverThen.push(now.cpuSeconds / then.cpuSeconds);
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
        name: "reading and checking the same CSV, relative to DuckDB alone",
        value: median(overDuckdb),
        unit: "x",
        note: "CPU time, measured in turn",
      });
      if (readThen === undefined) continue;
      measurements.push({
        name: `the same, relative to ${commitWithoutChecks}, which has few checks`,
        value: median(cpuOverThen),
        unit: "x",
        limit: { kind: "at most", value: 1.5 },
        note: `CPU time, measured in turn; elapsed time: ${median(overThen).toFixed(2)} x`,
      });
    }
    const skipped =
      readThen === undefined ? [`the reader of ${commitWithoutChecks}: this clone does not have the commit`] : [];
    return { measurements, skipped };
  });
}

/** Has DuckDB read all columns without processing their values. */
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

/** Returns undefined if the repository does not have the commit. */
async function readerOfThen(folder: string): Promise<typeof readRecordings | undefined> {
  if (!extractCommit(commitWithoutChecks, folder)) return undefined;
  const reader = await import(pathToFileURL(join(folder, "src/data/read-recordings.ts")).href);
  return reader.readRecordings;
}

/** The CPU seconds cover all threads. Other programs on the machine affect them less than they affect the elapsed time. */
async function timesOf(action: () => Promise<unknown>): Promise<{ seconds: number; cpuSeconds: number }> {
  const before = process.cpuUsage();
  const elapsed = await milliseconds(action);
  const { user, system } = process.cpuUsage(before);
  return { seconds: elapsed / 1000, cpuSeconds: (user + system) / 1e6 };
}
