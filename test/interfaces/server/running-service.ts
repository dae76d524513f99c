// Starts the real service as a process of its own, and waits until it listens.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { onTestFinished } from "vitest";
import { main } from "../../pipelines/tiny-run.ts";

export interface RunningService {
  readonly url: string;
  readonly child: ChildProcess;
  /** The log so far. */
  readonly log: () => string;
  /** Sends a signal, and waits for the end. */
  stop(signal?: NodeJS.Signals): Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
}

export async function startService(words: readonly string[], cwd: string): Promise<RunningService> {
  const child = spawn(process.execPath, [main, "serve", "--port", "0", "--json", ...words], {
    cwd,
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, NO_COLOR: "1" },
  });
  const ended = once(child, "close") as Promise<[number | null, NodeJS.Signals | null]>;
  onTestFinished(async () => {
    child.kill("SIGKILL");
    await ended;
  });
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
    stop: async (signal = "SIGTERM") => {
      child.kill(signal);
      const [code, by] = await ended;
      return { code, signal: by };
    },
  };
}

export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: tests compare it with what they expect.
  readonly json: any;
}

export async function post(
  url: string,
  path: string,
  body: string | Uint8Array,
  headers: Readonly<Record<string, string>> = {},
): Promise<Reply> {
  const response = await fetch(`${url}${path}`, { method: "POST", body: body as string, headers });
  return { status: response.status, headers: response.headers, json: await response.json() };
}
