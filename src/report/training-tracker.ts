// Writes tracking.jsonl next to the checkpoints of a training run. If there is a server, a sender in the background follows the
// file. Every event is written to the file before it is sent. A resumed run continues the same file and repeats no event.

import { randomUUID } from "node:crypto";
import { dirname } from "node:path";
import type { EpochEvent, FitName } from "../learning/training/fit-events.ts";
import type { Reporter } from "../reporter.ts";
import { ArtifactFiles } from "../storage/artifact-files.ts";
import { BackgroundSender } from "../storage/background-sender.ts";
import { EventSender, type SenderOptions } from "../storage/event-sender.ts";
import { appendJsonLine } from "../storage/json-file.ts";
import type { MlflowClient } from "../storage/mlflow-client.ts";
import { trackingFile } from "../storage/model-folder.ts";
import { unparsableTrackingLog } from "../storage/parse-tracking-log.ts";
import { isMlflowOnlyAddress, type ServerAddress, serverAddress } from "../storage/server-address.ts";
import { ServerTimeLimits } from "../storage/server-time-limits.ts";
import type { Staging } from "../storage/staging.ts";
import type { RunStatus, TrackingEvent } from "../storage/tracking-event.ts";
import { gitCommit } from "../versions.ts";
import type { HistoryRow } from "./history-row.ts";
import { meanCurves } from "./mean-curves.ts";
import { SystemMetrics, systemMetricPrefix, systemSampleMs } from "./system-metrics.ts";
import { readTrackingLog } from "./tracking-log.ts";
import {
  beginTrainLogFit,
  type LoggedEvent,
  type TrackerStart,
  trainLogEpoch,
  trainLogEvents,
  trainRun,
} from "./train-log.ts";

/** The properties of a `train` or `retrain` run that its tracker uses. */
export interface TrackedConfig {
  /** The future model folder. */
  readonly out: string;
  readonly experiment: string;
  /** The server; null if events go only to the file. */
  readonly server: ServerAddress | null;
}

/**
 * The server to which a training run reports; null if there is none.
 * @param tracking value of the `--tracking` option
 * @throws UserError under the same conditions as `serverAddress`
 */
export function trackerServer(tracking: string | undefined, reporter: Reporter): ServerAddress | null {
  const server = serverAddress(tracking);
  if (isMlflowOnlyAddress(server, tracking))
    reporter.warn("MLFLOW_TRACKING_URI is not an http(s) address, so nothing is reported");
  for (const warning of server?.warnings ?? []) reporter.warn(warning);
  return server;
}

/** A tracking server, and what sends events to it. */
interface Server {
  readonly client: MlflowClient;
  readonly events: EventSender;
  readonly background: BackgroundSender;
}

export interface TrackedOutcome {
  /** The run's page; null if nothing was sent. */
  readonly page: string | null;
  /** Registered versions, such as "walk version 3 (champion)". */
  readonly versions: readonly string[];
  readonly unsent: { readonly events: number; readonly reason: string } | null;
  /** Name and alias of the registered model in the log; null if the log registers none. */
  readonly version: { readonly name: string; readonly alias: string | null } | null;
}

export class TrainingTracker {
  readonly #config: TrackedConfig;
  readonly #path: string;
  #server: Server | null = null;
  readonly #reporter: Reporter;
  readonly #now: () => number;
  readonly #known = new Set<string>();
  readonly #statuses = new Map<string, RunStatus>();
  readonly #log: TrackingEvent[] = [];
  #directory: string;
  #artifacts: Promise<ArtifactFiles> | undefined;
  #sealed: readonly TrackingEvent[] = [];
  #written: Promise<void> = Promise.resolve();
  readonly #system: SystemMetrics;
  #systemSamples = 0;
  #sampling: NodeJS.Timeout | undefined;

  private constructor(config: TrackedConfig, staging: Staging, { reporter, now }: TrackerOptions) {
    this.#config = config;
    this.#path = staging.path(trackingFile);
    this.#reporter = reporter;
    this.#now = now;
    this.#directory = config.out;
    this.#system = new SystemMetrics(dirname(this.#path));
  }

  /** Starts a run's log, or continues the existing one. */
  static async open(
    begin: (start: TrackerStart) => TrackingEvent[],
    config: TrackedConfig,
    staging: Staging,
    options: TrackerOptions,
  ): Promise<TrainingTracker> {
    const tracker = new TrainingTracker(config, staging, options);
    tracker.#server = await connectTracker(config, {
      // By the time the first artifact is sent, the folder is complete.
      read: async (artifact) => {
        tracker.#artifacts ??= ArtifactFiles.open(tracker.#directory);
        return (await tracker.#artifacts).read(artifact);
      },
      warn: (message) => tracker.#warn(`tracking: ${message}`),
    });
    const before = await readTrackingLog(tracker.#path);
    const ended = before.findIndex(({ type }) => ["model", "artifact", "version", "complete"].includes(type));
    if (ended >= 0)
      throw unparsableTrackingLog(tracker.#path, ended + 1, `${before[ended]!.type}: expected none before the end`);
    for (const event of before) tracker.#remember(event);
    tracker.#server?.background.enqueue(before);
    const at = options.now();
    const id = before[0]?.type === "log" ? before[0].id : randomUUID();
    const beginning = begin({ id, at, gitCommit: await gitCommit() });
    // A process that was killed may have written only part of the beginning.
    const missing = beginning.slice(before.length);
    tracker.#record(
      ...(missing.length > 0 ? missing : [{ type: "status", run: trainRun, status: "RUNNING", at } as const]),
    );
    tracker.#sampling = setInterval(() => void tracker.#sample(false), systemSampleMs).unref();
    return tracker;
  }

  /** Receives all events of a training run; ignores most of them. */
  event(event: { readonly type: string }): void {
    if (!isHeardByTracker(event)) return;
    const at = this.#now();
    if (event.type === "epoch") {
      this.#beginFit(event.fit, at);
      const { epoch, loss, accuracy, valLoss, valAccuracy, valMacroF1, learningRate, penalty, seconds } = event;
      const row = {
        epoch,
        loss,
        accuracy,
        val_loss: valLoss,
        val_accuracy: valAccuracy,
        val_macro_f1: valMacroF1,
        learning_rate: learningRate,
        ...(penalty !== undefined && { penalty }),
        seconds,
      };
      this.#record(...trainLogEpoch(row, event.fit, at));
    } else {
      const fit = trackedFitEndedBy(event);
      // A resumed run reports the event again, but only the first report counts.
      const known = this.#statuses.get(fit) === "FINISHED";
      if (!known) this.#beginFit(fit, at);
      this.#record(...trainLogEvents(event, at).filter(({ type }) => !(known && type === "status")));
    }
  }

  /**
   * Completes the log, ends sampling, and returns the log as the model folder should contain it.
   * @param end entries about the model; `finish` sends them once the folder exists
   */
  async seal(history: readonly HistoryRow[], end: (at: number) => readonly TrackingEvent[]): Promise<string> {
    this.#endSampling();
    // Even a training run that is shorter than the interval gets one sample.
    await this.#sample(true);
    const at = this.#now();
    // A run that was interrupted may have written the checkpoint of an epoch, but not its line in the log.
    for (const { fit, ...row } of history) this.#record(...trainLogEpoch(row, fit, at));
    this.#record(...meanCurves(history, at));
    await this.#written;
    this.#sealed = end(at);
    return [...this.#log, ...this.#sealed].map((event) => `${JSON.stringify(event)}\n`).join("");
  }

  /**
   * Called once the folder is in place. Sends the remaining events for as long as the server accepts them.
   * @param directory the folder that contains the files named by `seal`
   */
  async finish(directory: string = this.#config.out): Promise<TrackedOutcome> {
    this.#directory = directory;
    this.#server?.background.enqueue(this.#sealed);
    return this.#close();
  }

  /** Called if the run ended without a model. */
  async stop(status: "KILLED" | "FAILED"): Promise<TrackedOutcome> {
    this.#endSampling();
    const at = this.#now();
    const running = [...this.#statuses].filter(([, now]) => now === "RUNNING").map(([run]) => run);
    for (const run of running.reverse()) this.#record({ type: "status", run, status, at });
    await this.#written;
    return this.#close(new ServerTimeLimits(3000));
  }

  async #close(limits?: ServerTimeLimits): Promise<TrackedOutcome> {
    if (this.#server === null) return { page: null, versions: [], unsent: null, version: null };
    const { background, events, client } = this.#server;
    const unsent = await background.finish(limits);
    await client.close();
    const version = this.#sealed.find((event) => event.type === "version") ?? null;
    return { page: events.page, versions: events.versions, unsent, version };
  }

  #beginFit(fit: FitName, at: number): void {
    if (!this.#statuses.has(fit)) this.#record(beginTrainLogFit(fit, at));
    else if (this.#statuses.get(fit) !== "RUNNING") this.#record({ type: "status", run: fit, status: "RUNNING", at });
  }

  #endSampling(): void {
    clearInterval(this.#sampling);
    this.#sampling = undefined;
  }

  async #sample(last: boolean): Promise<void> {
    const values = await this.#system.sample();
    if (!last && this.#sampling === undefined) return;
    this.#record({ type: "metrics", run: trainRun, at: this.#now(), step: this.#systemSamples, values });
  }

  #record(...events: readonly TrackingEvent[]): void {
    for (const event of events) {
      if (event.type === "metrics" && this.#known.has(metricKeyOfTracker(event))) continue;
      this.#remember(event);
      this.#written = this.#written
        .then(() => appendJsonLine(this.#path, event))
        .then(() => this.#server?.background.enqueue([event]))
        .catch((error: unknown) => this.#warn(`tracking: ${this.#path} could not be written: ${String(error)}`));
    }
  }

  #remember(event: TrackingEvent): void {
    this.#log.push(event);
    if (event.type === "metrics") {
      this.#known.add(metricKeyOfTracker(event));
      if (Object.keys(event.values).some((name) => name.startsWith(systemMetricPrefix)))
        this.#systemSamples = event.step + 1;
    }
    if (event.type === "run") this.#statuses.set(event.run, "RUNNING");
    if (event.type === "status") this.#statuses.set(event.run, event.status);
  }

  #warn(message: string): void {
    this.#reporter.warn(message);
  }
}

interface TrackerOptions {
  readonly reporter: Reporter;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

const ofInterest: readonly string[] = ["epoch", "fold", "cycle", "final"] satisfies (
  | LoggedEvent
  | EpochEvent
)["type"][];

function isHeardByTracker(event: { readonly type: string }): event is LoggedEvent | EpochEvent {
  // A fit from scratch serves only as a comparison for a fine-tuned network, so it has no run.
  const compared = "fit" in event && String(event.fit).startsWith("scratch-");
  return ofInterest.includes(event.type) && !compared;
}

/** Returns the fit that the event ends. */
function trackedFitEndedBy(event: LoggedEvent): FitName {
  if (event.type === "fold") return `fold-${event.fold}`;
  return event.type === "cycle" ? `cycle-${event.report.cycle}` : "final";
}

/** Identifies a metric and its step, because each pair is logged only once per run. */
function metricKeyOfTracker({ run, step, values }: Extract<TrackingEvent, { type: "metrics" }>): string {
  return JSON.stringify([run, step, Object.keys(values)]);
}

async function connectTracker(
  { server, experiment }: TrackedConfig,
  options: Pick<SenderOptions, "read" | "warn">,
): Promise<Server | null> {
  if (server === null) return null;
  const { MlflowClient } = await import("../storage/mlflow-client.ts");
  const client = new MlflowClient(server);
  const events = new EventSender(client, { experiment, ...options });
  return { client, events, background: new BackgroundSender(events) };
}
