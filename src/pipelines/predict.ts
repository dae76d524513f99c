import { type PredictConfig, type PredictOptions, resolvePredictConfig } from "../config.ts";
import { predictionColumns, predictionWindowColumns } from "../learning/training/prediction-columns.ts";
import type { WindowPredictor } from "../learning/training/window-predictor.ts";
import { openForPrediction } from "../monitoring/streams/watched-model.ts";
import { checkOutFile } from "../out-file.ts";
import { type Reporter, reporterOf } from "../reporter.ts";
import type { RowSource } from "../signals/data/recordings.ts";
import { spreadsheetSafe } from "../signals/data/spreadsheet-safe.ts";
import { TableWriter } from "../signals/data/write-table.ts";
import { peopleWithoutWindows, planWindows, type WindowPlan } from "../signals/preprocessing/make-windows.ts";
import { windowChunks } from "../signals/preprocessing/window-chunks.ts";
import { predictorOf } from "./model-handle.ts";
import { openToPredict } from "./open-to-predict.ts";
import { refuseOverwritingInput } from "./refuse-overwriting-input.ts";
import { UnlikeTraining } from "./unlike-training.ts";

/** The result of `predict`. */
export interface PredictResult {
  /** Path of the table. */
  out: string;
  /** Number of rows in the table. */
  windows: number;
  /** Number of windows by predicted class. */
  classes: Record<string, number>;
  /** Mean confidence over all windows, 0 to 1. */
  meanConfidence: number;
  /** Duration in seconds. */
  seconds: number;
}

/**
 * Labels every window of recordings with a trained model and writes one table: user, recording, start_s, end_s, label,
 * confidence, entropy (nats), margin and p_<class>. Windows are cut as in training; labels in the files are not read.
 *
 * @throws UserError if an option is wrong, the recordings do not fit the model, or the model folder was changed
 * @throws DataFault if there are values that no unit or movement explains
 */
export async function predict(
  options: PredictOptions,
  run: { reporter?: Partial<Reporter> } = {},
): Promise<PredictResult> {
  const started = performance.now();
  const config = resolvePredictConfig(options);
  refuseOverwritingInput(config.out, config.files);
  await checkOutFile(config.out, config);
  const model = await openForPrediction(config.model);
  const { labels } = model.folder;
  const { rate, window, overlap } = model.config;
  const reporter = reporterOf(run.reporter);
  const opened = await openToPredict(config, model, {}, reporter);
  const predictor = predictorOf(model);
  try {
    refuseOverwritingInput(config.out, opened.files);
    const plan = planWindows(opened.rows, { samplingRateHz: rate, windowSize: window, overlap });
    for (const warning of peopleWithoutWindows(plan)) reporter.warn(warning);
    const unlike = new UnlikeTraining(model);
    const said = await predictIntoTable(opened.rows, plan, { predictor, labels: labels.classes, config, unlike });
    for (const warning of unlike.warnings()) reporter.warn(warning);
    return { out: config.out, ...said, seconds: (performance.now() - started) / 1000 };
  } finally {
    opened.rows.close();
    await predictor.close();
  }
}

/** Writes the table in chunks of windows. */
async function predictIntoTable(
  rows: RowSource,
  plan: WindowPlan,
  of: {
    predictor: WindowPredictor;
    labels: readonly string[];
    config: Pick<PredictConfig, "jobs" | "out" | "spreadsheetSafe">;
    unlike: UnlikeTraining;
  },
): Promise<Pick<PredictResult, "windows" | "classes" | "meanConfidence">> {
  const { predictor, labels, config, unlike } = of;
  const classes = Object.fromEntries(labels.map((name) => [name, 0]));
  let [windows, sum] = [0, 0];
  let writer: TableWriter | undefined;
  try {
    for (const chunk of windowChunks(rows, plan, 0)) {
      const threads = { threads: config.jobs };
      const probabilities = await predictor.predict(chunk.windows, threads);
      unlike.add(chunk, probabilities);
      const predictions = predictionColumns("label", probabilities, labels);
      const table = [...predictionWindowColumns(chunk.windows), ...predictions];
      const columns = config.spreadsheetSafe ? spreadsheetSafe(table) : table;
      writer ??= await TableWriter.open(config.out, columns);
      await writer.append(columns);
      for (const value of predictions.find(({ name }) => name === "confidence")!.values as Float32Array) sum += value;
      for (const name of predictions[0]!.values as string[]) classes[name]! += 1;
      windows += chunk.windows.starts.length;
    }
    await writer?.finish();
  } finally {
    await writer?.close();
  }
  return { windows, classes, meanConfidence: sum / windows };
}
