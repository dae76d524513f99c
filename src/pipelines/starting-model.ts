// Opens the model with whose weights `train --from` starts.

import { UserError } from "../errors.ts";
import { membersChosenAlone } from "../learning/training/choose-mixture.ts";
import type { NetworkWeights } from "../learning/training/fit-state.ts";
import { fittedNetworksFor, optionOfFittedNetwork } from "../learning/training/fitted-network.ts";
import { isEnsemble } from "../learning/training/is-ensemble.ts";
import type { NetworkSource } from "../learning/training/network-source.ts";
import { transferWeights, weightsToTransfer } from "../learning/training/transfer-weights.ts";
import { listedNames } from "../listed-names.ts";
import { sensorsOfModel } from "../monitoring/drift/model-sensors.ts";
import {
  type OpenedModel,
  openWatchedModelForPrediction,
  type WatchedModel,
} from "../monitoring/streams/watched-model.ts";
import { type ChampionOptions, optionsOfModel, recordedOptionsOfChampion } from "../options/recorded-options.ts";
import type { TrainConfig } from "../options/resolve-config.ts";
import { resolveConfigOfNetwork } from "../options/resolve-train-config.ts";
import { trainOptions } from "../options/train-options.ts";
import type { Rng } from "../random.ts";
import type { Reporter } from "../reporter.ts";
import type { Sensor, SensorKind } from "../signals/data/find-sensors.ts";
import type { Scaler } from "../signals/data/scaler.ts";
import { readJson } from "../storage/json-file.ts";
import { modelFiles } from "../storage/model-folder.ts";
import type { TrainingData } from "./prepare-training.ts";
import { isNetworkReadFromFile, readNetworkToTrainFurther } from "./read-network.ts";

/** A model from which a training run starts. */
export interface StartingModel {
  /** The model, as given by the user. */
  readonly from: string;
  readonly opened: OpenedModel;
  /** The options with which the model was trained. */
  readonly trained: ChampionOptions;
  readonly network: NetworkSource;
  readonly scaler: Scaler;
  /** The weights, for the model's own classes. */
  readonly weights: NetworkWeights;
}

/**
 * @param config.network a file, if the model has a user's own network
 * @throws UserError if the model cannot be opened, `--network` names another network, or the weights cannot be trained further
 */
export async function openStartingModel(
  { network: given }: Pick<TrainConfig, "network">,
  from: string,
): Promise<StartingModel> {
  const opened = await openWatchedModelForPrediction(from);
  const { folder, config } = opened;
  const { manifest } = folder;
  const read = recordedOptionsOfChampion(config);
  if ("fault" in read) {
    const { name, expected, found } = read.fault;
    throw new UserError(`--from ${from}: this version does not support the value of its option ${name}`, {
      details: [`expected ${expected}`, `found    ${found}`],
      advice: "Train the model again with this version, or train from scratch.",
    });
  }
  const { options: trained } = read;
  if (!isNetworkReadFromFile(given) && given !== trainOptions.network.default && given !== trained.network) {
    throw new UserError(`--network: expected ${trained.network}, the network of --from ${from}, got ${given}`, {
      advice: "Omit --network, or train from scratch.",
    });
  }
  const network = await readNetworkToTrainFurther(
    trained.network,
    { ...(isNetworkReadFromFile(given) && { network: given }), model: from },
    manifest,
  );
  const scaler = (await readJson(folder.path(modelFiles.scaler))) as Scaler;
  return { from, opened, trained, scaler, ...(await readFittedWeights(opened, network)) };
}

/**
 * Finds out which of the networks fitted for `network` is in the model's file, and reads its weights. If `auto` selected one of
 * its members, the file contains only that member.
 * @throws UserError if none of them is in the file
 */
export async function readFittedWeights(
  model: Pick<WatchedModel, "folder" | "config" | "network">,
  network: NetworkSource,
): Promise<Pick<StartingModel, "network" | "weights">> {
  try {
    return await findFittedWeights(model, network);
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw new UserError(`${model.folder.path(modelFiles.network)}: ${cause.message}`, {
      advice: "Restore the file, or start from another model.",
      cause,
    });
  }
}

async function findFittedWeights(
  { network: file, folder, config }: Pick<WatchedModel, "folder" | "config" | "network">,
  network: NetworkSource,
): Promise<Pick<StartingModel, "network" | "weights">> {
  const { channels, classes } = folder.manifest.data;
  const sizes = { windowSize: config.window, channels: channels.length };
  const read = async (held: NetworkSource) => ({
    network: held,
    weights: await weightsToTransfer(file, { network: held, ...sizes }, classes.length),
  });
  const alone = network === "auto" ? membersChosenAlone.flatMap(fittedNetworksFor) : [];
  for (const held of [...alone, ...fittedNetworksFor(network)]) {
    const found = await read(held).catch((cause: unknown) => {
      if (cause instanceof RangeError) return null;
      throw cause;
    });
    if (found !== null) return found;
  }
  return read(network);
}

/** The options of a training run that starts from the model. */
export function configFromStartingModel<C extends TrainConfig>(
  config: C,
  { opened, trained, network }: StartingModel,
): C {
  const own = Object.fromEntries(optionsOfModel.map((name) => [name, trained[name]]));
  const channels = config.channels ?? opened.folder.manifest.data.channels;
  const alone = membersChosenAlone.find((member) => member === optionOfFittedNetwork(network));
  return resolveConfigOfNetwork(
    { ...config, ...own, channels },
    alone ?? (typeof network === "string" ? trained.network : config.network),
  );
}

/**
 * The weights for the classes of `windows`.
 * @throws UserError if the windows do not have the model's channels, or come from other sensors or are in other units
 */
export async function startingModelWeights(
  { from, opened, trained, network, weights }: StartingModel,
  { windows: { channels, classes, windowSize }, sensors }: Pick<TrainingData, "windows" | "sensors">,
  rng: Rng,
  reporter: Pick<Reporter, "warn">,
): Promise<NetworkWeights> {
  const { data } = opened.folder.manifest;
  if (channels.length !== data.channels.length || channels.some((name, c) => name !== data.channels[c])) {
    throw new UserError(
      `--from ${from}: expected its channels ${data.channels.join(", ")}, got ${channels.join(", ")}`,
      {
        advice: "Rename the columns to the names used in the model's training, or train from scratch.",
      },
    );
  }
  refuseStartFromOtherSensors(from, sensorsOfModel(data), sensors);
  const [absent, added] = [
    data.classes.filter((name) => !classes.includes(name)),
    classes.filter((name) => !data.classes.includes(name)),
  ];
  const these = ({ length }: readonly string[]): string => (length === 1 ? "this class" : "these classes");
  if (absent.length > 0) {
    reporter.warn(
      `No window is labelled ${listedNames(absent)}, so the new model will not recognise ${these(absent)}, although ` +
        `${from} does.`,
    );
  }
  if (added.length > 0) {
    reporter.warn(
      `${from} has no class for ${listedNames(added)}, so the new model learns ${these(added)} from these recordings alone.`,
    );
  }
  if (trained.network === "auto" && !isEnsemble(network)) {
    reporter.warn(
      `${from} consists of ${String(optionOfFittedNetwork(network))} alone, which its --network auto had selected; the new model will, too.`,
    );
  }
  return transferWeights(
    weights,
    { network, windowSize, channels: channels.length },
    { from: data.classes, to: classes },
    rng,
  );
}

/** A kind or unit that is unknown on either side is accepted. */
function refuseStartFromOtherSensors(from: string, ofModel: readonly Sensor[], found: readonly Sensor[]): void {
  for (const sensor of ofModel) {
    const other = found.find(({ channels }) => channels.every((name, axis) => name === sensor.channels[axis]));
    if (other === undefined) continue;
    const differs = (["kind", "gravity", "unit"] as const).some(
      (what) =>
        isKnownInStartingModel(sensor[what]) && isKnownInStartingModel(other[what]) && sensor[what] !== other[what],
    );
    if (!differs) continue;
    throw new UserError(
      `${sensor.channels.join(", ")}: expected ${describeStartingSensor(sensor)}, as in the training of ${from}, found ${describeStartingSensor(other)}`,
      {
        advice: `Use recordings of the same sensor in the same unit. If they are in g or deg/s and ${from} is not, --units acc=g,gyr=deg/s converts them.`,
      },
    );
  }
}

function isKnownInStartingModel(value: Sensor["kind" | "gravity" | "unit"]): boolean {
  return value !== null && value !== "unknown";
}

/** For example "an accelerometer with gravity in m/s^2". */
function describeStartingSensor({ kind, gravity, unit }: Sensor): string {
  const named: Partial<Record<SensorKind, string>> = { accelerometer: "an accelerometer", gravity: "gravity alone" };
  const felt = gravity === null ? "" : gravity ? " with gravity" : " without gravity";
  return `${named[kind] ?? `a ${kind === "unknown" ? "sensor" : kind}`}${felt}${unit === null ? "" : ` in ${unit}`}`;
}
