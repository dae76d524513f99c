// Fits an ensemble: first `compact`, which is trained in mini-batches, then the `minirocket` networks, with the penalty that is
// chosen for the first of them. All members are evaluated on the fit's validation people, from whom none of them has learned,
// to measure each member's temperature. Once the temperatures are known, every member that needs no validation people is fitted
// again on all rows: the `minirocket` networks, and `compact` unless it stops early. An interrupted fit resumes within the first
// fit of `compact`, or repeats everything after it.

import { Rng } from "../../random.ts";
import type { WindowSet } from "../../signals/data/windows.ts";
import { classificationMetrics } from "../evaluation/classification-metrics.ts";
import { type EnsembleName, ensembleMembers, type MemberName } from "../networks/ensemble-members.ts";
import { mixtureForFit } from "./choose-mixture.ts";
import { cosineScheduleWarmup } from "./cosine-schedule.ts";
import { ensembleEpochs } from "./ensemble-epochs.ts";
import { type EnsembleMixture, type HeldOutPredictions, mixEnsemblePredictions } from "./ensemble-mixture.ts";
import { divideEnsembleWeights, joinEnsembleWeights } from "./ensemble-weights.ts";
import { finalSchedulePenalty } from "./final-schedule.ts";
import { fitMiniRocket } from "./fit-minirocket.ts";
import {
  type FitOptions,
  type FitResult,
  fitNetwork,
  predictWithFitWeights,
  windowsLabelledToFitNetwork,
} from "./fit-network.ts";
import { canStopEarly, type FitPlan, type PenaltyPlan } from "./fit-plan.ts";
import {
  bestFitWeights,
  type FitEpoch,
  type FitState,
  fitStateFrom,
  fitStateSeconds,
  type NetworkWeights,
} from "./fit-state.ts";
import { ValidationSession } from "./network-session.ts";
import { fixedPenalty } from "./penalty-plan.ts";

/**
 * Fits the ensemble, or resumes an interrupted fit from its state. The same plan yields the same bytes in either case.
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
  const network = plan.network as EnsembleName;
  const [compact, ...counted] = ensembleMembers[network];
  const startOf = (member: number): { start?: NetworkWeights } =>
    model === undefined ? {} : { start: divideEnsembleWeights(network, model, windows)!.members[member]! };
  const whole = kept === undefined ? null : divideEnsembleWeights(network, kept, windows);
  // Only a finished ensemble has a state with updates; a joined state without updates contains only initial weights.
  if (whole !== null && kept!.progress.updates > 0) return { state: kept!, finished: true };
  const state = whole === null ? kept : fitStateFrom(whole.members[0]!, kept!.progress.learningRate);
  const epochsOfCompact = plan.epochs - ensembleEpochs(0, penalties.strengths.length);
  const hasSchedule = typeof plan.learningRate !== "number" && model === undefined;
  const planOfCompact = planToFitEnsembleMember(plan, compact, {
    epochs: epochsOfCompact,
    penalties: null,
    ...(hasSchedule && {
      warmupSteps: cosineScheduleWarmup({
        windows: plan.trainIndex.length,
        batchSize: plan.batchSize,
        epochs: epochsOfCompact,
      }),
    }),
  });
  const first = await fitNetwork(planOfCompact, windows, {
    ...others,
    ...startOf(0),
    ...(state !== undefined && { state }),
  });
  if (!first.finished) return first;
  const unfinished: FitResult = { state: first.state, finished: false };
  const epochs: FitEpoch[] = [];
  /** Fits the members with counted features. Only penalties that are tried count as epochs. */
  const fitCounted = async (own: Partial<FitPlan>, search: PenaltyPlan | null): Promise<NetworkWeights[] | null> => {
    const found: NetworkWeights[] = [];
    for (const [i, member] of counted.entries()) {
      const searching = i === 0 ? search : null;
      const memberPlan = planToFitEnsembleMember(plan, member, { validationIndex: null, ...own });
      const tried = searching ?? fixedPenalty(finalSchedulePenalty([epochs]));
      const { state, finished } = await fitMiniRocket(memberPlan, tried, windows, {
        ...others,
        ...startOf(i + 1),
        onEpoch: (epoch) => void (searching !== null && epochs.push(epoch)),
      });
      if (!finished) return null;
      found.push(bestFitWeights(state));
    }
    return found;
  };
  const started = performance.now();
  const fitted = await fitCounted({}, penalties);
  if (fitted === null) return unfinished;
  let members = [bestFitWeights(first.state), ...fitted];
  const held =
    plan.validationIndex === null
      ? null
      : await ensembleHeldOutPredictions(plan, plan.validationIndex, members, windows);
  const { mixture, tried } = mixtureForFit(plan, held, model !== undefined);
  if (held !== null) {
    const trainIndex = [...plan.trainIndex, ...plan.validationIndex!].sort((a, b) => a - b);
    const compactAgain = canStopEarly(plan)
      ? members[0]!
      : await refitOnEveryone({ ...planOfCompact, trainIndex, validationIndex: null }, windows, others);
    const countedAgain = compactAgain === null ? null : await fitCounted({ trainIndex }, null);
    if (compactAgain === null || countedAgain === null) return unfinished;
    members = [compactAgain, ...countedAgain];
  }
  const joined = fitStateFrom(joinEnsembleWeights(members, mixture), 0);
  const combined: FitEpoch = {
    epoch: 0,
    ...(await ensembleTrainingMetrics(plan, joined, windows)),
    ...validationMetricsOfEnsembleFit(held, mixture, windows),
    learningRate: null,
    mixture,
    ...(tried !== undefined && { tried }),
    best: true,
    seconds: (performance.now() - started) / 1000 - fitStateSeconds(epochs),
  };
  const before = first.state.progress.epochs;
  const added = [...epochs, combined].map((epoch, i) => ({ ...epoch, epoch: before.length + i + 1 }));
  Object.assign(joined.progress, { epochs: [...before, ...added], updates: before.length + added.length });
  for (const epoch of added) options.onEpoch(epoch, joined);
  return { state: joined, finished: true };
}

/** Fits a network of fixed schedule on the validation people, too. Returns null if `shouldStop` ended the fit. */
async function refitOnEveryone(
  plan: FitPlan,
  windows: WindowSet,
  options: Omit<FitOptions, "state" | "start">,
): Promise<NetworkWeights | null> {
  const { state, finished } = await fitNetwork(plan, windows, {
    ...options,
    onStep: ({ epoch, step, steps, loss }) =>
      options.onStep({ epoch: 1, step: (epoch - 1) * steps + step, steps: plan.epochs * steps, loss, stage: "refit" }),
    onEpoch: () => {},
  });
  return finished ? bestFitWeights(state) : null;
}

/** The plan for one member, with a random-number generator that no other member uses. */
function planToFitEnsembleMember(plan: FitPlan, network: MemberName, changes: Partial<FitPlan>): FitPlan {
  const { mixture: _, ...own } = plan;
  return { ...own, ...changes, network, rng: Rng.fromState(plan.rng).split(network).state };
}

async function ensembleHeldOutPredictions(
  { network, scaler }: FitPlan,
  rows: readonly number[],
  members: readonly NetworkWeights[],
  windows: WindowSet,
): Promise<HeldOutPredictions> {
  const index = Int32Array.from(rows);
  const probabilities: Float32Array[] = [];
  for (const [m, weights] of members.entries()) {
    const member = ensembleMembers[network as EnsembleName][m]!;
    probabilities.push(await predictToFitEnsemble(member, weights, { windows, scaler }, index));
  }
  return {
    labels: index.map((row) => windows.labels[row]!),
    people: index.map((row) => windows.groups[row]!),
    classCount: windows.classes.length,
    members: probabilities,
  };
}

async function predictToFitEnsemble(
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

/** The ensemble's loss and accuracy on the plan's training rows, as in other networks' epochs. */
async function ensembleTrainingMetrics(
  plan: FitPlan,
  state: FitState,
  unlabelled: WindowSet,
): Promise<Pick<FitEpoch, "loss" | "accuracy">> {
  const windows = windowsLabelledToFitNetwork(unlabelled, plan);
  const index = Int32Array.from(plan.trainIndex);
  const data = { windows, scaler: plan.scaler };
  const probabilities = await predictToFitEnsemble(plan.network, bestFitWeights(state), data, index);
  const labels = index.map((row) => windows.labels[row]!);
  const { log_loss: loss, accuracy } = classificationMetrics(labels, probabilities, windows.classes);
  return { loss, accuracy };
}

function validationMetricsOfEnsembleFit(
  held: HeldOutPredictions | null,
  mixture: EnsembleMixture,
  { classes }: WindowSet,
): Pick<FitEpoch, "valLoss" | "valAccuracy" | "valMacroF1"> {
  if (held === null) return { valLoss: null, valAccuracy: null, valMacroF1: null };
  const metrics = classificationMetrics(held.labels, mixEnsemblePredictions(held, mixture), classes);
  return { valLoss: metrics.log_loss, valAccuracy: metrics.accuracy, valMacroF1: metrics.macro_f1 };
}
