// Lists the sheets of an Excel workbook, and checks a sheet's XML before its rows are read. The library that reads the rows
// does not verify checksums, or report which cells are merged or were never computed.

import { readFile, stat } from "node:fs/promises";
import { UserError } from "../../errors.ts";
import type { ScratchFolder } from "./scratch-folder.ts";
import { unzipEntry, unzipEntryInChunks, type ZipEntry } from "./unzip.ts";

export interface WorkbookSheet {
  readonly name: string;
  /** Position of the sheet among all sheets of the workbook. */
  readonly index: number;
  readonly entry: ZipEntry;
}

/** Cells displayed as one cell; only the first has a value. Rows and columns count from 0. */
export interface MergedCells {
  readonly top: number;
  readonly left: number;
  readonly bottom: number;
  readonly right: number;
}

export interface SheetFacts {
  readonly merged: readonly MergedCells[];
  /** Whether some formulas have no stored result. */
  readonly uncomputed: boolean;
}

/** Returns the visible worksheets in order. @param stored where the workbook's content is stored */
export async function visibleWorkbookSheets(
  path: string,
  stored: string,
  entries: readonly ZipEntry[],
  scratch: ScratchFolder,
): Promise<WorkbookSheet[]> {
  const textOf = async (name: string): Promise<string> => {
    const entry = entries.find((other) => other.name === name);
    if (entry === undefined) throw brokenWorkbookSheets(path, `it has no ${name}`);
    const out = scratch.file("workbook.xml");
    await unzipEntry(stored, entry, out);
    return readFile(out, "utf8");
  };
  const workbook = workbookSheetEntry(entries)!.name;
  const folder = workbook.slice(0, workbook.lastIndexOf("/") + 1);
  const relations = await textOf(`${folder}_rels/${workbook.slice(folder.length)}.rels`);
  const targets = new Map(
    workbookSheetElements(relations, "Relationship").map((relation) => [relation.get("Id"), relation] as const),
  );
  return workbookSheetElements(await textOf(workbook), "sheet").flatMap((sheet, index) => {
    const id = [...sheet].find(([name]) => name === "id" || name.endsWith(":id"))?.[1];
    const relation = targets.get(id);
    if (sheet.get("state")?.toLowerCase().includes("hidden") || !relation?.get("Type")?.endsWith("/worksheet"))
      return [];
    const target = relation.get("Target") ?? "";
    const name = target.startsWith("/") ? target.slice(1) : folder + target;
    const entry = entries.find((other) => other.name.toLowerCase() === name.toLowerCase());
    if (entry === undefined) throw brokenWorkbookSheets(path, `${name} is missing`);
    return [{ name: sheet.get("name") ?? `sheet ${index + 1}`, index, entry }];
  });
}

/** Returns the entry with the list of sheets; undefined if the archive is not a workbook. */
export function workbookSheetEntry(entries: readonly ZipEntry[]): ZipEntry | undefined {
  if (!entries.some(({ name }) => name === "[Content_Types].xml")) return undefined;
  return entries.find(({ name }) => /^(xl\/)?workbook\d*\.xml$/i.test(name));
}

/** Returns the attributes of each element, by name. */
function workbookSheetElements(xml: string, name: string): ReadonlyMap<string, string>[] {
  return [...xml.matchAll(new RegExp(`<(?:\\w+:)?${name}\\s([^>]*)>`, "g"))].map(
    ([, attributes]) =>
      new Map(
        [...attributes!.matchAll(/([\w:]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g)].map((found) => [
          found[1]!,
          withoutWorkbookSheetEntities(found[2] ?? found[3]!),
        ]),
      ),
  );
}

function withoutWorkbookSheetEntities(text: string): string {
  const named: Record<string, string> = { lt: "<", gt: ">", amp: "&", quot: '"', apos: "'" };
  return text.replace(/&(?:#x([0-9a-f]+)|#(\d+)|(\w+));/gi, (whole, hex, decimal, name) => {
    if (name !== undefined) return named[name] ?? whole;
    const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
    return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });
}

/** Maximum length, in characters, of the elements to search for. */
const longestElement = 200;
const uncomputedCell = /<\/f>(<v\s*\/>|<v><\/v>)?<\/c>|<f\b[^>]*\/>(<v\s*\/>|<v><\/v>)?<\/c>/;

/** Reads all of a sheet's XML once. @throws UserError if its checksum is wrong */
export async function workbookSheetFacts(stored: string, { entry }: WorkbookSheet): Promise<SheetFacts> {
  const merged = new Map<string, MergedCells>();
  let uncomputed = false;
  let before = "";
  for await (const chunk of unzipEntryInChunks(stored, entry)) {
    const text = before + Buffer.from(chunk).toString("latin1");
    uncomputed ||= text.includes("</c>") && uncomputedCell.test(text);
    for (const [, from, to] of text.matchAll(/<(?:\w+:)?mergeCell ref="([A-Z]+\d+):([A-Z]+\d+)"/g)) {
      const [first, last] = [placeInWorkbookSheet(from!), placeInWorkbookSheet(to!)];
      merged.set(from!, { top: first.row, left: first.column, bottom: last.row, right: last.column });
    }
    before = text.slice(-longestElement);
  }
  return { merged: [...merged.values()], uncomputed };
}

function placeInWorkbookSheet(reference: string): { row: number; column: number } {
  const [, letters = "", digits = ""] = /^([A-Z]+)(\d+)$/.exec(reference) ?? [];
  const column = [...letters].reduce((sum, letter) => 26 * sum + letter.charCodeAt(0) - 64, 0) - 1;
  return { row: Number(digits) - 1, column };
}

export function brokenWorkbookSheets(path: string, reason: string, cause?: unknown): UserError {
  return new UserError(`${path}: this Excel workbook cannot be read: ${reason}.`, {
    advice: 'Open it in a spreadsheet program and save it again, as .xlsx or as "CSV UTF-8".',
    cause,
  });
}

/**
 * Returns the workbook and the sheet that a path such as visits.xlsx/ann refers to; undefined if it does not refer to a sheet.
 */
export async function workbookSheetInPath(path: string): Promise<{ stored: string; sheet: string } | undefined> {
  const [, stored, sheet] = /^(.*\.xls[xm])\/([^/]+)$/i.exec(path) ?? [];
  if (stored === undefined || sheet === undefined) return undefined;
  const found = await stat(stored).catch(() => undefined);
  return found?.isFile() === true ? { stored, sheet } : undefined;
}
