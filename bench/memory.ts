// Measures the peak memory of a training run, including its workers, and checks the estimate that the run prints at its start.
// The benchmark runs the real command on recordings as large as MotionSense. Runs on 10 million rows take many minutes,
// so they run only if `--only` names them.

import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { simulate } from "../src/pipelines/simulate.ts";
import type { BenchmarkResult, Measurement } from "./measurement.ts";
import { main, peakOfProgram } from "./peak-of-program.ts";
import { withTemporaryDirectory } from "./temporary-directory.ts";

const reading = fileURLToPath(new URL("read-for-training.ts", import.meta.url));
const short = ["--folds", "2", "--epochs", "1", "--jobs", "2", "--json"];

export async function benchmarkMemory(): Promise<BenchmarkResult> {
  return withTemporaryDirectory(async (directory) => {
    const recordings = join(directory, "recordings.parquet");
    const { rows } = await simulate({ out: recordings, users: 24, minutes: 19.5 });
    return { measurements: await training(recordings, rows, "1dcnn-bilstm", 2000), skipped: [] };
  });
}

export async function benchmarkTrainingMemory(): Promise<BenchmarkResult> {
  return withTemporaryDirectory(async (directory) => {
    const recordings = join(directory, "recordings.parquet");
    const { rows } = await simulate({ out: recordings, users: 24, minutes: 139 });
    const { megabytes } = await peakOfProgram([reading, recordings]);
    const read: Measurement = {
      name: `memory of reading ${millions(rows)} for train`,
      value: megabytes,
      unit: "MB",
      limit: { kind: "at most", value: 1000 },
      note: "peak resident set size with 6 channels, including the windows",
    };
    return { measurements: [read, ...(await training(recordings, rows, "compact", 2000))], skipped: [] };
  });
}

async function training(recordings: string, rows: number, network: string, most: number): Promise<Measurement[]> {
  const words = ["train", recordings, "--out", `${recordings}.model`, "--network", network, ...short];
  const { megabytes, stdout } = await peakOfProgram([main, ...words]);
  const said = Number(/"needed_bytes":(\d+)/.exec(stdout)?.[1]) / 1e6;
  const note = `${network}, ${millions(rows)}, 2 workers`;
  return [
    {
      name: `memory of a training run on ${millions(rows)}`,
      value: megabytes,
      unit: "MB",
      limit: { kind: "at most", value: most },
      note: `peak resident set, ${note}`,
    },
    {
      name: "estimate printed at the start of that run, lower limit",
      value: said / megabytes,
      unit: "x",
      limit: { kind: "at least", value: 1 },
      note: `relative to the peak, ${note}`,
    },
    {
      name: "estimate printed at the start of that run, upper limit",
      value: said / megabytes,
      unit: "x",
      limit: { kind: "at most", value: 1.25 },
      note: `relative to the peak, ${note}`,
    },
  ];
}

function millions(rows: number): string {
  return `${(rows / 1e6).toFixed(1)} M rows`;
}
