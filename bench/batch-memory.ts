// Measures the peak memory of check and predict on batches of 1, 10 and 50 million rows. The benchmark runs the real
// commands on one recording in Parquet. The benchmark takes most of an hour on two cores, so it runs only if `--only`
// names it.

import { join } from "node:path";
import { simulate } from "../src/pipelines/simulate.ts";
import { duckdbLiteral, openDuckdb } from "../src/signals/files/duckdb.ts";
import type { BenchmarkResult, Measurement } from "./measurement.ts";
import { milliseconds } from "./measurement.ts";
import { main, peakOfProgram } from "./peak-of-program.ts";
import { withTemporaryDirectory } from "./temporary-directory.ts";

const millions = [1, 10, 50];
const mostMegabytes = 1000;

export async function benchmarkBatchMemory(): Promise<BenchmarkResult> {
  return withTemporaryDirectory(async (directory) => {
    const at = (name: string): string => join(directory, name);
    await simulate({ out: at("recordings.parquet"), users: 6, minutes: 4, seed: 1 });
    const short = ["--network", "compact", "--folds", "2", "--epochs", "1"];
    await peakOfProgram([main, "train", at("recordings.parquet"), "--out", at("model"), ...short]);
    await simulate({ out: at("one.parquet"), users: 1, minutes: 34, seed: 2, activities: ["walking"] });
    const measurements: Measurement[] = [];
    for (const size of millions) {
      const batch = at(`${size}m.parquet`);
      await repeat(at("one.parquet"), batch, size * 1e6);
      const commands = {
        check: ["check", batch, "--model", at("model"), "--json"],
        predict: ["predict", batch, "--model", at("model"), "--out", at(`predicted-${size}m.parquet`)],
      };
      for (const [name, words] of Object.entries(commands)) {
        let megabytes = 0;
        const elapsed = await milliseconds(async () => {
          const exitCodes = name === "check" ? [0, 10, 11] : [0];
          ({ megabytes } = await peakOfProgram([main, ...words], exitCodes));
        });
        measurements.push({
          name: `memory of ${name} on ${size} M rows`,
          value: megabytes,
          unit: "MB",
          limit: { kind: "at most", value: mostMegabytes },
          note: `peak resident set, compact, 6 channels, ${Math.round(elapsed / 1000)} s`,
        });
      }
    }
    return { measurements, skipped: [] };
  });
}

/** Writes one recording without gaps, which repeats the first 100,000 rows. */
async function repeat(from: string, to: string, rows: number): Promise<void> {
  const length = 100_000;
  const database = await openDuckdb({ scratch: join(to, "..") });
  try {
    await database.connection.run(
      `COPY (SELECT "user", 'day' AS recording, (${length} * k + i) / 50 AS timestamp_s, * EXCLUDE ("user", recording, timestamp_s, activity, i)
         FROM range(${rows / length}) AS repeats(k), (SELECT row_number() OVER () - 1 AS i, * FROM ${duckdbLiteral(from)} LIMIT ${length})
         ORDER BY k, i) TO ${duckdbLiteral(to)} (FORMAT parquet)`,
    );
  } finally {
    database.close();
  }
}
