// `tidemark check`: one production batch in, one verdict out, by a model that is opened for it.

import { type CheckOptions, resolveCheckConfig } from "../config.ts";
import { serverAddress } from "../storage/tracking/server-address.ts";
import type { CheckAnswer, CheckRun } from "./check-batch.ts";
import { openHandle } from "./model-handle.ts";

export type {
  AnyBatch,
  CheckedChannel,
  CheckedComparison,
  CheckResult,
  JudgedBatch,
  ReferenceName,
  RejectedBatch,
  SignalsAgainst,
} from "../monitoring/streams/check-result.ts";
export type { CheckAnswer };

/**
 * Compares a batch of unlabelled recordings with the frozen baseline and with the stream's own past, remembers it in the
 * model folder, and moves the stream's rolling reference on. A batch that is known by its id and content is answered as
 * before and changes nothing. A program that checks batch after batch opens the model once; see `openModel`.
 *
 * @param options as on the command line; `files` and `model` at least
 * @throws UserError on wrong options, a model folder that was changed, or a batch id that was given to other content. Data
 *   that cannot be judged is no error: its verdict is "rejected"
 */
export async function check(options: CheckOptions, run: CheckRun = {}): Promise<CheckAnswer> {
  const config = resolveCheckConfig(options);
  serverAddress(config.tracking);
  const model = await openHandle(config.model);
  try {
    return await model.check(config, run);
  } finally {
    await model.close();
  }
}
