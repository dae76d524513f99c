// The most memory that a training run holds, workers included: the real command on recordings as large as MotionSense.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { simulate } from "../src/pipelines/simulate.ts";
import type { BenchmarkResult } from "./measurement.ts";
import { withTemporaryDirectory } from "./temporary-directory.ts";

const main = fileURLToPath(new URL("../src/cli/main.ts", import.meta.url));
const [users, minutes] = [24, 19.5];

export async function benchmarkMemory(): Promise<BenchmarkResult> {
  if (!existsSync("/proc/self/status")) return { measurements: [], skipped: ["memory: needs Linux's /proc"] };
  return withTemporaryDirectory(async (directory) => {
    const recordings = join(directory, "recordings.parquet");
    const { rows } = await simulate({ out: recordings, users, minutes });
    const words = [
      "train",
      recordings,
      "--out",
      join(directory, "model"),
      "--folds",
      "2",
      "--epochs",
      "1",
      "--jobs",
      "2",
    ];
    const child = spawn(process.execPath, [main, ...words], { stdio: ["ignore", "ignore", "inherit"] });
    let peak = 0;
    const timer = setInterval(() => {
      peak = Math.max(peak, peakMegabytes(child.pid!));
    }, 200);
    const [exitCode] = await once(child, "exit");
    clearInterval(timer);
    if (exitCode !== 0) throw new Error(`train ended with exit code ${exitCode}`);
    return {
      measurements: [
        {
          name: "memory of a training run",
          value: peak,
          unit: "MB",
          limit: { kind: "at most", value: 2000 },
          note: `peak resident set, 1dcnn-bilstm, ${rows.toLocaleString("en")} rows, 2 workers`,
        },
      ],
      skipped: [],
    };
  });
}

/** VmHWM of proc_pid_status(5); 0 where the process has just ended. */
function peakMegabytes(pid: number): number {
  try {
    const kilobytes = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
    return (Number(kilobytes ?? 0) * 1024) / 1e6;
  } catch {
    return 0;
  }
}
