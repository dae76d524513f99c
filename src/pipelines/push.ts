// `tidemark push`: sends recordings from a gateway to the service. Recordings become batches that wait in a spool on disk, in
// order within each stream, until the service has accepted them. A batch that is sent twice gets the same verdict, because its
// id is derived from its file.

import { readFile } from "node:fs/promises";
import { counted } from "../counted.ts";
import { UserError } from "../errors.ts";
import { kebabCase } from "../letter-case.ts";
import type { CheckResult } from "../monitoring/streams/check-result.ts";
import { postedColumns } from "../options/push-options.ts";
import { type PushConfig, type PushOptions, resolvePushConfig } from "../options/resolve-config.ts";
import { type Reporter, reporterOf } from "../reporter.ts";
import { BatchSpool } from "../storage/batch-spool.ts";
import { type Clock, systemClock } from "../storage/sender-clock.ts";
import { explainSystemErrorOnRead } from "../system-error.ts";
import { gatherBatches } from "./gather-batches.ts";
import { PushCounts, type PushResult } from "./push-counts.ts";
import { SpoolSender } from "./send-spooled.ts";
import { type ServiceRequest, serviceClient } from "./service-client.ts";

export type { UnreadFile } from "./gather-batches.ts";
export type { PushedStream, PushResult, RefusedBatch } from "./push-counts.ts";

/** Dependencies of `push` in addition to its options. */
export interface PushRun {
  /** Receives warnings. Default: silent. */
  readonly reporter?: Partial<Reporter>;
  /** Aborted to stop the command: requests in progress are completed, and the remaining batches stay in the spool. */
  readonly signal?: AbortSignal;
  /** Called when an accepted batch has left the spool. */
  readonly onAccepted?: (batch: {
    /** Stream of the batch. */
    stream: string;
    /** Id of the batch within its stream. */
    batch_id: string;
    /** The service's verdict on the batch. */
    verdict: CheckResult["verdict"];
  }) => void;
}

/** A run with a given environment, network and clock, for tests. */
export interface PushSurroundings extends PushRun {
  readonly environment?: Readonly<Record<string, string | undefined>>;
  readonly request?: ServiceRequest;
  readonly clock?: Clock;
  readonly now?: () => Date;
  readonly random?: () => number;
}

/**
 * Sends recordings to a service as batches, and retries until it has accepted them. With `follow`, continues with new files
 * until `signal` is aborted.
 *
 * @throws UserError if an option is wrong, a file or folder does not exist, or another push uses the spool
 */
export async function push(options: PushOptions, run: PushRun = {}): Promise<PushResult> {
  return pushFrom(options, run);
}

export async function pushFrom(options: PushOptions, run: PushSurroundings): Promise<PushResult> {
  const config = resolvePushConfig(options);
  const { signal = new AbortController().signal, clock = systemClock, environment = process.env } = run;
  const reporter = reporterOf(run.reporter);
  const client = serviceClient({
    to: config.to,
    token: await tokenToPush(config, environment, reporter.warn),
    ...(run.request !== undefined && { request: run.request }),
  });
  const spool = await BatchSpool.open(config.spool);
  try {
    if (config.again) {
      await spool.retryRefused();
      await spool.forgetTaken();
    }
    const { model, fix } = await destinationToPush(config, spool, () => client.onlyModel(), reporter.warn);
    let fixed: Promise<void> | undefined;
    const counts = new PushCounts();
    const sender = new SpoolSender({
      spool,
      post: (batch, content) => client.post(model, batch, content),
      confirmed: () => (fixed ??= fix()),
      connections: config.connections,
      patienceMs: config.follow ? null : 1000 * config.patience,
      clock,
      now: run.now ?? (() => new Date()),
      random: run.random ?? Math.random,
      run: {
        accepted: (batch, answer) => {
          counts.accepted(batch, answer);
          run.onAccepted?.({ stream: batch.stream, batch_id: batch.batch_id, verdict: answer.verdict });
        },
        refused: (batch, reason, kept) => {
          const { stream, batch_id, file } = batch;
          counts.refused({ stream, batch_id, file, reason, kept });
          reporter.warn(`batch ${batch_id} of stream ${stream} (${file}) was refused: ${reason}`);
        },
        hindered: (stream, reason, advice) => {
          const whose = stream === null ? "" : `stream ${stream}: `;
          reporter.warn(`${whose}${reason} ${advice ?? "Batches wait in the spool."}`);
        },
        resumed: () => reporter.warn("the service accepts batches again"),
      },
    });
    const { skipped, failed } = await gatherAndPush(config, spool, sender, { reporter, clock, signal });
    for (const { stream } of spool.waiting) counts.waits(stream, sender.hindrance(stream));
    return counts.result({ to: config.to, model, spool: config.spool, skipped, unread_files: failed });
  } finally {
    await spool.close();
  }
}

async function gatherAndPush(
  config: PushConfig,
  spool: BatchSpool,
  sender: SpoolSender,
  { reporter, clock, signal }: { reporter: Reporter; clock: Clock; signal: AbortSignal },
): ReturnType<typeof gatherBatches> {
  const [failed, ended] = [new AbortController(), new AbortController()];
  const all = AbortSignal.any([signal, failed.signal]);
  const gathering = gatherBatches(
    spool,
    {
      ...config,
      query: columnsToPush(config),
      reporter,
      everyMs: 1000 * config.every,
      spoolBytes: 1e6 * config.spoolMegabytes,
    },
    { clock, reporter, onSpooled: (batch) => sender.add(batch), sendingEnded: ended.signal },
    all,
  ).finally(() => sender.finish());
  const sending = sender.run(all).finally(() => ended.abort());
  for (const one of [gathering, sending]) one.catch(() => failed.abort());
  const [gathered, sent] = await Promise.allSettled([gathering, sending]);
  if (gathered.status === "rejected") throw gathered.reason;
  if (sent.status === "rejected") throw sent.reason;
  return gathered.value;
}

/** The request parameters that determine how columns are read. */
function columnsToPush(config: PushConfig): Record<string, string> {
  const names = Object.keys(postedColumns) as (keyof typeof postedColumns)[];
  const given = names.flatMap((name) => {
    const value = config[name];
    return value === undefined ? [] : [[kebabCase(name), Array.isArray(value) ? value.join(",") : String(value)]];
  });
  return Object.fromEntries(given);
}

const tokenVariable = "TIDEMARK_TOKEN";

async function tokenToPush(
  { tokenFile, to }: PushConfig,
  environment: Readonly<Record<string, string | undefined>>,
  warn: Reporter["warn"],
): Promise<string | null> {
  const given =
    tokenFile === undefined
      ? environment[tokenVariable]
      : await readFile(tokenFile, "utf8").catch((error: unknown) => {
          throw explainSystemErrorOnRead(error, tokenFile);
        });
  const token = given?.trim() ?? "";
  if (token === "" && tokenFile !== undefined) throw new UserError(`${tokenFile}: expected a token, found nothing`);
  if (/[^\x21-\x7e]/.test(token)) {
    throw new UserError(
      `${tokenFile ?? tokenVariable}: expected a token, found characters that a token cannot contain`,
      {
        advice: "Copy the token as `tidemark token create` printed it.",
      },
    );
  }
  const { hostname, protocol } = new URL(to);
  if (token !== "" && protocol === "http:" && !/^(localhost|127\..*|\[::1\])$/.test(hostname))
    warn(`--to ${to}: without https, anyone on the network path to the service can read the token`);
  return token === "" ? null : token;
}

/**
 * The destination is stored in the spool once the service has accepted a batch. Until then, a mistyped model or address can be
 * corrected by the next command; afterwards, another destination is accepted only if no batches are waiting.
 * @throws UserError if the spool holds batches for another service or model
 */
async function destinationToPush(
  { to, model, spool: folder }: PushConfig,
  spool: BatchSpool,
  onlyModel: () => Promise<string>,
  warn: Reporter["warn"],
): Promise<{ model: string; fix: () => Promise<void> }> {
  const before = await spool.destination();
  if (before !== null && before.to === to && (model === undefined || model === before.model))
    return { model: before.model, fix: async () => {} };
  const waiting = counted(spool.count, "batch", "batches");
  if (before !== null && spool.count > 0) {
    throw new UserError(
      `--spool ${folder}: expected a spool for this destination, but it holds ${waiting} for ${before.to}, model ` +
        `${before.model}`,
      {
        advice:
          "Choose another --spool; or, if the service or the model has moved, correct destination.json in this folder.",
      },
    );
  }
  const found = model ?? (await onlyModel());
  // A record of batches accepted by another service or model does not apply to this one.
  if (before !== null) await spool.forgetTaken();
  else if (spool.count > 0) warn(`${waiting} from earlier commands will also be sent to ${to}, model ${found}`);
  return { model: found, fix: () => spool.setDestination({ schema_version: 1, to, model: found }) };
}
