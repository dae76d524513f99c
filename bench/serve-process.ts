// Runs the real service in a separate process, optionally with a CPU profile of its threads.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { main } from "./peak-of-program.ts";

const preload = new URL("report-peak.ts", import.meta.url).href;
/** Clock ticks per second in /proc (USER_HZ), the same on every Linux platform that Node.js supports. */
const ticksPerSecond = 100;

export interface ServeProcess {
  readonly url: string;
  /** Returns the CPU seconds used so far, by thread name; empty if the system does not report them. */
  cpuSeconds(): Map<string, number>;
  /** Stops the service, and returns its peak memory in MB. */
  stop(): Promise<number>;
}

/** @param profiles folder for the profiles that the service writes when it stops; null if it does not profile */
export async function startServeProcess(words: readonly string[], profiles: string | null): Promise<ServeProcess> {
  const profiler = profiles === null ? [] : ["--cpu-prof", "--cpu-prof-dir", profiles];
  const own = ["--import", preload, ...profiler, main];
  const child = spawn(process.execPath, [...own, "serve", "--port", "0", "--json", "--quiet", ...words], {
    stdio: ["ignore", "pipe", "inherit", "pipe"],
  });
  const ended = once(child, "exit");
  const peak = text(child.stdio[3] as Readable);
  const [first] = await Promise.race([once(child.stdout!.setEncoding("utf8"), "data"), ended]);
  if (typeof first !== "string") throw new Error(`serve: expected an address, but the service ended with ${first}`);
  return {
    url: JSON.parse(first).url,
    cpuSeconds: () => threadSeconds(child.pid!),
    stop: async () => {
      child.kill("SIGTERM");
      const [code] = await ended;
      if (code !== 0) throw new Error(`serve: expected exit code 0, got ${code}`);
      return Number(await peak) / 1e6;
    },
  };
}

function threadSeconds(pid: number): Map<string, number> {
  const seconds = new Map<string, number>();
  if (process.platform !== "linux") return seconds;
  for (const thread of readdirSync(`/proc/${pid}/task`)) {
    const stat = readFileSync(`/proc/${pid}/task/${thread}/stat`, "utf8");
    // The thread's name is in parentheses and may contain any character; fields 14 and 15 are user and system time.
    const [name, fields] = [
      stat.slice(stat.indexOf("(") + 1, stat.lastIndexOf(")")),
      stat.slice(stat.lastIndexOf(")") + 2),
    ];
    const [user, system] = fields.split(" ").slice(11, 13).map(Number);
    const key = thread === String(pid) ? "main" : name;
    seconds.set(key, (seconds.get(key) ?? 0) + (user! + system!) / ticksPerSecond);
  }
  return seconds;
}
