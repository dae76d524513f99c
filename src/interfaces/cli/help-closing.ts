// The part of a command's help that comes after the options.
import type { Command } from "commander";
import { colouredText } from "./colour.ts";
import { wrapLine } from "./wrap.ts";

export interface Closing {
  /** Example commands. Each line of a command except the last ends with a backslash, so that the command can be pasted. */
  readonly examples: readonly string[];
  /** Paragraphs. */
  readonly notes?: readonly string[];
  /** Exit codes and their meanings, in the order in which the help lists them. */
  readonly exitCodes: readonly (readonly [code: number, meaning: string])[];
  readonly exitHeading?: string;
}

/**
 * Adds the closing to the command's help, with notes and exit codes wrapped at `helpWidth`. Commander removes the colours if
 * the output does not support them.
 */
export function addHelpClosing(command: Command, { examples, notes = [], exitCodes, exitHeading }: Closing): void {
  command.addHelpText("after", () => {
    const { helpWidth = 80 } = command.createHelp();
    const heading = (text: string): string => colouredText("bold", text);
    const paragraphs = [
      [heading(examples.length === 1 ? "Example:" : "Examples:"), ...examples.flatMap((one) => `  ${one}`.split("\n"))],
      ...notes.map((note) => wrapLine(note, helpWidth, 0)),
      [
        heading(exitHeading ?? "Exit codes:"),
        ...exitCodes.flatMap(([code, meaning]) => wrapLine(`  ${String(code).padEnd(4)} ${meaning}`, helpWidth, 7)),
      ],
    ];
    return `\n${paragraphs.map((lines) => lines.join("\n")).join("\n\n")}`;
  });
}
