// `tidemark inspect`: reads recordings exactly as `train` would, and reports what was read and whether `train` would
// accept it.

import { DataFault, type FaultDescription } from "../data-fault.ts";
import { UserError } from "../errors.ts";
import {
  type InspectConfig,
  type InspectOptions,
  resolveInspectConfig,
  type TrainConfig,
} from "../options/resolve-config.ts";
import { resolveTrainConfig } from "../options/resolve-train-config.ts";
import { writeReportPage } from "../report/write-report-page.ts";
import { collectingReporter, type Reporter, reporterOf } from "../reporter.ts";
import type { UnitConversion } from "../signals/data/convert-units.ts";
import { droppedWithReasons } from "../signals/data/dropped-reasons.ts";
import { type Excerpt, excerptsOf } from "../signals/data/excerpts.ts";
import { type FoundSensors, findSensors } from "../signals/data/find-sensors.ts";
import type { LabelChanges } from "../signals/data/label-purity.ts";
import type { OpenedRecordings } from "../signals/data/open-recordings.ts";
import type { DroppedSamples } from "../signals/data/plan-windows.ts";
import type { QualityReport } from "../signals/data/quality-report.ts";
import { type RecordingFacts, recordingFacts } from "../signals/data/recording-facts.ts";
import { openForTraining, openForTrainingLabelledOrNot } from "./open-for-training.ts";
import { checkOutFile } from "./out-file.ts";
import { readNetwork } from "./read-network.ts";
import type { TestSetSize } from "./test-set.ts";
import type { TrainEvent } from "./train-events.ts";

export type { Excerpt, RecordingFacts };

/** The result of `inspect`. */
export interface InspectResult {
  /** Rows, columns, rates, gaps, channels, classes and people, as in a training report. */
  quality: QualityReport;
  /** Columns that have no role, so they are ignored. */
  unusedColumns: string[];
  /** The sensors with their channels, and how they were recognised. */
  sensors: FoundSensors["sensors"];
  /** The unit conversions that `train` would apply to the values. */
  conversions: readonly UnitConversion[];
  /**
   * The clock, the activities and the acceleration magnitude at rest of each recording, in the order of
   * `quality.per_recording`.
   */
  recordings: RecordingFacts[];
  /** The windows that `train` would cut; null if it would stop earlier with an error. */
  windows: {
    /** Number of windows. */
    total: number;
    /** Number of windows by class. */
    perClass: Record<string, number>;
    /** Samples that belong to no window. */
    dropped: DroppedSamples;
    /** Windows in which the label changes; null if there are none. */
    labelChanges: LabelChanges | null;
    /** Sampling rate of the windows, Hz. */
    samplingRateHz: number;
    /** Samples per window. */
    windowSize: number;
  } | null;
  /** The people in the test set of each fold; null if `train` would stop earlier with an error. */
  folds:
    | {
        /** Number of the fold. */
        fold: number;
        /** The people in its test set. */
        testUsers: readonly string[];
      }[]
    | null;
  /** The test set of a fixed split; null for other splits, or if `train` would stop earlier with an error. */
  testSet: TestSetSize | null;
  /** Ten seconds of every channel for each activity, from up to three people. */
  excerpts: Excerpt[];
  /** The warnings that `train` would also print. */
  warnings: string[];
  /** The error with which `train` would refuse these recordings; null if it would accept them. */
  refusal: Refusal | null;
  /** Path of the page; null if none was written. */
  out: string | null;
  /** Duration in seconds. */
  seconds: number;
}

/** An error that would stop `train`. */
export interface Refusal {
  /** What was expected, what was found, and where. */
  message: string;
  /** Further lines of the message. */
  details: readonly string[];
  /** What to do next; null if there is no advice. */
  advice: string | null;
}

const excerptSeconds = 10;
const excerptPeople = 3;

/**
 * Reads recordings exactly as `train` would, and reports what was read, without training. If `train` would refuse the
 * recordings, for example because they have no labels, `refusal` contains the reason.
 *
 * @param options the same as on the command line; `files` is required
 * @throws UserError if an option is wrong, or the files cannot be read completely even without regard to labels and people
 */
export async function inspect(
  options: InspectOptions,
  run: { reporter?: Partial<Reporter> } = {},
): Promise<InspectResult> {
  const started = performance.now();
  const config = resolveInspectConfig(options);
  if (config.out !== undefined) await checkOutFile(config.out, config);
  const { warn } = reporterOf(run.reporter);
  let windows: InspectResult["windows"] = null;
  let folds: InspectResult["folds"] = null;
  let testSet: InspectResult["testSet"] = null;
  let conversions: InspectResult["conversions"] = [];
  const event = (told: TrainEvent): void => {
    if (told.type === "data") {
      const { windows: total, classes: perClass, dropped, labelChanges, samplingRateHz, windowSize } = told;
      windows = { total, perClass, dropped, labelChanges, samplingRateHz, windowSize };
      conversions = told.conversions;
    }
    if (told.type !== "split") return;
    for (const warning of told.warnings) reporter.warn(warning);
    folds = told.folds.map(({ fold, testUsers }) => ({ fold, testUsers }));
    testSet = told.testSet;
  };
  const reporter = collectingReporter<TrainEvent>({ warn, event });
  const faults: FaultDescription[] = [];
  const training = inspectConfigAsTraining(config);
  const { opened, refused } = await openToInspect(training, reporter, faults);
  try {
    const refusal = faults[0] ?? refused ?? (await inspectTrainingRefusal(opened, training, reporter));
    const { sensors, warnings } = findSensors(opened.rows, config.sensor ?? []);
    // `train` would refuse missing labels or people before it warned about the sensors.
    for (const warning of warnings) if (!reporter.warnings.includes(warning)) reporter.warn(warning);
    const result: InspectResult = {
      quality: opened.quality,
      unusedColumns: [...opened.unusedColumns],
      sensors,
      conversions,
      recordings: recordingFacts(opened.rows, sensors),
      windows,
      folds,
      testSet,
      excerpts: excerptsOf(opened.rows, { seconds: excerptSeconds, people: excerptPeople }),
      warnings: [...reporter.warnings],
      refusal: refusal === null ? null : inspectFaultAsRefusal(refusal),
      out: config.out ?? null,
      seconds: (performance.now() - started) / 1000,
    };
    if (config.out !== undefined) await writeInspectPage(config.out, result);
    return result;
  } finally {
    opened.rows.close();
  }
}

/**
 * Recordings without labels or people are also read, so that a first look at an export shows what it contains.
 */
async function openToInspect(
  config: TrainConfig,
  reporter: ReturnType<typeof collectingReporter<TrainEvent>>,
  faults: FaultDescription[],
): Promise<{ opened: OpenedRecordings; refused: UserError | null }> {
  const onFault = (fault: FaultDescription): unknown => faults.push(fault);
  try {
    return { opened: await openForTraining(config, reporter, onFault), refused: null };
  } catch (refused) {
    if (!(refused instanceof UserError)) throw refused;
    if (faults[0] !== undefined) throw new DataFault(faults[0]);
    const again: Reporter<TrainEvent> = {
      ...reporter,
      warn: (message) => {
        if (!reporter.warnings.includes(message)) reporter.warn(message);
      },
    };
    // If the recordings still cannot be read, the user has to fix that error first.
    const opened = await openForTrainingLabelledOrNot(config, again, onFault);
    for (const warning of opened.quality.warnings) again.warn(warning);
    return { opened, refused };
  }
}

/** The options of a training run that would read the same recordings; no model is written. */
function inspectConfigAsTraining({ out: _, overwrite: __, ...reading }: InspectConfig): TrainConfig {
  return resolveTrainConfig({ ...reading, out: "inspected" });
}

async function writeInspectPage(out: string, result: InspectResult): Promise<void> {
  const { inspectHtml } = await import("../report/inspect-html.ts");
  const { windows } = result;
  const dropped = windows === null ? [] : droppedWithReasons(windows.dropped);
  const changes = windows?.labelChanges == null ? {} : { label_changes: windows.labelChanges };
  const page = inspectHtml({
    ...result,
    windows: windows === null ? null : { total: windows.total, per_class: windows.perClass, dropped, ...changes },
  });
  await writeReportPage(out, page);
}

async function inspectTrainingRefusal(
  opened: OpenedRecordings,
  config: TrainConfig,
  reporter: Reporter<TrainEvent>,
): Promise<UserError | null> {
  try {
    const { prepareOpenedTraining } = await import("./prepare-training.ts");
    await prepareOpenedTraining(opened, config, await readNetwork(config.network), reporter);
    return null;
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
}

function inspectFaultAsRefusal(fault: UserError | FaultDescription): Refusal {
  const { headline, details, advice } = fault instanceof UserError ? fault : new DataFault(fault);
  return { message: headline, details, advice: advice ?? null };
}
