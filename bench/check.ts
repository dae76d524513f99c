// Measures the cost of a check in production: runs the real command in its own process on ten minutes of data from people who
// are not in the training data. Also measures the size of the baseline file, which every check reads.

import { execFile } from "node:child_process";
import { statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { referenceKinds } from "../src/monitoring/drift/comparison.ts";
import type { CheckResult } from "../src/pipelines/check.ts";
import { simulate } from "../src/pipelines/simulate.ts";
import { modelFiles } from "../src/storage/model-folder.ts";
import type { BenchmarkResult } from "./measurement.ts";
import { median, milliseconds } from "./measurement.ts";
import { withTemporaryDirectory } from "./temporary-directory.ts";

const main = fileURLToPath(new URL("../src/interfaces/cli/main.ts", import.meta.url));
const rows = 30_000;
const referenceBatches = 5;

/** Trains a small model, fills a stream's references, and checks one more batch in each round. */
export async function benchmarkCheck(options: { readonly rounds: number }): Promise<BenchmarkResult> {
  return withTemporaryDirectory(async (directory) => {
    const recordings = join(directory, "recordings.parquet");
    const batch = join(directory, "batch.parquet");
    const model = join(directory, "model");
    await simulate({ out: recordings, users: 12, minutes: 6, seed: 1 });
    const short = [
      "--network",
      "compact",
      "--folds",
      "3",
      "--epochs",
      "2",
      "--reference-batches",
      `${referenceBatches}`,
    ];
    await tidemark(["train", recordings, "--out", model, ...short]);
    const times: number[] = [];
    for (let i = 0; i < referenceBatches + options.rounds; i++) {
      let answer = "";
      // Each batch has different content, because a repeated batch would neither add evidence nor be added to a reference.
      const written = await simulate({ out: batch, users: 1, minutes: 10, seed: 2 + i, overwrite: true });
      if (written.rows !== rows) throw new Error(`expected ${rows} rows, simulated ${written.rows}`);
      const elapsed = await milliseconds(async () => {
        answer = await tidemark(["check", batch, "--model", model, "--batch-id", `batch-${i}`, "--json"]);
      });
      if (i < referenceBatches) continue;
      expectCalibrated(JSON.parse(answer));
      times.push(elapsed);
    }
    return {
      measurements: [
        {
          name: "check of 30,000 x 6",
          value: median(times),
          unit: "ms",
          limit: { kind: "at most", value: 1500 },
          note: "the whole command, with the network compact and a Parquet file, which is compared with 3 references",
        },
        {
          name: "baseline_stats.json",
          value: statSync(join(model, modelFiles.baseline)).size / 1e6,
          unit: "MB",
          limit: { kind: "at most", value: 2 },
          note: "6 channels, 6 classes, calibrated on 12 people",
        },
      ],
      skipped: [],
    };
  });
}

/** Returns the command's output. Any exit code other than 0 is an error, even the code for drift. */
async function tidemark(args: readonly string[]): Promise<string> {
  return (await promisify(execFile)(process.execPath, [main, ...args])).stdout;
}

function expectCalibrated(result: CheckResult): void {
  const comparisons = result.verdict === "rejected" ? [] : result.comparisons;
  const calibrated = comparisons.filter(({ null_batches }) => null_batches > 0).map(({ reference }) => reference);
  if (calibrated.length === referenceKinds.length) return;
  throw new Error(`check: expected three calibrated comparisons, got ${calibrated.join(", ") || "none"}`);
}
