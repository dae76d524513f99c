// What a test file costs: the CPU seconds of its process, all its threads, and the processes that it started and that have ended.
// Unlike the time on the clock, they hardly depend on what else the machine does.
import { readFileSync } from "node:fs";
import { afterAll } from "vitest";

declare module "vitest" {
  interface TaskMeta {
    cpuSeconds?: number;
  }
}

/** Linux counts in hundredths of a second whatever the machine; elsewhere child processes are left out. */
function childSeconds(): number {
  if (process.platform !== "linux") return 0;
  const stat = readFileSync(`/proc/${process.pid}/stat`, "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[13]) + Number(fields[14])) / 100;
}

// biome-ignore lint/correctness/noEmptyPattern: vitest reads from the source which fixtures a hook asks for; this one wants none
afterAll(({}, file) => {
  const { user, system } = process.cpuUsage();
  file.meta.cpuSeconds = (user + system) / 1e6 + childSeconds();
});
