// Finds NUL bytes in text; some devices pad names with them. DuckDB rejects strings with NUL bytes.

import { plainTextOfLayout, textLayout } from "./text-layout.ts";
import { linesOfText, writeTextLines } from "./text-lines.ts";

const headLines = 400;

/**
 * Returns how many lines, from the first on, may be freed of NUL bytes: the lines before the table, because GENEActiv pads strings
 * with them, or all lines if most rows contain NUL bytes, but only in strings such as a device name. Returns 0 for other text,
 * which may be damaged.
 */
export function nulPaddedLines(text: string): number {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters show that the file is not text.
  if (/[\x01-\x08\x0e-\x1f\ufffd]/.test(text)) return 0;
  const padded = text.split(/\r\n|\n|\r/).slice(0, headLines);
  const lines = padded.map((line) => line.replaceAll("\0", ""));
  const before = textLayout(lines)?.preamble.length ?? 0;
  const last = padded.findLastIndex((line) => line.includes("\0"));
  if (last >= 0 && last < before) return before;
  const isTable = plainTextOfLayout(lines.filter((line) => line.trim() !== "")) !== undefined;
  const marked = padded.filter((line) => line.includes("\0"));
  const cells = marked.flatMap((line) => line.split(/[,;\t|]/)).filter((cell) => cell.includes("\0"));
  const areTexts = cells.every((cell) => /[A-Za-z]/.test(cell) && !padded[0]!.includes(cell));
  return isTable && areTexts && 2 * marked.length > padded.length ? Number.POSITIVE_INFINITY : 0;
}

export async function removeNulPadding(path: string, out: string, padded: number): Promise<void> {
  const lines = async function* (): AsyncGenerator<string> {
    let line = 0;
    for await (const text of linesOfText(path)) yield line++ < padded ? text.replaceAll("\0", "") : text;
  };
  await writeTextLines(lines(), out);
}
