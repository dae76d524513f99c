// NUL bytes in the lines before a table, with which some devices pad texts. DuckDB would reject the file.

import { textLayout } from "./text-layout.ts";
import { linesOfText, writeLines } from "./text-lines.ts";

const headLines = 400;

/** Number of lines before the table if only these contain NUL bytes, which pad texts in the preamble of GENEActiv; else 0. */
export function nulPaddedLines(text: string): number {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters show that the file is not text.
  if (/[\x01-\x08\x0e-\x1f\ufffd]/.test(text)) return 0;
  const lines = text.split(/\r\n|\n|\r/).slice(0, headLines);
  const before = textLayout(lines.map((line) => line.replaceAll("\0", "")))?.preamble.length ?? 0;
  const last = lines.findLastIndex((line) => line.includes("\0"));
  return last >= 0 && last < before ? before : 0;
}

export async function removeNulPadding(path: string, out: string, padded: number): Promise<void> {
  const lines = async function* (): AsyncGenerator<string> {
    let line = 0;
    for await (const text of linesOfText(path)) yield line++ < padded ? text.replaceAll("\0", "") : text;
  };
  await writeLines(lines(), out);
}
