// The most memory that a training run holds, workers included: the real command on recordings as large as MotionSense.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { simulate } from "../src/pipelines/simulate.ts";
import type { BenchmarkResult } from "./measurement.ts";
import { withTemporaryDirectory } from "./temporary-directory.ts";

const main = fileURLToPath(new URL("../src/interfaces/cli/main.ts", import.meta.url));
const preload = new URL("report-peak.ts", import.meta.url).href;
const [users, minutes] = [24, 19.5];

export async function benchmarkMemory(): Promise<BenchmarkResult> {
  return withTemporaryDirectory(async (directory) => {
    const recordings = join(directory, "recordings.parquet");
    const { rows } = await simulate({ out: recordings, users, minutes });
    const train = ["train", recordings, "--out", join(directory, "model")];
    const short = ["--folds", "2", "--epochs", "1", "--jobs", "2"];
    const child = spawn(process.execPath, ["--import", preload, main, ...train, ...short], {
      stdio: ["ignore", "ignore", "inherit", "pipe"],
    });
    const [bytes, [exitCode]] = await Promise.all([text(child.stdio[3] as Readable), once(child, "exit")]);
    if (exitCode !== 0) throw new Error(`train ended with exit code ${exitCode}`);
    return {
      measurements: [
        {
          name: "memory of a training run",
          value: Number.parseInt(bytes, 10) / 1e6,
          unit: "MB",
          limit: { kind: "at most", value: 2000 },
          note: `peak resident set, 1dcnn-bilstm, ${rows.toLocaleString("en")} rows, 2 workers`,
        },
      ],
      skipped: [],
    };
  });
}
