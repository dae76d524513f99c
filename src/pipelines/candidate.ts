// Builds the candidate for the gate: the network of the best cycle or the adapted network, with the history of all cycles.

import {
  type CurriculumResult,
  type CycleFit,
  describeCurriculumCycle,
  runCurriculum,
  type StopReason,
} from "../learning/training/curriculum.ts";
import type { CycleReport } from "../learning/training/cycle-report.ts";
import type { FitName } from "../learning/training/fit-events.ts";
import type { FitPlan } from "../learning/training/fit-plan.ts";
import type { FitOutcome } from "../learning/training/fit-runner.ts";
import { encodeFitState, fitStateFrom } from "../learning/training/fit-state.ts";
import { type FitRun, runFit } from "../learning/training/run-fit.ts";
import type { Selection } from "../learning/training/select-pseudo-labels.ts";
import type { WatchedModel } from "../monitoring/streams/watched-model.ts";
import type { RetrainConfig } from "../options/resolve-config.ts";
import type { Rng } from "../random.ts";
import type { Reporter } from "../reporter.ts";
import type { Scaler } from "../signals/data/scaler.ts";
import type { Staging } from "../storage/staging.ts";
import { type CycleSetting, cyclePlan } from "./cycle-plan.ts";
import type { RetrainData } from "./prepare-retraining.ts";
import type { TrainEvent } from "./train-events.ts";

export interface RetrainRun extends FitRun {
  readonly config: RetrainConfig;
  readonly champion: WatchedModel;
  readonly data: RetrainData;
  readonly staging: Staging;
  readonly reporter: Reporter<TrainEvent>;
  /** Hash of `data.windows`. */
  readonly windowsFingerprint: string;
  readonly rng: Rng;
}

/** A cycle's network, with weights from which another fit can start. */
export type Weights = FitOutcome & { readonly scaler: Scaler };

/** The winner among the cycles and the adaptation. */
export interface Candidate extends Pick<CurriculumResult<Weights>, "cycles" | "winner" | "fits"> {
  readonly stopped: StopReason | "adabn";
  readonly selection: Selection | null;
  readonly fit: CycleFit<Weights>;
}

export function candidateCycleSetting({ data, champion, windowsFingerprint, rng }: RetrainRun): CycleSetting {
  const { windows, unlabelledRows, schedule, trained, fitted: network } = data;
  const { sensors } = champion;
  return { windows, windowsFingerprint, unlabelledRows, sensors, schedule, network, trained, rng };
}

async function fitCandidateCycle(
  run: RetrainRun,
  cycle: number,
  selection: Selection | null,
  start: Weights | null,
): Promise<CycleFit<Weights>> {
  const { data, config } = run;
  const name: FitName = `cycle-${cycle}`;
  const plan = cyclePlan(candidateCycleSetting(run), name, data.trainRows, selection, rowsPredictedByCandidate(data));
  const checkpoint = start === null ? null : encodeFitState(fitStateFrom(start, data.schedule.learningRates[0]!));
  const outcome = await runFit(name, { plan, checkpoint, threads: config.jobs }, run);
  return splitCandidatePredictions(run, { ...outcome, scaler: plan.scaler });
}

/** The windows that each cycle's network predicts. */
function rowsPredictedByCandidate({ holdoutRows, unlabelledRows }: RetrainData): Int32Array {
  return Int32Array.from([...holdoutRows, ...unlabelledRows]);
}

/** Splits the predictions of a fit into those for the holdout and those for the unlabelled windows. */
function splitCandidatePredictions({ data }: RetrainRun, weights: Weights): CycleFit<Weights> {
  const width = data.windows.classes.length * data.holdoutRows.length;
  const { probabilities } = weights;
  return { weights, holdout: probabilities!.slice(0, width), unlabelled: probabilities!.slice(width) };
}

function candidateCurriculumData({ data }: RetrainRun) {
  const { windows, trainRows, holdoutRows, truth } = data;
  const { classes, labels } = windows;
  return {
    classes,
    truth,
    labelledCounts: classes.map((_, k) => trainRows.filter((row) => labels[row] === k).length),
    holdoutLabels: holdoutRows.map((row) => labels[row]!),
  };
}

export async function candidateFromCurriculum(run: RetrainRun): Promise<Candidate> {
  const { cycles, step, select, threshold, restart } = run.config;
  const result = await runCurriculum<Weights>(
    candidateCurriculumData(run),
    { cycles, step, selector: select, threshold, restart },
    (cycle, selection, from) => fitCandidateCycle(run, cycle, selection, from),
    (report) => run.reporter.event({ type: "cycle", cycles, report }),
  );
  return { ...result, selection: result.selections[result.winner]!, fit: result.fits[result.winner]! };
}

/**
 * Cycle 0: a fit on the labelled windows. Cycle 1: the same network with batch-normalization statistics computed on the
 * unlabelled windows.
 */
export async function candidateFromAdaptation(run: RetrainRun): Promise<Candidate> {
  const { data } = run;
  const first = await fitCandidateCycle(run, 0, null, null);
  const plan = cyclePlan(candidateCycleSetting(run), "cycle-0", data.trainRows, null, null);
  const second = splitCandidatePredictions(run, {
    ...first.weights,
    ...(await adaptCandidateFit(run, first.weights, plan, data.unlabelledRows, rowsPredictedByCandidate(data))),
  });
  const known = candidateCurriculumData(run);
  const cycles: CycleReport[] = [
    describeCurriculumCycle(known, 0, 0, null, first, null),
    describeCurriculumCycle(known, 1, 0, null, second, first),
  ];
  for (const report of cycles) run.reporter.event({ type: "cycle", cycles: 1, report });
  const winner = cycles[1]!.holdout.macro_f1 > cycles[0]!.holdout.macro_f1 ? 1 : 0;
  const fits = [first, second];
  return { cycles, winner, stopped: "adabn", fits: [first], selection: null, fit: fits[winner]! };
}

/**
 * Replaces the batch-normalization statistics of a fit with those of the windows in `from`, and predicts `rows`.
 * @param fit a fit with probabilities for `rows`; the fit is returned unchanged if there are fewer than two windows to adapt to
 */
export async function adaptCandidateFit(
  run: RetrainRun,
  fit: FitOutcome,
  plan: FitPlan,
  from: Int32Array,
  rows: Int32Array,
): Promise<FitOutcome> {
  if (from.length < 2) return fit;
  const { windows } = run.data;
  const rng = run.rng.split(`adabn ${plan.name}`).state;
  const [{ adaptBatchNorm }, { predictWithFitWeights }, { ValidationSession }] = await Promise.all([
    import("../learning/training/adapt-batch-norm.ts"),
    import("../learning/training/fit-network.ts"),
    import("../learning/training/network-session.ts"),
  ]);
  const weights = await adaptBatchNorm(fit, { ...plan, rng }, windows, from);
  const { windowSize, channels, classes } = windows;
  const sizes = { windowSize, channels: channels.length, classes: classes.length };
  const session = await ValidationSession.create(plan.network, sizes);
  try {
    const probabilities = await predictWithFitWeights(session, weights, { windows, scaler: plan.scaler }, rows);
    return { ...fit, ...weights, probabilities };
  } finally {
    await session.release();
  }
}
