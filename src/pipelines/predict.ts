import { UserError } from "../errors.ts";
import type { ConfidenceThreshold } from "../learning/evaluation/confidence-threshold.ts";
import { type PredictedWindows, predictWindows } from "../learning/training/predict-windows.ts";
import { openWatchedModelForPrediction } from "../monitoring/streams/watched-model.ts";
import { type PredictConfig, type PredictOptions, resolvePredictConfig } from "../options/resolve-config.ts";
import { type Reporter, reporterOf } from "../reporter.ts";
import { planWindows } from "../signals/data/plan-windows.ts";
import { windowWarningsOfPeople } from "../signals/data/window-warnings.ts";
import { spreadsheetSafe } from "../signals/files/spreadsheet-safe.ts";
import { TableWriter } from "../signals/files/write-table.ts";
import { labelWindowRules, labelWindows, minutesOfLabelledWindows, unknownLabel } from "./label-windows.ts";
import { predictorOfModelHandle } from "./model-handle.ts";
import { openToPredict } from "./open-to-predict.ts";
import { checkOutFile } from "./out-file.ts";
import { predictionColumns, predictionWindowColumns } from "./prediction-columns.ts";
import { refuseOverwritingInput } from "./refuse-overwriting-input.ts";
import { UnlikeTraining } from "./unlike-training.ts";
import { windowsOfModel } from "./windows-of-model.ts";

export type { ConfidenceThreshold };

/** The result of `predict`. */
export interface PredictResult {
  /** Path of the table. */
  out: string;
  /** Number of rows in the table. */
  windows: number;
  /** Number of windows per label. */
  classes: Record<string, number>;
  /** Minutes per person and label; time covered by several windows is counted once. */
  minutes: Record<string, Record<string, number>>;
  /** Mean confidence over all windows, from 0 to 1. */
  meanConfidence: number;
  /** Mean duration of an activity in seconds that was assumed for smoothing; null if the labels were not smoothed. */
  smooth: number | null;
  /**
   * The confidence below which windows are labelled unknown, and its effect in cross-validation; null if every window has a
   * class.
   */
  unknown: ConfidenceThreshold | null;
  /** Duration in seconds. */
  seconds: number;
}

/**
 * Labels every window of recordings with a trained model and writes one table: user, recording, start_s, end_s, label,
 * confidence, entropy (nats), margin and p_<class>. Windows are cut as in training; labels in the files are ignored. If labels
 * are smoothed over time, the columns from label onwards are computed from the smoothed probabilities.
 *
 * @throws UserError if an option is wrong, the recordings do not fit the model, or the model folder was modified
 * @throws DataFault if some values cannot be explained by any unit or movement
 */
export async function predict(
  options: PredictOptions,
  run: { reporter?: Partial<Reporter> } = {},
): Promise<PredictResult> {
  const started = performance.now();
  const config = resolvePredictConfig(options);
  refuseOverwritingInput(config.out, config.files);
  await checkOutFile(config.out, config);
  const model = await openWatchedModelForPrediction(config.model);
  const { classes } = model.folder.labels;
  if (config.unknown !== undefined) refuseUnknownPredictClass(classes);
  const rules = await labelWindowRules(model, config);
  const reporter = reporterOf(run.reporter);
  const opened = await openToPredict(config, model, {}, reporter);
  const predictor = predictorOfModelHandle(model);
  try {
    refuseOverwritingInput(config.out, opened.files);
    const plan = planWindows(opened.rows, windowsOfModel(model.config));
    for (const warning of windowWarningsOfPeople(plan)) reporter.warn(warning);
    const unlike = new UnlikeTraining(model);
    const by = { nClasses: classes.length, threads: config.jobs };
    const windows = await predictWindows(opened.rows, plan, predictor, by, (chunk, own) => unlike.add(chunk, own));
    for (const warning of unlike.warnings()) reporter.warn(warning);
    const { probabilities, labels } = labelWindows(windows, classes, rules);
    const confidence = await writePredictions({ ...windows, probabilities }, labels, classes, config);
    const names = rules.threshold === null ? classes : [...classes, unknownLabel];
    const counts = Object.fromEntries(names.map((name) => [name, 0]));
    for (const label of labels) counts[label]! += 1;
    return {
      out: config.out,
      windows: labels.length,
      classes: counts,
      minutes: minutesOfLabelledWindows(windows, labels, plan.step / model.config.rate),
      meanConfidence: confidence / labels.length,
      smooth: config.smooth ?? null,
      unknown: rules.threshold,
      seconds: (performance.now() - started) / 1000,
    };
  } finally {
    opened.rows.close();
    await predictor.close();
  }
}

const rowsAtOnce = 65_536;

/** @returns the sum of the confidences */
async function writePredictions(
  windows: PredictedWindows,
  labels: readonly string[],
  classes: readonly string[],
  config: Pick<PredictConfig, "out" | "spreadsheetSafe">,
): Promise<number> {
  let sum = 0;
  let writer: TableWriter | undefined;
  try {
    for (let from = 0; from < labels.length; from += rowsAtOnce) {
      const to = Math.min(labels.length, from + rowsAtOnce);
      const places = {
        ...windows,
        groups: windows.groups.subarray(from, to),
        recordingIndex: windows.recordingIndex.subarray(from, to),
        startTimes: windows.startTimes.subarray(from, to),
      };
      const probabilities = windows.probabilities.subarray(from * classes.length, to * classes.length);
      const [label, ...others] = predictionColumns("label", probabilities, classes);
      const table = [...predictionWindowColumns(places), { ...label!, values: labels.slice(from, to) }, ...others];
      const columns = config.spreadsheetSafe ? spreadsheetSafe(table) : table;
      writer ??= await TableWriter.open(config.out, columns);
      await writer.append(columns);
      for (const value of others.find(({ name }) => name === "confidence")!.values as Float32Array) sum += value;
    }
    await writer?.finish();
  } finally {
    await writer?.close();
  }
  return sum;
}

function refuseUnknownPredictClass(classes: readonly string[]): void {
  if (!classes.includes(unknownLabel)) return;
  throw new UserError(`--unknown: expected a model without a class called "${unknownLabel}", but this model has one`, {
    advice: "Omit the option, and use the table's confidence column instead.",
  });
}
