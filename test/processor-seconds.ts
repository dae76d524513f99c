import { readFileSync } from "node:fs";

/**
 * Returns the CPU seconds of a process and its threads, as Linux reports them (proc_pid_stat(5), fields 14 and 15, in
 * hundredths); NaN on other systems.
 */
export function processorSeconds(pid: number): number {
  try {
    const status = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = status.slice(status.lastIndexOf(")") + 2).split(" ");
    return (Number(fields[11]) + Number(fields[12])) / 100;
  } catch {
    return Number.NaN;
  }
}
