// Stores the texts of rows (person, recording and label): one small integer per row, and each distinct combination of texts
// once.

import type { DuckDBDataChunk } from "@duckdb/node-api";
import { isMissingMark, refuseTextsOverLimit, textWithinTableLimits } from "../files/table-limits.ts";
import type { ColumnRoles } from "./column-roles.ts";
import type { LabelMap } from "./label-map.ts";
import type { Spellings } from "./spellings.ts";

/**
 * Texts of a row; null if the cell is empty or there is no such column. People and classes spelt in several ways appear here in
 * their first spelling.
 */
export interface RowKey {
  readonly user: string | null;
  readonly recording: string | null;
  readonly label: string | null;
  /** Whether the row's label is one that the user chose to leave out. */
  readonly leftOut?: true;
  /** Index of the row's file if there is no recording column; otherwise, index of the first file with these texts. */
  readonly file: number;
}

/** Spellings of people and classes. */
export type Spelt = Readonly<Record<"people" | "classes", Spellings>>;

/** Holds the texts of all rows. Each distinct combination is stored once, or once per file if there is no recording column. */
export class RowTexts {
  readonly #keys: RowKey[];
  readonly #roles: ColumnRoles;
  readonly #spellings: Spelt;
  /** Index of the most recent key for each distinct combination of texts. */
  readonly #known = new Map<string, number>();
  /** How the person's name is spelt in each recording, by the person's first spelling and the recording's name. */
  readonly #spellingIn = new Map<string, string>();

  readonly #labels: LabelMap;

  constructor(keys: RowKey[], roles: ColumnRoles, spellings: Spelt, labels: LabelMap) {
    this.#labels = labels;
    this.#keys = keys;
    this.#roles = roles;
    this.#spellings = spellings;
  }

  /**
   * Returns the index of each row's key. Decoding texts takes longer than decoding all the numbers. Therefore, consecutive rows
   * with equal 53-bit hashes are assumed to have the same texts.
   * @param chunk a chunk whose first columns are person, recording and label, each as produced by `limitedTextColumn`, and
   * their hash
   */
  keysOf(
    chunk: DuckDBDataChunk,
    { file, path, firstRow }: { file: number; path: string; firstRow: number },
  ): Int32Array {
    const texts = [0, 1, 2].map((column) => chunk.getColumnVector(column));
    const hashes = chunk.getColumnVector(3);
    const keyOfRow = new Int32Array(chunk.rowCount);
    let lastHash = -1;
    let last = -1;
    for (let i = 0; i < keyOfRow.length; i++) {
      const hash = hashes.getItem(i) as number;
      if (hash !== lastHash) {
        const text = texts.map((column) => textWithinTableLimits(column.getItem(i) as string | null)).join("\x1f");
        last = this.#intern(text, { file, path, row: firstRow + i + 1 });
        lastHash = hash;
      }
      keyOfRow[i] = last;
    }
    return keyOfRow;
  }

  #intern(text: string, { file, path, row }: { file: number; path: string; row: number }): number {
    const { group, recording: recordingColumn, label: labelColumn } = this.#roles;
    const known = this.#known.get(text);
    if (known !== undefined && (recordingColumn !== null || this.#keys[known]!.file === file)) return known;
    const [user, recording, label] = text.split("\x1f").map((part) => (isMissingMark(part) ? null : part));
    if (known === undefined) {
      refuseTextsOverLimit(path, row, this.#known.size, [
        [group, user!],
        [recordingColumn, recording!],
        [labelColumn, label!],
      ]);
    }
    const { people, classes } = this.#spellings;
    const own = label === null ? null : this.#labels.classOf(label!);
    this.#keys.push({
      user: user === null ? null : people.first(user!),
      recording: user === null || recording === null ? recording! : this.#recordingOf(user!, recording!),
      label: own === null ? null : classes.first(own),
      ...(label !== null && own === null && { leftOut: true as const }),
      file,
    });
    this.#known.set(text, this.#keys.length - 1);
    return this.#keys.length - 1;
  }

  /**
   * Returns the name of a recording. If a person's name is spelt in two ways, recordings with the same name but different
   * spellings of the person stay separate.
   */
  #recordingOf(user: string, recording: string): string {
    const name = `${this.#spellings.people.first(user)}\x1f${recording}`;
    const spelling = this.#spellingIn.get(name) ?? user;
    this.#spellingIn.set(name, spelling);
    return spelling === user ? recording : `${recording} (${user})`;
  }
}
