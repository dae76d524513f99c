// Starts the real service in a separate process, and waits until it is listening.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

const main = fileURLToPath(new URL("../../../src/interfaces/cli/main.ts", import.meta.url));

export interface RunningService {
  readonly url: string;
  readonly child: ChildProcess;
  /** The log so far. */
  readonly log: () => string;
  /** How the process ended. */
  readonly ended: Promise<EndedService>;
  /** Sends a signal, and waits until the process has ended. */
  stop(signal?: NodeJS.Signals): Promise<EndedService>;
}

export interface EndedService {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** Starts the service in a process that the caller must stop. */
export async function startServiceProcess(
  words: readonly string[],
  cwd: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<RunningService> {
  const child = spawn(process.execPath, [main, "serve", "--port", "0", "--json", ...words], {
    cwd,
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, NO_COLOR: "1", ...environment },
  });
  const ended = once(child, "close") as Promise<[number | null, NodeJS.Signals | null]>;
  let log = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    log += text;
  });
  const first = await Promise.race([once(child.stdout.setEncoding("utf8"), "data"), ended]);
  if (typeof first[0] !== "string") throw new Error(`the service ended with ${first.join(" ")}:\n${log}`);
  return {
    url: JSON.parse(first[0]).url,
    child,
    log: () => log,
    ended: ended.then(([code, signal]) => ({ code, signal })),
    stop: async (signal = "SIGTERM") => {
      child.kill(signal);
      const [code, by] = await ended;
      return { code, signal: by };
    },
  };
}
