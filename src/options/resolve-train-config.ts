// Validates and completes the options of `train`, and rejects options that are not allowed with a certain network or starting
// model.

import { parseDay } from "../day.ts";
import { UserError } from "../errors.ts";
import { kebabCase } from "../letter-case.ts";
import type { TrainConfig } from "./config-types.ts";
import { optionsOfModel, unusedRecordedOptions } from "./recorded-options.ts";
import { type ConfigFile, givenOptionNames, resolveOptions } from "./resolve-options.ts";
import { trainOptions } from "./train-options.ts";
import { checkConfigWindow } from "./training-window.ts";

/**
 * Validates and completes the options of `train`.
 *
 * @param options options of `train`; they take precedence over `file`
 * @throws UserError if a name is unknown, a value is invalid, a required option is missing, or two options exclude each other
 */
export function resolveTrainConfig(options: unknown, file?: ConfigFile): TrainConfig {
  const resolved = resolveOptions(trainOptions, options, file);
  const given = givenOptionNames(trainOptions, options, file);
  const config = {
    ...resolved,
    ...(resolved.from !== undefined &&
      !given.has("learningRate") &&
      !unusedRecordedOptions(resolved).includes("learningRate") && { learningRate: fineTuningRate }),
  };
  checkConfigAlias(config);
  parseDay(config.day);
  checkConfigWindow(config);
  refuseStepsInTrainConfig(config);
  refuseTrainConfigOfModel(config);
  return config;
}

/**
 * The learning rate with `--from`: a tenth of the default, because large steps would quickly undo what the model has learned.
 */
const fineTuningRate = 0.0001;

/** Refuses options whose values come from the model of `--from`; a resolved config contains them with their defaults. */
function refuseTrainConfigOfModel({ from, ...config }: TrainConfig): void {
  if (from === undefined) return;
  const refused = optionsOfModel.filter((name) => config[name] !== trainOptions[name].default);
  if (refused.length === 0) return;
  const names = refused.map((name) => `--${kebabCase(name)}`).join(" and ");
  throw new UserError(
    `--from ${from}: its weights work only with its own windows and scaling, so ${names} cannot be given`,
    {
      advice: `Leave out ${names}, or train from scratch.`,
    },
  );
}

/**
 * Resolves the options of a run that uses the network of an existing model.
 * @throws UserError if the network does not support one of them
 */
export function resolveConfigOfNetwork<C extends TrainConfig>(config: C, network: TrainConfig["network"]): C {
  if (network === config.network) return config;
  const { learningRate } = config;
  const hasRate = !unusedRecordedOptions({ ...config, network }).includes("learningRate");
  const own = {
    ...config,
    network,
    learningRate: hasRate || learningRate !== fineTuningRate ? learningRate : trainOptions.learningRate.default,
  };
  refuseStepsInTrainConfig(own, `the network of --from ${config.from}, ${network},`);
  return own;
}

/** Refuses options that the network does not use; a resolved config contains them with their defaults. */
function refuseStepsInTrainConfig(config: TrainConfig, subject = `--network ${config.network}`): void {
  const refused = unusedRecordedOptions(config).filter((name) => config[name] !== trainOptions[name].default);
  if (refused.length === 0) return;
  const names = refused.map((name) => `--${kebabCase(name)}`).join(" and ");
  const reason = config.network === "minirocket" ? "has no training epochs" : "never stops early";
  throw new UserError(`${subject} ${reason}, so it does not use ${names}`, {
    advice: `Leave out ${names}, or choose another --network.`,
  });
}

/** @throws UserError if an alias is given without a registered model */
export function checkConfigAlias({ alias, register }: { alias?: string; register?: string }): void {
  if (alias === undefined || register !== undefined) return;
  throw new UserError("--alias names a version of a registered model, so it needs --register NAME");
}
