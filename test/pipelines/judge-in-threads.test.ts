import { Worker } from "node:worker_threads";
import { expect, it, onTestFinished } from "vitest";
import { UserError } from "../../src/errors.ts";
import { JudgeThreadEnded, JudgeThreads } from "../../src/pipelines/judge-in-threads.ts";
import type { PostedBatch } from "../../src/pipelines/posted-batch.ts";

interface Started {
  readonly judge: (batch: string) => ReturnType<JudgeThreads["judge"]>;
  readonly close: () => Promise<void>;
  readonly threads: readonly Worker[];
  readonly warnings: readonly string[];
  /** Batches that got a new verdict. */
  readonly told: readonly string[];
}

function startThreads(number: number): Started {
  const threads: Worker[] = [];
  const [warnings, told]: [string[], string[]] = [[], []];
  const team = new JudgeThreads({
    threads: number,
    start: () => {
      const resourceLimits = { maxOldGenerationSizeMb: 16 };
      const workerData = threads.length + 1;
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
  return { judge, close: () => team.close(), threads, warnings, told };
}

it("starts a thread only if the others are busy, up to the number of threads", async () => {
  const { judge, threads, told, warnings } = startThreads(2);
  await judge("1");
  await judge("2");
  expect(threads).toHaveLength(1);
  const judged = await Promise.all([judge("wait a"), judge("wait b"), judge("wait c"), judge("known")]);
  expect(threads).toHaveLength(2);
  expect(new Set(judged.map(({ model }) => model)).size).toBe(2);
  expect(judged.map(({ known }) => known)).toEqual([false, false, false, true]);
  expect(told.toSorted()).toEqual(["1", "2", "wait a", "wait b", "wait c"]);
  expect(warnings).toContain("judging wait a");
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
    const { judge, close, threads, told, warnings } = startThreads(2);
    await judge("first");
    const results = await Promise.allSettled([judge(how), judge("wait elsewhere"), judge("wait beside it")]);
    const judged = { status: "fulfilled", value: expect.anything() };
    expect(results).toEqual([{ status: "rejected", reason: expect.any(UserError) }, judged, judged]);
    expect(warnings).toContainEqual(warning);
    expect(threads).toHaveLength(4);
    const again = judge(how);
    await expect(again).rejects.toThrow(`batch "${how}" of stream "a": expected a batch that can be judged`);
    await judge("wait again");
    expect(threads).toHaveLength(4);
    await close();
    expect(told.toSorted()).toEqual(["first", "wait again", "wait beside it", "wait elsewhere"]);
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
  const { judge, close } = startThreads(2);
  const taken = [judge("wait 1"), judge("wait 2"), judge("3")];
  await close();
  expect((await Promise.all(taken)).map(({ batch }) => batch)).toEqual(["wait 1", "wait 2", "3"]);
});
