// `tidemark alerts`: tests alert targets, and lists and resends undelivered messages.

import { existsSync } from "node:fs";
import { UserError } from "../errors.ts";
import type { AlertPlaceConfig, AlertTargetsConfig } from "../options/alert-options.ts";
import { type AlertPlaceWords, type AlertRun, alertCheckWarnings, alertPatienceMs } from "../report/alert-check.ts";
import { outboxOfModel, withAlertOutbox } from "../report/alert-outbox.ts";
import type { QueuedAlert } from "../report/alert-queue.ts";
import { alertRouting } from "../report/alert-rules.ts";
import { type AlertTarget, alertTargets } from "../report/alert-target.ts";
import { attemptMs, deliverAlerts, deliveryFault, systemAlertClock } from "../report/deliver-alerts.ts";
import { sendAlert } from "../report/send-alert.ts";
import { makeStreamAlert } from "../report/stream-alerts.ts";
import type { Reporter } from "../reporter.ts";
import { openModelFolder } from "../storage/model-folder.ts";
import { resolveModel } from "../storage/resolve-model.ts";
import { outboxOfAlertsFile, readAlertsFile } from "./alerts-file.ts";

export type { QueuedAlert };

/** Outcome of a test message. */
export interface TestedTarget {
  /** The target, without secrets. */
  readonly target: string;
  /** Whether the message is signed; null for formats without signatures. */
  readonly signed: boolean | null;
  /** Why the message was not delivered; null if the target accepted it. */
  readonly fault: string | null;
}

/**
 * Sends one message of type "test" to every target, without retries.
 * @throws UserError if an address cannot be parsed, or no target is given
 */
export async function testAlerts(
  { alert = [], alerts }: AlertTargetsConfig,
  { send = sendAlert, clock = systemAlertClock }: AlertRun = {},
): Promise<TestedTarget[]> {
  if (alert.length === 0 && alerts === undefined) throw neitherOfAlerts("--alert and --alerts");
  const now = clock.now();
  const targets = alerts === undefined ? [] : alertRouting(await readAlertsFile(alerts)).targets;
  const of = { project: null, model: "none", stream: "none" };
  const message = makeStreamAlert(of, "test", now.toISOString(), now.toISOString(), {
    since: now.toISOString(),
    title: "This is a test of Tidemark's alerts; nothing is wrong.",
  });
  return Promise.all(
    [...alertTargets(alert), ...targets].map(async (target) => {
      const fault = await deliveryFault(() => send(message, target, { now, patienceMs: attemptMs }));
      const signed = target.form === "plain" ? target.keys.length > 0 : null;
      return { target: target.shown, signed, fault: fault?.message ?? null };
    }),
  );
}

/** Undelivered messages, oldest first: either waiting for the next attempt or abandoned ("dead"). */
export async function listAlerts(config: AlertPlaceConfig): Promise<readonly QueuedAlert[]> {
  const { path } = await placeOfAlerts(config);
  if (!existsSync(path)) return [];
  return withAlertOutbox(path, async (outbox) => outbox.undelivered());
}

/**
 * Sends undelivered messages to these targets and, with `alerts`, to those of the service.
 * @returns the number of messages sent and the number still undelivered
 */
export async function sendUndeliveredAlerts(
  { alert = [], dead, ...place }: AlertPlaceConfig & AlertTargetsConfig & { readonly dead: boolean },
  { reporter, ...run }: AlertRun & { readonly reporter?: Pick<Reporter, "warn"> } = {},
): Promise<{ readonly sent: number; readonly left: number }> {
  const { path, targets: ofService, words } = await placeOfAlerts(place);
  if (ofService === null && alert.length === 0) throw neitherOfAlerts("--alert and --alerts");
  const targets = [...alertTargets(alert), ...(ofService ?? [])];
  return withAlertOutbox(path, async (outbox) => {
    outbox.retry((run.clock ?? systemAlertClock).now(), { dead });
    const deliveries = await deliverAlerts(outbox, targets, alertPatienceMs, run);
    for (const line of alertCheckWarnings(deliveries, words)) reporter?.warn(line);
    return { sent: deliveries.sent, left: outbox.undelivered().length };
  });
}

/** An outbox, the targets that belong to it if it is that of a service, and the options that name it. */
interface AlertPlace {
  readonly path: string;
  readonly targets: readonly AlertTarget[] | null;
  readonly words: AlertPlaceWords;
}

async function placeOfAlerts({ model, alerts }: AlertPlaceConfig): Promise<AlertPlace> {
  if (alerts !== undefined) {
    if (model !== undefined) throw new UserError("expected one of --model and --alerts, got both");
    const config = await readAlertsFile(alerts);
    const { targets } = alertRouting(config);
    return { path: outboxOfAlertsFile(alerts, config), targets, words: ["--alerts", alerts] };
  }
  if (model === undefined) throw neitherOfAlerts("--model and --alerts");
  const { directory } = await openModelFolder(await resolveModel(model));
  return { path: outboxOfModel(directory), targets: null, words: ["--model", directory] };
}

function neitherOfAlerts(options: string): UserError {
  return new UserError(`expected one of ${options}, got none`, {
    advice: "--alerts names the file that `tidemark serve --alerts` uses.",
  });
}
