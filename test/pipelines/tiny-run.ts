// Helpers for training runs that take seconds, with simulated recordings of a few people at a low rate, short windows, and two
// folds.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll } from "vitest";
import type { TrainConfig } from "../../src/options/resolve-config.ts";
import { simulate } from "../../src/pipelines/simulate.ts";

export const main: string = fileURLToPath(new URL("../../src/interfaces/cli/main.ts", import.meta.url));

/** Creates a directory for the tests in one file. The directory is removed after them. */
export function fileDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), "tidemark-train-"));
  afterAll(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

export async function simulateTiny(
  out: string,
  options: { users?: number; seed?: number; rate?: number } = {},
): Promise<void> {
  const { users = 5, seed = 3, rate = 20 } = options;
  await simulate({ out, users, minutes: 2, rate, seed, activities: ["walking", "jogging", "sitting"] });
}

export const tinyOptions: Partial<TrainConfig> = {
  network: "compact",
  rate: 20,
  window: 40,
  folds: 2,
  epochs: 3,
  batchSize: 16,
  seed: 7,
  jobs: 2,
};

export const tinyWords: readonly string[] = [
  ...["--network", "compact", "--rate", "20", "--window", "40", "--folds", "2", "--epochs", "3"],
  ...["--batch-size", "16", "--seed", "7", "--jobs", "2"],
];

export interface Ended {
  exitCode: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

interface Running {
  ended: Promise<Ended>;
  kill: (signal: NodeJS.Signals) => void;
}

/** Starts the real command in `cwd`, in a separate process that can be killed. */
export function start(words: readonly string[], cwd?: string): Running {
  return startProgram(process.execPath, [main, ...words], cwd);
}

/** Script that kills the process that loads it with --import; see kill-before-change.ts. */
export const killer: string = new URL("./kill-before-change.ts", import.meta.url).href;

/** Runs the real command and kills it before its nth change to a file; a command that makes fewer changes ends by itself. */
export function endedBeforeChange(nth: number, words: readonly string[], cwd: string): Promise<Ended> {
  const program = ["--import", killer, main, ...words];
  return startProgram(process.execPath, program, cwd, { KILL_BEFORE_CHANGE: `${nth}` }).ended;
}

const signaller: string = new URL("./signal-at-file.ts", import.meta.url).href;

/**
 * Runs the real command, which gets the signal as soon as files with all these names are in place, or when a single file has
 * been put in place for the nth time.
 */
export function signalledAtFiles(
  { files, times = 1, signal }: { files: readonly string[]; times?: number; signal: NodeJS.Signals },
  words: readonly string[],
  cwd?: string,
): Promise<Ended> {
  const environment = { SIGNAL_AT_FILES: files.join(","), SIGNAL_AT_TIMES: `${times}`, SIGNAL: signal };
  return startProgram(process.execPath, ["--import", signaller, main, ...words], cwd, environment).ended;
}

/** Runs any program, with `environment` added to the current environment. */
export function startProgram(
  program: string,
  words: readonly string[],
  cwd?: string,
  environment: Readonly<Record<string, string>> = {},
): Running {
  const child = spawn(program, words, { cwd, env: { ...process.env, NO_COLOR: "1", ...environment } });
  let [stdout, stderr] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  const ended = new Promise<Ended>((resolve) => {
    child.on("close", (exitCode, signal) => resolve({ exitCode, signal, stdout, stderr }));
  });
  return { ended, kill: (signal) => void child.kill(signal) };
}
