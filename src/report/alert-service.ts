// The alerts of a running service. Each verdict is compared with what has been reported about its stream, messages are sent in
// the background with growing pauses between attempts, and silent streams are searched for. Batches are hardly delayed: a
// verdict needs a single short transaction, and only if something has changed.

import type { CheckResult } from "../monitoring/streams/check-result.ts";
import type { Reporter } from "../reporter.ts";
import type { AlertMessage } from "./alert-message.ts";
import type { AlertOutbox } from "./alert-outbox.ts";
import { type AlertRouting, type AlertsConfig, alertRouting } from "./alert-rules.ts";
import type { AlertmanagerTarget, AlertTarget } from "./alert-target.ts";
import { type AlertClock, attemptMs, deliveryFault, sendQueuedAlert, systemAlertClock } from "./deliver-alerts.ts";
import { repeatIncidents } from "./repeat-incidents.ts";
import { type AlertFault, type SendAlert, sendAlert } from "./send-alert.ts";
import {
  type AlertedStream,
  noStreamAlerts,
  type StreamAlerts,
  streamAlertOnBatch,
  streamAlertOnRetirement,
  streamAlertOnSilence,
} from "./stream-alerts.ts";

/** A verdict that has been stored. */
export interface JudgedForAlerts extends AlertedStream {
  readonly result: CheckResult;
  /**
   * The result of the stream's previous check; null if there is none. Needed only if several services share a store.
   */
  readonly previous?: CheckResult | null;
}

/** A stream that has gone silent. */
export interface SilentStream extends AlertedStream {
  /** Time at which the stream's last batch arrived: ISO 8601, UTC. */
  readonly lastHeard: string;
}

export interface AlertServiceRun {
  /** Returns the streams that are currently silent. Default: silent streams are not reported. */
  readonly silentStreams?: () => Promise<readonly SilentStream[]>;
  /**
   * Whether other services judge batches of the same streams. If so, each verdict is compared with `previous` instead of what
   * this service has reported. Default: false.
   */
  readonly shared?: boolean;
  readonly reporter?: Pick<Reporter, "warn">;
  readonly send?: SendAlert;
  readonly clock?: AlertClock;
}

/** Interval at which targets without due messages are checked, and open incidents are repeated to an Alertmanager. */
const idleMs = 30_000;
const longestPauseMs = 300_000;

export class AlertService {
  readonly #outbox: AlertOutbox;
  readonly #config: AlertsConfig;
  readonly #routing: AlertRouting;
  readonly #run: Required<Omit<AlertServiceRun, "silentStreams">> & Pick<AlertServiceRun, "silentStreams">;
  readonly #reported = new Map<string, StreamAlerts>();
  readonly #ended = new AbortController();
  #wake = new AbortController();
  #loops: Promise<unknown> = Promise.resolve();

  /** @throws UserError if an address cannot be parsed */
  constructor(outbox: AlertOutbox, config: AlertsConfig, run: AlertServiceRun = {}) {
    this.#outbox = outbox;
    this.#config = config;
    this.#routing = alertRouting(config);
    this.#run = {
      shared: false,
      reporter: { warn: () => {} },
      send: sendAlert,
      clock: systemAlertClock,
      ...run,
    };
  }

  /** Starts sending messages and looking for silent streams. */
  start(): void {
    const loops = this.#routing.targets.map((target) => this.#sendTo(target));
    if (this.#run.silentStreams !== undefined) loops.push(this.#watchSilence(this.#run.silentStreams));
    this.#loops = Promise.all(loops);
  }

  /** Reports a verdict. Never throws; problems become warnings. */
  judged({ result, previous, ...of }: JudgedForAlerts): void {
    this.#report(of, (before) => {
      const known = this.#run.shared && previous !== undefined ? alertsOfOtherService(of, previous, before) : before;
      return streamAlertOnBatch(of, result, known, { rule: this.#config.rejections, now: this.#run.clock.now() });
    });
  }

  /** Ends the incidents of a retired stream. Never throws; problems become warnings. */
  retire(of: AlertedStream): void {
    this.#report(of, (before) => streamAlertOnRetirement(of, before, this.#run.clock.now().toISOString()));
  }

  /**
   * Deletes everything about an erased stream. Only PagerDuty is notified of the end of an incident, because only its requests
   * can end an incident without naming the stream.
   */
  erase({ project, model, stream }: AlertedStream): void {
    this.#reported.delete(JSON.stringify([project, model, stream]));
    const targets = this.#routing.targets.filter(({ form }) => form === "pagerduty");
    this.#outbox.erase(stream, { project, model }, { targets, now: this.#run.clock.now() });
    this.#wakeUp();
  }

  /** Numbers of messages that were not delivered. */
  undelivered(): { readonly waiting: number; readonly dead: number } {
    return this.#outbox.count();
  }

  /** Stops once the running attempts have ended; the remaining messages are sent after the next restart. */
  async close(): Promise<void> {
    this.#ended.abort();
    this.#wake.abort();
    await this.#loops;
    this.#outbox.close();
  }

  #report(of: AlertedStream, decide: (before: StreamAlerts) => ReturnType<typeof streamAlertOnBatch>): void {
    const key = JSON.stringify([of.project, of.model, of.stream]);
    try {
      const known = this.#reported.get(key) ?? this.#outbox.stateOf(of);
      const { after, messages } = decide(known);
      this.#reported.set(key, after);
      if (messages.length === 0 && !mustOutliveAlertService(known) && !mustOutliveAlertService(after)) return;
      this.#outbox.report(of, () => ({ after, messages }), this.#routing.targetsOf, this.#run.clock.now());
      if (messages.length > 0) this.#wakeUp();
    } catch (error) {
      this.#reported.delete(key);
      this.#warn(error);
    }
  }

  #wakeUp(): void {
    this.#wake.abort();
    if (!this.#ended.signal.aborted) this.#wake = new AbortController();
  }

  async #sendTo(target: AlertTarget): Promise<void> {
    const { clock, send } = this.#run;
    let failures = 0;
    let repeated = Number.NEGATIVE_INFINITY;
    while (!this.#ended.signal.aborted) {
      try {
        const queued = this.#outbox.claim(target.id, clock.now());
        const now = clock.now().getTime();
        let fault: AlertFault | null;
        if (queued !== null) {
          fault = await sendQueuedAlert(queued, target, send, { now: clock.now(), patienceMs: attemptMs });
          if (fault === null) this.#outbox.sent(queued, clock.now());
        } else if (target.form === "alertmanager" && now - repeated >= idleMs) {
          fault = await deliveryFault(() => this.#repeatTo(target));
          repeated = now;
        } else {
          await clock.sleep(idleMs, this.#wake.signal);
          continue;
        }
        if (fault === null) {
          failures = 0;
          continue;
        }
        const isOver = queued !== null && this.#outbox.failed(queued, fault, clock.now()) === null;
        if (failures === 0 || isOver)
          this.#run.reporter.warn(
            `alerts: ${target.shown}: ${fault.message}${isOver ? "; the message is abandoned" : ""}`,
          );
        failures++;
        if (!isOver) await clock.sleep(Math.min(longestPauseMs, 1000 * 2 ** failures), this.#ended.signal);
      } catch (error) {
        this.#warn(error);
        await clock.sleep(longestPauseMs, this.#ended.signal);
      }
    }
  }

  #repeatTo(target: AlertmanagerTarget): Promise<void> {
    const isFor = (message: AlertMessage): boolean =>
      this.#routing.targetsOf(message).some(({ id }) => id === target.id);
    return repeatIncidents(this.#outbox, target, this.#run.clock.now(), attemptMs, isFor);
  }

  async #watchSilence(silentStreams: () => Promise<readonly SilentStream[]>): Promise<void> {
    const { clock } = this.#run;
    while (!this.#ended.signal.aborted) {
      try {
        for (const { lastHeard, ...of } of await silentStreams())
          this.#report(of, (before) => streamAlertOnSilence(of, before, lastHeard, clock.now().toISOString()));
      } catch (error) {
        this.#warn(error);
      }
      await clock.sleep(1000 * this.#config.silence_check_seconds, this.#ended.signal);
    }
  }

  #warn(error: unknown): void {
    this.#run.reporter.warn(`alerts: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** Whether the next process needs the state of a stream. */
function mustOutliveAlertService({ open, recent }: StreamAlerts): boolean {
  return Object.keys(open).length > 0 || recent.includes("r");
}

/** The reports that another service must have sent, if it was the one that judged the stream's previous batch. */
function alertsOfOtherService(of: AlertedStream, previous: CheckResult | null, before: StreamAlerts): StreamAlerts {
  if (previous === null || previous.batch_id === before.last?.batchId) return before;
  const { alarm: _, ...others } = before.open;
  const { open, last } = streamAlertOnBatch(of, previous, noStreamAlerts).after;
  return { recent: before.recent, last, open: { ...others, ...(open.alarm !== undefined && { alarm: open.alarm }) } };
}
