// Turns probabilities into labels for users: smoothed over time, and `unknown` if the network is unsure. Also sums the minutes
// per person and activity.

import { type ConfidenceThreshold, confidenceThreshold } from "../learning/evaluation/confidence-threshold.ts";
import { cvReportSchema } from "../learning/training/cv-report.ts";
import type { PredictedWindows } from "../learning/training/predict-windows.ts";
import { type Smoothing, smoothProbabilities } from "../learning/training/smooth-probabilities.ts";
import { applyTemperature } from "../learning/training/temperature-scaling.ts";
import type { OpenedModel } from "../monitoring/streams/watched-model.ts";
import { entriesInNaturalOrder } from "../natural-order.ts";
import { plannedWindowStep } from "../signals/data/plan-windows.ts";
import { argmaxRows } from "../stats/argmax-rows.ts";
import { readJsonFile } from "../storage/json-file.ts";
import { modelFiles } from "../storage/model-folder.ts";
import { readOutOfFold } from "./read-out-of-fold.ts";

/** The label of windows about which the network is unsure. */
export const unknownLabel = "unknown";

/** The rules that turn probabilities into labels. */
export interface LabelRules {
  /** How labels are smoothed; null if they are not. */
  readonly smoothing: Smoothing | null;
  /** Confidence below which a window gets no class; null if every window gets one. */
  readonly threshold: ConfidenceThreshold | null;
}

/**
 * Derives the rules from the options. Smoothing uses the class shares of the training windows. The threshold is calibrated on
 * the stored out-of-fold predictions, after the same temperature scaling and smoothing.
 *
 * @throws UserError if the model folder lacks the cross-validated predictions
 */
export async function labelWindowRules(
  { folder, config }: OpenedModel,
  { smooth, unknown }: { readonly smooth?: number; readonly unknown?: number },
): Promise<LabelRules> {
  if (smooth === undefined && unknown === undefined) return { smoothing: null, threshold: null };
  const { classes } = folder.labels;
  const report = await readJsonFile(folder.path(modelFiles.cvReport), cvReportSchema);
  const counts = classes.map((name) => (report.windows.per_class[name] ?? 0) + 1);
  const total = counts.reduce((sum, n) => sum + n, 0);
  const smoothing =
    smooth === undefined
      ? null
      : {
          boutSeconds: smooth,
          shares: counts.map((n) => n / total),
          newShare: plannedWindowStep(config.window, config.overlap) / config.window,
        };
  if (unknown === undefined) return { smoothing, threshold: null };
  const rows = await readOutOfFold(folder, classes);
  const raw = new Float32Array(rows.length * classes.length);
  for (const [w, row] of rows.entries()) raw.set(row.probabilities, w * classes.length);
  const calibrated = applyTemperature(raw, classes.length, report.temperature);
  const numbers = new Map<string, number>();
  const sequence = rows.map(({ user, recording }) => {
    const name = `${user}\x1f${recording}`;
    const number = numbers.get(name) ?? numbers.size;
    numbers.set(name, number);
    return number;
  });
  const times = rows.map(({ start }) => start);
  const smoothed = smoothing === null ? calibrated : smoothProbabilities(calibrated, { sequence, times }, smoothing);
  const yTrue = Int32Array.from(rows, ({ label }) => classes.indexOf(label));
  return { smoothing, threshold: confidenceThreshold(yTrue, smoothed, classes.length, unknown) };
}

/** The smoothed probabilities, and a label for each window. */
export function labelWindows(
  windows: PredictedWindows,
  classes: readonly string[],
  { smoothing, threshold }: LabelRules,
): { probabilities: Float32Array; labels: string[] } {
  const { recordingIndex, startTimes } = windows;
  const probabilities =
    smoothing === null
      ? windows.probabilities
      : smoothProbabilities(windows.probabilities, { sequence: recordingIndex, times: startTimes }, smoothing);
  const predicted = argmaxRows(probabilities, classes.length);
  const labels = Array.from(predicted, (k, w) => {
    const isUnsure = threshold !== null && probabilities[w * classes.length + k]! < threshold.confidence;
    return isUnsure ? unknownLabel : classes[k]!;
  });
  return { probabilities, labels };
}

/**
 * Minutes per person and label. Each window stands for the time until the next one begins, and the last window of a stretch
 * stands for its full length. Time covered by several windows is therefore counted only once.
 * @param step seconds between the starts of consecutive windows of a stretch
 */
export function minutesOfLabelledWindows(
  windows: Pick<
    PredictedWindows,
    "groups" | "users" | "recordingIndex" | "startTimes" | "windowSize" | "samplingRateHz"
  >,
  labels: readonly string[],
  step: number,
): Record<string, Record<string, number>> {
  const { groups, users, recordingIndex, startTimes, windowSize, samplingRateHz } = windows;
  const length = windowSize / samplingRateHz;
  const seconds = new Map<string, Map<string, number>>();
  for (const [w, label] of labels.entries()) {
    const next = startTimes[w + 1];
    const isFollowed =
      next !== undefined &&
      recordingIndex[w + 1] === recordingIndex[w] &&
      Math.abs(next - startTimes[w]! - step) < step / 2;
    const user = users[groups[w]!]!;
    const own = seconds.get(user) ?? new Map<string, number>();
    seconds.set(user, own);
    own.set(label, (own.get(label) ?? 0) + (isFollowed ? Math.min(step, length) : length));
  }
  return Object.fromEntries(
    entriesInNaturalOrder(seconds).map(([user, own]) => [
      user,
      Object.fromEntries(entriesInNaturalOrder(own).map(([label, s]) => [label, Number((s / 60).toFixed(4))])),
    ]),
  );
}
