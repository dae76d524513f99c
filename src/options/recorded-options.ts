// The options of a training run as recorded in a model folder or by an interrupted run, and as read back by later runs. Earlier
// versions recorded different options, so stored options are checked again when they are read.

import { z } from "zod";
import { snakeKeys } from "../letter-case.ts";
import type { RetrainConfig, TrainConfig, TuneConfig } from "./config-types.ts";
import { type Option, type Options, optionCheckOrDefault, showOptionValue } from "./option.ts";
import { resolveFormerOptionNames } from "./resolve-options.ts";
import { retrainOptions } from "./retrain-options.ts";
import { trainOptions } from "./train-options.ts";
import { tuneOptions } from "./tune-options.ts";

/** The options of a training run, with the sampling rate and window resolved. */
export type SampledTrainConfig = TrainConfig & { rate: number; window: number };

/** Options that are used only for a network that Adam trains in mini-batches. */
const stepOptions = ["epochs", "batchSize", "learningRate", "patience"] as const;

/** Options that have no effect on a network of this kind. An ensemble stops early only if it starts from a model. */
export function unusedRecordedOptions({
  network,
  from,
}: Pick<TrainConfig, "network" | "from">): readonly (typeof stepOptions)[number][] {
  if (network === "minirocket") return stepOptions;
  return from === undefined && (network === "ensemble" || network === "auto") ? ["patience"] : [];
}

/** Options, apart from the network, whose values come from the model from which a training run starts. */
export const optionsOfModel = ["rate", "window", "resampling", "normalize"] as const;

type TrackingChoice = Pick<TrainConfig, "tracking" | "experiment" | "register" | "alias">;

const ofOneRun = [
  "out",
  "seed",
  "jobs",
  "resume",
  "tracking",
  "experiment",
  "register",
  "alias",
  "as",
  "from",
] as const;

/** The options that a retraining run inherits from the champion's training. */
export type ChampionOptions = Omit<SampledTrainConfig, (typeof ofOneRun)[number]>;

/** Stored options, or the first option that is missing or whose stored value this version does not support. */
type StoredOptions<O> = { options: O } | { fault: { name: string; expected: string; found: string } };

/**
 * Options that must be stored, because any other value results in a different model. Every version that wrote model folders
 * stored them.
 */
const neededOfChampion: readonly string[] = ["rate", "network", "normalize"] satisfies (keyof ChampionOptions)[];

/**
 * @param stored the options in a model folder; options that retraining does not need are ignored
 * @returns the options, or the first option that is missing or whose stored value this version does not support
 */
export function recordedOptionsOfChampion(stored: Readonly<Record<string, unknown>>): StoredOptions<ChampionOptions> {
  const names = Object.keys(trainOptions).filter((name) => !ofOneRun.some((other) => other === name));
  // Retraining depends only on a fixed split, not on how the folds were divided.
  const { split, ...others } = stored;
  const known = trainOptions.split.check.safeParse(split).success;
  return readTrainedOptions<ChampionOptions>(known ? stored : others, names);
}

const ofCalibration = [
  "label",
  "group",
  "recording",
  "time",
  "timeFormat",
  "timeUnit",
  "timeZone",
  "channels",
  "pathColumns",
  "groupFromPath",
  "recordingFromPath",
  "labelFromPath",
  "map",
  "exclude",
  "labels",
  "labelsClock",
  "columns",
  "pivot",
  "only",
  "split",
  "seed",
  "day",
] as const;

/** The training options that a rehearsal of the recordings depends on. */
export type RehearsalOptions = Pick<TrainConfig, (typeof ofCalibration)[number]>;

/**
 * Returns the stored options that a recalibration takes from training, or the first of them whose stored value this version
 * does not support.
 */
export function recordedOptionsForRehearsal(
  stored: Readonly<Record<string, unknown>>,
): StoredOptions<RehearsalOptions> {
  return readTrainedOptions(stored, ofCalibration);
}

function readTrainedOptions<O>(stored: Readonly<Record<string, unknown>>, names: readonly string[]): StoredOptions<O> {
  const wanted = Object.entries(trainOptions).filter(([name]) => names.includes(name));
  const shape = wanted.map(([name, own]) => [
    name,
    neededOfChampion.includes(name) ? own.check : optionCheckOrDefault(own),
  ]);
  const values = { ...defaultsOfLaterOptions, ...resolveFormerOptionNames(stored, trainOptions) };
  const result = z.object(Object.fromEntries(shape)).safeParse(values);
  if (result.success) return { options: result.data as O };
  const issue = result.error.issues[0]!;
  const name = String(issue.path[0]);
  const found = name in values ? showOptionValue(values[name]) : "left out";
  return { fault: { name, expected: issue.message, found } };
}

/** The options of a run, except those about reporting. */
export function recordedConfigWithoutTracking<C extends TrackingChoice>(config: C): Omit<C, keyof TrackingChoice> {
  return recordedOptionsWithout(config, ({ affects }) => affects === "tracking") as Omit<C, keyof TrackingChoice>;
}

/** The options that a model folder records: all except those about reporting and those that the network does not use. */
export function configToRecord<C extends TrainConfig>(
  config: C,
): Omit<C, keyof TrackingChoice | (typeof stepOptions)[number]> {
  const record: Record<string, unknown> = recordedConfigWithoutTracking(config);
  for (const name of unusedRecordedOptions(config)) delete record[name];
  return record as Omit<C, keyof TrackingChoice | (typeof stepOptions)[number]>;
}

/** The options that identify an interrupted run: all those that affect the result. */
export function recordedConfigOfResult(config: TrainConfig | RetrainConfig | TuneConfig): Record<string, unknown> {
  return recordedOptionsWithout(config, ({ affects }) => affects !== "result");
}

/**
 * Values, under names in snake_case, for options that earlier versions did not have: what those versions did. They are used to
 * resume a run that was started with such a version, and to read a model folder that it wrote.
 */
export const defaultsOfLaterOptions: Readonly<Record<string, unknown>> = {
  day: trainOptions.day.default,
  resampling: "linear",
  purity: trainOptions.purity.default,
  units: "keep",
};

/** The stored options of a training or retraining run, in snake_case, under their current names. */
export function presentRecordedNames(stored: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return snakeKeys(resolveFormerOptionNames(stored, { ...trainOptions, ...retrainOptions }));
}

function recordedOptionsWithout(config: object, test: (option: Option) => boolean): Record<string, unknown> {
  const defined: Options = { ...tuneOptions, ...retrainOptions, ...trainOptions };
  return Object.fromEntries(Object.entries(config).filter(([name]) => !test(defined[name]!)));
}
