// Reads the tables of an Excel workbook. Each visible sheet with measurements is written as a text file, as a spreadsheet
// program would save it, so clocks, columns, labels and units are found as in any other file. hucre reads the rows one by one.

import { createReadStream } from "node:fs";
import { Readable } from "node:stream";
import { UserError } from "../../errors.ts";
import { listedNames } from "../../listed-names.ts";
import { shellCommand, shellPath } from "../../shell-words.ts";
import { sensorInText } from "../sensors/sensor-in-text.ts";
import type { SourceFile } from "./find-files.ts";
import { isMissingMark } from "./table-limits.ts";
import type { NamingOptions } from "./table-with-names.ts";
import { plainTextOfLayout, textLayout } from "./text-layout.ts";
import { writeTextLines } from "./text-lines.ts";
import type { ZipEntry } from "./unzip.ts";
import { type Cells, type TextForm, workbookCellForm, workbookCellTexts } from "./workbook-cells.ts";
import {
  brokenWorkbookSheets,
  type MergedCells,
  visibleWorkbookSheets,
  type WorkbookSheet,
  workbookSheetFacts,
} from "./workbook-sheets.ts";

/** Number of rows at the top of a sheet to search for its table. */
const headRows = 400;
/** Minimum number of rows and columns of numbers for a sheet to contain a recording. */
const fewestRows = 10;
const fewestColumns = 3;

interface SheetTable {
  readonly name: string;
  readonly out: string;
  /** Names of its columns. */
  readonly columns: readonly string[];
}

/**
 * Writes the sheets with measurements as text files; if there are several, each is named like a file in a folder,
 * BOOK.xlsx/SHEET.
 * @param stored where the workbook's content is stored
 * @throws UserError if no sheet has measurements, or if several sheets have different columns
 */
export async function workbookTables(
  file: SourceFile,
  stored: string,
  entries: readonly ZipEntry[],
  { scratch, warn }: NamingOptions,
): Promise<SourceFile[]> {
  const all = await visibleWorkbookSheets(file.path, stored, entries, scratch);
  const sheets = file.sheet === undefined ? all : all.filter(({ name }) => name === file.sheet);
  if (file.sheet !== undefined && sheets.length === 0) {
    throw new UserError(`${file.path}: the workbook has no visible sheet with this name.`, {
      advice: `Its sheets are ${listedNames(all.map(({ name }) => name))}.`,
    });
  }
  const tables: SheetTable[] = [];
  const others: string[] = [];
  for (const sheet of sheets) {
    const place = sheets.length === 1 ? file.path : `${file.path}/${sheet.name}`;
    const out = scratch.file("sheet.tsv");
    const columns = await writeWorkbookTable(place, stored, sheet, out, sheets.length === 1);
    if (columns === undefined) others.push(sheet.name);
    else tables.push({ name: sheet.name, out, columns });
  }
  if (tables.length === 0) {
    const what = others.length === 0 ? "it has no visible sheet" : `it has the sheets ${listedNames(others)}`;
    throw new UserError(`${file.path}: this Excel workbook contains no table of measurements; ${what}.`, {
      advice: `A sheet is read if it has at least ${fewestRows} rows with numbers in ${fewestColumns} columns, or if it is given by name, as in ${shellCommand(shellPath(`${file.path}/SHEET`))}`,
    });
  }
  if (others.length > 0)
    warn(`${file.path}: sheets without a table of measurements are left out: ${listedNames(others)}.`);
  if (tables.length === 1) return [{ ...file, stored: tables[0]!.out }];
  refuseDifferentWorkbookTables(file.path, tables);
  warn(
    `${file.path}: several sheets are read: ${listedNames(tables.map(({ name }) => name))}. To read only one sheet, give its path: ${shellPath(`${file.path}/${tables[0]!.name}`)}`,
  );
  return tables.map(({ name, out }) => ({ ...file, path: `${file.path}/${name}`, stored: out }));
}

/**
 * Rejects sheets with different columns, unless a sheet is named after a sensor: sheets of different sensors are joined later.
 */
function refuseDifferentWorkbookTables(path: string, tables: readonly SheetTable[]): void {
  const [first] = tables;
  const other = tables.find(({ columns }) => columns.join("\t") !== first!.columns.join("\t"));
  if (other === undefined || tables.some(({ name }) => sensorInText(name) !== undefined)) return;
  const named = tables.map(({ name, columns }) => `${name} (${listedNames(columns)})`);
  throw new UserError(
    `${path}: several sheets have a table of measurements, with different columns: ${listedNames(named)}.`,
    { advice: `Specify the sheet to read: ${shellCommand(shellPath(`${path}/${first!.name}`))}` },
  );
}

/**
 * Writes a sheet as lines of tab-separated values.
 * @param whatever whether to write the sheet even if it has no table of measurements, so that later messages can describe what
 * it contains
 * @returns the sheet's column names; undefined if it was not written
 */
async function writeWorkbookTable(
  place: string,
  stored: string,
  sheet: WorkbookSheet,
  out: string,
  whatever: boolean,
): Promise<readonly string[] | undefined> {
  const { merged, uncomputed } = await workbookSheetFacts(stored, sheet);
  const rows = workbookTableRows(place, stored, sheet, merged);
  const head: Cells[] = [];
  while (head.length < headRows) {
    const next = await rows.next();
    if (next.done === true) break;
    head.push(next.value);
  }
  const form = workbookCellForm(head);
  const lines = head.map((cells) => workbookCellTexts(cells, form));
  const columns = workbookTableColumns(lines) ?? (whatever && head.length > 0 ? [] : undefined);
  if (columns === undefined) {
    await rows.return(undefined);
    return undefined;
  }
  if (uncomputed) {
    await rows.return(undefined);
    throw new UserError(`${place}: some cells have a formula whose result is not stored in the file.`, {
      advice: "Open the workbook in a spreadsheet program, which will compute them, and save it.",
    });
  }
  await writeTextLines(workbookTableLines(lines, rows, form), out);
  return columns;
}

async function* workbookTableLines(
  head: readonly (readonly string[])[],
  rows: AsyncGenerator<Cells>,
  form: TextForm,
): AsyncGenerator<string> {
  for (const texts of head) yield texts.map(quoteWorkbookTableText).join("\t");
  for await (const cells of rows) yield workbookCellTexts(cells, form).map(quoteWorkbookTableText).join("\t");
}

function quoteWorkbookTableText(text: string): string {
  return text.includes('"') ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Names of a table's columns; undefined if it has too few rows or columns of numbers. */
function workbookTableColumns(head: readonly (readonly string[])[]): readonly string[] | undefined {
  const lines = head.map((texts) => texts.join("\t"));
  const plain = plainTextOfLayout(lines);
  const layout = plain === undefined ? textLayout(lines) : { names: plain.names, firstValues: 1 };
  if (layout === undefined) return undefined;
  const rows = head.slice(layout.firstValues);
  const numbers = (c: number): number =>
    rows.filter((texts) => !isMissingMark(texts[c]!) && Number.isFinite(Number(texts[c]!.replace(",", ".")))).length;
  const measured = head[0]!.filter((_, c) => numbers(c) >= fewestRows).length >= fewestColumns;
  return measured ? (layout.names ?? head[0]!.map((_, c) => `column ${c + 1}`)) : undefined;
}

/**
 * Yields the rows that contain a value, with the values of merged cells filled in.
 * @throws UserError if the sheet cannot be read
 */
async function* workbookTableRows(
  place: string,
  stored: string,
  { index }: WorkbookSheet,
  merged: readonly MergedCells[],
): AsyncGenerator<Cells> {
  const { streamXlsxRows } = await import("hucre/xlsx");
  const pending = merged.toSorted((a, b) => a.top - b.top);
  let open: { range: MergedCells; value: Cells[number] }[] = [];
  const input = createReadStream(stored);
  try {
    const bytes = Readable.toWeb(input) as ReadableStream<Uint8Array>;
    for await (const { index: row, values } of streamXlsxRows(bytes, { sheet: index })) {
      open = open.filter(({ range }) => range.bottom >= row);
      while (pending.length > 0 && pending[0]!.top <= row) {
        const range = pending.shift()!;
        if (range.bottom >= row) open.push({ range, value: range.top === row ? (values[range.left] ?? null) : null });
      }
      const filled = open.length === 0 ? values : withMergedWorkbookTableCells(row, values, open);
      if (filled.some((value) => value !== null && value !== "")) yield filled;
    }
  } catch (cause) {
    if (cause instanceof UserError) throw cause;
    throw brokenWorkbookSheets(place, cause instanceof Error ? cause.message.replace(/\.$/, "") : String(cause), cause);
  } finally {
    input.destroy();
  }
}

/**
 * Repeats the value of merged cells in each of them, such as a sensor name above its axes, but not a title that is merged
 * across the whole table.
 */
function withMergedWorkbookTableCells(
  row: number,
  values: Cells,
  open: readonly { range: MergedCells; value: Cells[number] }[],
): Cells {
  const filled = [...values];
  const given = values.filter((value) => value !== null && value !== "").length;
  for (const { range, value } of open) {
    if (value === null || (range.top === row && range.top === range.bottom && given < 2)) continue;
    for (let c = range.left; c <= range.right; c++) {
      while (filled.length <= c) filled.push(null);
      filled[c] ??= value;
    }
  }
  return filled;
}
