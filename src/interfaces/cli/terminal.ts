// Writes to the terminal. Names, labels, ids and error messages come from outside and may contain control characters. Output is
// therefore written line by line, and control characters within a line, including newlines, are made visible. Only the live
// line and a refusal of an outdated Node.js are written elsewhere, and commander prints the help.

import { visible } from "../../visible.ts";
import { colouredLines, usesColour } from "./colour.ts";
import { chartShowsBraille, type SignalChart, signalChartLines } from "./signal-chart.ts";
import { type Table, tableLines, tableLinesInColour } from "./table.ts";
import { wrapLine } from "./wrap.ts";

/** The target of the output: process.stdout, process.stderr, or a test's stand-in. */
export interface Output {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/** Text (which is wrapped at the terminal's width), a table or a chart. */
export type Block = string | Table | SignalChart;

export type Loudness = "quiet" | "usual" | "verbose";

/** The kinds of output that a command produces. */
export interface Terminal {
  readonly loudness: Loudness;
  /** Results, to standard output; printed even with --quiet. */
  print(...blocks: readonly Block[]): void;
  /** A result as one line of JSON. */
  json(value: unknown): void;
  /** A multi-line text, printed unchanged. */
  script(text: string): void;
  /** Progress, to standard output; suppressed by --quiet. */
  progress(...blocks: readonly Block[]): void;
  /** Additional information, to standard error; suppressed by --quiet. */
  inform(...blocks: readonly Block[]): void;
  warn(...messages: readonly string[]): void;
  /** Inputs, timings and decisions, to standard error; only with --verbose. */
  detail(...blocks: readonly Block[]): void;
}

export interface Streams {
  readonly output: Output;
  readonly errors: Output;
  /** Whether colours are used on both streams; by default, this depends on the environment. */
  readonly colour?: boolean;
}

export function openTerminal(
  loudness: Loudness,
  { output, errors, colour }: Streams = { output: process.stdout, errors: process.stderr },
): Terminal {
  const write = (to: Output, width: number, blocks: readonly Block[]): void => {
    to.write(terminalTextOfBlocks(blocks, width, colour ?? usesColour(to)));
  };
  const print = (...blocks: readonly Block[]): void => write(output, output.columns || 80, blocks);
  const tell = (...blocks: readonly Block[]): void => write(errors, terminalErrorWidth(errors), blocks);
  const inform = loudness === "quiet" ? () => {} : tell;
  return {
    loudness,
    print,
    inform,
    json: (value) => void output.write(`${visible(JSON.stringify(value))}\n`),
    script: (text) => void output.write(text),
    progress: loudness === "quiet" ? () => {} : print,
    warn: (...messages) => inform(...messages.map((message) => `warning: ${message}`)),
    detail: loudness === "verbose" ? tell : () => {},
  };
}

/** Writes to standard error. */
export function printTerminalError(...blocks: readonly Block[]): void {
  process.stderr.write(terminalTextOfBlocks(blocks, terminalErrorWidth(process.stderr), usesColour(process.stderr)));
}

/** Returns the width for errors and warnings: in a pipe, each of them is one line, so that logs can be searched. */
function terminalErrorWidth({ isTTY, columns }: Output): number {
  return isTTY === true ? columns || 80 : Number.POSITIVE_INFINITY;
}

/** The lines of `blocks`, each ending with a newline. */
function terminalTextOfBlocks(blocks: readonly Block[], width: number, colour: boolean): string {
  const lines = blocks.flatMap((block) => {
    if (typeof block !== "string") {
      if ("signals" in block) return signalChartLines(block, width, chartShowsBraille());
      return tableLinesInColour(tableLines(block, width), colour);
    }
    const own = wrapLine(visible(block), width);
    return colour ? colouredLines(own) : own;
  });
  return lines.map((line) => `${line}\n`).join("");
}
