// Protects spreadsheet users from text that a spreadsheet would execute. A cell that begins with =, +, - or @ is a formula in a
// spreadsheet, and an attacker's formula can start programs or leak the table
// (https://owasp.org/www-community/attacks/CSV_Injection).

import type { TableColumn } from "./write-table.ts";

/**
 * Matches the start of a formula, including full-width forms and characters that a spreadsheet skips before a formula.
 */
const formula = /^[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]/;

/** Puts a single quote before any text that a spreadsheet would interpret as a formula. Numbers are unchanged. */
export function spreadsheetSafe(columns: readonly TableColumn[]): TableColumn[] {
  return columns.map((column) => {
    if (column.type !== "string") return column;
    const quoted = (value: TableColumn["values"][number]): TableColumn["values"][number] =>
      typeof value === "string" && formula.test(value) ? `'${value}` : value;
    return { ...column, values: Array.from(column.values, quoted) };
  });
}
