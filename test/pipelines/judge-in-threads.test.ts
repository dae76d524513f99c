import { Worker } from "node:worker_threads";
import { expect, it, onTestFinished } from "vitest";
import { UserError } from "../../src/errors.ts";
import { JudgeThreadEnded, JudgeThreads } from "../../src/pipelines/judge-in-threads.ts";
import type { PostedBatch } from "../../src/pipelines/posted-batch.ts";
import type { JudgingThreadData } from "./judging-thread.ts";

interface Started {
  readonly judge: (batch: string) => ReturnType<JudgeThreads["judge"]>;
  readonly close: () => Promise<void>;
  /** Lets the threads judge the batches whose ids begin with "held". */
  readonly openGate: () => void;
  readonly threads: readonly Worker[];
  readonly warnings: readonly string[];
  /** Batches that got a new verdict. */
  readonly told: readonly string[];
}

function startThreads(number: number): Started {
  const threads: Worker[] = [];
  const gate = new Int32Array(new SharedArrayBuffer(4));
  const openGate = (): void => {
    Atomics.store(gate, 0, 1);
    Atomics.notify(gate, 0);
  };
  const [warnings, told]: [string[], string[]] = [[], []];
  const team = new JudgeThreads({
    threads: number,
    start: () => {
      const resourceLimits = { maxOldGenerationSizeMb: 16 };
      const workerData: JudgingThreadData = { number: threads.length + 1, gate };
      threads.push(new Worker(new URL("./judging-thread.ts", import.meta.url), { resourceLimits, workerData }));
      return threads.at(-1)!;
    },
    onJudged: ({ batch }) => told.push(batch),
    reporter: { warn: (message) => warnings.push(message) },
  });
  onTestFinished(async () => void (await Promise.all(threads.map((thread) => thread.terminate()))));
  const posted = { project: "default", model: "walk", stream: "a", columns: {}, dataTime: null };
  const body = { kind: "csv", path: "body" } as const;
  const judge = (batch: string) => team.judge({ ...posted, batch, body } satisfies PostedBatch);
  return { judge, close: () => team.close(), openGate, threads, warnings, told };
}

it("starts a thread only if the others are busy, up to the number of threads", async () => {
  const { judge, openGate, threads, told, warnings } = startThreads(2);
  await judge("1");
  await judge("2");
  expect(threads).toHaveLength(1);
  const judging = [judge("held a"), judge("held b"), judge("held c"), judge("known")];
  await judging[3];
  expect(threads).toHaveLength(2);
  openGate();
  const judged = await Promise.all(judging);
  expect(new Set(judged.map(({ model }) => model)).size).toBe(2);
  expect(judged.map(({ known }) => known)).toEqual([false, false, false, true]);
  expect(told.toSorted()).toEqual(["1", "2", "held a", "held b", "held c"]);
  expect(warnings).toContain("judging held a");
});

it("passes on the error of one batch, and judges the others", async () => {
  const { judge } = startThreads(1);
  const [refused, other] = await Promise.allSettled([judge("refuse"), judge("1")]);
  expect(refused).toMatchObject({ status: "rejected", reason: { name: "UserError", advice: "Send rows." } });
  expect(other).toMatchObject({ status: "fulfilled", value: { batch: "1" } });
});

it.each([
  ["exit", "a thread that judges batches ended unexpectedly with code 3"],
  ["throw", "a thread that judges batches ended unexpectedly with code 1: out of luck"],
  ["exhaust", expect.stringContaining("Worker terminated due to reaching memory limit")],
])(
  "judges the batches of a thread that ended by %s again, each alone, and refuses the one that ends its thread again",
  async (how, warning) => {
    const { judge, close, openGate, threads, told, warnings } = startThreads(2);
    await judge("first");
    const ended = new Promise((resolve) => threads[0]!.once("exit", resolve));
    const judging = Promise.allSettled([judge(how), judge("held elsewhere"), judge("held beside it")]);
    await ended;
    openGate();
    const results = await judging;
    const judged = { status: "fulfilled", value: expect.anything() };
    expect(results).toEqual([{ status: "rejected", reason: expect.any(UserError) }, judged, judged]);
    expect(warnings).toContainEqual(warning);
    expect(threads).toHaveLength(4);
    const again = judge(how);
    await expect(again).rejects.toThrow(`batch "${how}" of stream "a": expected a batch that can be judged`);
    await judge("held again");
    expect(threads).toHaveLength(4);
    await close();
    expect(told.toSorted()).toEqual(["first", "held again", "held beside it", "held elsewhere"]);
  },
);

it("judges a batch whose thread ended only once", async () => {
  const { judge, close } = startThreads(1);
  await expect(judge("exit at first")).resolves.toMatchObject({ batch: "exit at first" });
  await expect(judge("exit at first")).resolves.toMatchObject({ batch: "exit at first" });
  await close();
});

it("does not blame a batch for threads that end before they can judge", async () => {
  const start = () => new Worker(new URL("./no-such-thread.ts", import.meta.url));
  const team = new JudgeThreads({ threads: 1, start, onJudged: () => {}, reporter: { warn: () => {} } });
  const posted = { project: "default", model: "walk", stream: "a", batch: "1", columns: {}, dataTime: null };
  const body = { kind: "csv", path: "body" } as const;
  const judge = () => team.judge({ ...posted, body });
  await expect(judge()).rejects.toThrow(JudgeThreadEnded);
  await expect(judge()).rejects.toThrow(JudgeThreadEnded);
});

it("judges the batches that it has accepted before it closes", async () => {
  const { judge, close, openGate, threads } = startThreads(2);
  const taken = [judge("held 1"), judge("held 2"), judge("3")];
  const closed = close();
  await taken[2];
  expect(threads.map(({ threadId }) => threadId > 0)).toEqual([true, true]);
  openGate();
  await closed;
  expect((await Promise.all(taken)).map(({ batch }) => batch)).toEqual(["held 1", "held 2", "3"]);
});
