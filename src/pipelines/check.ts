// `tidemark check`: opens a model and uses it to judge one production batch.

import { type CheckOptions, resolveCheckConfig } from "../options/resolve-config.ts";
import { collectingReporter, reporterOf } from "../reporter.ts";
import { serverAddress } from "../storage/server-address.ts";
import { afterCheck, planAfterCheck } from "./after-check.ts";
import { type CheckAnswer, type CheckRun, checkBatch } from "./check-batch.ts";
import { openModelHandleWithStore } from "./model-handle.ts";

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
 * Compares a batch of unlabelled recordings with the frozen baseline and with the stream's own history, records it in the model
 * folder or in `store`, and updates the stream's rolling reference. If a batch with the same id and content has already been
 * checked, returns the earlier result, and changes nothing unless `accept` is given. A program that checks many batches should
 * open the model once; see `openModel`.
 *
 * @param options the same as on the command line; `files` and `model` are required
 * @throws UserError if an option is wrong, the model folder was modified, or the batch id belongs to different content.
 * Unusable data is not an error; the verdict is then "rejected"
 */
export async function check(options: CheckOptions, run: CheckRun = {}): Promise<CheckAnswer> {
  const { alert, metricsFile, ...config } = resolveCheckConfig(options);
  const server = serverAddress(config.tracking);
  const plan = planAfterCheck({ ...(alert && { alert }), ...(metricsFile !== undefined && { metricsFile }) });
  const model = await openModelHandleWithStore(config);
  try {
    const answer = await checkBatch(model, config, server, run);
    const heard = collectingReporter(reporterOf(run.reporter));
    await afterCheck(model, [answer.result], plan, heard, run.now);
    return { ...answer, warnings: [...answer.warnings, ...heard.warnings] };
  } finally {
    await model.close();
  }
}
