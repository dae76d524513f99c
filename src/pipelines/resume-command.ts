// Command lines that continue the work of an earlier command.

import { camelCase, kebabCase } from "../letter-case.ts";
import type { Options } from "../options/option.ts";
import {
  type RetrainConfig,
  resolveRetrainConfig,
  resolveTuneConfig,
  type TrainConfig,
  type TuneConfig,
} from "../options/resolve-config.ts";
import { resolveTrainConfig } from "../options/resolve-train-config.ts";
import { retrainOptions } from "../options/retrain-options.ts";
import { trainOptions } from "../options/train-options.ts";
import { tuneOptions } from "../options/tune-options.ts";
import { shellCommand, shellPath } from "../shell-words.ts";
import { withoutPassword } from "../without-password.ts";

/**
 * The command line that resumes an interrupted run, with the network and every other option that differs from its default,
 * quoted for a shell.
 */
export function resumeCommand(command: "train", config: TrainConfig): string;
export function resumeCommand(command: "retrain", config: RetrainConfig): string;
export function resumeCommand(command: "tune", config: TuneConfig): string;
export function resumeCommand(
  command: "train" | "retrain" | "tune",
  config: TrainConfig | RetrainConfig | TuneConfig,
): string {
  const { files, out, resume: _, ...options } = config;
  const commands: Readonly<Record<typeof command, { defined: Options; defaults: () => object }>> = {
    train: { defined: trainOptions, defaults: () => resolveTrainConfig({ files, out }) },
    retrain: { defined: retrainOptions, defaults: () => resolveRetrainConfig({ files, out, model: "-" }) },
    tune: { defined: tuneOptions, defaults: () => resolveTuneConfig({ files, out, search: "-" }) },
  };
  const { defined, defaults } = commands[command];
  // The default network may change between versions, but an interrupted run must keep its network.
  const words = resumeCommandWords(options, defined, { ...defaults(), network: undefined });
  return shellCommand("tidemark", command, ...files.map(shellPath), "--out", out, ...words, "--resume");
}

/** The command line that trains a model with the options that a search selected, on recordings read in the same way. */
export function resumeCommandAfterTuning({ files, out, ...config }: TuneConfig): string {
  const searched = config.search.map((text) => camelCase(text.split("=")[0]!.trim()));
  const options = Object.entries(config).filter(
    ([name]) =>
      name in trainOptions && trainOptions[name as keyof TrainConfig].affects === "result" && !searched.includes(name),
  );
  const words = resumeCommandWords(Object.fromEntries(options), trainOptions, {
    ...resolveTuneConfig({ files, out, search: "-" }),
  });
  return shellCommand(
    "tidemark",
    "train",
    ...files.map(shellPath),
    "--config",
    shellPath(out),
    ...words,
    "--out",
    "MODEL",
  );
}

/** The command-line words of the options that differ from `unchanged`. */
function resumeCommandWords(options: object, defined: Options, unchanged: Readonly<Record<string, unknown>>): string[] {
  return Object.entries(options).flatMap(([name, value]) => {
    if (unchanged[name] === value || value === false || value === undefined) return [];
    const option = `--${kebabCase(name)}`;
    if (value === true) return [option];
    const values = [value].flat().map(String);
    const { many } = defined[name] ?? {};
    if (many === "repeated") return values.flatMap((own) => [option, own]);
    if (many === "words") return [option, ...values.map(shellPath)];
    return [option, withoutPassword(values.join(","))];
  });
}
