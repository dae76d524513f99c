// The one way to the terminal. Names, labels, ids and errors come from elsewhere and may hold what a terminal obeys, so
// nothing is written but lines, and whatever is inside a line is made visible: a newline too.

import { visible } from "../../visible.ts";
import type { Output } from "./renderer.ts";

/** Writes lines to standard output. */
export function print(...lines: readonly string[]): void {
  printTo(process.stdout, ...lines);
}

/** Writes lines to standard error. */
export function printError(...lines: readonly string[]): void {
  printTo(process.stderr, ...lines);
}

/** Writes a warning to standard error. */
export function printWarning(message: string): void {
  printError(`warning: ${message}`);
}

export function printTo(output: Output, ...lines: readonly string[]): void {
  output.write(lines.map((line) => `${visible(line)}\n`).join(""));
}
