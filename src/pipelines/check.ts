// `tidemark check`: one production batch in, one verdict out. What can be done before the stream is opened is done before:
// the transaction holds nothing but the decision.

import { basename } from "node:path";
import { type CheckConfig, type CheckOptions, resolveCheckConfig } from "../config.ts";
import { predictWindows } from "../learning/training/predict-windows.ts";
import type { CheckResult } from "../monitoring/streams/check-result.ts";
import { openGatedBatch } from "../monitoring/streams/gate-batch.ts";
import { judgeBatch, rejectBatch } from "../monitoring/streams/judge-batch.ts";
import { type MonitoredModel, openLedger, type ReadableLedger } from "../monitoring/streams/model-ledger.ts";
import { MonitorStream } from "../monitoring/streams/monitor-stream.ts";
import { type Monitor, openMonitor } from "../monitoring/streams/open-monitor.ts";
import { evidenceSchema, type MeasuredBatch, streamSchemas } from "../monitoring/streams/stream-state.ts";
import { gridsOf } from "../monitoring/summaries/baseline-reference.ts";
import { BatchMeasurer } from "../monitoring/summaries/measure-batch.ts";
import { measuredSensors, signalMargin } from "../monitoring/summaries/sensor-signals.ts";
import { Summarizer } from "../monitoring/summaries/summarize.ts";
import { collecting, type Reporter, reporterOf } from "../reporter.ts";
import { shellCommand, shellPath } from "../shell-words.ts";
import { columnsOf } from "../signals/data/column-roles.ts";
import type { OpenedBatch } from "../signals/data/quality-gate.ts";
import { withChannels } from "../signals/data/recordings.ts";
import { planWindows } from "../signals/preprocessing/make-windows.ts";
import { chunkCount, windowChunks } from "../signals/preprocessing/window-chunks.ts";
import { sha256Bytes, sha256File } from "../storage/store/hash.ts";
import { modelFiles } from "../storage/store/model-folder.ts";
import { type ServerAddress, serverAddress } from "../storage/tracking/server-address.ts";

export type {
  AnyBatch,
  CheckedChannel,
  CheckedComparison,
  CheckResult,
  JudgedBatch,
  ReferenceName,
  RejectedBatch,
  SignalsAgainst,
} from "../monitoring/streams/check-result.ts";

/** What `check` returns. */
export interface CheckAnswer {
  /** What was answered. */
  readonly result: CheckResult;
  /** The batch came before: this is what was answered then, and nothing was changed. */
  readonly known: boolean;
  /** Of reporting it; the batch's own are in `result`. */
  readonly warnings: readonly string[];
}

/**
 * Compares a batch of unlabelled recordings with the frozen baseline and with the stream's own past, remembers it in the
 * model folder, and moves the stream's rolling reference on. A batch that is known by its id and content is answered as
 * before and changes nothing.
 *
 * @param options as on the command line; `files` and `model` at least
 * @throws UserError on wrong options, a model folder that was changed, or a batch id that was given to other content. Data
 *   that cannot be judged is no error: its verdict is "rejected"
 */
export async function check(
  options: CheckOptions,
  run: { now?: () => Date; reporter?: Partial<Reporter> } = {},
): Promise<CheckAnswer> {
  const config = resolveCheckConfig(options);
  const reporter = reporterOf(run.reporter);
  const server = serverAddress(config.tracking);
  const monitor = await openMonitor(config.model);
  const batchId = config.batchId ?? basename(config.files[0]!);
  const now = run.now ?? (() => new Date());
  const { channels, files } = config;
  const { channels: _, ...columns } = columnsOf(config);
  const gated = await openGatedBatch(
    files,
    { ...(channels !== undefined && { channels }), columns },
    monitor,
    reporter,
  );
  const measured = gated.accepted ? await measure(gated, config, monitor) : undefined;
  const contentHash = gated.accepted ? gated.opened.fingerprint : await hashOf(config.files);
  const facts = {
    ...{ batchId, stream: config.stream, modelVersion: monitor.monitored.modelVersion },
    checkedAt: now().toISOString(),
  };
  const keep = { days: config.keepDays, bytes: config.keepMegabytes * 1e6 };
  const schemas = { ...streamSchemas, evidence: evidenceSchema(monitor) };
  const store = openLedger(monitor.monitored);
  try {
    const stream = new MonitorStream(store, monitor.monitored, { stream: config.stream, schemas, keep, now });
    const answer = await stream.record({ batchId, contentHash, accept: config.accept }, (memory) =>
      gated.accepted ? judgeBatch(measured!, memory, monitor, config, facts) : rejectBatch(gated.reasons, facts),
    );
    if (answer.known && config.accept) await stream.decideByHand("accept", batchId, "by hand");
    const heard = collecting(reporter);
    if (server !== null) await report(server, config, monitor.monitored, store, heard);
    return { ...answer, warnings: heard.warnings };
  } finally {
    await store.close();
  }
}

/** A verdict does not wait longer than this for a tracking server. */
const reportPatienceMs = 3000;

/** Warns if the tracking server does not take all of the stream. */
async function report(
  server: ServerAddress,
  { stream, experiment }: Pick<CheckConfig, "stream" | "experiment">,
  model: MonitoredModel,
  ledger: ReadableLedger,
  reporter: Reporter,
): Promise<void> {
  for (const warning of server.warnings) reporter.warn(warning);
  const [{ MlflowClient }, { Patience }, { reportStream }, { experimentOf }] = await Promise.all([
    import("../storage/tracking/mlflow-client.ts"),
    import("../storage/tracking/patience.ts"),
    import("../report/report-stream.ts"),
    import("../report/tracking-log.ts"),
  ]);
  const client = new MlflowClient(server);
  let reason: string | undefined;
  try {
    const { unsent } = await reportStream(client, ledger, model, stream, {
      experiment: experiment ?? (await experimentOf(model.directory)),
      patience: new Patience(reportPatienceMs),
      warn: (message) => reporter.warn(`tracking: ${message}`),
    });
    reason = unsent?.reason;
  } catch (error) {
    // The verdict stands, and is to be told.
    reason = error instanceof Error ? error.message : String(error);
  } finally {
    await client.close();
  }
  if (reason === undefined) return;
  const words = ["sync", shellPath(model.directory), "--tracking", server.uri];
  if (experiment !== undefined) words.push("--experiment", experiment);
  const command = shellCommand("tidemark", ...words);
  reporter.warn(`not all of the stream was sent to the tracking server: ${reason}. Send with: ${command}`);
}

/** A cause is looked for in so many samples of a batch. */
const samplesToDiagnose = 2 ** 20;

/** Closes the batch. */
async function measure(
  { opened, warnings }: Extract<OpenedBatch, { accepted: true }>,
  { jobs }: Pick<CheckConfig, "jobs">,
  { folder, config: trained, drift, model, sensors }: Monitor,
): Promise<MeasuredBatch> {
  try {
    const rows = withChannels(opened.rows, folder.manifest.data.channels);
    const { rate, window, overlap } = trained;
    const plan = planWindows(rows, { samplingRateHz: rate, windowSize: window, overlap });
    const nClasses = drift.classes.length;
    const measurer = new BatchMeasurer({
      ...{ overlap, nClasses, sensors: measuredSensors(sensors, drift.edges) },
      summarizer: new Summarizer(gridsOf(model.baseline)),
    });
    const chunks = chunkCount(plan, rows.channels.length);
    const keep = chunks === 1 ? Number.POSITIVE_INFINITY : Math.floor(samplesToDiagnose / chunks);
    for (const chunk of windowChunks(rows, plan, signalMargin(rate))) {
      const threads = { threads: jobs };
      measurer.add(
        chunk,
        await predictWindows(folder.path(modelFiles.network), chunk.windows, nClasses, threads),
        keep,
      );
    }
    return {
      ...{ rows: opened.rows.rows, samples: measurer.samples, columns: measurer.columns(), windows: plan.windows },
      ...{ measurement: measurer.measurement(), warnings },
    };
  } finally {
    opened.rows.close();
  }
}

/** Of files that could not be read as recordings; of what is not on this disk, its name. */
async function hashOf(files: readonly string[]): Promise<string> {
  const hashes = await Promise.all(files.map((file) => sha256File(file).catch(() => file)));
  return sha256Bytes(JSON.stringify(["rejected", ...hashes]));
}
