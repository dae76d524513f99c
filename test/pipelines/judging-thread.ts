// Stands in for a thread that judges, in the tests of `JudgeThreads`. The id of a batch determines what happens to it.
import { setTimeout } from "node:timers/promises";
import { parentPort, threadId, workerData } from "node:worker_threads";
import type { JudgeMessage, JudgeReply } from "../../src/pipelines/judge-in-threads.ts";

const send = (reply: JudgeReply): void => parentPort!.postMessage(reply);
send({ type: "opened" });
const judging: Promise<void>[] = [];

parentPort!.on("message", async (message: JudgeMessage) => {
  if (message === null) {
    await Promise.all(judging);
    parentPort!.close();
    return;
  }
  judging.push(answer(message));
});

async function answer({ id, posted }: NonNullable<JudgeMessage>): Promise<void> {
  const { project, model, stream, batch } = posted;
  if (batch === "exit" || (batch === "exit at first" && workerData === 1)) process.exit(3);
  if (batch === "exhaust") for (const kept: number[][] = []; ; ) kept.push(new Array(1e6).fill(Math.random()));
  if (batch === "throw") process.nextTick(() => Promise.reject(new Error("out of luck")));
  if (/throw|wait/.test(batch)) await setTimeout(100);
  if (batch === "refuse") {
    const user = { headline: "body: expected rows", details: [], advice: "Send rows.", exitCode: 2 };
    const error = { name: "UserError", message: user.headline, stack: undefined, user, system: {}, cause: null };
    return send({ type: "failed", id, error });
  }
  send({ type: "warning", message: `judging ${batch}` });
  const judged = { project, model: `thread ${threadId}`, stream, batch, result: { verdict: "normal" } as never };
  const event = batch === "known" ? null : { ...judged, model, previous: null };
  send({ type: "judged", id, judged: { ...judged, known: event === null }, event });
}
