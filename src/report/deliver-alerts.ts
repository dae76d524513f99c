// Sends the alerts in the outbox within a time limit, so that a command ends even if a target does not answer.

import { setTimeout as wait } from "node:timers/promises";
import { type AlertOutbox, outboxFile } from "./alert-outbox.ts";
import type { QueuedAlert } from "./alert-queue.ts";
import type { AlertTarget } from "./alert-target.ts";
import { repeatIncidents } from "./repeat-incidents.ts";
import { AlertFault, type Attempt, type SendAlert, sendAlert } from "./send-alert.ts";

export interface AlertClock {
  now(): Date;
  /** Resolves when the time is up or when the signal is aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export const systemAlertClock: AlertClock = {
  now: () => new Date(),
  sleep: (ms, signal) => wait(ms, undefined, { signal }).catch(() => {}),
};

export interface Deliveries {
  /** Number of accepted messages. */
  readonly sent: number;
  /**
   * The faults of the messages that were not accepted: one for each abandoned message (`isOver`), and one for each target whose
   * messages are kept for a later attempt.
   */
  readonly faults: readonly { readonly target: AlertTarget; readonly reason: string; readonly isOver: boolean }[];
}

/** Maximum time of one attempt. */
export const attemptMs = 5000;

/** @param patienceMs time after which nothing more is sent */
export async function deliverAlerts(
  outbox: AlertOutbox,
  targets: readonly AlertTarget[],
  patienceMs: number,
  { send = sendAlert, clock = systemAlertClock }: { readonly send?: SendAlert; readonly clock?: AlertClock } = {},
): Promise<Deliveries> {
  const end = clock.now().getTime() + patienceMs;
  const each = await Promise.all(targets.map((target) => deliverToTarget(outbox, target, end, send, clock)));
  return { sent: each.reduce((sum, { sent }) => sum + sent, 0), faults: each.flatMap(({ faults }) => faults) };
}

async function deliverToTarget(
  outbox: AlertOutbox,
  target: AlertTarget,
  end: number,
  send: SendAlert,
  clock: AlertClock,
): Promise<Deliveries> {
  const leftMs = (): number => end - clock.now().getTime();
  const faults: Deliveries["faults"][number][] = [];
  let sent = 0;
  while (leftMs() > 0) {
    const queued = outbox.claim(target.id, clock.now());
    if (queued === null) break;
    const fault = await sendQueuedAlert(queued, target, send, {
      now: clock.now(),
      patienceMs: Math.min(attemptMs, leftMs()),
    });
    if (fault === null) {
      outbox.sent(queued, clock.now());
      sent++;
      continue;
    }
    const waitMs = outbox.failed(queued, fault, clock.now());
    if (waitMs === null) {
      faults.push({ target, reason: fault.message, isOver: true });
      continue;
    }
    if (fault.kind === "setup" || waitMs >= leftMs()) {
      faults.push({ target, reason: fault.message, isOver: false });
      return { sent, faults };
    }
    await clock.sleep(waitMs);
  }
  if (target.form === "alertmanager" && leftMs() > 0) {
    const fault = await deliveryFault(() =>
      repeatIncidents(outbox, target, clock.now(), Math.min(attemptMs, leftMs())),
    );
    if (fault !== null) faults.push({ target, reason: fault.message, isOver: false });
  }
  return { sent, faults };
}

/** Tries once to send a message. Returns the fault that made it fail, or null if the message was sent. */
export function sendQueuedAlert(
  { message }: QueuedAlert,
  target: AlertTarget,
  send: SendAlert,
  attempt: Attempt,
): Promise<AlertFault | null> {
  return deliveryFault(async () => {
    if (message === null) throw new AlertFault("never", `the message is damaged in ${outboxFile}`);
    await send(message, target, attempt);
  });
}

/** The fault because of which the work failed; null if it succeeded. */
export async function deliveryFault(work: () => Promise<void>): Promise<AlertFault | null> {
  try {
    await work();
    return null;
  } catch (error) {
    if (error instanceof AlertFault) return error;
    // Catches all errors, because a defect in alert delivery must not end a check.
    return new AlertFault("never", error instanceof Error ? error.name : "an unknown fault");
  }
}
