// Sends the signal that SIGNAL names to the process that loads this file with --import, as soon as all files named in
// SIGNAL_AT_FILES are in place or, for a single name, when that file has been put in place for the SIGNAL_AT_TIMES-th time.
// This allows a test to stop a process at a certain moment without watching it.
import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { isMainThread } from "node:worker_threads";

const { SIGNAL_AT_FILES = "", SIGNAL_AT_TIMES = "1", SIGNAL = "" } = process.env;
const missing = new Map(SIGNAL_AT_FILES.split(",").map((name) => [name, Number(SIGNAL_AT_TIMES)]));

if (isMainThread) {
  const { rename } = fs.promises;
  fs.promises.rename = async (from, to) => {
    await rename(from, to);
    for (const [name, times] of missing) {
      if (!String(to).endsWith(name)) continue;
      if (times > 1) missing.set(name, times - 1);
      else missing.delete(name);
      if (missing.size === 0) process.kill(process.pid, SIGNAL);
    }
  };
  syncBuiltinESMExports();
}
