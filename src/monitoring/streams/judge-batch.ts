// Computes the verdict from a measured batch and its stream's state. The following rules can raise an alarm. Each
// applies only if no earlier rule has raised one:
// 1. Values that no person can cause (impossible-sensors.ts, comparison.ts), axes whose sign is opposite to that in the training
//    data (mirrored-axes.ts) and, once the stream has a past, a change of what the sensors measure at rest (changed-rest.ts), or
//    gravity that turns differently from what the gyroscope measures (changed-turning.ts).
// 2. Evidence from batches that differ from the stream's own past, once it has one, or that spread more widely than chance can
//    explain (weigh-evidence.ts). A single batch may be sufficient. If batches are judged by constants, a large statistic takes
//    the place of evidence (weigh-constants.ts).
// 3. Before the stream has a past, ten batches (up to five in a row from one bout count as one) that are, on average, further
//    from the training data than those of almost any other person (weigh-unlikely-person.ts).
// 4. Before the stream has a past, two batches that become ordinary once the same fault is undone (repeated-cause.ts).
//
// A batch that does not count (not-counted.ts) is judged as if there were no past. Of the stream's state, it changes only the
// time without movement, and therefore cannot end an alarm.

import type { FaultDescription } from "../../data-fault.ts";
import { limitForChanges } from "../../limit-for-changes.ts";
import { shellCommand, shellPath } from "../../shell-words.ts";
import { changedRest, noRestPast, pastForChangedRest, type RestPast } from "../drift/changed-rest.ts";
import { changedTurning, noTurningPast, pastForChangedTurning, type TurningPast } from "../drift/changed-turning.ts";
import { type DriftState, newDriftState } from "../drift/drift-state.ts";
import { impossibleSensors } from "../drift/impossible-sensors.ts";
import { likelyCauses } from "../drift/likely-causes.ts";
import { type MirroredPast, mirroredAxes, noMirroredPast, pastForMirroredAxes } from "../drift/mirrored-axes.ts";
import { keepAlarm } from "../drift/raise-alarm.ts";
import { decideVerdict, type Judgement } from "../drift/verdict.ts";
import type { CheckResult } from "./check-result.ts";
import { describeCheck } from "./describe-check.ts";
import type { Decision, StreamMemory } from "./monitor-stream.ts";
import { notCountedWithStillness, reasonNotToCount } from "./not-counted.ts";
import { judgeByRepeatedCause, repeatedCause } from "./repeated-cause.ts";
import type { CheckFacts, JudgeOptions, MeasuredBatch, StreamState } from "./stream-state.ts";
import type { Judge } from "./watched-model.ts";

/** Number of most recent batch ids to keep, so that a result can name the batch at which a change began. */
const mostRecent = 100;

const noCauses = "Likely causes could not be determined, because the batch was sent as a summary without its samples.";

function judgedWithSuspectedAxes(axes: readonly string[]): string {
  return (
    `Gravity turns as if ${axes.join(" and ")} had the opposite sign, so the batch is kept out of the references. ` +
    "If the next batches agree, an alarm is raised."
  );
}

const judgedWithoutAnchor =
  "The stream's first batches did not count as evidence: within the same activities, its last batches differ from them as those " +
  "of other people do. If several people share the stream, check each person's data as a separate stream.";

function judgedWithShortBouts(directory: string): string {
  return (
    "This model was calibrated for activities that change every few seconds, so longer bouts raise false alarms. " +
    `To calibrate it again without training, run: ${shellCommand("tidemark", "baseline", "recalibrate", shellPath(directory))}`
  );
}

/** Thrown if a batch is unusual and must first be measured with each suspected fault reversed. */
export class FaultsToUndo extends Error {
  override readonly name: string = "FaultsToUndo";

  constructor() {
    super("judgeBatch: the batch is unusual; expected its measurements with each suspected fault reversed");
  }
}

/**
 * Judges a batch. It is a pure function of its arguments.
 * @throws FaultsToUndo if `batch.undone` is null although the batch is unusual and its samples are known
 */
export function judgeBatch(
  batch: MeasuredBatch,
  memory: StreamMemory<StreamState>,
  monitor: Judge,
  config: JudgeOptions,
  facts: CheckFacts,
): Decision<CheckResult, StreamState> {
  const before = memory.evidence ?? { drift: newDriftState, recent: [] };
  const notCounted = reasonNotToCount(batch.still, before, memory);
  // A batch that does not count is not compared with any past, so it adds no evidence.
  const [rolling, anchor] = notCounted === null ? [memory.rolling, memory.anchor] : [[], []];
  const past = { rolling: rolling.map(({ byClass }) => byClass), anchor: anchor.map(({ byClass }) => byClass) };
  const { thresholds, alpha, arl, accept } = config;
  const { impossible, suspected, isRepaired, ...physics } = findImpossible(batch, before, monitor, notCounted === null);
  const decided = decideVerdict(batch.measurement.byClass, past, before.drift, monitor.model, {
    thresholds,
    alpha,
    arl,
    impossible,
    isRepaired,
  });
  const recent = [...before.recent, facts.batchId].slice(-mostRecent);
  const isStrange = decided.judgement.verdict !== "normal" || decided.judgement.unfamiliar;
  const { columns, undone } = batch;
  const { comparisons } = decided.judgement;
  if (isStrange && columns !== null && undone === null) throw new FaultsToUndo();
  const causes =
    isStrange && columns !== null && undone !== null
      ? likelyCauses(
          { columns, undone, comparisons, impossible, byClass: batch.measurement.byClass },
          past,
          before.drift,
          monitor.model,
          thresholds,
        ).slice(0, 3)
      : [];
  const hasPast = memory.anchor.length >= monitor.monitored.referenceBatches;
  const shown = hasPast || notCounted !== null ? undefined : repeatedCause(causes, comparisons, before);
  const cause = hasPast ? undefined : (shown ?? before.cause);
  const caused = shown === undefined ? decided : judgeByRepeatedCause(decided, shown, before.drift);
  const isSuspected = suspected.length > 0 && caused.judgement.verdict === "normal";
  const counted = isSuspected ? { ...caused, judgement: { ...caused.judgement, doubtful: true } } : caused;
  const judged = notCounted === null ? counted : judgeUncounted(decided, before.drift);
  const described = {
    ...batch,
    warnings: [
      ...batch.warnings,
      ...(isSuspected ? [judgedWithSuspectedAxes(suspected)] : []),
      ...warningsOnJudged(batch, decided.judgement, monitor, config),
    ],
  };
  const result = describeCheck({
    batch: described,
    memory,
    monitor,
    config,
    facts,
    causes,
    impossible,
    notCounted,
    ...judged,
    recent,
  });
  return {
    verdict: judged.judgement.verdict,
    reason: notCounted?.message ?? (result.verdict === "normal" ? null : judgedBatchReason(result)),
    doubtful: (judged.judgement.doubtful || notCounted !== null) && !accept,
    summary: batch.measurement,
    evidence: notCountedWithStillness(
      notCounted === null
        ? {
            drift: judged.state,
            recent,
            ...(cause !== undefined && { cause }),
            ...judgedBatchPhysics(batch, physics, judged.judgement, accept),
          }
        : before,
      batch.still,
      before,
    ),
    result,
  };
}

/**
 * Finds what no person can cause, in the values themselves and in their change since the stream's past. Returns the past to keep
 * for the next batch, and whether a change that was found earlier is now gone.
 */
function findImpossible(
  { columns, turning, rest }: MeasuredBatch,
  before: StreamState,
  { sensors, drift, model }: Judge,
  isCounted: boolean,
) {
  const rate = drift.sampling_rate_hz;
  const { turning: turningLimit, at_rest: restLimit, signs = null } = drift.calibration.largest_changes ?? {};
  const known = columns === null ? [] : impossibleSensors(columns, sensors, rate, model.baseline);
  const { turning: turningPast = noTurningPast, rest: restPast = noRestPast, mirrored = noMirroredPast } = before;
  const kept = { turning: turningPast, rest: restPast, mirrored, signs, suspected: [], isRepaired: false };
  if (!isCounted || known.length > 0) return { ...kept, impossible: known };
  const mirror = mirroredAxes(turning?.misfits, mirrored, sensors, signs);
  // Mirrored axes also change how far gravity turns and what the sensors measure at rest.
  if (mirror.found !== null) return { ...kept, impossible: [mirror.found], mirrored: mirror.past };
  const turned = changedTurning(turning, turningPast, sensors, limitForChanges(turningLimit));
  const rested = changedRest(rest, restPast, sensors, limitForChanges(restLimit));
  return {
    impossible: [rested.found, turned.found].filter((found) => found !== null),
    turning: turned.past,
    rest: rested.past,
    mirrored: mirror.past,
    signs,
    suspected: mirror.suspected,
    isRepaired:
      mirrored.found !== undefined ||
      (turningPast.change !== undefined && turned.past.change === undefined) ||
      (restPast.change !== undefined && rested.past.change === undefined),
  };
}

function warningsOnJudged(
  { columns }: MeasuredBatch,
  { verdict, unfamiliar, comparisons, anchorOutlived }: Judgement,
  { drift, monitored }: Judge,
  { thresholds, alpha }: JudgeOptions,
): string[] {
  const { kinds, day } = drift.calibration;
  const isOfOldKind = thresholds === "calibrated" && Object.keys(kinds).length > 0 && day === undefined;
  const isStrange = verdict !== "normal" || unfamiliar;
  const differsFromAnchor = comparisons.some(
    ({ reference, pValue }) => reference === "anchor" && (pValue?.p ?? 1) <= alpha,
  );
  return [
    ...(isOfOldKind ? [judgedWithShortBouts(monitored.directory)] : []),
    ...(isStrange && columns === null ? [noCauses] : []),
    ...(anchorOutlived && differsFromAnchor ? [judgedWithoutAnchor] : []),
  ];
}

function judgedBatchPhysics(
  { turning, rest }: MeasuredBatch,
  past: {
    readonly turning: TurningPast;
    readonly rest: RestPast;
    readonly mirrored: MirroredPast;
    readonly signs: number | null;
  },
  { verdict, doubtful }: Judgement,
  accept: boolean,
): Pick<StreamState, "turning" | "rest" | "mirrored"> {
  const isHealthy = accept || (verdict === "normal" && !doubtful);
  const isSteady = accept || past.rest.change === undefined;
  const turned = isHealthy && turning !== undefined ? pastForChangedTurning(past.turning, turning) : past.turning;
  const rested = isSteady && rest !== undefined ? pastForChangedRest(past.rest, rest, !isHealthy) : past.rest;
  const mirrored = accept ? pastForMirroredAxes(past.mirrored, past.signs) : past.mirrored;
  return {
    ...(turned.healthy.length > 0 && { turning: turned }),
    ...(mirrored !== noMirroredPast && { mirrored }),
    ...(rested.batches.length > 0 && { rest: rested }),
  };
}

/** Sustains an alarm that began earlier, because a batch that does not count cannot end it. */
function judgeUncounted(
  decided: ReturnType<typeof decideVerdict>,
  { alarm }: DriftState,
): ReturnType<typeof decideVerdict> {
  const { judgement, state } = decided;
  if (alarm === null || judgement.alarm !== null) return decided;
  return { state, judgement: { ...keepAlarm(judgement, alarm), verdict: alarm.verdict } };
}

function judgedBatchReason({ verdict, leading, comparisons }: Extract<CheckResult, { comparisons: unknown }>): string {
  const loudest = comparisons.find(({ reference }) => reference === leading);
  return loudest === undefined ? verdict : `${verdict}: ${loudest.channel} against the ${loudest.reference}`;
}

export function judgeRejectedBatch(
  reasons: readonly FaultDescription[],
  facts: CheckFacts,
): Decision<CheckResult, StreamState> {
  return {
    verdict: "rejected",
    reason: [...new Set(reasons.map(({ code }) => code))].join(", "),
    result: {
      schema_version: 1,
      batch_id: facts.batchId,
      stream: facts.stream,
      model_version: facts.modelVersion,
      checked_at: facts.checkedAt,
      verdict: "rejected",
      reasons: reasons.map((reason) => ({ ...reason })),
    },
  };
}
