// Stands in for a thread that judges, in the tests of `JudgeThreads`. The id of a batch determines what happens to it; a batch
// whose id begins with "held" is judged only once the test has opened the gate.
import { parentPort, threadId, workerData } from "node:worker_threads";
import type { JudgeMessage, JudgeReply } from "../../src/pipelines/judge-in-threads.ts";

/** What the test gives to each thread. */
export interface JudgingThreadData {
  /** 1 for the first thread. */
  readonly number: number;
  /** One cell: 0 while the gate is closed, 1 when it is open. */
  readonly gate: Int32Array<SharedArrayBuffer>;
}

const { number, gate } = workerData as JudgingThreadData;
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
  if (batch === "exit" || (batch === "exit at first" && number === 1)) process.exit(3);
  if (batch === "exhaust") for (const kept: number[][] = []; ; ) kept.push(new Array(1e6).fill(Math.random()));
  if (batch === "throw") return void process.nextTick(() => Promise.reject(new Error("out of luck")));
  if (batch.startsWith("held")) await Atomics.waitAsync(gate, 0, 0).value;
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
