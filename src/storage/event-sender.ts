// Turns events into requests that are safe to repeat. A run is looked up by its unique tag before it is created; the server
// identifies a metric by key, step, time and value; and an artifact overwrites its earlier copy. If it is unclear whether a
// request arrived, it can therefore be sent again, and the server still stores everything exactly once.

import { UserError } from "../errors.ts";
import type { Reporter } from "../reporter.ts";
import type { LoggedModel } from "./logged-models.ts";
import type { MlflowClient, RunTest } from "./mlflow-client.ts";
import type { MetricPoint, MlflowRun } from "./mlflow-run.ts";
import {
  cutSentEventText,
  type Loggable,
  mlflowLimits,
  sentEventDataset,
  sentEventKey,
  sentEventParams,
  sentEventTags,
  splitSentEvent,
} from "./sent-event.ts";
import { completeTag, modelArtifact, parentTag, runTag, type TrackingEvent } from "./tracking-event.ts";
import { TrackingFault } from "./tracking-fault.ts";

type Artifact = Extract<TrackingEvent, { type: "artifact" }>;

/** Maximum number of events whose requests are all repeated if one of them fails. */
const mostAtOnce = 2000;

export interface SenderOptions {
  /** The experiment to use instead of the one recorded in the log. */
  readonly experiment?: string | undefined;
  /** Returns the bytes of an artifact; throws a UserError if they must not be sent. */
  readonly read: (artifact: Artifact) => Promise<Buffer>;
  /** Whether a run with the log's id belongs to this log rather than to a copy that has diverged. Default: always. */
  readonly belongs?: RunTest;
  /** Called once for each distinct warning, for example if the server rejects a request or a value is not a finite number. */
  readonly warn: Reporter["warn"];
}

/** Sends the events of one log to one server, in order. */
export class EventSender {
  readonly #client: MlflowClient;
  readonly #options: SenderOptions;
  readonly #runs = new Map<string, MlflowRun>();
  /** Logged models by run. */
  readonly #models = new Map<string, LoggedModel>();
  readonly #warned = new Set<string>();
  readonly #lost = new Set<string>();
  #log: { id: string; experimentId: string } | undefined;
  #refusals = 0;
  /** Versions that were registered, such as "name version 3". */
  readonly versions: string[] = [];

  constructor(client: MlflowClient, options: SenderOptions) {
    this.#client = client;
    this.#options = options;
  }

  /** The address of the page that shows the log's first run; null until the run has been found or created on the server. */
  get page(): string | null {
    const [first] = this.#runs.values();
    if (first === undefined) return null;
    const [experiment, run] = [first.experimentId, first.runId].map(encodeURIComponent);
    return `${this.#client.uri}/#/experiments/${experiment}/runs/${run}`;
  }

  /** Number of requests that the server permanently rejected, or that were not made because a file must not be sent. */
  get refusals(): number {
    return this.#refusals;
  }

  run(name: string): MlflowRun | undefined {
    return this.#runs.get(name);
  }

  /**
   * Sends the first events, as many as fit into one round of requests.
   * @returns the number of events sent
   * @throws TrackingFault on a temporary fault, after which the same events can be sent again, or on a fault that ends all
   * sending
   */
  async sendSome(events: readonly TrackingEvent[]): Promise<number> {
    const [first] = events;
    if (first === undefined) return 0;
    switch (first.type) {
      case "params":
      case "tags":
      case "metrics": {
        const end = events.findIndex(({ type }) => type !== "params" && type !== "tags" && type !== "metrics");
        const count = Math.min(mostAtOnce, end < 0 ? events.length : end);
        await this.#sendLoggable(events.slice(0, count));
        return count;
      }
      case "log":
        await this.#open(first);
        return 1;
      case "run":
        await this.#begin(first);
        return 1;
      default:
        await this.#orSkip(() => this.#sendOne(first));
        return 1;
    }
  }

  async #open({ id, experiment }: Extract<TrackingEvent, { type: "log" }>): Promise<void> {
    this.#log = { id, experimentId: await this.#client.experimentId(this.#options.experiment ?? experiment) };
  }

  async #begin({ run, name, parent, at, tags }: Extract<TrackingEvent, { type: "run" }>): Promise<void> {
    if (this.#log === undefined) throw new Error("tracking: expected a log event before the first run");
    const { id, experimentId } = this.#log;
    const own = { key: runTag, value: `${id}/${run}` };
    const parentRun = parent === null ? undefined : this.#runs.get(parent);
    const { belongs = () => true } = this.#options;
    const found = await this.#client.findRun(experimentId, own, belongs);
    this.#runs.set(
      run,
      found ??
        (await this.#client.createRun({
          experimentId,
          name,
          startTime: at,
          tags: [
            own,
            ...(parentRun === undefined ? [] : [{ key: parentTag, value: parentRun.runId }]),
            ...sentEventTags(tags),
          ],
        })),
    );
  }

  async #sendOne(event: TrackingEvent): Promise<void> {
    const client = this.#client;
    switch (event.type) {
      case "dataset":
        return client.logDataset(this.#idOf(event.run), sentEventDataset(event.dataset));
      case "status":
        return client.setStatus(this.#idOf(event.run), event.status, event.at);
      case "artifact":
        try {
          return await this.#store(event);
        } catch (error) {
          if (!(error instanceof TrackingFault && error.mayPass)) this.#lost.add(event.run);
          if (error instanceof UserError) {
            throw new TrackingFault("refused", `${event.file} was not sent: ${error.message}`, { cause: error });
          }
          throw error;
        }
      case "model":
        return this.#logModel(event);
      case "version":
        return this.#register(event);
      case "complete": {
        if (this.#warned.size > 0) return;
        const tags = [{ key: completeTag, value: "true" }];
        return client.logBatch(this.#idOf(event.run), { metrics: [], params: [], tags });
      }
      default:
        throw new Error(`tracking: expected an event that is sent on its own, got ${event.type}`);
    }
  }

  /** Stores a file: with the logged model if it belongs to one, and otherwise with the run. */
  async #store(event: Artifact): Promise<void> {
    const model = this.#models.get(event.run);
    const prefix = `${modelArtifact}/`;
    const isOfModel = model !== undefined && event.path.startsWith(prefix);
    const { artifactUri } = isOfModel ? model : this.#runOf(event.run);
    const path = isOfModel ? event.path.slice(prefix.length) : event.path;
    await this.#client.putArtifact(artifactUri, path, await this.#options.read(event));
  }

  async #logModel({ run, path, status, tags = {} }: Extract<TrackingEvent, { type: "model" }>): Promise<void> {
    const { loggedModels } = this.#client;
    const known = this.#models.get(run);
    if (status === "READY") {
      if (known !== undefined) await loggedModels.finish(known, !this.#lost.has(run));
      return;
    }
    const own = this.#runOf(run);
    const model = (await loggedModels.find(own)) ?? (await loggedModels.create(own, path, sentEventTags(tags)));
    if (model === null) return;
    await loggedModels.link(own.runId, model);
    this.#models.set(run, model);
  }

  async #register({
    run,
    name,
    alias,
    path,
    description,
    tags = {},
  }: Extract<TrackingEvent, { type: "version" }>): Promise<void> {
    const { runId, artifactUri } = this.#runOf(run);
    if (this.#lost.has(run)) {
      throw new TrackingFault("refused", `model ${name} was not registered, because its files could not be stored`);
    }
    // A complete training run is not sent again, so its model may be unknown.
    const model = this.#models.get(run) ?? (await this.#client.loggedModels.find(this.#runOf(run)));
    await this.#client.createRegisteredModel(name);
    const version =
      (await this.#client.findVersion(name, runId)) ??
      (await this.#client.createVersion(name, model?.artifactUri ?? `${artifactUri}/${path}`, runId, {
        tags: sentEventTags(tags),
        ...(model !== null && { model_id: model.modelId }),
        ...(description !== undefined && { description: cutSentEventText(description, mlflowLimits.description) }),
      }));
    if (alias !== null) await this.#client.setAlias(name, alias, version);
    this.versions.push(`${name} version ${version}${alias === null ? "" : ` (${alias})`}`);
  }

  async #sendLoggable(events: readonly TrackingEvent[]): Promise<void> {
    const byRun = new Map<string, Loggable>();
    for (const event of events) {
      if (event.type !== "params" && event.type !== "tags" && event.type !== "metrics") continue;
      const own = byRun.get(event.run) ?? { metrics: [], params: [], tags: [] };
      byRun.set(event.run, own);
      if (event.type === "params") own.params.push(...sentEventParams(event.params, mlflowLimits.value));
      if (event.type === "tags") own.tags.push(...sentEventTags(event.tags));
      if (event.type === "metrics") own.metrics.push(...this.#points(event));
    }
    for (const [run, loggable] of byRun) {
      for (const batch of splitSentEvent(loggable)) await this.#orSkip(() => this.#logBatch(this.#idOf(run), batch));
    }
  }

  /**
   * Logs a batch. If the server rejects a batch with long parameter values, as older servers do, sends it again with shortened
   * values.
   */
  async #logBatch(runId: string, batch: Loggable): Promise<void> {
    try {
      await this.#client.logBatch(runId, batch);
    } catch (error) {
      const long = batch.params.some(({ value }) => value.length > mlflowLimits.olderValue);
      if (!(long && error instanceof TrackingFault && error.kind === "refused")) throw error;
      const params = batch.params.map(({ key, value }) => ({
        key,
        value: cutSentEventText(value, mlflowLimits.olderValue),
      }));
      await this.#client.logBatch(runId, { ...batch, params });
    }
  }

  #points({ run, values, at, step, model }: Extract<TrackingEvent, { type: "metrics" }>): MetricPoint[] {
    const of = model && this.#models.get(run);
    return Object.entries(values).flatMap(([key, value]) => {
      const point = { key: sentEventKey(key), value, timestamp: at, step, ...(of && { model_id: of.modelId }) };
      if (Number.isFinite(value)) return [point];
      this.#warnOnce(`${key}: values that are not finite numbers were not sent`);
      return [];
    });
  }

  /**
   * Makes a request. If the server permanently rejects it, warns and carries on, so that the other requests are still made.
   * Missing permissions remain an error.
   */
  async #orSkip(action: () => Promise<void>): Promise<void> {
    try {
      await action();
    } catch (error) {
      if (!(error instanceof TrackingFault && error.kind === "refused")) throw error;
      this.#refusals++;
      this.#warnOnce(error.message);
    }
  }

  #warnOnce(message: string): void {
    if (this.#warned.has(message)) return;
    this.#warned.add(message);
    this.#options.warn(message);
  }

  #idOf(run: string): string {
    return this.#runOf(run).runId;
  }

  #runOf(run: string): MlflowRun {
    const found = this.#runs.get(run);
    if (found === undefined) throw new Error(`tracking: expected run ${run} to begin before its other events`);
    return found;
  }
}
