// The service's log: one JSON object per line, on standard error.

import { destination, type Logger, pino } from "pino";

/** @param level how much is logged: warnings, requests, or everything */
export function createLog(level: "quiet" | "usual" | "verbose"): Logger {
  const least = { quiet: "warn", usual: "info", verbose: "debug" } as const;
  return pino(
    {
      base: null,
      level: least[level],
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    destination({ fd: 2, sync: true }),
  );
}
