import type { Command } from "commander";

/** Every command that does something, as "train" or "models list": a test that is to hold for all finds new ones by it. */
export function commandPaths(command: Command, path: readonly string[] = []): string[] {
  if (command.commands.length === 0) return [path.join(" ")];
  return command.commands.flatMap((own) => commandPaths(own, [...path, own.name()]));
}
