// Converts a judgement to the result of a check, with channel names and batch ids in place of numbers.

import { snakeCase } from "../../letter-case.ts";
import { estimateAccuracy } from "../drift/accuracy-estimate.ts";
import type { Comparison, ReferenceKind } from "../drift/comparison.ts";
import type { Culprit } from "../drift/culprit.ts";
import type { DriftState } from "../drift/drift-state.ts";
import type { ImpossibleSensor } from "../drift/impossible-sensors.ts";
import { confidenceSignalDistance, flipRateSignalDistance, signalDistances } from "../drift/signal-distances.ts";
import { doubtfulP, type Judgement } from "../drift/verdict.ts";
import type { BatchMeasurement } from "../summaries/batch-measurement.ts";
import { type ModelSignals, mergeModelSignals } from "../summaries/model-signals.ts";
import type { JudgedBatch } from "./check-result.ts";
import type { StreamMemory } from "./monitor-stream.ts";
import type { CheckFacts, JudgeOptions, MeasuredBatch, StreamState } from "./stream-state.ts";
import type { Judge } from "./watched-model.ts";

export function describeCheck(of: {
  batch: MeasuredBatch;
  memory: StreamMemory<StreamState>;
  monitor: Judge;
  config: JudgeOptions;
  facts: CheckFacts;
  judgement: Judgement;
  state: DriftState;
  causes: readonly Culprit[];
  impossible: readonly ImpossibleSensor[];
  notCounted: NonNullable<JudgedBatch["not_counted"]> | null;
  /** Ids of the most recently judged batches; the last one is that of this batch. */
  recent: readonly string[];
}): JudgedBatch {
  const { batch, memory, monitor, config, facts, judgement, state, causes, impossible, notCounted, recent } = of;
  const { verdict, alarm, comparisons, leading, doubtful, unfamiliar, strength } = judgement;
  const { rows, samples, windows, measurement, warnings } = batch;
  const maybeFaulty = causes.length > 0 || verdict !== "normal";
  const idOf = (number: number | null): string | null =>
    number === null ? null : (recent[recent.length - (state.batches - number)] ?? null);
  return {
    schema_version: 1,
    batch_id: facts.batchId,
    stream: facts.stream,
    model_version: facts.modelVersion,
    checked_at: facts.checkedAt,
    verdict,
    confirmed: alarm?.confirmed ?? true,
    alarm_since: idOf(alarm?.since ?? null),
    change_point: idOf(alarm?.changePoint ?? null),
    entered_references: config.accept || (verdict === "normal" && !doubtful && notCounted === null),
    doubtful,
    not_counted: notCounted,
    ...(batch.still !== undefined && { still: { seconds: batch.still.seconds, of_seconds: batch.still.ofSeconds } }),
    unfamiliar,
    stranger: judgement.stranger,
    thresholds: config.thresholds,
    rows,
    windows,
    seconds: samples / monitor.drift.sampling_rate_hz,
    leading: leading?.reference ?? null,
    comparisons: comparisons.map(describeCheckComparison),
    evidence: {
      value: strength.value,
      alarm_at: strength.alarmAt,
      share: strength.value / strength.alarmAt,
      raised_by: strength.raisedBy,
      average_run_length: config.arl,
    },
    p_limits: { unfamiliar: config.alpha, doubtful: doubtfulP },
    references: {
      window_size: monitor.monitored.referenceBatches,
      rolling_batches: memory.rolling.length,
      anchor_batches: memory.anchor.length,
    },
    signals: describeCheckSignals(measurement.signals, memory, monitor),
    ...describeCheckAccuracy(measurement.signals, monitor, maybeFaulty),
    likely_causes: causes.map(({ kind, channels, fault, weight }) => ({
      kind,
      channels: [...channels],
      fault,
      weight,
    })),
    ...((batch.columns !== null || impossible.length > 0) && {
      impossible: impossible.map(({ sensor, message }) => ({
        sensor: sensor.name,
        channels: [...sensor.channels],
        message,
      })),
    }),
    ...(batch.leftOut !== undefined && batch.leftOut.length > 0 && { left_out: [...batch.leftOut] }),
    warnings: [...warnings],
  };
}

function describeCheckComparison(comparison: Comparison): JudgedBatch["comparisons"][number] {
  const { reference, method, pValue, score, far, beyond, seconds, unseenShare, findings, statistics, channelScores } =
    comparison;
  const shown = beyond && far !== null ? far : score;
  return {
    reference,
    method,
    p_value: pValue?.p ?? null,
    null_batches: pValue?.nullBatches ?? 0,
    people: pValue?.people ?? 0,
    as_high: pValue?.asHigh ?? 0,
    resolution: pValue?.resolution ?? 0,
    score: shown.score,
    channel: shown.channel,
    statistic: snakeCase(shown.statistic),
    beyond_chance: beyond,
    seconds,
    unseen_share: unseenShare,
    exceeded: findings.map((finding) => ({ ...finding, statistic: snakeCase(finding.statistic) })),
    channels: Object.fromEntries(
      Object.entries(statistics).map(([name, own]) => [
        name,
        {
          ks: own.ks,
          ks_within_classes: own.ksWithinClasses,
          ks_by_class: own.ksByClass,
          psi: own.psi,
          wasserstein: own.wasserstein,
          jensen_shannon: own.jensenShannon,
          mean_shift: own.meanShift,
          sd_ratio: Math.exp(own.logSdRatio),
          ...(name in channelScores && { score: channelScores[name]! }),
        },
      ]),
    ),
  };
}

function describeCheckSignals(
  signals: ModelSignals,
  memory: StreamMemory<StreamState>,
  { drift, monitored }: Judge,
): JudgedBatch["signals"] {
  const of = (batches: readonly BatchMeasurement[]): ModelSignals | null =>
    batches.length === 0 ? null : mergeModelSignals(batches.map((batch) => batch.signals));
  const references: Record<ReferenceKind, ModelSignals | null> = {
    baseline: drift.signals,
    anchor: memory.anchor.length < monitored.referenceBatches ? null : of(memory.anchor),
    rolling: of(memory.rolling),
  };
  const against = Object.entries(references).flatMap(([kind, reference]) => {
    if (reference === null) return [];
    const distances = signalDistances(reference, signals);
    return [
      [
        kind,
        {
          mix_shift: distances.mixShift,
          confidence_ks: distances.confidenceKs,
          entropy_ks: distances.entropyKs,
          margin_ks: distances.marginKs,
          confidence_shift: distances.confidenceShift,
          flip_rate_shift: distances.flipRateShift,
        },
      ] as const,
    ];
  });
  const shares = signals.classCounts.map((n, k) => [drift.classes[k]!, n / signals.windows]);
  return {
    class_shares: Object.fromEntries(shares),
    mean_confidence: confidenceSignalDistance(signals),
    flip_rate: flipRateSignalDistance(signals),
    against: Object.fromEntries(against),
  };
}

function describeCheckAccuracy(
  signals: ModelSignals,
  { drift }: Judge,
  maybeFaulty: boolean,
): Pick<JudgedBatch, "accuracy" | "accuracy_unknown"> {
  if (maybeFaulty) {
    return { accuracy: null, accuracy_unknown: "a network can be confident and wrong on data with a fault" };
  }
  if (drift.accuracy === null) {
    return { accuracy: null, accuracy_unknown: "the model's training data was too short to calibrate an estimate" };
  }
  const { accuracy, ...rest } = estimateAccuracy(drift.accuracy, signals);
  return { accuracy: { estimate: accuracy, ...rest, coverage: drift.accuracy.coverage }, accuracy_unknown: null };
}
