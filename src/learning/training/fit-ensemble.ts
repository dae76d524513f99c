// Fits an ensemble: first the member that is trained in steps, then the counted member. Both are evaluated on the fit's
// validation people, from whom neither has learned, to measure the temperature of each. The counted member is then fitted again
// on all rows, because it needs no validation people. An interrupted fit resumes within the first member, or fits the counted
// member again from the start.

import { Rng } from "../../random.ts";
import type { WindowSet } from "../../signals/preprocessing/windows.ts";
import { classificationMetrics } from "../evaluation/classification-metrics.ts";
import { chooseMixture, tryMixtures } from "./choose-mixture.ts";
import { ensembleEpochs } from "./ensemble-epochs.ts";
import {
  type EnsembleMixture,
  type HeldOutPredictions,
  measureMixture,
  mixEnsemblePredictions,
  type TriedMixture,
} from "./ensemble-mixture.ts";
import { divideEnsemble, ensembleMembers, joinEnsembleWeights } from "./ensemble-weights.ts";
import { finalSchedulePenalty } from "./final-schedule.ts";
import { fitMiniRocket } from "./fit-minirocket.ts";
import {
  type FitOptions,
  type FitResult,
  fitNetwork,
  predictWithFitWeights,
  windowsLabelledToFit,
} from "./fit-network.ts";
import type { FitPlan, PenaltyPlan } from "./fit-plan.ts";
import { type FitEpoch, type FitState, fitStateFrom, type NetworkWeights } from "./fit-state.ts";
import { ValidationSession } from "./network-session.ts";
import { fixedPenalty } from "./penalty-plan.ts";

const [stepped, counted] = ensembleMembers;

/**
 * Fits the ensemble, or resumes an interrupted fit from its state. The same plan gives the same bytes in either case.
 * @param plan the number of epochs must come from `ensembleEpochs`; a plan without validation rows needs a mixture
 * @throws Diverged if the loss or a weight is not finite
 */
export async function fitEnsemble(
  plan: FitPlan,
  penalties: PenaltyPlan,
  windows: WindowSet,
  options: FitOptions,
): Promise<FitResult> {
  const { state: kept, start: model, ...others } = options;
  const startOf = (member: number): { start?: NetworkWeights } =>
    model === undefined ? {} : { start: divideEnsemble(model, windows)!.members[member]! };
  const whole = kept === undefined ? null : divideEnsemble(kept, windows);
  // Only a finished ensemble has a state with updates; a joined state without updates holds only initial weights.
  if (whole !== null && kept!.progress.updates > 0) return { state: kept!, finished: true };
  const state = whole === null ? kept : fitStateFrom(whole.members[0]!, kept!.progress.learningRate);
  const first = await fitNetwork(planEnsembleFitOfStepped(plan, penalties), windows, {
    ...others,
    ...startOf(0),
    ...(state !== undefined && { state }),
  });
  if (!first.finished) return first;
  const unfinished: FitResult = { state: first.state, finished: false };
  const epochs: FitEpoch[] = [];
  const fitCounted = async (own: Partial<FitPlan>, tried: PenaltyPlan): Promise<FitState | null> => {
    const onEpoch = (epoch: FitEpoch): void => void (tried === penalties && epochs.push(epoch));
    const fitted = await fitMiniRocket({ ...planEnsembleFitOfCounted(plan), ...own }, tried, windows, {
      ...others,
      ...startOf(1),
      onEpoch,
    });
    return fitted.finished ? fitted.state : null;
  };
  const second = await fitCounted({}, penalties);
  if (second === null) return unfinished;
  const started = performance.now();
  const members = [weightsKeptByEnsembleFit(first.state), weightsKeptByEnsembleFit(second)];
  const held =
    plan.validationIndex === null
      ? null
      : await predictHeldOutInEnsembleFit(plan, plan.validationIndex, members, windows);
  const { mixture, tried } = mixtureOfEnsembleFit(plan, held, model !== undefined);
  if (held !== null) {
    const trainIndex = [...plan.trainIndex, ...plan.validationIndex!].sort((a, b) => a - b);
    const again = await fitCounted({ trainIndex }, fixedPenalty(finalSchedulePenalty([epochs])));
    if (again === null) return unfinished;
    members[1] = weightsKeptByEnsembleFit(again);
  }
  const joined = fitStateFrom(joinEnsembleWeights(members, mixture), 0);
  const combined: FitEpoch = {
    epoch: 0,
    ...(await judgeEnsembleFit(plan, joined, windows)),
    ...judgeHeldOutInEnsembleFit(held, mixture, windows),
    learningRate: null,
    mixture,
    ...(tried !== undefined && { tried }),
    best: true,
    seconds: (performance.now() - started) / 1000,
  };
  const before = first.state.progress.epochs;
  const added = [...epochs, combined].map((epoch, i) => ({ ...epoch, epoch: before.length + i + 1 }));
  Object.assign(joined.progress, { epochs: [...before, ...added], updates: before.length + added.length });
  for (const epoch of added) options.onEpoch(epoch, joined);
  return { state: joined, finished: true };
}

function planEnsembleFitOfStepped(plan: FitPlan, { strengths }: PenaltyPlan): FitPlan {
  const { mixture: _, ...own } = plan;
  const epochs = plan.epochs - ensembleEpochs(0, strengths.length);
  return { ...own, network: stepped, epochs, penalties: null, rng: Rng.fromState(plan.rng).split(stepped).state };
}

/** Plan of the member that is fitted to counted features, which does not stop early and so needs no validation rows. */
function planEnsembleFitOfCounted(plan: FitPlan): FitPlan {
  const { mixture: _, ...own } = plan;
  const rng = Rng.fromState(plan.rng).split(counted).state;
  return { ...own, network: counted, validationIndex: null, rng };
}

function weightsKeptByEnsembleFit({ bestParameters, bestStatistics }: FitState): NetworkWeights {
  return { parameters: bestParameters, statistics: bestStatistics };
}

async function predictHeldOutInEnsembleFit(
  { scaler }: FitPlan,
  rows: readonly number[],
  members: readonly NetworkWeights[],
  windows: WindowSet,
): Promise<HeldOutPredictions> {
  const index = Int32Array.from(rows);
  const probabilities: Float32Array[] = [];
  for (const [m, weights] of members.entries()) {
    const network = ensembleMembers[m]!;
    probabilities.push(await predictInEnsembleFit(network, weights, { windows, scaler }, index));
  }
  return {
    labels: index.map((row) => windows.labels[row]!),
    people: index.map((row) => windows.groups[row]!),
    classCount: windows.classes.length,
    members: probabilities,
  };
}

async function predictInEnsembleFit(
  network: FitPlan["network"],
  weights: NetworkWeights,
  data: { readonly windows: WindowSet; readonly scaler: FitPlan["scaler"] },
  index: Int32Array,
): Promise<Float32Array> {
  const { windowSize, channels, classes } = data.windows;
  const sizes = { windowSize, channels: channels.length, classes: classes.length };
  const session = await ValidationSession.create(network, sizes);
  try {
    return await predictWithFitWeights(session, weights, data, index);
  } finally {
    await session.release();
  }
}

/**
 * Returns the plan's mixture if it has one. Otherwise, temperatures are measured on the people held out, and `auto` also
 * chooses the members' weights on them. If the fit starts from a model, the members keep equal weights, because fine-tuning has
 * too few people for that choice.
 */
function mixtureOfEnsembleFit(
  { network, mixture }: FitPlan,
  held: HeldOutPredictions | null,
  fromModel: boolean,
): { mixture: EnsembleMixture; tried?: TriedMixture[] } {
  if (mixture !== undefined) return { mixture };
  if (held === null) throw new RangeError("plan: expected a mixture or validation rows, got neither");
  const average = measureMixture(held);
  if (network !== "auto" || fromModel) return { mixture: average };
  const tried = tryMixtures(held, average);
  return { mixture: { ...average, weights: chooseMixture(tried) }, tried };
}

/** Loss and accuracy of the ensemble on the plan's training rows, as in the epochs of other networks. */
async function judgeEnsembleFit(
  plan: FitPlan,
  state: FitState,
  unlabelled: WindowSet,
): Promise<Pick<FitEpoch, "loss" | "accuracy">> {
  const windows = windowsLabelledToFit(unlabelled, plan);
  const index = Int32Array.from(plan.trainIndex);
  const data = { windows, scaler: plan.scaler };
  const probabilities = await predictInEnsembleFit(plan.network, weightsKeptByEnsembleFit(state), data, index);
  const labels = index.map((row) => windows.labels[row]!);
  const { log_loss: loss, accuracy } = classificationMetrics(labels, probabilities, windows.classes);
  return { loss, accuracy };
}

function judgeHeldOutInEnsembleFit(
  held: HeldOutPredictions | null,
  mixture: EnsembleMixture,
  { classes }: WindowSet,
): Pick<FitEpoch, "valLoss" | "valAccuracy" | "valMacroF1"> {
  if (held === null) return { valLoss: null, valAccuracy: null, valMacroF1: null };
  const metrics = classificationMetrics(held.labels, mixEnsemblePredictions(held, mixture), classes);
  return { valLoss: metrics.log_loss, valAccuracy: metrics.accuracy, valMacroF1: metrics.macro_f1 };
}
