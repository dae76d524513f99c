// Sends alerts after a check has reached its verdict. A failure to send them does not change the verdict.

import { basename, resolve } from "node:path";
import { counted } from "../counted.ts";
import type { CheckResult } from "../monitoring/streams/check-result.ts";
import type { Reporter } from "../reporter.ts";
import { shellCommand, shellPath } from "../shell-words.ts";
import { outboxOfModel, withAlertOutbox } from "./alert-outbox.ts";
import type { AlertTarget } from "./alert-target.ts";
import { type AlertClock, type Deliveries, deliverAlerts } from "./deliver-alerts.ts";
import type { SendAlert } from "./send-alert.ts";
import { streamAlertOnBatch, streamAlertOnSilence } from "./stream-alerts.ts";

/** Maximum time that alerts may delay the end of a command; an arbitrary choice. */
export const alertPatienceMs = 10_000;

/** Dependencies that tests replace. */
export interface AlertRun {
  readonly send?: SendAlert;
  readonly clock?: AlertClock;
}

/** The model's name in alerts. */
export function alertedModelName(directory: string): string {
  return basename(resolve(directory));
}

/** The results of a check that alerts depend on. */
export interface CheckedForAlerts {
  /** The results in the order in which the batches were judged. */
  readonly results: readonly CheckResult[];
  /** The model's streams that have gone silent, with the time of their last batch. */
  readonly silent: readonly { readonly stream: string; readonly lastHeard: string }[];
}

/** Sends the alerts that follow from the results, and warns about alerts that were not delivered; never throws. */
export async function alertCheck(
  directory: string,
  { results, silent }: CheckedForAlerts,
  targets: readonly AlertTarget[],
  reporter: Pick<Reporter, "warn">,
  { now = () => new Date(), ...run }: AlertRun & { readonly now?: (() => Date) | undefined } = {},
): Promise<void> {
  if (targets.length === 0) return;
  try {
    await withAlertOutbox(outboxOfModel(directory), async (outbox) => {
      const model = alertedModelName(directory);
      for (const result of results) {
        const of = { project: null, model, stream: result.stream };
        outbox.report(
          of,
          (before) => streamAlertOnBatch(of, result, before, { now: now() }),
          () => targets,
          now(),
        );
      }
      for (const { stream, lastHeard } of silent) {
        const of = { project: null, model, stream };
        const at = now().toISOString();
        outbox.report(
          of,
          (before) => streamAlertOnSilence(of, before, lastHeard, at),
          () => targets,
          now(),
        );
      }
      const deliveries = await deliverAlerts(outbox, targets, alertPatienceMs, run);
      for (const line of alertCheckWarnings(deliveries, ["--model", directory])) reporter.warn(line);
    });
  } catch (error) {
    reporter.warn(`alerts: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** An option of `tidemark alerts list`, and its path. */
export type AlertPlaceWords = readonly [option: "--model" | "--alerts", path: string];

/**
 * One line per target with messages that are still waiting, and one per target with messages that were abandoned.
 * @param place the option of `tidemark alerts list` that names the outbox, and its path
 */
export function alertCheckWarnings({ faults }: Pick<Deliveries, "faults">, [option, path]: AlertPlaceWords): string[] {
  const list = shellCommand("tidemark", "alerts", "list", option, shellPath(path));
  const next = option === "--model" ? "The next check with this --alert" : "The service";
  const waiting = faults.filter(({ isOver }) => !isOver);
  const abandoned = Map.groupBy(
    faults.filter(({ isOver }) => isOver),
    ({ target }) => target.shown,
  );
  return [
    ...waiting.map(({ target, reason }) => `alerts: ${target.shown}: ${reason}. ${next} will send them; see: ${list}`),
    ...[...abandoned].map(([target, own]) => {
      const reasons = [...new Set(own.map(({ reason }) => reason))].join("; ");
      return `alerts: ${counted(own.length, "message")} abandoned (${target}: ${reasons}); see: ${list}`;
    }),
  ];
}
