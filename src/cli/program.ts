// The command line as a whole: its commands, and what an error, a broken pipe or a wrong word looks like to its user.
import { Command, CommanderError } from "commander";
import { exitCodes, UserError } from "../errors.ts";
import { tidemarkVersion } from "../store/versions.ts";
import { baselineCommand } from "./baseline-command.ts";
import { checkCommand } from "./check-command.ts";
import { driftBenchCommand } from "./drift-bench-command.ts";
import { modelsCommand } from "./models-command.ts";
import { predictCommand } from "./predict-command.ts";
import { referenceCommand } from "./reference-command.ts";
import { retrainCommand } from "./retrain-command.ts";
import { simulateCommand } from "./simulate-command.ts";
import { syncCommand } from "./sync-command.ts";
import { printError } from "./terminal.ts";
import { trainCommand } from "./train-command.ts";

const description =
  "Trains activity classifiers on wearable-sensor recordings, cross-validated by person, and freezes a baseline of the " +
  "data they were trained on.";

const closing = `
Example:
  tidemark simulate --out recordings.parquet
  tidemark train recordings.parquet --out models/first
  tidemark predict recordings.parquet --model models/first --out predictions.csv
  tidemark check monday.parquet --model models/first --stream left-wrist

Exit codes:
  0    done
  1    a defect of tidemark
  2    wrong use: an option, a file or its content; the message says which,
       and what to do
  3    sync: the tracking server did not take everything
  10   check: gradual drift
  11   check: sudden change
  12   check: batch rejected by the quality gate
  20   retrain: not adopted
  130  stopped on request (Ctrl-C)

Run "tidemark help COMMAND" for the options of a command.`;

/** All commands, parsing nothing yet. */
export function createProgram(): Command {
  const program = new Command("tidemark")
    .usage("<command> [options]")
    .description(description)
    .version(tidemarkVersion, "-V, --version", "print the version")
    .helpOption("-h, --help", "print this help")
    .helpCommand("help [command]", "print the options of a command")
    .addHelpText("after", closing);
  const commands = [
    ...[trainCommand(), predictCommand(), checkCommand(), baselineCommand(), referenceCommand()],
    ...[retrainCommand(), modelsCommand(), driftBenchCommand(), syncCommand(), simulateCommand()],
  ];
  for (const command of commands) program.addCommand(command.helpOption("-h, --help", "print this help"));
  for (const command of [program, ...commands, ...commands.flatMap(({ commands }) => commands)]) {
    command
      .exitOverride()
      .configureHelp({ helpWidth: Math.min(process.stdout.columns ?? 100, 120) })
      .configureOutput({ outputError: (text) => printError(...parserLines(text)) });
  }
  return program;
}

/** Parses `argv` (with node and the script in front), runs the command and ends the process with its exit code. */
export async function runProgram(argv: readonly string[]): Promise<never> {
  let readerGone = false;
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (readerGone) return;
      if (error.code !== "EPIPE") throw error;
      readerGone = true;
      // A training stops at its next step: to end with native code at work in other threads is to crash.
      if (!process.emit("SIGTERM")) process.exit(exitCodes.readerGone);
    });
  }
  let exitCode: number = exitCodes.ok;
  try {
    await createProgram().parseAsync(argv);
  } catch (error) {
    exitCode = reportError(error);
  }
  if (readerGone) process.exit(exitCodes.readerGone);
  await Promise.all([flushed(process.stdout), flushed(process.stderr)]);
  // A command that ends well may have said with which code.
  process.exit(exitCode === exitCodes.ok ? process.exitCode : exitCode);
}

/** Prints what a command ended with to stderr, unless commander has done so; returns the exit code. */
function reportError(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
  if (error instanceof UserError) {
    printError(`error: ${error.headline}`, ...error.details.map((detail) => `  ${detail}`));
    if (error.advice !== undefined) printError(error.advice);
    return error.exitCode;
  }
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  printError(`error: this is a defect of tidemark ${tidemarkVersion}, please report it`, ...stack.split("\n"));
  return exitCodes.defect;
}

/** Commander's message repeats what was typed; only its suggestion is a line of its own. */
function parserLines(text: string): string[] {
  const [, message = text, suggestion] = /^(.*?)(?:\n(\(Did you mean [^\n]*\)))?\n?$/s.exec(text) ?? [];
  return suggestion === undefined ? [message] : [message, suggestion];
}

function flushed(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => stream.write("", () => resolve()));
}
