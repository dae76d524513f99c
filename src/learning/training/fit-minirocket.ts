// Fits the minirocket network: draws its kernels, counts their features once, and fits the linear head. The strength of the
// head's penalty is chosen by the loss on rows that are held out in turn; the head that is kept then learns from all rows. An
// "epoch" of the fit is one penalty, from the strongest one on. A fit takes less than a minute, so an interrupted one starts
// again. N rows, F features, K classes.

import { Rng } from "../../random.ts";
import type { WindowSet } from "../../signals/preprocessing/windows.ts";
import { classificationMetrics } from "../evaluation/classification-metrics.ts";
import { miniRocketNames } from "../networks/minirocket.ts";
import { describeNetworkParameters, type NetworkSpec } from "../networks/parameters.ts";
import { presetNetwork } from "../networks/presets.ts";
import { Diverged } from "./diverged.ts";
import { type FitOptions, type FitResult, labelWindowsToFit } from "./fit-network.ts";
import type { FitPlan, PenaltyPlan } from "./fit-plan.ts";
import { type FitEpoch, type FitState, fitStateFrom } from "./fit-state.ts";
import { type HeadRows, headAccuracy, LinearHead } from "./linear-head.ts";
import {
  countMiniRocket,
  drawMiniRocket,
  type ScaledWindows,
  standardizeMiniRocket,
  type WindowCounts,
} from "./minirocket-statistics.ts";
import { rotateWindows } from "./rotate-windows.ts";
import { applyTemperature, fitTemperature } from "./temperature-scaling.ts";
import { gatherTrainingTargets } from "./training-batch.ts";

/** The search ends after this many penalties that are worse than the best one. */
const patience = 2;

/** The counted windows of a fit. */
interface Counted {
  readonly windows: WindowSet;
  readonly classWeights: FitPlan["classWeights"];
  readonly counts: WindowCounts;
  /** Counts of a rotated copy of each window, in the same order; null without augmentation. */
  readonly turned: WindowCounts | null;
  /** Position of each window's counts. */
  readonly positions: ReadonlyMap<number, number>;
}

/** Rows that are held out in turn, the others, and the head that the next penalty starts from. */
interface Part {
  readonly learning: readonly HeadRows[];
  readonly held: HeadRows;
  head: Float64Array;
}

/**
 * Fits the network, or returns the state of a finished fit. The same plan always gives the same bytes.
 * @throws Diverged if a weight is not finite
 */
export async function fitMiniRocket(
  plan: FitPlan,
  penalties: PenaltyPlan,
  unlabelled: WindowSet,
  options: FitOptions,
): Promise<FitResult> {
  // Only a finished fit has made an update.
  if (options.state !== undefined && options.state.progress.updates > 0)
    return { state: options.state, finished: true };
  const started = performance.now();
  const windows = labelWindowsToFit(unlabelled, plan);
  const network = describeNetworkParameters(presetNetwork(plan.network, windows.classes.length), {
    type: "float32",
    shape: [1, windows.windowSize, windows.channels.length],
  });
  const rows = Int32Array.from(plan.trainIndex);
  const data = { windows, scaler: plan.scaler };
  const statistics = drawMiniRocket(network, data, rows, Rng.fromState(plan.rng).split("kernels"));
  const blank = fitStateFrom({ parameters: new Float32Array(network.parameterCount), statistics }, 0);
  const counts = await countMiniRocket(network, statistics, data, rows, { shouldStop: options.shouldStop });
  if (counts === null) return { state: blank, finished: false };
  standardizeMiniRocket(network, statistics, counts);
  const turned = await countTurned(plan, network, statistics, data, options);
  if (turned === undefined) return { state: blank, finished: false };
  const positions = new Map(Array.from(rows, (row, position) => [row, position]));
  const counted = { windows, counts, turned, positions, classWeights: plan.classWeights };
  const head = await LinearHead.create(counts, miniRocketMoments(network, statistics), windows.classes.length);
  try {
    const found = await searchPenalty(head, counted, penalties, options, { blank, started });
    if (found === null) return { state: blank, finished: false };
    const searched = performance.now();
    const all = learningRows(counted, rows);
    const fitted = await head.fit(all, found.penalty, found.head, options.shouldStop);
    if (fitted === null) return { state: blank, finished: false };
    const state = fitStateFrom({ parameters: headParameters(network, fitted.point), statistics }, 0);
    if (!state.parameters.every(Number.isFinite)) {
      throw new Diverged(`${plan.name}: the weights of the linear layer are not finite`, {
        advice: "Look for extreme values in the channels' ranges.",
      });
    }
    const seconds = (performance.now() - searched) / 1000;
    const last: FitEpoch = found.epochs.at(-1) ?? {
      epoch: 1,
      penalty: found.penalty,
      loss: fitted.loss,
      accuracy: headAccuracy(all, fitted.logits, windows.classes.length),
      valLoss: null,
      valAccuracy: null,
      valMacroF1: null,
      learningRate: null,
      best: true,
      seconds: (searched - started) / 1000,
    };
    const ended = { ...last, seconds: last.seconds + seconds };
    const epochs = [...found.epochs.slice(0, -1), ended];
    Object.assign(state.progress, { epochs, updates: epochs.length });
    options.onEpoch(ended, state);
    return { state, finished: true };
  } finally {
    await head.release();
  }
}

/** A penalty, a head that was fitted with it, and an epoch for each penalty tried. */
interface FoundPenalty {
  readonly penalty: number;
  readonly head: Float64Array;
  readonly epochs: readonly FitEpoch[];
}

/**
 * Tries the penalties from the strongest to the weakest, until two in a row are worse than the best. Reports all epochs
 * but the last, which also includes the fit of the head that is kept. Null if it was stopped.
 */
async function searchPenalty(
  head: LinearHead,
  counted: Counted,
  { strengths, parts: planned }: PenaltyPlan,
  { shouldStop, onEpoch }: FitOptions,
  { blank, started }: { blank: FitState; started: number },
): Promise<FoundPenalty | null> {
  const { windows } = counted;
  const classes = windows.classes.length;
  let best = { penalty: strengths[0]!, head: head.zero(), loss: Number.POSITIVE_INFINITY, index: 0 };
  if (planned.length === 0) return { ...best, epochs: [] };
  const parts = planned.map(({ trainIndex, heldOut }): Part => {
    return { learning: learningRows(counted, trainIndex), held: headRows(counted, heldOut), head: head.zero() };
  });
  const labels = Int32Array.from(
    planned.flatMap(({ heldOut }) => heldOut),
    (row) => windows.labels[row]!,
  );
  const epochs: FitEpoch[] = [];
  let since = started;
  for (const [index, penalty] of strengths.entries()) {
    const last = epochs.at(-1);
    if (last !== undefined) onEpoch(last, blank);
    const logits = new Float32Array(labels.length * classes);
    let [at, loss, right, learned] = [0, 0, 0, 0];
    for (const part of parts) {
      const fitted = await head.fit(part.learning, penalty, part.head, shouldStop);
      if (fitted === null) return null;
      part.head = fitted.point;
      const judged = await head.evaluate([part.held], fitted.point, penalty);
      logits.set(judged.logits, at);
      at += judged.logits.length;
      const count = fitted.logits.length / classes;
      loss += fitted.loss * count;
      right += headAccuracy(part.learning, fitted.logits, classes) * count;
      learned += count;
    }
    const probabilities = softmaxRows(logits, classes);
    // A finished model's confidence is calibrated, so the penalty is not chosen for it.
    const calibrated = applyTemperature(probabilities, classes, fitTemperature(probabilities, labels, classes));
    const held = classificationMetrics(labels, calibrated, windows.classes);
    const isBest = held.log_loss < best.loss;
    if (isBest) best = { penalty, head: parts[0]!.head, loss: held.log_loss, index };
    const now = performance.now();
    epochs.push({
      epoch: index + 1,
      penalty,
      loss: loss / learned,
      accuracy: right / learned,
      valLoss: held.log_loss,
      valAccuracy: held.accuracy,
      valMacroF1: held.macro_f1,
      learningRate: null,
      best: isBest,
      seconds: (now - since) / 1000,
    });
    since = now;
    if (index - best.index >= patience) break;
  }
  return { ...best, epochs };
}

/** Counts a rotated copy of each window that the plan learns from. Null if it rotates none, undefined if it was stopped. */
async function countTurned(
  plan: FitPlan,
  network: NetworkSpec,
  statistics: Float32Array,
  data: ScaledWindows,
  { shouldStop }: FitOptions,
): Promise<WindowCounts | null | undefined> {
  if (plan.turned === null) return null;
  const { windowSize, channels } = data.windows;
  const triads = plan.turned.map((axes) => axes.map((name) => channels.indexOf(name)));
  const rng = Rng.fromState(plan.rng).split("rotations");
  const change = (x: Float32Array, count: number): void =>
    rotateWindows(x, count, { windowSize, channels: channels.length }, triads, rng);
  const counts = await countMiniRocket(network, statistics, data, Int32Array.from(plan.trainIndex), {
    change,
    shouldStop,
  });
  return counts ?? undefined;
}

/** The windows in `index`, and their rotated copies if there are any. */
function learningRows(counted: Counted, index: readonly number[] | Int32Array): HeadRows[] {
  const own = headRows(counted, index);
  const { turned } = counted;
  return turned === null ? [own] : [own, { ...own, counts: turned }];
}

function headRows({ windows, counts, positions, classWeights }: Counted, index: Iterable<number>): HeadRows {
  const classes = windows.classes.length;
  const rows = Int32Array.from(index);
  const targets = new Float32Array(rows.length * classes);
  gatherTrainingTargets(windows.labels, rows, classWeights, classes, targets);
  return { counts, rows: rows.map((row) => positions.get(row)!), targets };
}

/** Means and deviations of the features, [F] each. */
function miniRocketMoments(network: NetworkSpec, statistics: Float32Array) {
  const tensor = (wanted: string): Float32Array => {
    const { offset, size } = network.statistics.find(({ name }) => name === wanted)!;
    return statistics.subarray(offset, offset + size);
  };
  return { mean: tensor(miniRocketNames.mean), deviation: tensor(miniRocketNames.deviation) };
}

/** The parameters [P] of the network from a head [K F + K]: the kernel [F, K], then the bias [K]. */
function headParameters({ parameters, parameterCount }: NetworkSpec, point: Float64Array): Float32Array {
  const [kernel, bias] = parameters as [(typeof parameters)[number], (typeof parameters)[number]];
  const [features, classes] = kernel.shape as [number, number];
  const vector = new Float32Array(parameterCount);
  for (let k = 0; k < classes; k++) {
    for (let f = 0; f < features; f++) vector[kernel.offset + f * classes + k] = point[k * features + f]!;
    vector[bias.offset + k] = point[classes * features + k]!;
  }
  return vector;
}

function softmaxRows(logits: Float32Array, classes: number): Float32Array {
  const probabilities = new Float32Array(logits.length);
  for (let row = 0; row < logits.length; row += classes) {
    const own = logits.subarray(row, row + classes);
    const largest = own.reduce((a, b) => Math.max(a, b));
    const powers = Array.from(own, (logit) => Math.exp(logit - largest));
    const sum = powers.reduce((a, b) => a + b);
    for (const [k, power] of powers.entries()) probabilities[row + k] = power / sum;
  }
  return probabilities;
}
