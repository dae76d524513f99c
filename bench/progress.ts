// npx node bench/progress.ts [FILES] [options of train]: measures the accuracy of `train`'s estimates of the time left,
// for each network. Without files, the script trains on simulated people. The goal is an error of at most 25 % after
// the first tenth of the run.

import { spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { percent } from "../src/percent.ts";
import { simulate } from "../src/pipelines/simulate.ts";
import { estimateAccuracy, type TimedEstimate } from "./progress-accuracy.ts";
import { withTemporaryDirectory } from "./temporary-directory.ts";
import { plainTable } from "./titled-table.ts";

const main = fileURLToPath(new URL("../src/interfaces/cli/main.ts", import.meta.url));
const networks = ["auto", "compact", "1dcnn-bilstm", "minirocket"];

const given = process.argv.slice(2);
await withTemporaryDirectory(async (directory) => {
  const words = given.length > 0 ? given : [await simulated(join(directory, "recordings.parquet"))];
  const named = given.indexOf("--network");
  const rows: string[][] = [];
  for (const network of named < 0 ? networks : [given[named + 1]!]) {
    const own = named < 0 ? ["--network", network] : [];
    const { estimates, took } = await timedTraining([...words, ...own, "--out", join(directory, network)]);
    const { withinQuarter, meanError } = estimateAccuracy(estimates, took);
    rows.push([
      network,
      `${took.toFixed(0)} s`,
      percent(withinQuarter, { decimals: 0 }),
      percent(meanError, { decimals: 0 }),
    ]);
  }
  const headers = ["network", "took", "of the time within 25 %", "mean error"];
  console.log(plainTable({ title: "Estimates of the time left, after the first tenth of the run", headers, rows }));
});

async function simulated(out: string): Promise<string> {
  await simulate({ out, users: 10, minutes: 10, seed: 1 });
  return out;
}

/** Trains with the real command, and records when each estimate arrives. */
async function timedTraining(words: readonly string[]): Promise<{ estimates: TimedEstimate[]; took: number }> {
  const began = performance.now();
  const child = spawn(process.execPath, [main, "train", ...words, "--json"], { stdio: ["ignore", "pipe", "inherit"] });
  const ended = new Promise<number | null>((resolve) => child.on("close", resolve));
  const estimates: TimedEstimate[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    const { seconds_left: secondsLeft } = JSON.parse(line) as { seconds_left?: number | null };
    if (typeof secondsLeft === "number") estimates.push({ at: (performance.now() - began) / 1000, secondsLeft });
  }
  const status = await ended;
  if (status !== 0) throw new Error(`train ended with exit code ${status}`);
  return { estimates, took: (performance.now() - began) / 1000 };
}
