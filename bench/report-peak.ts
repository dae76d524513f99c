// Loaded before a command whose memory is measured (node --import): when its process ends, the most memory that it has
// held, threads included, is written to file descriptor 3, in bytes.

import { readFileSync, writeSync } from "node:fs";
import { isMainThread } from "node:worker_threads";

if (isMainThread) process.on("exit", () => writeSync(3, String(peakBytes())));

function peakBytes(): number {
  const status = process.platform === "linux" ? readFileSync("/proc/self/status", "utf8") : "";
  // proc_pid_status(5); maxRSS would start with what the parent held when it forked.
  const kilobytes = /^VmHWM:\s+(\d+) kB/m.exec(status)?.[1] ?? process.resourceUsage().maxRSS;
  return Number(kilobytes) * 1024;
}
