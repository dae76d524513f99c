// The service without its network interface: the open models, and the order in which batches are judged.

import { UserError } from "../errors.ts";
import { startWorker } from "../learning/training/start-worker.ts";
import { type IndexedStream, type SelectableStream, selectableStream } from "../monitoring/streams/stream-list.ts";
import type { ServeConfig } from "../options/resolve-config.ts";
import { type Reporter, reporterOf } from "../reporter.ts";
import { defaultProject } from "../storage/opened-store.ts";
import { type Clock, systemClock } from "../storage/sender-clock.ts";
import { serverAddress } from "../storage/server-address.ts";
import { parseStoreAddress } from "../storage/store-address.ts";
import { explainSystemError } from "../system-error.ts";
import { type Decided, decideServed, type ServedDecision } from "./decide-served.ts";
import { JudgeThreads } from "./judge-in-threads.ts";
import type { JudgeRun, PostedVerdict } from "./judge-posted-batch.ts";
import type { JudgeThreadData } from "./judge-thread.ts";
import { judgingOrder } from "./judging-order.ts";
import { listModels } from "./models.ts";
import { type OpenedServedModels, openServedModels, type ServedFolders } from "./open-served-models.ts";
import { type PicturedBatch, pictureServedBatch } from "./picture-batch.ts";
import { type PostedBatch, withTimeOfPostedSummary } from "./posted-batch.ts";
import { type StreamReader, streamReader } from "./read-streams.ts";
import { BaselineReader } from "./served-baseline.ts";
import { ServiceTracker, type TrackedLedger } from "./track-service.ts";

export { StoreUnavailable } from "../storage/store-unavailable.ts";
export { JudgeThreadEnded } from "./judge-in-threads.ts";
export type { StreamReader } from "./read-streams.ts";
export { UnknownModel } from "./served-models.ts";

export interface Service {
  /**
   * The verdict on a batch, after it has been stored. The batches of a stream are judged in the order of the calls or of their
   * data times.
   */
  judge(posted: PostedBatch): Promise<PostedVerdict>;
  /** Stops waiting for batches with older data. */
  hurry(): void;
  /** @throws UnknownModel if there is no such model */
  refuseUnknown(model: string): Promise<void>;
  /** Names by which clients address the models. */
  models(): Promise<string[]>;
  /** The streams of all projects; of retired streams, only the names. */
  streams(): Promise<ServedStreams[]>;
  /** The fault that prevents batches from being judged; undefined if there is none. */
  notReady(): Promise<string | undefined>;
  /** What pages show about streams and batches. */
  readonly reader: StreamReader;
  /** The information about models that is shown on the pages. */
  readonly baselines: Pick<BaselineReader, "baseline" | "comparison">;
  /** The charts of a batch; null if there is no such batch. */
  picture(batch: Readonly<Record<"project" | "model" | "stream" | "batch", string>>): Promise<PicturedBatch | null>;
  /** Carries out an administrator's decision. */
  decide(decision: ServedDecision): Promise<Decided>;
  /** Waits for the batches that are being judged, and closes the models and the store. */
  close(): Promise<void>;
}

/** A model's streams in a project. */
export interface ServedStreams {
  readonly project: string;
  /** Name of the model folder. */
  readonly model: string;
  /** All streams that are not retired. */
  readonly streams: readonly (IndexedStream & SelectableStream)[];
  /** Names of the retired streams. */
  readonly retired: readonly string[];
}

export interface ServiceRun {
  readonly now?: () => Date;
  readonly clock?: Clock;
  readonly reporter?: Partial<Reporter>;
  /** See `JudgeRun`. */
  readonly onJudged?: NonNullable<JudgeRun["onJudged"]>;
  /** See `JudgeRun`. */
  readonly withPrevious?: boolean;
}

/** Connections to PostgreSQL that the threads share as evenly as possible. */
const judgingConnections = 10;
/** Enough connections per thread that no batch waits for another batch's statement. */
const leastConnections = 2;

/** @throws UserError if the folder contains no model, or the store cannot be used */
export async function openService(config: ServeConfig, run: ServiceRun = {}): Promise<Service> {
  const server = serverAddress(config.tracking);
  const { models: directory, store: address, keepDays, keepMegabytes, batchRows } = config;
  const folders: ServedFolders = { models: directory, store: address };
  const { models: served, store, close } = await openServedModels(folders);
  const { now = () => new Date(), clock = systemClock, onJudged = () => {}, withPrevious = false, reporter } = run;
  const connections = Math.max(leastConnections, Math.floor(judgingConnections / config.jobs));
  const data: JudgeThreadData = { ...folders, connections, keepDays, keepMegabytes, batchRows, withPrevious };
  const threads = new JudgeThreads({
    threads: config.jobs,
    start: () => startWorker("judge-thread", data, { beside: import.meta.url }),
    onJudged: (event) => {
      tracker?.judged(event);
      onJudged(event);
    },
    reporter: reporterOf(reporter),
  });
  const ledgersOf = (): Promise<TrackedLedger[]> => ledgersOfService(directory, { models: served, store }, run);
  const tracker =
    server === null
      ? null
      : new ServiceTracker({
          server,
          experiment: config.experiment,
          streams: config.trackStreams,
          models: directory,
          ledgers: ledgersOf,
          now,
          clock,
          reporter: reporterOf(reporter),
          ...(address !== undefined && { lockIn: sqliteFolderOf(address) }),
        });
  const judging = judgingOrder(
    {
      keyOf: streamKeyInOpenService,
      timeOf: ({ dataTime }) => (config.order === "data" ? dataTime : null),
      latenessMs: 1000 * config.lateness,
      clock,
      now,
    },
    (posted: PostedBatch) => threads.judge(posted),
  );
  const service: Service = {
    judge: async (posted) => judging.run(config.order === "data" ? await withTimeOfPostedSummary(posted) : posted),
    hurry: judging.hurry,
    baselines: new BaselineReader(directory, served),
    picture: (batch) => pictureServedBatch(served, batch),
    decide: (decision) => decideServed(served, decision, run.now),
    refuseUnknown: async (model) => void (await served.resolve(model)),
    models: () => namesOfServedModels(directory, run),
    streams: async () => streamsOfLedgers(await ledgersOf(), now()),
    reader: streamReader(served, async () => (await listModels(directory, run)).map(({ name }) => name), run.now),
    notReady: async () => (await noModels()) ?? (await store?.reach().catch(reasonOfServiceError)) ?? undefined,
    close: async () => {
      await threads.close();
      await tracker?.close();
      await close();
    },
  };
  const noModels = async (): Promise<string | undefined> => {
    const names = await service.models().catch(reasonOfServiceError);
    if (typeof names === "string") return names;
    return names.length === 0 ? `${directory} has no model` : undefined;
  };
  const reason = await noModels();
  if (reason !== undefined) {
    throw new UserError(`--models ${directory}: expected a folder of model folders: ${reason}`, {
      advice: "Train a model into a folder inside it: tidemark train FILES --out models/NAME",
    });
  }
  await store?.reach();
  if (!config.checkConfig) tracker?.start();
  return service;
}

/** Returns the ledger of each model in each project, if there is one. */
async function ledgersOfService(
  directory: string,
  { models, store }: Pick<OpenedServedModels, "models" | "store">,
  run: ServiceRun,
): Promise<TrackedLedger[]> {
  const versions = await listModels(directory, run);
  const all: TrackedLedger[] = [];
  for (const project of (await store?.projects()) ?? [defaultProject]) {
    for (const { name: model } of versions) {
      const ledger = await models.ledger(project, model);
      if (ledger !== null) all.push({ project, model, ledger });
    }
  }
  return all;
}

/** Returns the champion of each line as LINE@champion, followed by the names of all model folders. */
async function namesOfServedModels(directory: string, run: ServiceRun): Promise<string[]> {
  const versions = await listModels(directory, run);
  const champions = versions.filter(({ champion }) => champion).map(({ line }) => `${line}@champion`);
  return [...champions, ...versions.map(({ name }) => name)];
}

async function streamsOfLedgers(ledgers: readonly TrackedLedger[], at: Date): Promise<ServedStreams[]> {
  const all: ServedStreams[] = [];
  for (const { project, model, ledger } of ledgers) {
    const streams = await ledger.fleet.streams();
    const active = streams.filter(({ retired_at }) => retired_at === null);
    const retired = streams.filter(({ retired_at }) => retired_at !== null).map(({ stream }) => stream);
    all.push({ project, model, streams: active.map((own) => selectableStream(own, at)), retired });
  }
  return all;
}

/** Whether other services, on other machines, may use the same store. */
export function isSharedStore(address: string): boolean {
  return sqliteFolderOf(address) === null;
}

/** Folder of a SQLite store; null if the store is a PostgreSQL database. */
function sqliteFolderOf(address: string): string | null {
  const parsed = parseStoreAddress(address);
  return parsed.kind === "sqlite" ? parsed.directory : null;
}

function reasonOfServiceError(error: unknown): string {
  // An error from the list of models names an option of `models list`, which the service lacks; its cause names only the
  // folder.
  if (error instanceof UserError && error.cause instanceof UserError) return reasonOfServiceError(error.cause);
  const known = error instanceof UserError ? error : explainSystemError(error);
  if (known === undefined) throw error;
  return known.headline;
}

function streamKeyInOpenService({ project, model, stream }: PostedBatch): string {
  return JSON.stringify([project, model, stream]);
}
