// Turns files into windows and folds, which is all that `train` does before the first fit. Invalid input is rejected at this
// stage.

import { DataFault } from "../data-fault.ts";
import { UserError } from "../errors.ts";
import type { checkOwnNetwork } from "../learning/training/check-own-network.ts";
import type { NetworkSource } from "../learning/training/network-source.ts";
import { reportTrainingMemory, trainingMemory } from "../learning/training/training-memory.ts";
import { type DescribedValues, describeValues } from "../monitoring/drift/describe-values.ts";
import type { WatchedModel } from "../monitoring/streams/watched-model.ts";
import type { TrainConfig } from "../options/resolve-config.ts";
import { resolveRateAndWindow } from "../options/training-window.ts";
import type { Reporter } from "../reporter.ts";
import { shellCommand } from "../shell-words.ts";
import { batchClockFaults } from "../signals/data/batch-faults.ts";
import {
  convertUnitsOfRows,
  type DecidedUnits,
  decideUnitsToConvert,
  type StoredConversion,
} from "../signals/data/convert-units.ts";
import { describeFlatChannelFaults } from "../signals/data/describe-batch-faults.ts";
import { findSensors } from "../signals/data/find-sensors.ts";
import type { LabelChanges } from "../signals/data/label-purity.ts";
import { makeWindowsOfPlans } from "../signals/data/make-windows.ts";
import type { OpenedRecordings } from "../signals/data/open-recordings.ts";
import {
  type DroppedSamples,
  plannedWindowSamples,
  planWindows,
  type WindowPlan,
} from "../signals/data/plan-windows.ts";
import type { QualityReport } from "../signals/data/quality-report.ts";
import { rateWarnings, upsampledRateWarnings } from "../signals/data/rate-warnings.ts";
import type { Recordings } from "../signals/data/recordings.ts";
import { refuseAbsurdValues } from "../signals/data/refuse-absurd-values.ts";
import { refuseMixedSensors } from "../signals/data/refuse-mixed-sensors.ts";
import { refuseRotationUnits } from "../signals/data/refuse-rotation-units.ts";
import { refuseUnitsWithinPeople } from "../signals/data/refuse-units-within-people.ts";
import { sharedRate } from "../signals/data/shared-rate.ts";
import type { StoredRows } from "../signals/data/stored-rows.ts";
import { parseUnitChoice } from "../signals/data/unit-choice.ts";
import { windowWarningsOfLabelChanges, windowWarningsOfPeople } from "../signals/data/window-warnings.ts";
import { type WindowSet, windowsPerClass } from "../signals/data/windows.ts";
import { storedConfigWindowFault } from "../storage/stored-config.ts";
import { impossiblePeople } from "./impossible-people.ts";
import { openForTraining, type Preparing } from "./open-for-training.ts";
import { readNetwork } from "./read-network.ts";
import { readTestSet, type TestSet } from "./test-set.ts";
import type { TrainEvent } from "./train-events.ts";
import { divideIntoTrainingFolds, type TrainingFolds } from "./training-folds.ts";

export interface TrainingData extends TrainingFolds {
  readonly recordings: Pick<Recordings, "channels" | "files" | "fingerprint">;
  readonly described: DescribedValues;
  readonly sensors: WatchedModel["sensors"];
  /** Unit conversions that were applied to the values in the files. */
  readonly conversions: readonly StoredConversion[];
  /** The class of each label listed by `--map` or `--exclude`; null if the label is excluded. */
  readonly labelMap: OpenedRecordings["labelMap"];
  readonly quality: QualityReport;
  readonly windows: WindowSet;
  readonly dropped: DroppedSamples;
  /** Windows in which the label changes; null if there are none. */
  readonly labelChanges: LabelChanges | null;
  readonly network: NetworkSource;
  /** The test set of a fixed split, if there is one. */
  readonly testSet?: TestSet;
}

const lessMemory = "Lower --jobs or --batch-size, use --network compact, or give fewer recordings.";

/**
 * @param known the network, if it has already been read
 * @throws UserError if the files are faulty or cannot be split as requested
 */
export async function prepareTraining(
  config: Preparing,
  reporter: Reporter<TrainEvent>,
  known?: NetworkSource,
): Promise<TrainingData> {
  const network = known ?? (await readNetwork(config.network));
  const opened = await openForTraining(config, reporter);
  try {
    return await prepareOpenedTraining(opened, config, network, reporter);
  } finally {
    opened.rows.close();
  }
}

/** @throws UserError if the recordings cannot be trained on, or cannot be split as requested */
export async function prepareOpenedTraining(
  opened: OpenedRecordings,
  given: Preparing,
  network: NetworkSource,
  reporter: Reporter<TrainEvent>,
): Promise<TrainingData> {
  const { rows, files, fingerprint, quality } = opened;
  const config = resolveRateAndWindow(given, sharedRate(quality));
  for (const warning of quality.warnings) reporter.warn(warning);
  refuseFlatTrainingChannels(quality);
  const [misread] = batchClockFaults(rows, quality, {
    samplingRateHz: config.rate,
    windowSeconds: config.window / config.rate,
  });
  if (misread !== undefined) throw new DataFault(misread);
  for (const { message, advice } of describeFlatChannelFaults(quality)) reporter.warn(`${message} ${advice}`);
  for (const warning of rateWarnings(quality, rows)) reporter.warn(warning);
  for (const warning of upsampledRateWarnings(quality, config.rate)) reporter.warn(warning);
  const large = storedConfigWindowFault(config.window, rows.channels.length);
  if (large !== null)
    throw new UserError(`--window: ${large}`, { advice: "Choose a shorter --window, or fewer --channels." });
  await refuseAbsurdValues(rows.channels, (c) => rows.column(c), files);
  const { converted, sensors, conversions } = prepareTrainingUnits(rows, config, reporter);
  const described = describeValues(rows.channels, (c) => converted.column(c));
  const plan = planWindows(converted, {
    samplingRateHz: config.rate,
    windowSize: config.window,
    overlap: config.overlap,
    purity: config.purity,
    resampling: config.resampling,
  });
  for (const warning of [...windowWarningsOfPeople(plan), ...windowWarningsOfLabelChanges(plan)])
    reporter.warn(warning);
  const planned = { samples: plannedWindowSamples(plan), channels: rows.channels.length };
  reportTrainingMemory(trainingMemory(config, planned), reporter, lessMemory);
  const windows = makeWindowsOfPlans([{ rows: converted, plan }])[0]!;
  if (typeof network !== "string") {
    const { checkOwnNetwork } = await import("../learning/training/check-own-network.ts");
    await checkOwnNetwork(network, trainingNetworkSizes(windows));
  }
  for (const warning of impossiblePeople(windows, sensors)) reporter.warn(warning);
  const { dropped, labelChanges } = plan;
  const convert = (others: StoredRows): StoredRows =>
    conversions.every(({ people }) => people === undefined)
      ? convertUnitsOfRows(others, conversions)
      : prepareTrainingUnits(others, config, reporter).converted;
  const testSet = await readTestSet(config, opened, convert, windows, plan.options, reporter);
  reporter.event(preparedTrainingEvent(opened, { sensors, conversions }, windows, { dropped, labelChanges }));
  const recordings = { channels: rows.channels, files, fingerprint };
  return {
    recordings,
    sensors,
    conversions,
    labelMap: opened.labelMap,
    quality,
    described,
    windows,
    dropped,
    labelChanges,
    network,
    ...divideIntoTrainingFolds(config, windows, opened.copies, testSet, reporter),
    ...(testSet !== null && { testSet }),
  };
}

/** The shapes of the windows and the network's output. */
function trainingNetworkSizes({ windowSize, channels, classes }: WindowSet): Parameters<typeof checkOwnNetwork>[1] {
  return { windowSize, channels: channels.length, classes: classes.length };
}

/** @throws UserError if units are mixed and are not to be converted, or if sensors with and without gravity are mixed */
function prepareTrainingUnits(
  rows: StoredRows,
  { sensor = [], units: text }: Pick<TrainConfig, "sensor" | "units">,
  reporter: Pick<Reporter, "warn">,
): Pick<DecidedUnits, "sensors" | "conversions"> & { readonly converted: StoredRows } {
  const found = findSensors(rows, sensor);
  const units = parseUnitChoice(text);
  refuseUnitsWithinPeople(rows, found.sensors);
  refuseRotationUnits(rows, found.sensors);
  refuseMixedSensors(found.mixed, units.mode === "auto");
  const { sensors, conversions, warnings } = decideUnitsToConvert(rows.channels, found, { sensor, units });
  for (const warning of [...found.warnings, ...warnings]) reporter.warn(warning);
  return { sensors, conversions, converted: convertUnitsOfRows(rows, conversions) };
}

function refuseFlatTrainingChannels({ channels }: QualityReport): void {
  const flat = Object.entries(channels).find(([, channel]) => channel.flat);
  if (flat === undefined) return;
  const others = Object.keys(channels).filter((name) => !channels[name]!.flat);
  throw new UserError(
    `Column "${flat[0]}" has the same value (${flat[1].min}) in all rows. A network cannot learn from a constant ` +
      `channel, and checks have nothing to compare`,
    {
      advice:
        others.length === 0
          ? "Check the export: every channel is constant."
          : `Repair the export, or leave the column out: ${shellCommand("--channels", others.join(","))}`,
    },
  );
}

function preparedTrainingEvent(
  { rows, files, columns, quality }: OpenedRecordings,
  { sensors, conversions }: Pick<DecidedUnits, "sensors" | "conversions">,
  windows: WindowSet,
  { dropped, labelChanges }: Pick<WindowPlan, "dropped" | "labelChanges">,
) {
  return {
    type: "data",
    files,
    rows: quality.rows.kept,
    users: quality.users,
    recordings: quality.recordings,
    classes: windowsPerClass(windows),
    channels: rows.channels,
    sensors,
    conversions,
    samplingRateHz: windows.samplingRateHz,
    windowSize: windows.windowSize,
    columns,
    quality,
    windows: windows.starts.length,
    dropped,
    labelChanges,
  } satisfies TrainEvent;
}
