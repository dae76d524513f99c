// Says how to convert an Excel workbook. Each sheet has to be saved on its own, so the message names them.

import { readFile } from "node:fs/promises";
import { counted } from "../../counted.ts";
import { UserError } from "../../errors.ts";
import { listedNames } from "../../listed-names.ts";
import { shellCommand, shellPath } from "../../shell-words.ts";
import type { ScratchFolder } from "./scratch-folder.ts";
import { unzipEntry, type ZipEntry } from "./unzip.ts";

/**
 * @param stored where the workbook's content is
 * @param workbook its entry xl/workbook.xml
 */
export async function workbookFault(
  path: string,
  stored: string,
  workbook: ZipEntry,
  scratch: ScratchFolder,
): Promise<UserError> {
  const out = scratch.file("workbook.xml");
  await unzipEntry(stored, workbook, out);
  const xml = await readFile(out, "utf8");
  const sheets = [...xml.matchAll(/<sheet\b[^>]*?\bname="([^"]*)"/g)].map((found) => found[1]!);
  const whose = sheets.length === 0 ? "" : ` with ${counted(sheets.length, "sheet")} (${listedNames(sheets)})`;
  const convert = shellCommand("soffice", "--headless", "--convert-to", "csv", shellPath(path));
  return new UserError(`${path}: expected a text table or Parquet, found an Excel workbook${whose}.`, {
    advice: `Save each sheet with recordings as "CSV UTF-8" in Excel (File > Save As), or convert the first sheet with ${convert}, and name the new file.`,
  });
}
