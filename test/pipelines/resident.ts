import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { afterAll } from "vitest";
import type { Ended } from "./tiny-run.ts";

interface Resident {
  (...words: string[]): Promise<Ended>;
  /** Runs a command in another folder. */
  in: (folder: string, ...words: string[]) => Promise<Ended>;
}

/**
 * Runs commands one at a time in one process, which costs a third as much as a separate process for each command. Tests that
 * concern the process itself (signals, kills, two processes at once) use `start`.
 */
export function resident(cwd: string): Resident {
  let child: ChildProcess | undefined;
  let turn: Promise<unknown> = Promise.resolve();
  const ask = async (folder: string, words: readonly string[]): Promise<Ended> => {
    child ??= fork(fileURLToPath(new URL("resident-process.ts", import.meta.url)), {
      cwd,
      execArgv: [],
      // The outputs are not terminals, because text would adapt to their width.
      stdio: ["ignore", "ignore", "inherit", "ipc"],
      env: { ...process.env, NO_COLOR: "1" },
    });
    child.send({ folder, words });
    const stop = new AbortController();
    const [what, answer] = await Promise.race(
      (["message", "exit"] as const).map(async (event) => [event, ...(await once(child!, event, stop))] as const),
    );
    stop.abort();
    if (what === "exit") throw new Error(`tidemark ${words.join(" ")}: the process ended with ${answer}`);
    return answer;
  };
  afterAll(async () => {
    if (child === undefined || child.exitCode !== null) return;
    const ended = once(child, "exit");
    child.disconnect();
    await ended;
  });
  const inFolder = (folder: string, ...words: string[]): Promise<Ended> => {
    const answer = turn.then(() => ask(folder, words));
    turn = answer.catch(() => {});
    return answer;
  };
  return Object.assign((...words: string[]) => inFolder(cwd, ...words), { in: inFolder });
}
