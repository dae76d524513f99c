// Fits the minirocket network, with or without magnitudes: draws its kernels, counts their features once, and fits the linear
// head. The strength of the head's penalty is chosen on rows held out in turn; the final head is then fitted to all rows. A fit
// that starts from a model keeps the model's kernels, and its penalties pull the head towards the model's head. Each "epoch" of
// the fit is one penalty, from the strongest to the weakest. An interrupted fit starts over, because it is short. F is the
// number of features, K the number of classes.

import { Rng } from "../../random.ts";
import type { WindowSet } from "../../signals/data/windows.ts";
import type { MiniRocketName } from "../networks/ensemble-members.ts";
import { miniRocketNames } from "../networks/minirocket.ts";
import { describeNetworkParameters, type NetworkSpec } from "../networks/parameters.ts";
import { type CountedWindows, countedWindowsToLearn } from "./counted-windows.ts";
import { Diverged } from "./diverged.ts";
import { type FitOptions, type FitResult, windowsLabelledToFitNetwork } from "./fit-network.ts";
import type { FitPlan, PenaltyPlan } from "./fit-plan.ts";
import { type FitEpoch, fitStateFrom } from "./fit-state.ts";
import { LinearHead } from "./linear-head.ts";
import type { KernelInput } from "./measure-kernel-signals.ts";
import {
  type CountingOptions,
  countMiniRocketFeatures,
  drawMiniRocketStatistics,
  measureMiniRocketStatistics,
  type WindowCounts,
} from "./minirocket-statistics.ts";
import { networkSourceLayers } from "./network-source.ts";
import { rotateWindows } from "./rotate-windows.ts";
import { judgeChosenPenalty, logitsPerScore, searchPenalty } from "./search-penalty.ts";

/** Relative residual at which a solution is accepted. Stopping after `maxSteps` without reaching it acts like a stronger penalty. */
const tolerance = 1e-3;
const maxSteps = 100;

/**
 * Fits the network, or returns the state of a finished fit. The same plan always yields the same bytes.
 * @throws Diverged if a weight is not finite
 */
export async function fitMiniRocket(
  plan: FitPlan,
  penalties: PenaltyPlan,
  unlabelled: WindowSet,
  options: FitOptions,
): Promise<FitResult> {
  // The number of updates is positive only after a fit has finished.
  if (options.state !== undefined && options.state.progress.updates > 0)
    return { state: options.state, finished: true };
  const started = performance.now();
  const windows = windowsLabelledToFitNetwork(unlabelled, plan);
  const network = describeNetworkParameters(await networkSourceLayers(plan.network, windows.classes.length), {
    type: "float32",
    shape: [1, windows.windowSize, windows.channels.length],
  });
  const rows = Int32Array.from(plan.trainIndex);
  const data: KernelInput = {
    windows,
    scaler: plan.scaler,
    sensors: plan.sensors,
    kind: plan.network as MiniRocketName,
  };
  const { shouldStop, start } = options;
  // A model's weights are valid only for its own kernels and feature standardisation.
  const statistics =
    start?.statistics ?? drawMiniRocketStatistics(network, data, rows, Rng.fromState(plan.rng).split("kernels"));
  const blank = fitStateFrom({ parameters: new Float32Array(network.parameterCount), statistics }, 0);
  const onCounted = reportFitMiniRocketCounts(options, (fitsTurnedMiniRocket(plan) ? 2 : 1) * rows.length);
  const counts = await countMiniRocketFeatures(network, statistics, data, rows, { shouldStop, onCounted });
  if (counts === null) return { state: blank, finished: false };
  if (start === undefined) measureMiniRocketStatistics(network, statistics, counts);
  const turned = await countTurnedMiniRocket(plan, network, statistics, data, {
    shouldStop,
    onCounted: (windows) => onCounted(rows.length + windows),
  });
  if (turned === undefined) return { state: blank, finished: false };
  const positions = new Map(Array.from(rows, (row, position) => [row, position]));
  const counted: CountedWindows = { windows, counts, turned, positions, classWeights: plan.classWeights };
  const head = await LinearHead.create(
    counts,
    fitMiniRocketMoments(network, statistics),
    windows.classes.length,
    start === undefined ? null : fitMiniRocketPoint(network, start.parameters),
  );
  const solving = {
    tolerance,
    maxSteps,
    shouldStop,
    onStep: reportFitMiniRocketSteps(options, penalties.parts.length > 0 ? 2 : 1),
  };
  try {
    const { strengths, parts } = penalties;
    const searched = parts.length === 0 ? [] : await searchPenalty(head, counted, penalties, solving);
    if (searched === null) return { state: blank, finished: false };
    const penalty = searched.find(({ best }) => best)?.penalty ?? strengths[0]!;
    const all = countedWindowsToLearn(counted, rows);
    const fitted = await head.fit(all, [penalty], solving);
    if (fitted === null) return { state: blank, finished: false };
    const state = fitStateFrom({ parameters: fitMiniRocketParameters(network, fitted[0]!), statistics }, 0);
    if (!state.parameters.every(Number.isFinite)) {
      throw new Diverged(`${plan.name}: the weights of the linear layer are not finite`, {
        advice: "Look for extreme values in the channels' ranges.",
      });
    }
    const judged =
      searched.length > 0
        ? searched
        : [await judgeChosenPenalty(head, all, fitted[0]!, { penalty, classes: windows.classes.length })];
    const seconds = (performance.now() - started) / 1000 / judged.length;
    const epochs = judged.map((epoch, i): FitEpoch => ({ epoch: i + 1, ...epoch, learningRate: null, seconds }));
    Object.assign(state.progress, { epochs, updates: epochs.length });
    for (const epoch of epochs) options.onEpoch(epoch, state);
    return { state, finished: true };
  } finally {
    await head.release();
  }
}

function reportFitMiniRocketCounts({ onStep }: FitOptions, steps: number): (windows: number) => void {
  return (step) => onStep({ epoch: 1, step, steps, loss: null, stage: "features" });
}

/** Reports the steps of the search and of the final head, one after another, as the steps of a single fit. */
function reportFitMiniRocketSteps({ onStep }: FitOptions, solutions: number): (step: number) => void {
  let begun = 0;
  return (step) => {
    if (step === 1) begun++;
    onStep({ epoch: 1, step: (begun - 1) * maxSteps + step, steps: solutions * maxSteps, loss: null, stage: "layer" });
  };
}

/** Whether the plan rotates windows. If no sensor has three axes, the rotated copies would equal the windows. */
function fitsTurnedMiniRocket({ turned }: FitPlan): boolean {
  return turned !== null && turned.length > 0;
}

/**
 * Computes the features of a rotated copy of each training window. Returns null if the plan does not rotate windows, and
 * undefined if it was stopped.
 */
async function countTurnedMiniRocket(
  plan: FitPlan,
  network: NetworkSpec,
  statistics: Float32Array,
  data: KernelInput,
  options: Omit<CountingOptions, "change">,
): Promise<WindowCounts | null | undefined> {
  if (!fitsTurnedMiniRocket(plan)) return null;
  const { windowSize, channels } = data.windows;
  const triads = plan.turned!.map((axes) => axes.map((name) => channels.indexOf(name)));
  const rng = Rng.fromState(plan.rng).split("rotations");
  const change = (x: Float32Array, count: number): void =>
    rotateWindows(x, count, { windowSize, channels: channels.length }, triads, rng);
  const counts = await countMiniRocketFeatures(network, statistics, data, Int32Array.from(plan.trainIndex), {
    ...options,
    change,
  });
  return counts ?? undefined;
}

/** Means and standard deviations of the features, [F] each. */
function fitMiniRocketMoments(network: NetworkSpec, statistics: Float32Array) {
  const tensor = (wanted: string): Float32Array => {
    const { offset, size } = network.statistics.find(({ name }) => name === wanted)!;
    return statistics.subarray(offset, offset + size);
  };
  return { mean: tensor(miniRocketNames.mean), deviation: tensor(miniRocketNames.deviation) };
}

/** The inverse of `fitMiniRocketParameters`. */
function fitMiniRocketPoint({ parameters }: NetworkSpec, vector: Float32Array): Float64Array {
  const [kernel, bias] = parameters as [(typeof parameters)[number], (typeof parameters)[number]];
  const [features, classes] = kernel.shape as [number, number];
  const point = new Float64Array((features + 1) * classes);
  for (let k = 0; k < classes; k++) {
    for (let f = 0; f < features; f++)
      point[k * features + f] = vector[kernel.offset + f * classes + k]! / logitsPerScore;
    point[classes * features + k] = vector[bias.offset + k]! / logitsPerScore;
  }
  return point;
}

/** Converts a head [K F + K] to the parameters of the network: the kernel [F, K], then the bias [K]. */
function fitMiniRocketParameters({ parameters, parameterCount }: NetworkSpec, point: Float64Array): Float32Array {
  const [kernel, bias] = parameters as [(typeof parameters)[number], (typeof parameters)[number]];
  const [features, classes] = kernel.shape as [number, number];
  const vector = new Float32Array(parameterCount);
  for (let k = 0; k < classes; k++) {
    for (let f = 0; f < features; f++)
      vector[kernel.offset + f * classes + k] = logitsPerScore * point[k * features + f]!;
    vector[bias.offset + k] = logitsPerScore * point[classes * features + k]!;
  }
  return vector;
}
