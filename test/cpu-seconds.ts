// Measures the cost of a test file: the CPU seconds of all threads of its process, and of its child processes that have ended.
// Unlike elapsed time, CPU seconds hardly depend on the load of the machine.
import { readFileSync } from "node:fs";
import { afterAll } from "vitest";

declare module "vitest" {
  interface TaskMeta {
    cpuSeconds?: number;
  }
}

/**
 * Returns the CPU seconds of child processes that have ended. Linux counts them in hundredths on every machine; on other
 * systems, the result is 0.
 */
function childSeconds(): number {
  if (process.platform !== "linux") return 0;
  const stat = readFileSync(`/proc/${process.pid}/stat`, "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[13]) + Number(fields[14])) / 100;
}

// biome-ignore lint/correctness/noEmptyPattern: vitest requires a pattern of fixtures here, and this hook needs none
afterAll(({}, file) => {
  const { user, system } = process.cpuUsage();
  file.meta.cpuSeconds = (user + system) / 1e6 + childSeconds();
});
