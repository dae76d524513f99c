// Measures startup cost: importing "tidemark" in a program, and running the command with little or no work to do. The benchmark
// measures the built package, as users install it; only `check` loads the engines.

import { execFile } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { verdictExitCodes } from "../src/errors.ts";
import { simulate } from "../src/pipelines/simulate.ts";
import type { BenchmarkResult } from "./measurement.ts";
import { median, milliseconds } from "./measurement.ts";
import { withTemporaryDirectory } from "./temporary-directory.ts";

const root = fileURLToPath(new URL("..", import.meta.url));

export async function benchmarkStart(options: { readonly rounds: number }): Promise<BenchmarkResult> {
  return withTemporaryDirectory((directory) =>
    withBuiltPackage(async (home) => {
      const command = join(home, "dist/interfaces/cli/main.js");
      const recordings = join(directory, "recordings.parquet");
      const batch = join(directory, "batch.parquet");
      const model = join(directory, "model");
      await simulate({ out: recordings, users: 4, minutes: 3, seed: 1 });
      const { rows } = await simulate({ out: batch, users: 1, minutes: 1, seed: 2 });
      await node(command, "train", recordings, "--out", model, "--network", "compact", "--folds", "2", "--epochs", "1");
      const imports: Start[] = [];
      const bare: Start[] = [];
      const help: number[] = [];
      const check: number[] = [];
      for (let round = 0; round < options.rounds; round++) {
        imports.push(await startOf(pathToFileURL(join(home, "dist/index.js")).href));
        bare.push(await startOf("node:process"));
        help.push(await milliseconds(() => node(command, "--help")));
        const asks = ["check", batch, "--model", model, "--batch-id", `batch-${round}`];
        check.push(await milliseconds(() => node(command, ...asks).catch(expectVerdict)));
      }
      const middle = (starts: readonly Start[], of: keyof Start): number => median(starts.map((start) => start[of]));
      return {
        measurements: [
          {
            name: 'import "tidemark"',
            value: middle(imports, "ms"),
            unit: "ms",
            limit: { kind: "at most", value: 500 },
            note: "in a running Node.js",
          },
          {
            name: 'memory after import "tidemark"',
            value: middle(imports, "megabytes"),
            unit: "MB",
            limit: { kind: "at most", value: 100 },
            note: `resident set; Node.js alone ${Math.round(middle(bare, "megabytes"))} MB`,
          },
          {
            name: "cold start of tidemark --help",
            value: median(help),
            unit: "ms",
            limit: { kind: "at most", value: 500 },
            note: "the whole process",
          },
          {
            name: "cold start of tidemark check",
            value: median(check),
            unit: "ms",
            limit: { kind: "at most", value: 1500 },
            note: `the whole process, ${rows.toLocaleString("en")} rows of 6 channels, compact`,
          },
        ],
        skipped: [],
      };
    }),
  );
}

interface Start {
  readonly ms: number;
  readonly megabytes: number;
}

async function startOf(module: string): Promise<Start> {
  const program = `const before = performance.now();
    await import(${JSON.stringify(module)});
    const ms = performance.now() - before;
    console.log(JSON.stringify({ ms, megabytes: process.memoryUsage.rss() / 1e6 }));`;
  return JSON.parse(await node("--input-type=module", "--eval", program));
}

async function node(...words: readonly string[]): Promise<string> {
  return (await promisify(execFile)(process.execPath, [...words])).stdout;
}

/** Accepts any exit code with which `check` reports a verdict, but no other error. */
function expectVerdict(error: unknown): void {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (!Object.values(verdictExitCodes).some((verdict) => verdict === code)) throw error;
}

/**
 * Runs `work` with a built package inside node_modules, where the package finds its dependencies. The package is removed
 * afterwards.
 */
async function withBuiltPackage<T>(work: (home: string) => Promise<T>): Promise<T> {
  const cache = join(root, "node_modules/.cache");
  mkdirSync(cache, { recursive: true });
  const home = mkdtempSync(join(cache, "bench-start-"));
  try {
    copyFileSync(join(root, "package.json"), join(home, "package.json"));
    await node(join(root, "scripts/build.ts"), join(home, "dist"));
    return await work(home);
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}
