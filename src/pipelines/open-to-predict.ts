// Opens recordings whose windows a model will predict, labelled or not, for `predict` and `evaluate`.

import { DataFault } from "../data-fault.ts";
import { gateBatchChannels, gateBatchColumns } from "../monitoring/streams/gate-batch.ts";
import { type OpenedModel, unitsOfWatchedModel } from "../monitoring/streams/watched-model.ts";
import type { PredictConfig } from "../options/resolve-config.ts";
import type { Reporter } from "../reporter.ts";
import { batchClockFaults, batchRangeFaults } from "../signals/data/batch-faults.ts";
import {
  batchUnitFactors,
  batchUnits,
  leastBatchUnitFactors,
  noteOnBatchUnitsOfPeople,
} from "../signals/data/batch-units.ts";
import { describeFlatChannelFaults } from "../signals/data/describe-batch-faults.ts";
import { type NamedColumns, namedColumnRoles } from "../signals/data/named-columns.ts";
import {
  type OpenedRecordings,
  openRecordings,
  type ReadRecordingsOptions,
  rateOfOpenedRecordings,
} from "../signals/data/open-recordings.ts";
import { qualityGateNotes } from "../signals/data/quality-gate.ts";
import { storedResampling } from "../storage/stored-config.ts";

/**
 * Returns recordings whose values are in the model's units. The caller must close their rows.
 *
 * @throws UserError if the recordings do not fit the model
 * @throws DataFault if some values cannot be explained by any unit or movement, or if the clock was probably misread
 */
export async function openToPredict(
  config: NamedColumns & Pick<PredictConfig, "files" | "channels" | "units" | "rate">,
  model: OpenedModel,
  labels: Pick<ReadRecordingsOptions, "labelColumn" | "known">,
  reporter: Reporter,
): Promise<OpenedRecordings> {
  const modelChannels = model.folder.manifest.data.channels;
  const named = gateBatchColumns(config.channels, modelChannels);
  const units = batchUnits(unitsOfWatchedModel(model), named, config.units);
  const { notes, faults } = units;
  if (faults[0] !== undefined) throw new DataFault(faults[0]);
  for (const note of notes) reporter.warn(note);
  const expected = gateBatchChannels(modelChannels, named, model.baseline, leastBatchUnitFactors(units));
  const opened = await openRecordings(config.files, {
    columns: { ...namedColumnRoles(config), modelChannels, labelMap: model.folder.manifest.data.label_map },
    requireLabels: false,
    ...labels,
    ...rateOfOpenedRecordings(config, model.config),
    reporter,
  });
  try {
    for (const warning of opened.quality.warnings) reporter.warn(warning);
    const [absurd] = await batchRangeFaults(opened.rows, expected, opened.files);
    if (absurd !== undefined) throw new DataFault(absurd);
    const { rate: samplingRateHz, window } = model.config;
    const clock = {
      samplingRateHz,
      windowSeconds: window / samplingRateHz,
      resampling: storedResampling(model.config),
    };
    const [misread] = batchClockFaults(opened.rows, opened.quality, clock);
    if (misread !== undefined) throw new DataFault(misread);
    for (const { message, advice } of describeFlatChannelFaults(opened.quality)) reporter.warn(`${message} ${advice}`);
    for (const note of qualityGateNotes({ ...opened.quality, dropped: opened.quality.rows.dropped }, clock))
      reporter.warn(note);
    const note = noteOnBatchUnitsOfPeople(units, opened.rows.recordings);
    if (note !== null) reporter.warn(note);
    return { ...opened, rows: opened.rows.scaled(batchUnitFactors(units)) };
  } catch (error) {
    opened.rows.close();
    throw error;
  }
}
