import { resolve } from "node:path";
import { type PredictOptions, resolvePredictConfig } from "../config.ts";
import { readRecordings } from "../data/read-recordings.ts";
import { spreadsheetSafe } from "../data/spreadsheet-safe.ts";
import { writeTable } from "../data/write-table.ts";
import { UserError } from "../errors.ts";
import { checkOutFile } from "../out-file.ts";
import { makeWindows } from "../preprocessing/make-windows.ts";
import { modelFiles } from "../store/model-folder.ts";
import { predictWindows } from "../training/predict-windows.ts";
import { columnsForChannels } from "./gate-batch.ts";
import { openModel } from "./open-model.ts";
import { predictionColumns, windowColumns } from "./prediction-columns.ts";
import { columnsOf } from "./prepare-training.ts";

export interface PredictResult {
  out: string;
  windows: number;
  /** Windows by predicted class. */
  classes: Record<string, number>;
  meanConfidence: number;
  seconds: number;
}

/**
 * Labels every window of recordings with a trained model and writes one table: user, recording, start_s, end_s, label,
 * confidence, entropy (nats), margin and p_<class>. Windows are made as the model's were; labels in the files are not read.
 *
 * @throws UserError on wrong options, recordings that do not fit the model, or a model folder that was changed
 */
export async function predict(
  options: PredictOptions,
  run: { onWarning?: (message: string) => void } = {},
): Promise<PredictResult> {
  const started = performance.now();
  const config = resolvePredictConfig(options);
  refuseRecording(config.out, config.files);
  await checkOutFile(config.out, config);
  const { manifest, labels, path } = await openModel(config.model);
  const { rate, window, overlap } = manifest.config;
  const modelChannels = manifest.data.channels;
  columnsForChannels(config.channels, modelChannels);
  const warn = (message: string): void => run.onWarning?.(message);
  const { recordings } = await readRecordings(config.files, {
    columns: { ...columnsOf(config), modelChannels },
    requireLabels: false,
    nominalRateHz: rate,
    logger: { info: warn, warn },
  });
  refuseRecording(config.out, recordings.files);
  const { windows } = makeWindows(recordings, { samplingRateHz: rate, windowSize: window, overlap });
  const probabilities = await predictWindows(path(modelFiles.network), windows, labels.classes.length, {
    threads: config.jobs,
  });
  const predictions = predictionColumns("label", probabilities, labels.classes);
  const table = [...windowColumns(windows), ...predictions];
  await writeTable(config.out, config.spreadsheetSafe ? spreadsheetSafe(table) : table);

  const confidence = predictions.find(({ name }) => name === "confidence")!.values as Float32Array;
  const classes = Object.fromEntries(labels.classes.map((name) => [name, 0]));
  for (const name of predictions[0]!.values as string[]) classes[name]! += 1;
  return {
    out: config.out,
    windows: confidence.length,
    classes,
    meanConfidence: confidence.reduce((sum, value) => sum + value, 0) / confidence.length,
    seconds: (performance.now() - started) / 1000,
  };
}

function refuseRecording(out: string, files: readonly string[]): void {
  if (!files.some((file) => resolve(file) === resolve(out))) return;
  throw new UserError(`--out ${out} is one of the recordings, which it would replace`, {
    advice: "Choose another name.",
  });
}
