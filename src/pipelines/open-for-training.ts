// Opens recordings as `train` reads them.

import { type OnFault, throwDataFault } from "../data-fault.ts";
import type { TrainConfig } from "../options/resolve-config.ts";
import type { Reporter } from "../reporter.ts";
import { type NamedColumns, namedColumnRoles } from "../signals/data/named-columns.ts";
import { type OpenedRecordings, openRecordings, type ReadRecordingsOptions } from "../signals/data/open-recordings.ts";
import { highestSharedRateHz } from "../signals/data/shared-rate.ts";
import type { TrainEvent } from "./train-events.ts";

/** The options that affect the preparation. */
export type Preparing = NamedColumns &
  Pick<
    TrainConfig,
    | "files"
    | "purity"
    | "sensor"
    | "units"
    | "rate"
    | "resampling"
    | "window"
    | "overlap"
    | "split"
    | "folds"
    | "seed"
    | "network"
    | "batchSize"
    | "augment"
    | "jobs"
  >;

/** Opens recordings as `train` reads them. @throws UserError if the files are faulty */
export function openForTraining(
  config: Pick<Preparing, "files" | "split" | "rate"> & NamedColumns,
  reporter: Reporter<TrainEvent>,
  onFault: OnFault = throwDataFault,
): Promise<OpenedRecordings> {
  return openRecordings(config.files, {
    ...optionsToOpenForTraining(config, reporter, onFault),
    requireLabels: true,
    requirePeople: config.split !== "stratified" && config.split !== "blocks",
  });
}

/** Opens recordings with or without labels and people. @throws UserError if the files are faulty */
export function openForTrainingLabelledOrNot(
  config: Pick<Preparing, "files" | "rate"> & NamedColumns,
  reporter: Reporter<TrainEvent>,
  onFault: OnFault = throwDataFault,
): Promise<OpenedRecordings> {
  return openRecordings(config.files, {
    ...optionsToOpenForTraining(config, reporter, onFault),
    requireLabels: false,
    labelColumn: "if found",
  });
}

function optionsToOpenForTraining(
  { rate, ...columns }: Pick<Preparing, "rate"> & NamedColumns,
  reporter: Reporter<TrainEvent>,
  onFault: OnFault,
): Omit<ReadRecordingsOptions, "requireLabels"> {
  return {
    columns: namedColumnRoles(columns),
    ...(rate !== undefined && { nominalRateHz: rate }),
    likelyRateHz: highestSharedRateHz,
    reporter,
    onFault,
  };
}
