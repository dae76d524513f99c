// The command line as a whole: its commands, and how errors, broken pipes and mistyped words are reported.
import { Command, CommanderError } from "commander";
import { exitCodes, Interrupted, UserError } from "../../errors.ts";
import { explainSystemError } from "../../system-error.ts";
import { tidemarkVersion } from "../../versions.ts";
import { alertsCommand } from "./alerts-command.ts";
import { baselineCommand } from "./baseline-command.ts";
import { checkCommand } from "./check-command.ts";
import { colouredText, usesColour } from "./colour.ts";
import { completionScript } from "./completion.ts";
import { completionCommand } from "./completion-command.ts";
import { convertCommand } from "./convert-command.ts";
import { optionsOfCommand } from "./define-command.ts";
import { driftBenchCommand } from "./drift-bench-command.ts";
import { evaluateCommand } from "./evaluate-command.ts";
import { addHelpClosing, type Closing } from "./help-closing.ts";
import { inspectCommand } from "./inspect-command.ts";
import { modelsCommand } from "./models-command.ts";
import { predictCommand } from "./predict-command.ts";
import { pushCommand } from "./push-command.ts";
import { referenceCommand } from "./reference-command.ts";
import { retrainCommand } from "./retrain-command.ts";
import { serveCommand } from "./serve-command.ts";
import { simulateCommand } from "./simulate-command.ts";
import { streamsCommand } from "./streams-command.ts";
import { syncCommand } from "./sync-command.ts";
import { printTerminalError } from "./terminal.ts";
import { tokenCommand } from "./token-command.ts";
import { trainCommand } from "./train-command.ts";
import { tuneCommand } from "./tune-command.ts";
import { wrapLine } from "./wrap.ts";

const description =
  "Trains activity classifiers on wearable-sensor recordings, cross-validated by person, and freezes a baseline of the " +
  "data they were trained on.";

const closing: Closing = {
  examples: [
    "tidemark simulate --out recordings.parquet",
    "tidemark inspect recordings.parquet",
    "tidemark train recordings.parquet --out models/first",
    "tidemark predict recordings.parquet --model models/first --out predictions.csv",
    "tidemark check monday.parquet --model models/first --stream left-wrist",
  ],
  notes: ['Run "tidemark help COMMAND" for the options of a command.'],
  exitCodes: [
    [0, "done"],
    [1, "a defect in Tidemark"],
    [2, "wrong usage: a bad option, file or content; the message names it and says what to do"],
    [3, "sync, alerts, push: at least one server did not accept everything"],
    [10, "check, push: gradual drift"],
    [11, "check, push: sudden change"],
    [12, "check, push: the quality gate rejected the batch"],
    [20, "retrain: not adopted"],
    [130, "stopped on request (Ctrl-C)"],
    [141, "the program that was reading the output ended"],
  ],
};

/** All commands, before any argument is parsed. */
export function createProgram(): Command {
  const program = new Command("tidemark")
    .usage("<command> [options]")
    .description(description)
    .version(tidemarkVersion, "-V, --version", "print the version")
    .helpCommand("help [command]", "print the options of a command");
  addHelpClosing(program, closing);
  const commands = [
    inspectCommand(),
    convertCommand(),
    trainCommand(),
    tuneCommand(),
    predictCommand(),
    evaluateCommand(),
    checkCommand(),
    serveCommand(),
    pushCommand(),
    tokenCommand(),
    streamsCommand(),
    baselineCommand(),
    referenceCommand(),
    alertsCommand(),
    retrainCommand(),
    modelsCommand(),
    driftBenchCommand(),
    syncCommand(),
    simulateCommand(),
    completionCommand((shell) => completionScript(shell, program, optionsOfCommand)),
  ];
  for (const command of commands) program.addCommand(command);
  for (const command of [program, ...commands, ...commands.flatMap(({ commands }) => commands)]) {
    command
      .helpOption("-h, --help", "print this help")
      .exitOverride()
      .configureHelp({
        helpWidth: Math.min(process.stdout.columns || 80, 120),
        minWidthToWrap: 20,
        subcommandTerm: (own) => own.name(),
        styleTitle: (text) => colouredText("bold", wrapProgramHelp(command, text)),
        // Underscores stand in for "Usage: ", because text that begins with "Usage: " counts as a command and is never wrapped.
        styleUsage: (text) => wrapProgramHelp(command, `_______${text}`).slice(7),
        styleOptionTerm: (text) => colouredText("cyan", text),
        styleArgumentTerm: (text) => colouredText("cyan", text),
        styleSubcommandTerm: (text) => colouredText("cyan", text),
      })
      .configureOutput({
        outputError: (text) => printTerminalError(...programParserLines(text)),
        getOutHasColors: () => usesColour(process.stdout),
        getErrHasColors: () => usesColour(process.stderr),
      });
  }
  return program;
}

/** Commander wraps only descriptions. */
function wrapProgramHelp(command: Command, text: string): string {
  return wrapLine(text, command.configureHelp().helpWidth ?? 80).join("\n");
}

/** Parses `argv` (node and the script come first), runs the command, and ends the process with its exit code. */
export async function runProgram(argv: readonly string[]): Promise<never> {
  let lost: NodeJS.ErrnoException | undefined;
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (lost !== undefined) return;
    lost = error;
    // The reader of the output has closed the pipe. Commands that handle SIGTERM, such as train, stop at their next step; all
    // others complete their work.
    if (error.code === "EPIPE") process.emit("SIGTERM");
    else printTerminalError(`error: standard output could not be written: ${error.message}`);
  });
  // An error on standard error cannot be reported anywhere.
  process.stderr.on("error", () => {});
  process.on("uncaughtException", (error) => process.exit(reportProgramError(error)));
  let failure: unknown;
  let exitCode: number | undefined;
  try {
    await createProgram().parseAsync(argv);
  } catch (error) {
    failure = error;
    exitCode = reportProgramError(error);
  }
  await flushProgramOutput(process.stdout);
  await flushProgramOutput(process.stderr);
  process.exit(programExitCode(exitCode, failure, lost));
}

/**
 * If the output is lost, an exit code that the command has set is kept, because it may carry a verdict that is in the ledger.
 */
function programExitCode(
  exitCode: number | undefined,
  failure: unknown,
  lost: NodeJS.ErrnoException | undefined,
): typeof process.exitCode {
  const readerGone = lost?.code === "EPIPE";
  if (readerGone && failure instanceof Interrupted) return exitCodes.readerGone;
  const said = exitCode === undefined || exitCode === exitCodes.ok ? process.exitCode : exitCode;
  if (said !== undefined || lost === undefined) return said;
  return readerGone ? exitCodes.readerGone : exitCodes.usage;
}

/** Prints the error that ended a command to stderr, unless commander has done so; returns the exit code. */
export function reportProgramError(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
  const known = error instanceof UserError ? error : explainSystemError(error);
  if (known !== undefined) {
    printTerminalError(`error: ${known.headline}`, ...known.details.map((detail) => `  ${detail}`));
    if (known.advice !== undefined) printTerminalError(known.advice);
    return known.exitCode;
  }
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  printTerminalError(`error: this is a defect in Tidemark ${tidemarkVersion}; please report it`, ...stack.split("\n"));
  return exitCodes.defect;
}

/**
 * Splits up a message from commander, which may repeat several lines of user input. Only the suggestion in the message becomes
 * a separate line.
 */
function programParserLines(text: string): string[] {
  const [, message = text, suggestion] = /^(.*?)(?:\n(\(Did you mean [^\n]*\)))?\n?$/s.exec(text) ?? [];
  return suggestion === undefined ? [message] : [message, suggestion];
}

function flushProgramOutput(stream: NodeJS.WriteStream): Promise<void> {
  // Node.js emits the error event after it calls the callback of the failed write.
  return new Promise((resolve) => stream.write("", () => setImmediate(resolve)));
}
