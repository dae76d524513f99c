// Reads the schemas of tables, one after another, as their rows are read: with the labels of other files, and one column per axis
// of each sensor. Columns that the values of one table reveal (the label, the time, the recording) also apply to later tables.

import type { Database } from "../files/duckdb.ts";
import { withReadErrorsExplained } from "../files/explain-read-error.ts";
import type { SourceFile } from "../files/find-files.ts";
import { pathColumnsOf } from "../files/path-columns.ts";
import type { ScratchFolder } from "../files/scratch-folder.ts";
import { readTableSchema, type TableSchema } from "../files/table-schema.ts";
import { withAxisRows } from "./axis-rows.ts";
import { findClockByValues } from "./clock-by-values.ts";
import type { RequiredColumns } from "./column-roles.ts";
import { withoutEmptyColumns } from "./empty-columns.ts";
import type { ColumnOptions } from "./named-columns.ts";
import { withOneHotLabel } from "./one-hot-label.ts";
import { withPeopleBelow } from "./people-below.ts";
import { type RecordingFolders, type RowLabels, recordingFoldersForRowLabels, withRowLabels } from "./row-labels.ts";
import { withoutRowNumbers } from "./row-numbers.ts";
import { joinSensorFiles, type SourceTable } from "./sensor-files.ts";
import { type SeparatedTable, separateSensors } from "./separate-sensors.ts";
import { windowColumn, withWindowRows } from "./window-rows.ts";

interface SchemaReaderRun {
  readonly required: RequiredColumns;
  readonly scratch: ScratchFolder;
  readonly warn: (message: string) => void;
  /** Labels from files with one label per row. */
  readonly rowLabels: RowLabels | undefined;
}

export class SchemaReader {
  readonly #database: Database;
  readonly #run: SchemaReaderRun;
  readonly #folders: RecordingFolders;
  /** Whether there is only one file. */
  readonly #alone: boolean;
  #options: ColumnOptions;

  constructor(database: Database, tables: readonly SourceTable[], options: ColumnOptions, run: SchemaReaderRun) {
    const files = tables.flatMap(({ path, parts }) => parts?.map(({ file }) => file.path) ?? [path]);
    this.#database = database;
    this.#run = run;
    this.#folders = recordingFoldersForRowLabels(files);
    this.#alone = tables.length === 1 && tables[0]!.parts === undefined;
    this.#options = options;
  }

  /** The options, with the columns that were found in the tables read so far. */
  get options(): ColumnOptions {
    return this.#options;
  }

  async read(table: SourceTable): Promise<SeparatedTable> {
    const { parts } = table;
    if (parts === undefined) return this.#readFile(table);
    const schemas: TableSchema[] = [];
    for (const { file } of parts) schemas.push((await this.#readFile(file)).schema);
    const schema = await withReadErrorsExplained(this.#database, table, schemas[0]!, () =>
      joinSensorFiles(this.#database, table, schemas, this.#options, this.#run),
    );
    return { schema, channels: null };
  }

  async #readFile(file: SourceFile): Promise<SeparatedTable> {
    const schema = await readTableSchema(this.#database, file, pathColumnsOf(file.within ?? file.path, this.#options));
    return withReadErrorsExplained(this.#database, file, schema, async () => {
      const labelled = await this.#withTexts(file, schema);
      const { path } = file;
      await this.#findClock(path, labelled);
      const wide = await withAxisRows(this.#database, path, labelled, this.#options, this.#run);
      return separateSensors(this.#database, path, wide, this.#options, this.#run);
    });
  }

  /** Adds the columns of people, recordings and labels that a table has in another form. */
  async #withTexts(file: SourceFile, schema: TableSchema): Promise<TableSchema> {
    const database = this.#database;
    const { path } = file;
    const { rowLabels, required, warn } = this.#run;
    const labelled =
      rowLabels === undefined
        ? schema
        : await withRowLabels(database, path, schema, {
            labels: rowLabels,
            folders: this.#folders,
            alone: this.#alone,
          });
    const filled = await withoutEmptyColumns(database, file, labelled, this.#options, warn);
    const owned = await withPeopleBelow(database, path, filled, this.#options, warn);
    const numbered = await withoutRowNumbers(database, file, owned, this.#options, warn);
    const windows = await withWindowRows(database, path, numbered, this.#options, warn);
    if (windows?.names.includes(windowColumn)) this.#options = { recording: windowColumn, ...this.#options };
    const { schema: own, label } = await withOneHotLabel(database, path, windows ?? numbered, {
      options: this.#options,
      required,
      warn,
    });
    if (label !== null) this.#options = { ...this.#options, label };
    return own;
  }

  async #findClock(path: string, schema: TableSchema): Promise<void> {
    if (this.#options.time !== undefined) return;
    const clock = await findClockByValues(this.#database, path, schema);
    if (clock === null) return;
    const { column, contains } = clock;
    this.#options = { ...this.#options, time: column };
    this.#run.warn(`${path}: column "${column}" contains ${contains}, so it is read as the time of each row.`);
  }
}
