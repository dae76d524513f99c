// Text that a spreadsheet would run: a cell that begins with =, +, - or @ is a formula there, and one made by somebody else
// can start programs or send the table away (https://owasp.org/www-community/attacks/CSV_Injection).

import type { TableColumn } from "./write-table.ts";

/** The full-width forms count as well, and what a spreadsheet skips before a formula. */
const formula = /^[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]/;

/** The columns, with a single quote before each text that a spreadsheet would take for a formula; numbers stay as they are. */
export function spreadsheetSafe(columns: readonly TableColumn[]): TableColumn[] {
  return columns.map((column) => {
    if (column.type !== "string") return column;
    const quoted = (value: string | number | null): string | number | null =>
      typeof value === "string" && formula.test(value) ? `'${value}` : value;
    return { ...column, values: Array.from(column.values, quoted) };
  });
}
