// The steps that follow a check once its verdicts are in the ledger: sending alerts and writing a metrics file. Neither can
// change a verdict.

import type { CheckResult } from "../monitoring/streams/check-result.ts";
import type { CheckConfig } from "../options/resolve-config.ts";
import { type AlertTarget, alertTargets } from "../report/alert-target.ts";
import type { Reporter } from "../reporter.ts";
import type { ModelHandle } from "./model-handle.ts";
import { listStreamsOf } from "./streams.ts";

/** The steps to run after a check. */
export interface AfterCheck {
  readonly targets: readonly AlertTarget[];
  readonly metricsFile: string | undefined;
}

/** @throws UserError if an address cannot be parsed */
export function planAfterCheck({ alert = [], metricsFile }: Pick<CheckConfig, "alert" | "metricsFile">): AfterCheck {
  return { targets: alertTargets(alert), metricsFile };
}

/**
 * Runs the steps. If one fails, the remaining ones are skipped with a warning.
 * @param results in the order in which the batches were judged
 */
export async function afterCheck(
  model: ModelHandle,
  results: readonly CheckResult[],
  { targets, metricsFile }: AfterCheck,
  reporter: Pick<Reporter, "warn">,
  now?: () => Date,
): Promise<void> {
  if (targets.length === 0 && metricsFile === undefined) return;
  const { directory } = model.watched.folder;
  const { alertCheck, alertedModelName } = await import("../report/alert-check.ts");
  try {
    const run = now === undefined ? {} : { now };
    const { streams } = await listStreamsOf(model.store, model.watched.monitored.modelVersion, {}, run);
    const silent = streams.filter(({ silence }) => silence.silent === true);
    const lastHeard = silent.map(({ stream, last }) => ({ stream, lastHeard: last.received_at }));
    await alertCheck(directory, { results, silent: lastHeard }, targets, reporter, run);
    if (metricsFile === undefined) return;
    const { writeMetricsFile } = await import("../report/metrics-file.ts");
    await writeMetricsFile(metricsFile, alertedModelName(directory), streams);
  } catch (error) {
    reporter.warn(`after the check: ${error instanceof Error ? error.message : String(error)}`);
  }
}
