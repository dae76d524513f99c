// Reads the time column of each file in its own form, and compares the forms: files of one data set have the same kind of times.

import { DataFault } from "../../data-fault.ts";
import type { Database } from "../files/duckdb.ts";
import { withReadErrorsExplained } from "../files/explain-read-error.ts";
import type { SourceFile } from "../files/find-files.ts";
import type { TableSchema } from "../files/table-schema.ts";
import { type TimeReading, textClock } from "../files/text-clock.ts";
import type { DateOrder } from "../files/time-forms.ts";

export class TimesOfFiles {
  readonly #database: Database;
  readonly #column: string;
  readonly #format: string | undefined;
  readonly #warn: (message: string) => void;
  #first: { readonly path: string; readonly reading: TimeReading } | undefined;
  /** The order of day and month in the first file that shows it; it decides in files that do not. */
  #order: DateOrder | undefined;

  /** @param format as in `--time-format` */
  constructor(database: Database, column: string, format: string | undefined, warn: (message: string) => void) {
    this.#database = database;
    this.#column = column;
    this.#format = format;
    this.#warn = warn;
  }

  /** @throws DataFault if the times are date-times here and numbers in the first file, or the reverse */
  async readingOf(file: SourceFile, schema: TableSchema): Promise<TimeReading> {
    const { path } = file;
    const text = {
      database: this.#database,
      file: path,
      schema,
      column: this.#column,
      order: this.#order,
      warn: this.#warn,
    };
    const reading = await withReadErrorsExplained(this.#database, file, schema, () => textClock(text, this.#format));
    if (reading.isOrderAssumed !== true) this.#order ??= reading.order;
    this.#first ??= { path, reading };
    this.#compareWithFirst(path, reading);
    return reading;
  }

  #compareWithFirst(path: string, reading: TimeReading): void {
    const { path: firstPath, reading: first } = this.#first!;
    if (reading.numbers !== first.numbers) {
      const [expected, found] = [first, reading].map(({ numbers }) => (numbers ? "numbers" : "date-times"));
      throw new DataFault({
        code: "schema",
        message: `${path}: the times are ${found} here, but ${expected} in ${firstPath}.`,
        advice: "Give all files the same kind of time.",
        file: path,
        expected: expected!,
        found: found!,
      });
    }
    if (reading.order !== undefined && first.order !== undefined && reading.order !== first.order)
      this.#warn(
        `The files have different orders of day and month: ${first.order} in ${firstPath}, ${reading.order} in ${path}. If one of them is wrong, give the format of all times with --time-format.`,
      );
  }
}
