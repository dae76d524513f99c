import type { Command } from "commander";

/**
 * Every command that works on recordings or models, as "train" or "models list"; a test for all commands thereby includes new
 * ones. The completion script is tested on its own.
 */
export function commandPaths(command: Command, path: readonly string[] = []): string[] {
  if (command.commands.length === 0) return path[0] === "completion" ? [] : [path.join(" ")];
  return command.commands.flatMap((own) => commandPaths(own, [...path, own.name()]));
}
