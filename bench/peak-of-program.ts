// Runs a program in its own process, and measures its peak memory, including its threads.

import { spawn } from "node:child_process";
import { once } from "node:events";
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";

export const main: string = fileURLToPath(new URL("../src/interfaces/cli/main.ts", import.meta.url));
const preload = new URL("report-peak.ts", import.meta.url).href;

/**
 * @param program path of a script, followed by its arguments
 * @returns the peak memory in MB, and the program's output
 */
export async function peakOfProgram(
  [script, ...words]: readonly [string, ...string[]],
  exitCodes: readonly number[] = [0],
): Promise<{ megabytes: number; stdout: string }> {
  const child = spawn(process.execPath, ["--import", preload, script, ...words], {
    stdio: ["ignore", "pipe", "inherit", "pipe"],
  });
  const [stdout, bytes, [exitCode]] = await Promise.all([
    text(child.stdout as Readable),
    text(child.stdio[3] as Readable),
    once(child, "exit"),
  ]);
  if (!exitCodes.includes(exitCode)) throw new Error(`${words[0]} ended with exit code ${exitCode}`);
  return { megabytes: Number.parseInt(bytes, 10) / 1e6, stdout };
}
