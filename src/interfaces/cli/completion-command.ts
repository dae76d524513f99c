import { Command } from "commander";
import { completionOptions } from "../../options/folder-options.ts";
import { resolveOptions } from "../../options/resolve-options.ts";
import type { Shell } from "./completion.ts";
import { rememberOptionsOfCommand } from "./define-command.ts";
import { addHelpClosing } from "./help-closing.ts";
import { openTerminal } from "./terminal.ts";

/** `tidemark completion` */
export function completionCommand(scriptFor: (shell: Shell) => string): Command {
  const command = new Command("completion")
    .summary("print a script that completes commands, options and their values")
    .description("Prints a shell completion script to standard output.")
    .usage("bash|zsh|fish")
    .argument("[shell]", "bash, zsh or fish (required)")
    .action((shell: string | undefined) => {
      openTerminal("usual").script(
        scriptFor(resolveOptions(completionOptions, { ...(shell !== undefined && { shell }) }).shell),
      );
    });
  rememberOptionsOfCommand(command, completionOptions);
  addHelpClosing(command, {
    examples: [
      'eval "$(tidemark completion bash)"',
      "tidemark completion zsh > ~/.zsh/completions/_tidemark   # a folder of $fpath",
      "tidemark completion fish > ~/.config/fish/completions/tidemark.fish",
    ],
    exitCodes: [
      [0, "printed"],
      [1, "a defect in Tidemark"],
      [2, "wrong usage"],
    ],
  });
  return command;
}
