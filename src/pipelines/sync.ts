// `tidemark sync`: replays what a model folder knows of its training and its streams to a tracking server. What is there
// already stays as it is, so it may be run again, or after it was killed.

import { join } from "node:path";
import { resolveSyncConfig, type SyncOptions } from "../config.ts";
import { UserError } from "../errors.ts";
import { exists } from "../store/exists.ts";
import { readManifest } from "../store/manifest.ts";
import { modelFiles, trackingFile } from "../store/model-folder.ts";
import { stagingDirectory } from "../store/staging.ts";
import { sendAll, type Unsent } from "../tracking/background-sender.ts";
import { completeTag, EventSender } from "../tracking/event-sender.ts";
import { MlflowClient } from "../tracking/mlflow-client.ts";
import { serverAddress } from "../tracking/server-address.ts";
import type { TrackingEvent } from "../tracking/tracking-event.ts";
import { listStreams } from "./monitor-stream.ts";
import { type ReportedStream, reportStream } from "./report-stream.ts";
import { experimentOf, readTrackingLog } from "./tracking-log.ts";
import { registration, trainRun } from "./train-log.ts";

export interface SyncedTraining {
  /** Events that were sent; 0 where the server had them all. */
  readonly sent: number;
  readonly page: string | null;
  readonly versions: readonly string[];
  readonly unsent: Unsent | null;
}

export interface SyncResult {
  /** Address of the server, without credentials. */
  readonly tracking: string;
  /** Null where the folder has no tracking.jsonl. */
  readonly training: SyncedTraining | null;
  readonly streams: readonly ReportedStream[];
  readonly warnings: readonly string[];
}

/**
 * @param options as on the command line; `directory` at least
 * @throws UserError where there is no server named, or nothing to replay. What the server did not take is no error: see `unsent`
 */
export async function sync(options: SyncOptions, run: { patienceMs?: number } = {}): Promise<SyncResult> {
  const config = resolveSyncConfig(options);
  const { patienceMs = 60_000 } = run;
  const address = serverAddress(config.tracking);
  if (address === null) {
    throw new UserError("no tracking server is named", {
      advice: "Add --tracking http://HOST:PORT, or set MLFLOW_TRACKING_URI to such an address.",
    });
  }
  const directory = await runFolder(config.directory);
  const events = await readTrackingLog(join(directory, trackingFile));
  const monitored = await monitoredModel(directory);
  const names = monitored === null ? [] : listStreams(monitored);
  if (events.length === 0 && names.length === 0) {
    throw new UserError(`${directory}: nothing to report: it has no ${trackingFile}, and no batch was checked`);
  }
  const warnings = [...address.warnings];
  const warn = (message: string): unknown => warnings.push(message);
  const client = new MlflowClient(address);
  try {
    const training =
      events.length === 0 ? null : await replay(client, events, { ...config, directory, patienceMs, warn });
    const experiment = config.experiment ?? (await experimentOf(directory));
    const streams: ReportedStream[] = [];
    for (const name of names) {
      streams.push(await reportStream(client, monitored!, name, { experiment, patienceMs, warn }));
    }
    return { tracking: address.uri, training, streams, warnings };
  } finally {
    await client.close();
  }
}

async function replay(
  client: MlflowClient,
  events: readonly TrackingEvent[],
  options: {
    directory: string;
    experiment?: string;
    register?: string;
    alias?: string;
    patienceMs: number;
    warn: (message: string) => void;
  },
): Promise<SyncedTraining> {
  const { directory, experiment, register, alias, patienceMs, warn } = options;
  const sender = new EventSender(client, { experiment, fileOf: (file) => join(directory, file), warn });
  const wanted = register === undefined ? [] : [registration(register, alias)];
  const first = events.findIndex(({ type }) => type === "run") + 1;
  const begun = await sendAll(sender, events.slice(0, first), patienceMs);
  const known = sender.run(trainRun)?.tags[completeTag] === "true";
  const rest = [...(known ? [] : events.slice(first)), ...wanted];
  const unsent = begun ?? (await sendAll(sender, rest, patienceMs));
  const all = begun === null ? unsent : { ...begun, events: begun.events + rest.length };
  return {
    sent: known ? 0 : events.length - (all?.events ?? 0),
    page: sender.page,
    versions: sender.versions,
    unsent: all,
  };
}

/** The model folder, or where its interrupted training lies. */
async function runFolder(directory: string): Promise<string> {
  if (await exists(join(directory, modelFiles.manifest))) return directory;
  for (const folder of [directory, stagingDirectory(directory)]) {
    if (await exists(join(folder, trackingFile))) return folder;
  }
  throw new UserError(`${directory}: expected a model folder, or the name of one whose training was interrupted`);
}

async function monitoredModel(directory: string): Promise<Parameters<typeof listStreams>[0] | null> {
  if (!(await exists(join(directory, modelFiles.manifest)))) return null;
  const { model_version: modelVersion, data } = await readManifest(directory);
  return { directory, modelVersion, channels: data.channels, windowSize: 1 };
}
