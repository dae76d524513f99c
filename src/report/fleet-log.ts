// The log of a model's streams for a tracking server: one run for each of a service's models and projects, no matter how many
// streams the model has. A run has at most 30 metrics, because an MLflow page stops showing charts beyond that number. The
// figures for streams come from the store, so they are the same for all replicas of a service; the figures for newly judged
// batches cover only those that this service has judged.

import type { CheckResult, JudgedBatch } from "../monitoring/streams/check-result.ts";
import { type IndexedStream, isListedStreamInAlarm, type SelectableStream } from "../monitoring/streams/stream-list.ts";
import type { TrackingEvent } from "../storage/tracking-event.ts";
import { tidemarkVersion } from "../versions.ts";

/** Name of the run in the log. */
const fleetRun = "fleet";
/** With more classes than this, the class shares would bring the total above 30 metrics. */
const mostClassMetrics = 10;

export interface LoggedFleet {
  /** The project that owns the streams. */
  readonly project: string;
  /** Name of the model folder. */
  readonly model: string;
  readonly modelVersion: string;
  readonly experiment: string;
}

/**
 * Begins a model's run, whose id never changes, so that other replicas and a restarted service continue it.
 * @param at time in milliseconds
 */
export function beginFleetLog({ project, model, modelVersion, experiment }: LoggedFleet, at: number): TrackingEvent[] {
  const id = `${modelVersion}/${fleetRun}/${project}`;
  const tags = {
    "mlflow.source.name": "tidemark serve",
    "mlflow.source.type": "LOCAL",
    "tidemark.version": tidemarkVersion,
    "tidemark.model_version": modelVersion,
    "tidemark.project": project,
  };
  return [
    { type: "log", id, experiment: `${experiment}/monitoring` },
    { type: "run", run: fleetRun, name: `streams of ${model}`, parent: null, at, tags },
    { type: "status", run: fleetRun, status: "RUNNING", at },
  ];
}

export function endFleetLog(at: number): TrackingEvent {
  return { type: "status", run: fleetRun, status: "FINISHED", at };
}

/**
 * @param streams the model's streams that are not retired; at least one
 * @param results results of the batches that were judged since the previous events
 * @param at time in milliseconds; the step number is the same time in seconds
 */
export function fleetLogEvents(
  streams: readonly (IndexedStream & SelectableStream)[],
  results: readonly CheckResult[],
  at: number,
): TrackingEvent[] {
  const values = { ...metricsOfFleet(streams), ...fleetLogMetrics(results) };
  const { streams: total, streams_in_alarm: alarm, streams_silent: silent, streams_rejected: rejected } = values;
  const note = `${total} streams: ${alarm} in alarm, ${silent} silent, ${rejected} with a rejected last batch`;
  return [
    { type: "metrics", run: fleetRun, at, step: Math.floor(at / 1000), values },
    { type: "tags", run: fleetRun, tags: { "mlflow.note.content": note } },
  ];
}

function metricsOfFleet(streams: readonly (IndexedStream & SelectableStream)[]): Record<string, number> {
  const count = (holds: (own: SelectableStream) => boolean): number => streams.filter(holds).length;
  const evidence = streams.flatMap(({ evidence: share }) => share ?? []);
  const sum = (status: keyof IndexedStream["batches"]): number =>
    streams.reduce((total, { batches }) => total + batches[status], 0);
  const alarm = count(isListedStreamInAlarm);
  return {
    streams: streams.length,
    streams_in_alarm: alarm,
    alarm_share: alarm / streams.length,
    streams_silent: count(({ silence }) => silence.silent === true),
    streams_rejected: count(({ last }) => last.verdict === "rejected"),
    ...(evidence.length > 0 && {
      evidence_share_mean: meanInFleetLog(evidence),
      evidence_share_max: evidence.reduce((most, own) => Math.max(most, own)),
    }),
    batches: sum("total"),
    batches_alarmed: sum("alarmed"),
    batches_rejected: sum("rejected"),
  };
}

function fleetLogMetrics(results: readonly CheckResult[]): Record<string, number> {
  const judged = results.filter((own): own is JudgedBatch => own.verdict !== "rejected");
  if (judged.length === 0) return {};
  const mean = meanInFleetLog;
  const accuracy = judged.flatMap(({ accuracy: own }) => own?.estimate ?? []);
  const classes = Object.keys(judged[0]!.signals.class_shares);
  const shares = classes.map((name) => [
    `class_share/${name}`,
    mean(judged.map(({ signals }) => signals.class_shares[name] ?? 0)),
  ]);
  return {
    batches_judged: judged.length,
    unfamiliar_share: mean(judged.map(({ unfamiliar }) => Number(unfamiliar))),
    doubtful_share: mean(judged.map(({ doubtful }) => Number(doubtful))),
    mean_confidence: mean(judged.map(({ signals }) => signals.mean_confidence)),
    ...(accuracy.length > 0 && { estimated_accuracy: mean(accuracy) }),
    ...(classes.length <= mostClassMetrics && Object.fromEntries(shares)),
  };
}

function meanInFleetLog(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
