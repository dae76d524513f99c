// Reports a service's streams to a tracking server in the background: one run per model with a few metrics every five minutes,
// and one run per stream, but only for streams that the user selects. Verdicts never wait for the tracking server.

import { join } from "node:path";
import type { CheckResult } from "../monitoring/streams/check-result.ts";
import { selectableStream } from "../monitoring/streams/stream-list.ts";
import { beginFleetLog, endFleetLog, fleetLogEvents } from "../report/fleet-log.ts";
import { reportStream } from "../report/report-stream.ts";
import { readTrackingLogExperiment } from "../report/tracking-log.ts";
import type { Reporter } from "../reporter.ts";
import { runBackgroundSender } from "../storage/background-sender.ts";
import { EventSender } from "../storage/event-sender.ts";
import { MlflowClient } from "../storage/mlflow-client.ts";
import type { Clock } from "../storage/sender-clock.ts";
import type { ServerAddress } from "../storage/server-address.ts";
import { ServerTimeLimits } from "../storage/server-time-limits.ts";
import type { TrackingEvent } from "../storage/tracking-event.ts";
import type { JudgedEvent } from "./judge-posted-batch.ts";
import type { ServedLedger } from "./served-models.ts";
import { matchesScope } from "./token-scope.ts";

/** The ledger of a model's streams in a project. */
export interface TrackedLedger {
  readonly project: string;
  /** Name of the model folder. */
  readonly model: string;
  readonly ledger: ServedLedger;
}

export interface TrackServiceOptions {
  readonly server: ServerAddress;
  /** Default: the experiment of each model's training run. */
  readonly experiment: string | undefined;
  /** Names of the streams that get their own runs; * matches any characters. Default: none. */
  readonly streams: string | undefined;
  /** Folder that contains the model folders. */
  readonly models: string;
  /** Folder whose lock the replicas share while they send stream runs; null if there is none. Default: each model's folder. */
  readonly lockIn?: string | null;
  readonly ledgers: () => Promise<readonly TrackedLedger[]>;
  readonly now: () => Date;
  readonly clock: Clock;
  readonly reporter: Pick<Reporter, "warn">;
}

const everyMs = 5 * 60_000;
/** Maximum time for sending the events of all models, while the service runs and when it stops. */
const [patienceMs, lastPatienceMs] = [60_000, 3000];
/** Maximum number of unsent events per model (about 42 hours' worth), above which the oldest are dropped. */
const mostUnsent = 1000;

interface TrackedModel {
  /** Sends to the model's run; undefined until the run has begun, and after a fault. */
  sender: EventSender | undefined;
  unsent: TrackingEvent[];
  results: CheckResult[];
  /** Streams that have batches missing from their runs. */
  readonly streams: Set<string>;
}

export class ServiceTracker {
  readonly #options: TrackServiceOptions;
  readonly #client: MlflowClient;
  readonly #models = new Map<string, TrackedModel>();
  readonly #stop = new AbortController();
  #loop: Promise<void> | undefined;
  #fault: string | null = null;

  constructor(options: TrackServiceOptions) {
    this.#options = options;
    this.#client = new MlflowClient(options.server);
  }

  start(): void {
    for (const warning of this.#options.server.warnings) this.#options.reporter.warn(warning);
    this.#loop ??= this.#run();
  }

  judged({ project, model, stream, result }: Pick<JudgedEvent, "project" | "model" | "stream" | "result">): void {
    const own = this.#of(project, model);
    own.results.push(result);
    const { streams } = this.#options;
    if (streams !== undefined && matchesScope(streams, stream)) own.streams.add(stream);
  }

  /** Sends the remaining events within a few seconds. */
  async close(): Promise<void> {
    this.#stop.abort();
    await this.#loop;
    await this.#client.close();
  }

  async #run(): Promise<void> {
    const { clock } = this.#options;
    while (!this.#stop.signal.aborted) {
      await clock.sleep(everyMs, this.#stop.signal);
      await this.#send(this.#stop.signal.aborted);
    }
  }

  /** A fault is reported again only if another fault has occurred or sending has succeeded in between. */
  async #send(isLast: boolean): Promise<void> {
    const limits = new ServerTimeLimits(isLast ? lastPatienceMs : patienceMs);
    let fault: string | null = null;
    try {
      for (const tracked of await this.#options.ledgers()) {
        fault = (await this.#sendModel(tracked, limits, isLast)) ?? fault;
      }
    } catch (error) {
      fault = error instanceof Error ? error.message : String(error);
    }
    if (fault !== null && fault !== this.#fault) {
      this.#options.reporter.warn(
        `the tracking server did not accept everything; another attempt will follow: ${fault}`,
      );
    }
    this.#fault = fault;
  }

  /** The reason if something was not sent; null otherwise. */
  async #sendModel(tracked: TrackedLedger, limits: ServerTimeLimits, isLast: boolean): Promise<string | null> {
    const { project, model, ledger } = tracked;
    const { now, models, clock, reporter } = this.#options;
    const at = now();
    const streams = (await ledger.fleet.streams()).filter(({ retired_at }) => retired_at === null);
    if (streams.length === 0) return null;
    const own = this.#of(project, model);
    const listed = streams.map((stream) => selectableStream(stream, at));
    own.unsent.push(...fleetLogEvents(listed, own.results.splice(0), at.getTime()));
    own.unsent.splice(0, own.unsent.length - mostUnsent);
    const experiment = this.#options.experiment ?? (await readTrackingLogExperiment(join(models, model)));
    const begun = own.sender !== undefined;
    own.sender ??= new EventSender(this.#client, { read: async () => Buffer.alloc(0), warn: reporter.warn });
    const first = begun
      ? []
      : beginFleetLog({ project, model, modelVersion: ledger.modelVersion, experiment }, at.getTime());
    const last = isLast ? [endFleetLog(at.getTime())] : [];
    const unsent = await runBackgroundSender(own.sender, [...first, ...own.unsent, ...last], limits, clock);
    if (unsent !== null) {
      own.sender = undefined;
      return unsent.reason;
    }
    own.unsent = [];
    return this.#sendStreams(tracked, own, experiment, limits);
  }

  async #sendStreams(
    { model, ledger }: TrackedLedger,
    own: TrackedModel,
    experiment: string,
    limits: ServerTimeLimits,
  ): Promise<string | null> {
    const { models, clock, reporter, lockIn } = this.#options;
    const owner = { directory: join(models, model), modelVersion: ledger.modelVersion };
    for (const stream of own.streams) {
      const { unsent } = await reportStream(this.#client, ledger.streams, owner, stream, {
        experiment,
        limits,
        clock,
        warn: reporter.warn,
        ...(lockIn !== undefined && { lockIn }),
      });
      if (unsent !== null) return unsent.reason;
      own.streams.delete(stream);
    }
    return null;
  }

  #of(project: string, model: string): TrackedModel {
    const key = JSON.stringify([project, model]);
    let own = this.#models.get(key);
    if (own === undefined) {
      own = { sender: undefined, unsent: [], results: [], streams: new Set() };
      this.#models.set(key, own);
    }
    return own;
  }
}
