import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { expect, it } from "vitest";
import { teamSeats } from "../../src/pipelines/thread-team.ts";
import type { TeamAnswer, TeamTask } from "./team-thread.ts";

const lengths = [40, 0, 1, 7, 200, 3, 3, 90];

function startTeam(threads: number, task: Omit<TeamTask, "seat">): Worker[] {
  return teamSeats(threads).map(
    (seat) =>
      new Worker(new URL("./team-thread.ts", import.meta.url), {
        workerData: { ...task, seat } satisfies TeamTask,
        transferList: [...seat.ports],
      }),
  );
}

it.each([1, 2, 5])(
  "gives the results of a single thread with %d threads, and computes every item once",
  async (threads) => {
    const workers = startTeam(threads, { lengths });
    const answers = (await Promise.all(workers.map((worker) => once(worker, "message")))).map(
      ([answer]) => answer as TeamAnswer,
    );
    let before = 0;
    const expected = lengths.map((length) => {
      const results = Array.from({ length }, (_, i) => i ** 2 + before);
      before = results.reduce((sum, result) => sum + result, 0);
      return results;
    });
    for (const { mapped } of answers) expect(mapped).toEqual(expected);
    const ascending = (key: "computed" | "counts", list: number): number[] =>
      answers.flatMap((answer) => answer[key][list]!).sort((a, b) => a - b);
    for (const [list, length] of lengths.entries()) {
      expect(ascending("computed", list)).toEqual(Array.from({ length }, (_, i) => i));
      expect(ascending("counts", list)).toEqual(Array.from({ length }, (_, i) => i + 1));
    }
  },
);

it("can be stopped while threads wait for one that failed", async () => {
  const workers = startTeam(3, { lengths, fails: 30 });
  const failed = await Promise.race(workers.map((worker) => once(worker, "error")));
  expect(String(failed[0])).toMatch(/cannot compute 30/);
  await Promise.all(workers.map((worker) => worker.terminate()));
});
