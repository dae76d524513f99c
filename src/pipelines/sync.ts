// `tidemark sync`: sends the training and stream records in a model folder to a tracking server. Nothing is sent twice, so the
// command can be run again at any time, even after it was killed.

import { join } from "node:path";
import { UserError } from "../errors.ts";
import { type LedgerOwner, openReadableModelLedger, type ReadableLedger } from "../monitoring/streams/model-ledger.ts";
import { resolveSyncConfig, type SyncConfig, type SyncOptions } from "../options/resolve-config.ts";
import { type ReportedStream, reportStream } from "../report/report-stream.ts";
import { openSendableTrackingLog, type SendableLog, trackingLogExperiment } from "../report/tracking-log.ts";
import { trainLogRegistration, trainRun } from "../report/train-log.ts";
import { collectingReporter, type Reporter, reporterOf } from "../reporter.ts";
import { shellCommand, shellPath } from "../shell-words.ts";
import { runBackgroundSender, type Unsent } from "../storage/background-sender.ts";
import { EventSender } from "../storage/event-sender.ts";
import { exists } from "../storage/exists.ts";
import { readManifest } from "../storage/manifest.ts";
import type { MlflowClient } from "../storage/mlflow-client.ts";
import { modelFiles, refuseLinksInModelFolder, trackingFile } from "../storage/model-folder.ts";
import type { Clock } from "../storage/sender-clock.ts";
import { type ServerAddress, serverAddress } from "../storage/server-address.ts";
import { ServerTimeLimits } from "../storage/server-time-limits.ts";
import { stagingDirectory } from "../storage/staging.ts";
import { completeTag } from "../storage/tracking-event.ts";

export type { ReportedStream } from "../report/report-stream.ts";
export type { Unsent } from "../storage/background-sender.ts";
export type { Clock } from "../storage/sender-clock.ts";

/** The part of the training run that was sent. */
export interface SyncedTraining {
  /** Number of events that were sent; 0 if the server already had all events. */
  readonly sent: number;
  /** URL of the run's page; null if the server has no such page. */
  readonly page: string | null;
  /** Registered versions, for example "walk version 3". */
  readonly versions: readonly string[];
  /** What the server did not accept; null if the server has received everything. */
  readonly unsent: Unsent | null;
}

/** The result of `sync`. */
export interface SyncResult {
  /** URL of the server, without credentials. */
  readonly tracking: string;
  /** Null if the model folder has no tracking.jsonl. */
  readonly training: SyncedTraining | null;
  /** One entry per stream in the folder. */
  readonly streams: readonly ReportedStream[];
  /** Warnings for the user. */
  readonly warnings: readonly string[];
  /** The command that sends what is missing; null if the server has received everything. */
  readonly command: string | null;
}

/** Time limit for the training run and all streams together. */
const usualPatienceMs = 60_000;

/**
 * Replays a training run and its streams to an MLflow server, without resending what the server already has.
 *
 * @param options the same as on the command line; `directory` is required
 * @throws UserError if no server is given, there is nothing to send, or the log contains something that must not be sent. In
 *   these cases, the server is not contacted. Data that the server does not accept is not an error; see `unsent`
 */
export async function sync(
  options: SyncOptions,
  run: { patienceMs?: number; clock?: Clock; reporter?: Partial<Reporter> } = {},
): Promise<SyncResult> {
  const config = resolveSyncConfig(options);
  const { patienceMs = usualPatienceMs, ...more } = run;
  const address = serverAddress(config.tracking);
  if (address === null) {
    throw new UserError("no tracking server was given", {
      advice: "Add --tracking http://HOST:PORT, or set MLFLOW_TRACKING_URI to such an address.",
    });
  }
  const directory = await folderToSync(config.directory);
  const log = await openSendableTrackingLog(directory);
  const owner = await ledgerOwnerToSync(directory);
  const ledger = owner === null ? null : { ...owner, store: openReadableModelLedger(owner) };
  try {
    return await syncEverything(directory, log, ledger, {
      ...config,
      address,
      limits: new ServerTimeLimits(patienceMs),
      ...more,
    });
  } finally {
    await ledger?.store.close();
  }
}

interface Ledger extends LedgerOwner {
  readonly store: ReadableLedger;
}

async function syncEverything(
  directory: string,
  log: SendableLog,
  ledger: Ledger | null,
  options: SyncConfig & {
    readonly address: ServerAddress;
    readonly limits: ServerTimeLimits;
    readonly clock?: Clock;
    readonly reporter?: Partial<Reporter>;
  },
): Promise<SyncResult> {
  const { address, limits, clock, reporter } = options;
  const names = ledger === null ? [] : await ledger.store.streams();
  if (log.events.length === 0 && names.length === 0) {
    throw new UserError(`${directory}: nothing to send, because it has no ${trackingFile} and no batch was checked`);
  }
  const { warnings, warn } = collectingReporter(reporterOf(reporter));
  for (const warning of address.warnings) warn(warning);
  const shared = { limits, warn, ...(clock && { clock }) };
  const { MlflowClient } = await import("../storage/mlflow-client.ts");
  const client = new MlflowClient(address);
  try {
    const training = log.events.length === 0 ? null : await syncTraining(client, log, { ...options, ...shared });
    const experiment = options.experiment ?? trackingLogExperiment(log.events);
    const streams: ReportedStream[] = [];
    for (const name of names) {
      streams.push(await reportStream(client, ledger!.store, ledger!, name, { experiment, ...shared }));
    }
    const whole = [training, ...streams].every((part) => part === null || part.unsent === null);
    return {
      tracking: address.uri,
      training,
      streams,
      warnings,
      command: whole ? null : commandToSyncRest({ ...options, tracking: address.uri }),
    };
  } finally {
    await client.close();
  }
}

function commandToSyncRest({ directory, tracking, experiment, register, alias }: SyncConfig): string {
  const options = Object.entries({ tracking, experiment, register, alias });
  const words = options.flatMap(([name, value]) => (value === undefined ? [] : [`--${name}`, value]));
  return shellCommand("tidemark", "sync", shellPath(directory), ...words);
}

/** Registers nothing unless --register is given, because a folder must not determine which model a registry serves. */
async function syncTraining(
  client: MlflowClient,
  log: SendableLog,
  options: Omit<SyncConfig, "directory"> & {
    readonly limits: ServerTimeLimits;
    readonly warn: Reporter["warn"];
    readonly clock?: Clock;
  },
): Promise<SyncedTraining> {
  const { experiment, register, alias, limits, warn, clock } = options;
  const events = log.events.filter(({ type }) => type !== "version");
  const sender = new EventSender(client, { experiment, read: (artifact) => log.artifacts.read(artifact), warn });
  const wanted = register === undefined ? [] : [trainLogRegistration(register, alias, syncedTags(log))];
  const first = events.findIndex(({ type }) => type === "run") + 1;
  const begun = await runBackgroundSender(sender, events.slice(0, first), limits, clock);
  const known = sender.run(trainRun)?.tags[completeTag] === "true";
  if (!known && register === undefined) for (const message of syncRegistrationWarnings(log)) warn(message);
  const rest = [...(known ? [] : events.slice(first)), ...wanted];
  const unsent = begun ?? (await runBackgroundSender(sender, rest, limits, clock));
  const all = begun === null ? unsent : { ...begun, events: begun.events + rest.length };
  return {
    sent: known ? 0 : events.length - (all?.events ?? 0),
    page: sender.page,
    versions: sender.versions,
    unsent: all,
  };
}

/** All tags of the training run. */
function syncedTags({ events }: SendableLog): Record<string, string> {
  return Object.assign(
    {},
    ...events.map((event) => (event.type === "tags" && event.run === trainRun ? event.tags : {})),
  );
}

function syncRegistrationWarnings({ events }: SendableLog): string[] {
  return events.flatMap((event) => {
    if (event.type !== "version") return [];
    const words = ["--register", event.name, ...(event.alias === null ? [] : ["--alias", event.alias])];
    return [`The model was trained with --register, but sync registers a model only with: ${shellCommand(...words)}`];
  });
}

/** The model folder, or the folder of an interrupted training run. */
async function folderToSync(directory: string): Promise<string> {
  if (await exists(join(directory, modelFiles.manifest))) {
    await refuseLinksInModelFolder(directory);
    return directory;
  }
  for (const folder of [directory, stagingDirectory(directory)]) {
    if (await exists(join(folder, trackingFile))) return folder;
  }
  throw new UserError(`${directory}: expected a model folder, or the --out of an interrupted training run`);
}

async function ledgerOwnerToSync(directory: string): Promise<LedgerOwner | null> {
  if (!(await exists(join(directory, modelFiles.manifest)))) return null;
  const { model_version: modelVersion } = await readManifest(directory);
  return { directory, modelVersion };
}
