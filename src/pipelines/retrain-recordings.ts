// Opens the recordings for a retraining run: labelled recordings (the champion's or other ones) and unlabelled recordings,
// which must pass the quality gate. Only windows are kept in memory; rows are read when needed. U unlabelled windows.

import { DataFault } from "../data-fault.ts";
import { UserError } from "../errors.ts";
import { openGatedBatch } from "../monitoring/streams/gate-batch.ts";
import { recordingsOfModel, requireRecordingsOfModel } from "../monitoring/streams/recordings-of-model.ts";
import { unitsOfWatchedModel, type WatchedModel } from "../monitoring/streams/watched-model.ts";
import type { RetrainConfig } from "../options/resolve-config.ts";
import type { Reporter } from "../reporter.ts";
import { batchUnits } from "../signals/data/batch-units.ts";
import { convertUnitsOfRows, type StoredConversion, unitConversionsByFactors } from "../signals/data/convert-units.ts";
import { CopiedContentFinder } from "../signals/data/copied-content.ts";
import { type ColumnOptions, type NamedColumns, namedColumnRoles } from "../signals/data/named-columns.ts";
import { type OpenedRecordings, openRecordings, rateOfOpenedRecordings } from "../signals/data/open-recordings.ts";
import type { QualityReport } from "../signals/data/quality-report.ts";
import { type RowSource, recordingsWithRenamedChannels } from "../signals/data/recordings.ts";
import { refuseAbsurdValues } from "../signals/data/refuse-absurd-values.ts";
import type { WindowSet } from "../signals/data/windows.ts";

/** Recordings whose channels are named as in the champion. The caller must close the recordings. */
export interface RetrainRecordings {
  readonly rows: RowSource;
  readonly files: readonly string[];
  readonly fingerprint: string;
  readonly quality: QualityReport;
  /** People whose values are identical. */
  readonly copies: OpenedRecordings["copies"];
  /** Unit conversions of the values; channels are named as in the champion. */
  readonly conversions: readonly StoredConversion[];
  readonly labelMap: OpenedRecordings["labelMap"];
  close(): void;
}

/**
 * For the champion's own recordings, the column names are those from its training. For other recordings, the user can specify
 * the columns; the names from training are the defaults.
 */
function labelledRetrainColumns(
  config: NamedColumns & Pick<RetrainConfig, "labelled">,
  trained: NamedColumns,
  labelMap: ColumnOptions["labelMap"],
): NamedColumns & Pick<ColumnOptions, "labelMap"> {
  // The classes come from the model, because a file named by an option may have moved or changed since training.
  const { map: _map, exclude: _exclude, ...unmapped } = trained;
  const inherited = labelMap === undefined ? namedColumnRoles(trained) : { ...namedColumnRoles(unmapped), labelMap };
  if (config.labelled === undefined) return inherited;
  const {
    pathColumns: _,
    groupFromPath: _g,
    recordingFromPath: _r,
    labelFromPath: _l,
    labels: _f,
    split: _s,
    ...named
  } = inherited;
  return { ...named, ...namedColumnRoles(config) };
}

/**
 * The columns for person, recording and time, as given by the user or otherwise as in training. If the person column were
 * wrong, a cycle could train on a person in the holdout under another name.
 */
function unlabelledRetrainColumns(
  config: NamedColumns,
  trained: NamedColumns,
): Omit<NamedColumns, "label" | "labelFromPath" | "labels" | "labelsClock" | "map" | "exclude" | "split" | "channels"> {
  const { pathColumns: _p, groupFromPath: _g, recordingFromPath: _r, ...named } = namedColumnRoles(trained);
  const {
    label: _,
    labelFromPath: _l,
    labels: _f,
    labelsClock: _k,
    map: _m,
    exclude: _e,
    split: _s,
    channels: _c,
    ...columns
  } = { ...named, ...namedColumnRoles(config) };
  return columns;
}

/** @throws UserError if the recordings cannot be read, or if those of the champion differ from its training data */
export async function openLabelledToRetrain(
  config: NamedColumns & Pick<RetrainConfig, "model" | "labelled" | "units" | "rate">,
  champion: WatchedModel,
  trained: NamedColumns,
  reporter: Reporter,
): Promise<RetrainRecordings> {
  const { manifest } = champion.folder;
  const files =
    config.labelled ??
    (await recordingsOfModel(
      manifest,
      config.model,
      "Give labelled recordings with --labelled, either these or others.",
    ));
  const opened = await openRecordings(files, {
    columns: {
      channels: manifest.data.channels,
      ...labelledRetrainColumns(config, trained, manifest.data.label_map),
    },
    requireLabels: true,
    known: { people: manifest.data.users, classes: champion.drift.classes },
    ...(config.labelled === undefined
      ? { nominalRateHz: champion.config.rate }
      : rateOfOpenedRecordings(config, champion.config)),
    reporter,
  }).catch((error: unknown) => {
    if (!(error instanceof UserError) || config.labelled !== undefined) throw error;
    throw new UserError(`the training recordings of ${config.model}: ${error.message}`, {
      advice: "Give their current paths, or other labelled recordings, with --labelled.",
      cause: error,
    });
  });
  try {
    const { rows, quality } = opened;
    for (const warning of quality.warnings) reporter.warn(warning);
    await refuseAbsurdValues(rows.channels, (c) => rows.column(c), opened.files);
    if (config.labelled === undefined) {
      const advice = "Restore these recordings, or give other labelled recordings with --labelled.";
      requireRecordingsOfModel(manifest, config.model, opened, advice);
    }
    const conversions =
      config.labelled === undefined
        ? unitsOfWatchedModel(champion).conversions
        : conversionsOfRetrainRecordings(champion, opened.columns.channels, config.units, reporter);
    return toRetrainRecordings(opened, manifest.data.channels, conversions);
  } catch (error) {
    opened.rows.close();
    throw error;
  }
}

/** Unit conversions of labelled recordings that are not the training recordings. */
function conversionsOfRetrainRecordings(
  champion: WatchedModel,
  columns: readonly string[],
  choice: string | undefined,
  reporter: Pick<Reporter, "warn">,
): StoredConversion[] {
  const { factors, people, notes, faults } = batchUnits(unitsOfWatchedModel(champion), columns, choice);
  if (faults[0] !== undefined) throw new DataFault(faults[0]);
  for (const note of notes) reporter.warn(note);
  const ofPeople = unitsOfWatchedModel(champion).conversions.filter(
    (own) => own.people !== undefined && people.size > 0,
  );
  return [...ofPeople, ...unitConversionsByFactors(unitsOfWatchedModel(champion), factors)];
}

/**
 * @returns the recordings; people's names are spelt as in `labelled`, and `copies` also covers people whose values appear in
 *   `labelled`
 * @throws UserError if the recordings do not pass the quality gate
 */
export async function openUnlabelledToRetrain(
  config: NamedColumns & Pick<RetrainConfig, "files" | "units" | "rate">,
  champion: WatchedModel,
  trained: NamedColumns,
  labelled: RetrainRecordings,
  reporter: Reporter,
): Promise<RetrainRecordings> {
  const { channels } = champion.folder.manifest.data;
  const given = {
    ...(config.channels !== undefined && { channels: config.channels }),
    columns: unlabelledRetrainColumns(config, trained),
    units: config.units,
    rate: config.rate,
    known: { people: Object.keys(labelled.quality.persons), classes: [] },
  };
  const gated = await openGatedBatch(config.files, given, champion, reporter);
  if (!gated.accepted) {
    throw new UserError("the unlabelled recordings do not pass the quality gate:", {
      details: gated.reasons.map(({ message }) => message),
      advice: gated.reasons[0]!.advice ?? "Repair the export, or leave these recordings out.",
    });
  }
  for (const warning of gated.warnings) reporter.warn(warning);
  if (gated.opened.columns.group === null) {
    reporter.warn(
      "The unlabelled recordings have no column for the person. If they include people in the holdout, the " +
        "figures are too optimistic.",
    );
  }
  const { rows } = gated.opened;
  const finder = new CopiedContentFinder();
  finder.add(labelled.rows);
  finder.add(rows);
  return { ...toRetrainRecordings(gated.opened, channels, []), copies: finder.found() };
}

function toRetrainRecordings(
  { rows, files, fingerprint, quality, labelMap, copies }: OpenedRecordings,
  channels: readonly string[],
  conversions: readonly StoredConversion[],
): RetrainRecordings {
  return {
    rows: recordingsWithRenamedChannels(convertUnitsOfRows(rows, conversions, channels), channels),
    files,
    fingerprint,
    quality,
    copies,
    conversions,
    labelMap,
    close: () => rows.close(),
  };
}

/**
 * [U] index of the class at the middle of each window, because the windows were cut without regard to the labels; -1 if there
 * is no label, or if it is not a class of the model.
 */
export async function readRetrainTruth(
  config: NamedColumns & Pick<RetrainConfig, "files" | "rate"> & Required<Pick<RetrainConfig, "truth">>,
  champion: WatchedModel,
  trained: NamedColumns,
  windows: WindowSet,
  reporter: Reporter,
): Promise<Int32Array> {
  const { channels } = champion.folder.manifest.data;
  const { classes } = champion.drift;
  const columns = unlabelledRetrainColumns(config, trained);
  const { rows } = await openRecordings(config.files, {
    columns: {
      ...columns,
      channels: config.channels ?? channels,
      label: config.truth,
      labelMap: champion.folder.manifest.data.label_map,
    },
    requireLabels: false,
    ...rateOfOpenedRecordings(config, champion.config),
    reporter,
  });
  const stretches = Array.from(rows.stretches(), (stretch) => ({
    ...stretch,
    startTime: rows.time(stretch.start, stretch.start + 1)[0]!,
  }));
  rows.close();
  const half = windows.windowSize / windows.samplingRateHz / 2;
  const ofRecording = Map.groupBy(stretches, ({ user, recording }) => JSON.stringify([user, recording]));
  const truth = windows.starts.map((_, w) => {
    const user = windows.users[windows.groups[w]!]!;
    const recording = windows.recordings[windows.recordingIndex[w]!]!;
    const middle = windows.startTimes[w]! + half;
    const own = ofRecording.get(JSON.stringify([user, recording])) ?? [];
    const at = own.findLast(({ startTime }) => startTime <= middle);
    return at?.label == null ? -1 : classes.indexOf(at.label);
  });
  const unknown = truth.filter((label) => label < 0).length;
  if (unknown > 0)
    reporter.warn(
      `--truth ${config.truth}: ${unknown} of ${truth.length} windows have no label that is a class of the model`,
    );
  return truth;
}
