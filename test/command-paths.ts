import type { Command } from "commander";

/**
 * Returns the words of every command that works on recordings or models, such as "train" or "models list", so that tests for
 * all commands include new commands. The completion script has its own test.
 */
export function commandPaths(command: Command, path: readonly string[] = []): string[] {
  if (command.commands.length === 0) return path[0] === "completion" ? [] : [path.join(" ")];
  return command.commands.flatMap((own) => commandPaths(own, [...path, own.name()]));
}
