// This module is loaded before a command whose memory is measured (node --import). When the process ends, this module
// writes the process's peak memory, including that of its threads, to file descriptor 3, in bytes.

import { readFileSync, writeSync } from "node:fs";
import { isMainThread } from "node:worker_threads";

if (isMainThread) process.on("exit", () => writeSync(3, String(peakBytes())));

function peakBytes(): number {
  const status = process.platform === "linux" ? readFileSync("/proc/self/status", "utf8") : "";
  // See proc_pid_status(5). maxRSS would include the memory that the parent process had when it forked.
  const kilobytes = /^VmHWM:\s+(\d+) kB/m.exec(status)?.[1] ?? process.resourceUsage().maxRSS;
  return Number(kilobytes) * 1024;
}
