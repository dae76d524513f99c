import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { afterAll } from "vitest";
import type { Ended } from "./tiny-run.ts";

/**
 * Runs commands as their user does, one at a time, but all in one process; at a third of the cost of a process for each. What is
 * about the process itself (signals, kills, two at once) takes `start`.
 */
export function resident(cwd: string): (...words: string[]) => Promise<Ended> {
  let child: ChildProcess | undefined;
  let turn: Promise<unknown> = Promise.resolve();
  const ask = async (words: readonly string[]): Promise<Ended> => {
    child ??= fork(fileURLToPath(new URL("resident-process.ts", import.meta.url)), {
      cwd,
      execArgv: [],
      env: { ...process.env, NO_COLOR: "1" },
    });
    child.send(words);
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
  return (...words) => {
    const answer = turn.then(() => ask(words));
    turn = answer.catch(() => {});
    return answer;
  };
}
