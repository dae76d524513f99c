// Entry point for the threads that `JudgeThreads` starts.

import { parentPort, workerData } from "node:worker_threads";
import type { JudgeMessage, JudgeReply } from "./judge-in-threads.ts";
import { type JudgedEvent, judgePostedBatch } from "./judge-posted-batch.ts";
import { type OpenedServedModels, openServedModels, type ServedFolders } from "./open-served-models.ts";
import type { PostedBatch } from "./posted-batch.ts";
import { sentError } from "./sent-error.ts";

/** What a thread has to open, and the limits of `judgePostedBatch`. */
export interface JudgeThreadData extends ServedFolders {
  readonly keepDays: number;
  readonly keepMegabytes: number;
  readonly batchRows: number;
  readonly withPrevious: boolean;
}

const { keepDays, keepMegabytes, batchRows, withPrevious, ...folders } = workerData as JudgeThreadData;
const judging = new Set<Promise<void>>();
let opened: Promise<OpenedServedModels> | undefined;

parentPort!.on("message", async (message: JudgeMessage) => {
  if (message === null) {
    await Promise.all(judging);
    await (await opened)?.close();
    parentPort!.close();
    return;
  }
  const { id, posted } = message;
  const done = judgeInThread(posted).then(
    (judged) => sendFromJudgeThread({ type: "judged", id, ...judged }),
    (error: unknown) => sendFromJudgeThread({ type: "failed", id, error: sentError(error) }),
  );
  judging.add(done);
  await done;
  judging.delete(done);
});

async function judgeInThread(posted: PostedBatch): Promise<Pick<JudgeReply & { type: "judged" }, "judged" | "event">> {
  const { models } = await openInJudgeThread();
  let event: JudgedEvent | null = null;
  const judged = await judgePostedBatch(models, posted, {
    keep: { keepDays, keepMegabytes },
    maxRows: batchRows,
    withPrevious,
    reporter: { warn: (message) => sendFromJudgeThread({ type: "warning", message }) },
    onJudged: (own) => {
      event = own;
    },
  });
  return { judged, event };
}

/** If the store cannot be reached, the next batch triggers another attempt. */
function openInJudgeThread(): Promise<OpenedServedModels> {
  opened ??= openServedModels(folders).then(
    (models) => {
      sendFromJudgeThread({ type: "opened" });
      return models;
    },
    (error: unknown) => {
      opened = undefined;
      throw error;
    },
  );
  return opened;
}

function sendFromJudgeThread(reply: JudgeReply): void {
  parentPort!.postMessage(reply);
}
