// Runs the real command in processes that are killed at a random moment or end by themselves.
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Rng } from "../../src/random.ts";

const main = fileURLToPath(new URL("../../src/interfaces/cli/main.ts", import.meta.url));

export interface Ended {
  readonly killed: boolean;
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Starts the command in `directory`; if `killAfterMs` is null, it is not killed. */
export function runVictim(directory: string, words: readonly string[], killAfterMs: number | null): Promise<Ended> {
  const child = spawn(process.execPath, [main, ...words], {
    cwd: directory,
    env: { ...process.env, NO_COLOR: "1", MLFLOW_TRACKING_URI: "" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let [stdout, stderr] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  const timer = killAfterMs === null ? undefined : setTimeout(() => child.kill("SIGKILL"), killAfterMs);
  return new Promise((resolve) => {
    child.on("close", (exitCode, signal) => {
      clearTimeout(timer);
      resolve({ killed: signal === "SIGKILL", exitCode, stdout, stderr });
    });
  });
}

/** How long runs of one kind take on this machine: the mean of the last few runs that ended on their own. */
export class Duration {
  readonly #seen: number[] = [];

  async measure<T extends { readonly killed: boolean }>(run: () => Promise<T>): Promise<T> {
    const started = performance.now();
    const result = await run();
    if (!result.killed) this.#seen.push(performance.now() - started);
    return result;
  }

  /**
   * Returns a random moment in milliseconds, from the end of the start-up, when no file has been read yet, until shortly after
   * the end of the run.
   */
  moment(rng: Rng): number {
    const recent = this.#seen.slice(-5);
    const mean = recent.reduce((sum, value) => sum + value, 0) / recent.length;
    return mean * (0.25 + 0.8 * rng.uniform());
  }
}
