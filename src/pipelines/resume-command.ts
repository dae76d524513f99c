import { kebabCase } from "../letter-case.ts";
import { type RetrainConfig, resolveRetrainConfig, resolveTrainConfig, type TrainConfig } from "../resolve-config.ts";
import { shellCommand, shellPath } from "../shell-words.ts";
import { withoutPassword } from "../without-password.ts";

/**
 * The command line that resumes an interrupted run, with every option that differs from its default, quoted for a
 * shell.
 */
export function resumeCommand(verb: "train", config: TrainConfig): string;
export function resumeCommand(verb: "retrain", config: RetrainConfig): string;
export function resumeCommand(verb: "train" | "retrain", config: TrainConfig | RetrainConfig): string {
  const { files, out, resume: _, ...options } = config;
  const defaults: Record<string, unknown> =
    verb === "train"
      ? { ...resolveTrainConfig({ files, out }) }
      : { ...resolveRetrainConfig({ files, out, model: "-" }) };
  const words = ["tidemark", verb, ...files.map(shellPath), "--out", out];
  for (const [name, value] of Object.entries(options)) {
    // The default network may change between versions, and an interrupted run has to keep its own.
    if ((defaults[name] === value && name !== "network") || value === false || value === undefined) continue;
    if (name === "sensor") {
      words.push(...[value].flat().flatMap((sensor) => ["--sensor", String(sensor)]));
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
