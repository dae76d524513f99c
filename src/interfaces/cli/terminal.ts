// The one way to the terminal. Names, labels, ids and errors come from elsewhere and may hold what a terminal obeys, so
// nothing is written but lines, and whatever is inside a line is made visible: a newline too.

import { visible } from "../../visible.ts";
import { colouredLines, styled, usesColour } from "./colour.ts";
import { type Table, tableLines } from "./table.ts";
import { wrapLine } from "./wrap.ts";

/** What is written to: process.stdout, process.stderr, or a test's stand-in. */
export interface Output {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/** A text, broken where the terminal is narrower, or a table. */
export type Block = string | Table;

export type Loudness = "quiet" | "usual" | "verbose";

/** Where a command says what. */
export interface Terminal {
  readonly loudness: Loudness;
  /** Results, which --quiet prints too: to standard output. */
  print(...blocks: readonly Block[]): void;
  /** A result as one line of JSON. */
  json(value: unknown): void;
  /** A text of many lines, as it is. */
  script(text: string): void;
  /** Progress: to standard output, but not with --quiet. */
  progress(...blocks: readonly Block[]): void;
  /** What is good to know besides: to standard error, but not with --quiet. */
  inform(...blocks: readonly Block[]): void;
  warn(...messages: readonly string[]): void;
  /** What was read, timings and decisions: to standard error, with --verbose alone. */
  detail(...blocks: readonly Block[]): void;
}

export interface Streams {
  readonly output: Output;
  readonly errors: Output;
  /** Of both; as the environment says where not given. */
  readonly colour?: boolean;
}

export function openTerminal(
  loudness: Loudness,
  { output, errors, colour }: Streams = { output: process.stdout, errors: process.stderr },
): Terminal {
  const write = (to: Output, width: number, blocks: readonly Block[]): void => {
    to.write(laidOut(blocks, width, colour ?? usesColour(to)));
  };
  const print = (...blocks: readonly Block[]): void => write(output, output.columns || 80, blocks);
  const tell = (...blocks: readonly Block[]): void => write(errors, errorWidth(errors), blocks);
  const inform = loudness === "quiet" ? () => {} : tell;
  return {
    ...{ loudness, print, inform },
    json: (value) => void output.write(`${visible(JSON.stringify(value))}\n`),
    script: (text) => void output.write(text),
    progress: loudness === "quiet" ? () => {} : print,
    warn: (...messages) => inform(...messages.map((message) => `warning: ${message}`)),
    detail: loudness === "verbose" ? tell : () => {},
  };
}

/** Writes to standard error. */
export function printError(...blocks: readonly Block[]): void {
  process.stderr.write(laidOut(blocks, errorWidth(process.stderr), usesColour(process.stderr)));
}

/** In a pipe each error and warning is one line: a log that somebody searches. */
function errorWidth({ isTTY, columns }: Output): number {
  return isTTY === true ? columns || 80 : Number.POSITIVE_INFINITY;
}

/** The lines of `blocks`, each ended. */
function laidOut(blocks: readonly Block[], width: number, colour: boolean): string {
  const lines = blocks.flatMap((block) => {
    if (typeof block !== "string") return colouredTable(tableLines(block, width), colour);
    const own = wrapLine(visible(block), width);
    return colour ? colouredLines(own) : own;
  });
  return lines.map((line) => `${line}\n`).join("");
}

/** Above the rule bold, the rule itself dim. */
function colouredTable(lines: readonly string[], colour: boolean): readonly string[] {
  if (!colour) return lines;
  const rule = lines.findIndex((line) => /^-[- ]*$/.test(line));
  return lines.map((line, i) => (i < rule ? styled("bold", line) : i === rule ? styled("dim", line) : line));
}
