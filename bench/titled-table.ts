// A table with a title, formatted for the terminal or as Markdown.

import { type Table, tableLines } from "../src/interfaces/cli/table.ts";
import type { Interval } from "./people-bootstrap.ts";

export interface TitledTable extends Table {
  readonly title: string;
  readonly note?: string;
}

export function plainTable({ title, note, ...table }: TitledTable): string {
  return [title, ...tableLines(table), ...(note === undefined ? [] : [note])].join("\n");
}

export function markdownTable({ title, note, headers, rows }: TitledTable): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  const table = [line(headers), line(headers.map(() => "---")), ...rows.map(line)];
  return [`### ${title}`, "", ...table, ...(note === undefined ? [] : ["", note])].join("\n");
}

export function shownInterval(interval: Interval | null): string {
  if (interval === null) return "";
  const { value, low, high } = interval;
  return low === high ? shownShare(value) : `${shownShare(value)} (${shownShare(low)} to ${shownShare(high)})`;
}

export function shownShare(value: number): string {
  return `${Number((100 * value).toFixed(value > 0.1 ? 0 : 1))} %`;
}
