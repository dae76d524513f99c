import { kebabCase } from "../letter-case.ts";
import {
  type RetrainConfig,
  resolveRetrainConfig,
  resolveTrainConfig,
  resolveTuneConfig,
  type TrainConfig,
  type TuneConfig,
} from "../resolve-config.ts";
import { shellCommand, shellPath } from "../shell-words.ts";
import { withoutPassword } from "../without-password.ts";

/**
 * The command line that resumes an interrupted run, with every option that differs from its default, quoted for a
 * shell.
 */
export function resumeCommand(verb: "train", config: TrainConfig): string;
export function resumeCommand(verb: "retrain", config: RetrainConfig): string;
export function resumeCommand(verb: "tune", config: TuneConfig): string;
export function resumeCommand(
  verb: "train" | "retrain" | "tune",
  config: TrainConfig | RetrainConfig | TuneConfig,
): string {
  const { files, out, resume: _, ...options } = config;
  const defaults: Readonly<Record<typeof verb, () => object>> = {
    train: () => resolveTrainConfig({ files, out }),
    retrain: () => resolveRetrainConfig({ files, out, model: "-" }),
    tune: () => resolveTuneConfig({ files, out, search: "-" }),
  };
  const unchanged: Readonly<Record<string, unknown>> = { ...defaults[verb]() };
  const words = ["tidemark", verb, ...files.map(shellPath), "--out", out];
  for (const [name, value] of Object.entries(options)) {
    // The default network may change between versions, and an interrupted run has to keep its own.
    if ((unchanged[name] === value && name !== "network") || value === false || value === undefined) continue;
    if (name === "sensor" || name === "search") {
      words.push(...[value].flat().flatMap((own) => [`--${name}`, String(own)]));
      continue;
    }
    words.push(`--${kebabCase(name)}`);
    if (value !== true)
      words.push(
        ...(name === "labelled" ? [value].flat().map(String).map(shellPath) : [withoutPassword(String(value))]),
      );
  }
  return shellCommand(...words, "--resume");
}
