// `tidemark baseline recalibrate`: rehearses a model's training recordings again without training. Only the baseline's
// calibration and accuracy estimate may change; the histogram bins and the reference distributions stay the same. References,
// summaries from devices and current alarms therefore remain valid. W windows, K classes.

import { UserError } from "../errors.ts";
import { cvReportSchema } from "../learning/training/cv-report.ts";
import { applyTemperature } from "../learning/training/temperature-scaling.ts";
import { storedBaselineStats } from "../monitoring/drift/baseline-stats.ts";
import type { LargestChanges, MeasuredRunLength, RehearsedDay } from "../monitoring/drift/calibration.ts";
import type { DriftBaseline } from "../monitoring/drift/drift-baseline.ts";
import { expectedBaseline } from "../monitoring/streams/baseline-faults.ts";
import { recordingsOfModel, requireRecordingsOfModel } from "../monitoring/streams/recordings-of-model.ts";
import { refuseOtherBaseline, trainAgain } from "../monitoring/streams/refuse-other-baseline.ts";
import { sealBaseline } from "../monitoring/streams/seal-baseline.ts";
import { openWatchedModel, type WatchedModel } from "../monitoring/streams/watched-model.ts";
import { type RehearsalOptions, recordedOptionsForRehearsal } from "../options/recorded-options.ts";
import {
  type RecalibrateConfig,
  type RecalibrateOptions,
  resolveRecalibrateConfig,
} from "../options/resolve-config.ts";
import { type Reporter, reporterOf } from "../reporter.ts";
import { convertUnitsOfRows } from "../signals/data/convert-units.ts";
import { makeWindowsOfPlans } from "../signals/data/make-windows.ts";
import { namedColumnRoles } from "../signals/data/named-columns.ts";
import { openRecordings } from "../signals/data/open-recordings.ts";
import { pickWindows } from "../signals/data/pick-windows.ts";
import { planWindows } from "../signals/data/plan-windows.ts";
import { recordingsWithRenamedChannels } from "../signals/data/recordings.ts";
import { refuseAbsurdValues } from "../signals/data/refuse-absurd-values.ts";
import type { WindowSet } from "../signals/data/windows.ts";
import { jsonFileText, readJsonFile } from "../storage/json-file.ts";
import { modelFiles } from "../storage/model-folder.ts";
import { replaceModelFile } from "../storage/replace-model-file.ts";
import { tidemarkVersion } from "../versions.ts";
import type { CalibrationEvent } from "./calibration-progress.ts";
import { freezeModelDrift } from "./freeze-model-drift.ts";
import { readOutOfFold } from "./read-out-of-fold.ts";
import { windowsOfModel } from "./windows-of-model.ts";

export type { CalibrationEvent } from "./calibration-progress.ts";

/** What `recalibrateBaseline` did. */
export interface Recalibration {
  /** The model folder. */
  readonly model: string;
  /** Version of the model, which stays the same. */
  readonly modelVersion: string;
  /** Number of people whose days were rehearsed. */
  readonly people: number;
  /** The rehearsed days; null if the calibration contains no record of them. */
  readonly day: RehearsedDay | null;
  /** The days rehearsed in the replaced calibration; null if that calibration contains no record of them. */
  readonly before: RehearsedDay | null;
  /** Number of batches between false alarms; null if too few people could be rehearsed. */
  readonly runLength: MeasuredRunLength | null;
  /** The largest changes of the sensors that the training data seems to show, as multiples of the usual limits. */
  readonly largestChanges: LargestChanges | null;
  /** Whether the calibration differs from the replaced one. */
  readonly changed: boolean;
  /** Duration in seconds. */
  readonly seconds: number;
}

/**
 * Recalibrates a model on its training recordings and the predictions of its cross-validation. Replaces `drift.calibration` and
 * `drift.accuracy` in baseline_stats.json, and updates the manifest; if this fails, nothing is changed.
 *
 * @param options the same as on the command line; `model` is required
 * @throws UserError if these recordings or predictions differ from those used in training, if this version measures the
 * recordings differently, or if the model was also trained on pseudo-labelled windows
 */
export async function recalibrateBaseline(
  options: RecalibrateOptions,
  run: { reporter?: Partial<Reporter<CalibrationEvent>>; now?: () => Date } = {},
): Promise<Recalibration> {
  const reporter = reporterOf(run.reporter);
  const started = performance.now();
  const config = resolveRecalibrateConfig(options);
  const watched = await openWatchedModel(config.model);
  const { folder, baseline, drift } = watched;
  const { manifest } = folder;
  const { fresh, people } = await freezeToRecalibrate(config, watched, Object.keys(drift.edges), reporter);
  refuseOtherBaseline(config.model, drift, fresh);
  const { calibration, accuracy } = fresh;
  const sealed = sealBaseline(
    { ...baseline, drift: { ...drift, calibration, accuracy } },
    { ...expectedBaseline(manifest), scalerHash: baseline.scaler_hash },
  );
  const at = (run.now?.() ?? new Date()).toISOString();
  await replaceModelFile(
    folder.directory,
    modelFiles.baseline,
    jsonFileText(storedBaselineStats(sealed)),
    ({ config: own }) => ({
      recalibrated: { at, tidemark_version: tidemarkVersion },
      ...(config.day !== undefined && { config: { ...own, day: config.day } }),
    }),
  );
  return {
    model: folder.directory,
    modelVersion: manifest.model_version,
    people,
    day: calibration.day ?? null,
    before: drift.calibration.day ?? null,
    runLength: calibration.run_length ?? null,
    largestChanges: calibration.largest_changes ?? null,
    changed: sealed.content_hash !== baseline.content_hash,
    seconds: (performance.now() - started) / 1000,
  };
}

/**
 * Freezes the drift baseline again.
 * @param signals names of the channels and signals in the baseline; undefined for those that training currently computes
 */
export async function freezeToRecalibrate(
  config: RecalibrateConfig,
  watched: WatchedModel,
  signals: readonly string[] | undefined,
  reporter: Reporter<CalibrationEvent>,
): Promise<{ fresh: DriftBaseline; people: number }> {
  const { folder, drift } = watched;
  const { manifest } = folder;
  if ((manifest.retrained_from?.pseudo_labelled ?? 0) > 0) {
    throw new UserError(
      `${config.model} cannot be recalibrated: it was also trained on pseudo-labelled windows, which its folder ` +
        `does not contain`,
      {
        advice: "The model still works without recalibration. For a new calibration, retrain the previous model again.",
      },
    );
  }
  const trained = trainedOptionsToRecalibrate(watched, config.model);
  const windows = await cutWindowsToRecalibrate(config, watched, trained, reporter);
  const rehearsed = {
    overlap: watched.config.overlap,
    referenceBatches: drift.calibration.reference_batches,
    day: config.day ?? trained.day,
    seed: trained.seed,
    jobs: config.jobs,
    sensors: watched.sensors,
    ...(signals !== undefined && { signals }),
  };
  const fresh = await freezeModelDrift(windows, await outOfFoldToRecalibrate(watched, windows), rehearsed, {
    reporter,
  });
  return { fresh, people: windows.users.length };
}

function trainedOptionsToRecalibrate({ config, folder }: WatchedModel, model: string): RehearsalOptions {
  const read = recordedOptionsForRehearsal(config);
  if ("options" in read) return read.options;
  const { name, expected, found } = read.fault;
  throw new UserError(
    `${model} cannot be recalibrated: it was trained with ${name} ${found}, but this version of Tidemark expects ${expected}`,
    {
      advice: `Recalibrate it with Tidemark ${folder.manifest.tidemark_version}, which made it, or train a new model.`,
    },
  );
}

/** The cross-validated windows: those of people who were not in the holdout. */
async function cutWindowsToRecalibrate(
  { model, recordings }: RecalibrateConfig,
  { folder: { manifest }, config, drift }: WatchedModel,
  trained: RehearsalOptions,
  { warn }: Pick<Reporter, "warn">,
): Promise<WindowSet> {
  const { channels, users, label_map: labelMap } = manifest.data;
  const { map: _, exclude: _e, ...unmapped } = trained;
  const advice = "Give the current paths of the model's training recordings with --recordings.";
  const opened = await openRecordings(recordings ?? (await recordingsOfModel(manifest, model, advice)), {
    columns: { channels, ...namedColumnRoles(labelMap === undefined ? trained : unmapped), labelMap },
    requireLabels: true,
    requirePeople: false,
    nominalRateHz: config.rate,
    reporter: reporterOf({ warn }),
  });
  try {
    requireRecordingsOfModel(manifest, model, opened, advice);
    const converted = convertUnitsOfRows(opened.rows, manifest.data.conversions ?? [], channels);
    const rows = recordingsWithRenamedChannels(converted, channels);
    await refuseAbsurdValues(channels, (c) => opened.rows.column(c), opened.files);
    const plan = planWindows(rows, { ...windowsOfModel(config), classes: drift.classes });
    const windows = makeWindowsOfPlans([{ rows, plan }])[0]!;
    if (manifest.retrained_from === undefined) return windows;
    const people = new Set(users);
    const kept = Int32Array.from(windows.groups.keys()).filter((w) => people.has(windows.users[windows.groups[w]!]!));
    return pickWindows(windows, kept);
  } finally {
    opened.rows.close();
  }
}

/**
 * [W, K] out-of-fold probabilities after temperature scaling.
 * @throws UserError if the folder's predictions are for other windows
 */
async function outOfFoldToRecalibrate({ folder, drift }: WatchedModel, windows: WindowSet): Promise<Float32Array> {
  const { classes } = drift;
  const { temperature } = await readJsonFile(folder.path(modelFiles.cvReport), cvReportSchema);
  const rows = await readOutOfFold(folder, classes);
  const { users, groups, recordings, recordingIndex, startTimes } = windows;
  const refuse = (expected: string, found: string): UserError =>
    new UserError(
      `${folder.path(modelFiles.outOfFold)}: expected ${expected}, as cut from the recordings, found ${found}`,
      {
        advice: trainAgain,
      },
    );
  if (rows.length !== groups.length) throw refuse(`${groups.length} windows`, String(rows.length));
  const probabilities = new Float32Array(rows.length * classes.length);
  for (const [w, row] of rows.entries()) {
    const [user, recording, start] = [users[groups[w]!]!, recordings[recordingIndex[w]!]!, startTimes[w]!];
    if (row.user !== user || row.recording !== recording || Math.abs(row.start - start) > 5e-4) {
      const shown = (own: string, of: string, at: number): string => `${own}, ${of}, ${at} s`;
      throw refuse(
        `in row ${w + 1} the window of ${shown(user, recording, start)}`,
        shown(row.user, row.recording, row.start),
      );
    }
    probabilities.set(row.probabilities, w * classes.length);
  }
  return applyTemperature(probabilities, classes.length, temperature);
}
