// Prepares `retrain` up to its first fit: opens the champion and the labelled recordings, passes the unlabelled recordings
// through the quality gate, and chooses the holdout. Dimensions: U unlabelled windows, K classes.

import { UserError } from "../errors.ts";
import { stretchFinalSchedule } from "../learning/training/final-schedule.ts";
import { fittedNetworkOfModel, fittedNetworksFor } from "../learning/training/fitted-network.ts";
import { hasPenalty } from "../learning/training/has-penalty.ts";
import type { NetworkSource } from "../learning/training/network-source.ts";
import { untriedPenalty } from "../learning/training/penalty-plan.ts";
import { isTrainedInMiniBatches } from "../learning/training/trained-in-mini-batches.ts";
import { reportTrainingMemory, trainingMemory } from "../learning/training/training-memory.ts";
import type { WatchedModel } from "../monitoring/streams/watched-model.ts";
import type { ChampionOptions } from "../options/recorded-options.ts";
import type { RetrainConfig } from "../options/resolve-config.ts";
import { type HistoryRow, historyRowSchema } from "../report/history-row.ts";
import { collectingReporter, type Reporter, silent } from "../reporter.ts";
import { joinWindows } from "../signals/data/join-windows.ts";
import { makeWindowsOfPlans } from "../signals/data/make-windows.ts";
import type { NamedColumns } from "../signals/data/named-columns.ts";
import { pickWindows } from "../signals/data/pick-windows.ts";
import {
  type DroppedSamples,
  plannedWindowSamples,
  planWindows,
  type WindowPlan,
} from "../signals/data/plan-windows.ts";
import type { RowSource } from "../signals/data/recordings.ts";
import { runsOfWindowChunk } from "../signals/data/window-chunks.ts";
import type { WindowSet } from "../signals/data/windows.ts";
import { windowsPerName } from "../signals/data/windows.ts";
import { readJsonFileLines } from "../storage/json-file.ts";
import { modelFiles } from "../storage/model-folder.ts";
import { championOptions } from "./champion-options.ts";
import type { CycleSchedule } from "./cycle-plan.ts";
import type { ModelHandle } from "./model-handle.ts";
import { readNetworkFile, readNetworkToTrainFurther } from "./read-network.ts";
import {
  openLabelledToRetrain,
  openUnlabelledToRetrain,
  type RetrainRecordings,
  readRetrainTruth,
} from "./retrain-recordings.ts";
import {
  chooseRetrainingHoldout,
  predictRetrainingHoldout,
  retrainingRowsWithoutHoldout,
} from "./retraining-holdout.ts";
import { readFittedWeights } from "./starting-model.ts";
import type { TrainEvent } from "./train-events.ts";
import { UnlikeTraining } from "./unlike-training.ts";
import { windowsOfModel } from "./windows-of-model.ts";

type Heard = ReturnType<typeof collectingReporter>;

/** The open model that provides the pseudo-labels. */
export type Champion = Pick<ModelHandle, "watched" | "predict">;

export interface RetrainData {
  /** The champion's network, as given by `--network`. */
  readonly network: NetworkSource;
  /** The network that the champion was fitted with, which may differ from what this version would fit. */
  readonly fitted: NetworkSource;
  /** The options with which the champion was trained. */
  readonly trained: ChampionOptions;
  /** Labelled recordings of all people; the caller closes them. */
  readonly labelled: RetrainRecordings;
  readonly dropped: DroppedSamples;
  readonly unlabelled: Pick<RetrainRecordings, "files" | "fingerprint" | "quality">;
  /** The labelled windows, followed by the unlabelled ones with label -1. */
  readonly windows: WindowSet;
  /** Rows of `windows`. */
  readonly trainRows: Int32Array;
  readonly holdoutRows: Int32Array;
  readonly unlabelledRows: Int32Array;
  /** [U] true labels, which are used only in the report; -1 if unknown. */
  readonly truth: Int32Array | null;
  /** [holdout, K] the champion's probabilities; see `predictRetrainingHoldout`. */
  readonly championOnHoldout: Float32Array;
  /** [U, K] the champion's probabilities. */
  readonly championOnUnlabelled: Float32Array;
  readonly schedule: CycleSchedule;
  readonly warnings: readonly string[];
}

/** The options that affect the preparation. */
type PreparingRetraining = NamedColumns &
  Pick<
    RetrainConfig,
    | "files"
    | "model"
    | "network"
    | "labelled"
    | "units"
    | "rate"
    | "truth"
    | "holdout"
    | "epochs"
    | "restart"
    | "adapt"
    | "seed"
    | "jobs"
  >;

/**
 * @param reporter receives an estimate of the memory needed before the windows are loaded
 * @throws UserError if the files are faulty, or if nobody can be held out
 */
export async function prepareRetraining(
  config: PreparingRetraining,
  model: Champion,
  reporter: Reporter<TrainEvent> = silent,
): Promise<RetrainData> {
  const champion = model.watched;
  const options = championOptions(champion.config, champion.folder.manifest, config.model);
  const network = await readNetworkToTrainFurther(options.network, config, champion.folder.manifest);
  const trained = typeof network === "string" ? options : { ...options, network: readNetworkFile(network) };
  refuseStepsOfRetraining(config, trained);
  const heard = collectingReporter();
  const labelled = await openLabelledToRetrain(config, champion, trained, heard);
  try {
    return await prepareRetrainingFrom(labelled, { config, model, champion, network, trained, heard, reporter });
  } catch (error) {
    labelled.close();
    throw error;
  }
}

/** @throws UserError if an option requires a network that is trained in mini-batches, and the champion's network is not */
function refuseStepsOfRetraining(
  { epochs, restart, adapt }: Pick<RetrainConfig, "epochs" | "restart" | "adapt">,
  { network }: Pick<ChampionOptions, "network">,
): void {
  if (isTrainedInMiniBatches(network)) return;
  const refused = [
    ...(epochs === undefined ? [] : ["--epochs"]),
    ...(restart === "scratch" ? [] : [`--restart ${restart}`]),
    ...(adapt === undefined ? [] : [`--adapt ${adapt}`]),
  ].join(" and ");
  if (refused === "") return;
  throw new UserError(`the model's network is ${network}, which has no training epochs, so ${refused} cannot be used`, {
    advice: `Omit ${refused}: each cycle fits the network from scratch.`,
  });
}

async function prepareRetrainingFrom(
  labelled: RetrainRecordings,
  of: {
    config: PreparingRetraining;
    model: Champion;
    champion: WatchedModel;
    network: NetworkSource;
    trained: ChampionOptions;
    /** Warnings to consider when reading the figures. */
    heard: Heard;
    reporter: Reporter<TrainEvent>;
  },
): Promise<RetrainData> {
  const { config, model, champion, trained, heard } = of;
  const plan = planRetrainingWindows(labelled.rows, champion);
  requireEveryRetrainingClass(plan);
  warnUnknownRetrainingClasses(labelled.rows, plan.classes, heard);
  const unlabelled = await openUnlabelledToRetrain(config, champion, trained, labelled, heard);
  const [own, foreign] = cutRetrainingWindows({ rows: labelled.rows, plan }, unlabelled, of);
  const labelledRows = Int32Array.from(own.starts.keys());
  const { trainIndex, validationIndex } = chooseRetrainingHoldout(own, labelledRows, {
    ...config,
    purgeSamples: trained.window,
  });
  const windows = joinWindows(own, foreign);
  const unlabelledRows = retrainingRowsWithoutHoldout(
    windows,
    labelledRows.length,
    validationIndex,
    unlabelled.copies,
    heard,
  );
  const learnable = pickWindows(windows, unlabelledRows);
  const championOnUnlabelled = await model.predict(learnable, { jobs: config.jobs });
  const unlike = new UnlikeTraining(champion);
  unlike.add({ windows: learnable, runs: runsOfWindowChunk(learnable) }, championOnUnlabelled);
  for (const warning of unlike.warnings()) heard.warn(`The unlabelled recordings: ${warning}`);
  const schedule = await prepareRetrainingSchedule(champion, trained, config.epochs);
  return {
    network: of.network,
    fitted: await readFittedNetwork(champion, of.network, schedule),
    trained,
    labelled,
    dropped: plan.dropped,
    unlabelled,
    windows,
    trainRows: trainIndex,
    holdoutRows: validationIndex,
    unlabelledRows,
    truth:
      config.truth === undefined
        ? null
        : await readRetrainTruth({ ...config, truth: config.truth }, champion, trained, learnable, heard),
    championOnHoldout: await predictRetrainingHoldout(model, pickWindows(own, validationIndex), config, heard),
    championOnUnlabelled,
    schedule,
    warnings: heard.warnings,
  };
}

function planRetrainingWindows(rows: RowSource, { config, drift }: WatchedModel): WindowPlan {
  return planWindows(rows, { ...windowsOfModel(config), classes: drift.classes });
}

/** Loads the labelled and unlabelled windows into one block of samples. Closes the unlabelled recordings. */
function cutRetrainingWindows(
  labelled: { rows: RowSource; plan: WindowPlan },
  unlabelled: RetrainRecordings,
  {
    config,
    champion,
    trained,
    reporter,
  }: {
    config: Pick<PreparingRetraining, "jobs">;
    champion: WatchedModel;
    trained: ChampionOptions;
    reporter: Reporter<TrainEvent>;
  },
): [WindowSet, WindowSet] {
  try {
    const foreign = { rows: unlabelled.rows, plan: planRetrainingWindows(unlabelled.rows, champion) };
    const samples = plannedWindowSamples(labelled.plan) + plannedWindowSamples(foreign.plan);
    const { network, batchSize, window, overlap, folds, augment } = trained;
    const memory = trainingMemory(
      { network, batchSize, window, overlap, folds, augment, jobs: config.jobs },
      { samples, channels: labelled.rows.channels.length },
    );
    reportTrainingMemory(memory, reporter, "Lower --jobs, or give fewer recordings.");
    return makeWindowsOfPlans([labelled, foreign]) as [WindowSet, WindowSet];
  } finally {
    unlabelled.close();
  }
}

function requireEveryRetrainingClass({ parts, classes }: WindowPlan): void {
  const missing = classes.filter((_, k) => parts.every(({ label }) => label !== k));
  if (missing.length === 0) return;
  throw new UserError(
    `the labelled recordings: expected windows of every class of the model, found none of ${missing.join(", ")}`,
    {
      advice:
        "A retrained model has the same classes as the previous one. Give labelled recordings of each class with --labelled.",
    },
  );
}

function warnUnknownRetrainingClasses(rows: RowSource, classes: readonly string[], reporter: Reporter): void {
  const labels = new Set(Array.from(rows.stretches(), ({ label }) => label).filter((label) => label !== null));
  const unknown = [...labels].filter((label) => !classes.includes(label)).sort();
  if (unknown.length === 0) return;
  reporter.warn(`The model has no class for ${unknown.join(", ")}. Recordings with these labels are left out.`);
}

/** The schedule of the champion's final fit, stretched or compressed to a given number of epochs. */
async function prepareRetrainingSchedule(
  champion: WatchedModel,
  trained: Pick<ChampionOptions, "learningRate" | "network">,
  epochs: number | undefined,
): Promise<CycleSchedule> {
  const path = champion.folder.path(modelFiles.history);
  const rows = (await readJsonFileLines(path)).map((row, i): HistoryRow => {
    const parsed = historyRowSchema.safeParse(row);
    if (parsed.success) return parsed.data;
    const { path: field, message } = parsed.error.issues[0]!;
    throw new UserError(
      `${path}, line ${i + 1}: expected the record of one training epoch: ${[...field, message].join(": ")}`,
    );
  });
  const final = rows.filter(({ fit }) => fit === "final");
  const required = <T>(what: string, value: T | undefined): T => {
    if (value !== undefined) return value;
    throw new UserError(`${path}: expected the ${what} of the final fit, found none`, {
      advice: "Restore the file from a copy, or train a new model.",
    });
  };
  const kept = hasPenalty(trained.network)
    ? required("penalty", final.findLast((row) => row.penalty !== undefined)?.penalty)
    : null;
  // In fine-tuning, the penalty applies to the distance from another model's head, but cycles do not start from such a head.
  const penalty = kept !== null && champion.config.from !== undefined ? untriedPenalty : kept;
  if (!isTrainedInMiniBatches(trained.network)) return { learningRates: [], penalty, mixture: null };
  const mixture = penalty === null ? null : required("mixture", final.findLast((row) => row.mixture)?.mixture);
  const rates = final.flatMap(({ learning_rate }) => learning_rate ?? []);
  if (rates.length === 0) rates.push(trained.learningRate);
  return { learningRates: stretchFinalSchedule(rates, epochs ?? rates.length), penalty, mixture };
}

/** The network that the champion was fitted with. */
async function readFittedNetwork(
  champion: WatchedModel,
  network: NetworkSource,
  { mixture }: Pick<CycleSchedule, "mixture">,
): Promise<NetworkSource> {
  if (fittedNetworksFor(network).length === 1) return network;
  const { network: held } = await readFittedWeights(champion, network);
  return fittedNetworkOfModel(network, held, mixture === null ? null : mixture.weights.length);
}

/** Returns the names of the people who have windows among `rows`. */
export function retrainingPeople(windows: WindowSet, rows: Int32Array): string[] {
  const counts = windowsPerName(
    rows.map((row) => windows.groups[row]!),
    windows.users,
  );
  return Object.keys(counts).filter((user) => counts[user]! > 0);
}
