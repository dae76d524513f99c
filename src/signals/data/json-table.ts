// Converts a JSON file, an array of records or one record per line, to CSV.

import { UserError } from "../../errors.ts";
import { type Database, duckdbIdentifier, duckdbLiteral } from "./duckdb.ts";
import { duckdbErrorLine, type SourceFile } from "./find-files.ts";
import type { ScratchFolder } from "./scratch-folder.ts";

/** @throws UserError if the file is not a list of records, or its values are in lists */
export async function jsonAsCsv(database: Database, file: SourceFile, scratch: ScratchFolder): Promise<SourceFile> {
  const out = scratch.file("json.csv");
  const source = `read_json_auto(${duckdbLiteral((file.stored ?? file.path).replace(/[*?[]/g, "[$&]"))}, sample_size=-1, records=true)`;
  try {
    const columns = await columnsOfJson(database, source);
    await database.rows(
      `COPY (SELECT ${columns.join(", ")} FROM ${source}) TO ${duckdbLiteral(out)} (FORMAT csv, HEADER true)`,
    );
  } catch (cause) {
    const read = cause instanceof UserError ? cause.message : duckdbErrorLine(cause);
    const reason = /non-record/.test(read) ? "it has values that are not objects, or none" : read;
    throw new UserError(`${file.path}: this JSON file is not a list of flat records: ${reason}`, {
      advice:
        'Write one object per row, such as {"time": 0.02, "x": 0.1, "y": 0.2, "z": 9.8}, in an array or one per line.',
      cause,
    });
  }
  return { ...file, stored: out };
}

/** The least number of columns of a recording: a time and three axes. */
const tooFewColumns = 4;

/** The columns as SQL; the fields of an object become columns, such as acc_x of {"acc": {"x": 0.1}}. */
async function columnsOfJson(database: Database, source: string): Promise<string[]> {
  const describe = (what: string): Promise<Record<string, unknown>[]> =>
    database.rows(`DESCRIBE SELECT ${what} FROM ${source}`);
  const columns: string[] = [];
  const nested: string[] = [];
  for (const { column_name: name, column_type: type } of await describe("*")) {
    const column = duckdbIdentifier(String(name));
    if (!/^(STRUCT|MAP|JSON)|\]$/.test(String(type))) columns.push(column);
    else if (!/^STRUCT.*\)$/.test(String(type))) nested.push(String(name));
    else {
      for (const { column_name: field } of await describe(`unnest(${column})`))
        columns.push(`${column}.${duckdbIdentifier(String(field))} AS ${duckdbIdentifier(`${name}_${field}`)}`);
    }
  }
  if (nested.length > 0 && columns.length < tooFewColumns)
    throw new UserError(`${nested.join(", ")} ${nested.length === 1 ? "is a list" : "are lists"}`);
  return columns;
}
