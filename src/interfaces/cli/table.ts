// Plain-text tables: columns two spaces apart, numbers right-aligned, everything else left-aligned. If a table is too wide for
// the terminal, the text in its widest columns is wrapped; nothing is cut.
import { visible } from "../../visible.ts";
import { colouredText } from "./colour.ts";
import { displayWidth, startWithinDisplayWidth } from "./display-width.ts";

/** A table, laid out for the available width when it is printed. */
export interface Table {
  readonly headers: readonly string[];
  /** The rows, each with as many cells as `headers`. */
  readonly rows: readonly (readonly string[])[];
}

const gap = 2;

/** The lines of a table; none ends in spaces. */
export function tableLines({ headers, rows }: Table, width: number = Number.POSITIVE_INFINITY): string[] {
  const shown = [headers, ...rows].map((cells) => cells.map(visible));
  const widths = tableColumnWidths(shown, width);
  const numeric = headers.map((_, j) => rows.length > 0 && rows.every((row) => /^[-\d]/.test(row[j]!)));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, j) => {
        const padding = " ".repeat(Math.max(0, widths[j]! - displayWidth(cell)));
        return numeric[j] ? padding + cell : cell + padding;
      })
      .join(" ".repeat(gap))
      .trimEnd();
  const [head, ...body] = shown.map((cells) => {
    const broken = cells.map((cell, j) => breakTableCell(cell, widths[j]!));
    const height = Math.max(...broken.map((parts) => parts.length));
    return Array.from({ length: height }, (_, i) => line(broken.map((parts) => parts[i] ?? "")));
  });
  return [...head!, line(widths.map((own) => "-".repeat(own))), ...body.flat()];
}

/**
 * Column widths. The widest column is narrowed until all columns fit, by wrapping first between words and then within them, but
 * never below four characters.
 */
function tableColumnWidths(rows: readonly (readonly string[])[], width: number): number[] {
  const widest = (j: number, part: (cell: string) => number): number => Math.max(...rows.map((row) => part(row[j]!)));
  const columns = rows[0]!.map((_, j) => j);
  const widths = columns.map((j) => widest(j, displayWidth));
  const longestWord = (cell: string): number => Math.max(0, ...cell.split(" ").map(displayWidth));
  const least = columns.map((j) => widest(j, longestWord));
  const tooWide = (): boolean => widths.reduce((sum, own) => sum + own + gap, -gap) > width;
  for (const limits of [least, columns.map(() => 4)]) {
    while (tooWide()) {
      const open = columns.filter((j) => widths[j]! > limits[j]!);
      if (open.length === 0) break;
      const j = open.reduce((a, b) => (widths[b]! > widths[a]! ? b : a));
      widths[j]! -= 1;
    }
  }
  return widths;
}

function breakTableCell(cell: string, width: number): string[] {
  if (displayWidth(cell) <= width) return [cell];
  const lines: string[] = [];
  let line = "";
  for (let word of cell.split(" ")) {
    if (line !== "" && displayWidth(`${line} ${word}`) <= width) {
      line = `${line} ${word}`;
      continue;
    }
    if (line !== "") lines.push(line);
    while (displayWidth(word) > width) {
      const head = startWithinDisplayWidth(word, width);
      lines.push(head);
      word = word.slice(head.length);
    }
    line = word;
  }
  return line === "" ? lines : [...lines, line];
}

/** Styles the heading above the rule as bold, and the rule itself as dim. */
export function tableLinesInColour(lines: readonly string[], colour: boolean): readonly string[] {
  if (!colour) return lines;
  const rule = lines.findIndex((line) => /^-[- ]*$/.test(line));
  return lines.map((line, i) =>
    i < rule ? colouredText("bold", line) : i === rule ? colouredText("dim", line) : line,
  );
}
