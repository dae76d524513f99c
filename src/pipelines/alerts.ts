// `tidemark alerts`: tests alert targets, and lists and resends undelivered messages.

import { existsSync } from "node:fs";
import { type AlertRun, alertCheckWarnings, alertPatienceMs } from "../report/alert-check.ts";
import { outboxOfModel, withAlertOutbox } from "../report/alert-outbox.ts";
import type { QueuedAlert } from "../report/alert-queue.ts";
import { type AlertTarget, alertTargets } from "../report/alert-target.ts";
import { attemptMs, deliverAlerts, deliveryFault, systemAlertClock } from "../report/deliver-alerts.ts";
import { sendAlert } from "../report/send-alert.ts";
import { makeStreamAlert } from "../report/stream-alerts.ts";
import type { Reporter } from "../reporter.ts";
import { openModelFolder } from "../storage/model-folder.ts";
import { resolveModel } from "../storage/resolve-model.ts";

export type { QueuedAlert };

/** Outcome of a test message. */
export interface TestedTarget {
  /** The target, without secrets. */
  readonly target: string;
  /** Whether the message is signed; null for formats without signatures. */
  readonly signed: boolean | null;
  /** Why the target rejected the message; null if it was accepted. */
  readonly fault: string | null;
}

/** Sends one message of type "test" to every target, without retries. @throws UserError if an address cannot be parsed */
export async function testAlerts(
  { alert }: { readonly alert: readonly string[] },
  { send = sendAlert, clock = systemAlertClock }: AlertRun = {},
): Promise<TestedTarget[]> {
  const now = clock.now();
  const of = { project: null, model: "none", stream: "none" };
  const message = makeStreamAlert(of, "test", now.toISOString(), now.toISOString(), {
    since: now.toISOString(),
    title: "This is a test of Tidemark's alerts; nothing is wrong.",
  });
  return Promise.all(
    alertTargets(alert).map(async (target) => {
      const fault = await deliveryFault(() => send(message, target, { now, patienceMs: attemptMs }));
      const signed = target.form === "plain" ? target.keys.length > 0 : null;
      return { target: target.shown, signed, fault: fault?.message ?? null };
    }),
  );
}

/** Undelivered messages, oldest first: either waiting for the next attempt or abandoned ("dead"). */
export async function listAlerts({ model }: { readonly model: string }): Promise<readonly QueuedAlert[]> {
  const path = outboxOfModel(await alertedModel(model));
  if (!existsSync(path)) return [];
  return withAlertOutbox(path, async (outbox) => outbox.undelivered());
}

/** Sends undelivered messages to these targets. @returns the number of messages sent and the number still undelivered */
export async function sendUndeliveredAlerts(
  { model, alert, dead }: { readonly model: string; readonly alert: readonly string[]; readonly dead: boolean },
  { reporter, ...run }: AlertRun & { readonly reporter?: Pick<Reporter, "warn"> } = {},
): Promise<{ readonly sent: number; readonly left: number }> {
  const targets: readonly AlertTarget[] = alertTargets(alert);
  const directory = await alertedModel(model);
  return withAlertOutbox(outboxOfModel(directory), async (outbox) => {
    outbox.retry((run.clock ?? systemAlertClock).now(), { dead });
    const deliveries = await deliverAlerts(outbox, targets, alertPatienceMs, run);
    for (const line of alertCheckWarnings(deliveries, directory)) reporter?.warn(line);
    return { sent: deliveries.sent, left: outbox.undelivered().length };
  });
}

async function alertedModel(model: string): Promise<string> {
  return (await openModelFolder(await resolveModel(model))).directory;
}
