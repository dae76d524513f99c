// Reads out_of_fold.parquet: for each training window, the probabilities from the network of a fold that was not trained on it.

import { UserError } from "../errors.ts";
import { duckdbIdentifier, duckdbLiteral, openDuckdb } from "../signals/files/duckdb.ts";
import { type ModelFolder, modelFiles } from "../storage/model-folder.ts";

export interface OutOfFoldRow {
  readonly user: string;
  readonly recording: string;
  /** Start of the window, in seconds on the recording's clock. */
  readonly start: number;
  /** The true class. */
  readonly label: string;
  /** [K] before temperature scaling. */
  readonly probabilities: Float32Array;
}

/**
 * The rows in the order of the training windows.
 * @throws UserError if the file is not such a table
 */
export async function readOutOfFold(folder: ModelFolder, classes: readonly string[]): Promise<OutOfFoldRow[]> {
  const path = folder.path(modelFiles.outOfFold);
  const database = await openDuckdb();
  try {
    const columns = classes.map((name) => duckdbIdentifier(`p_${name}`)).join(", ");
    const rows = await database.rows(
      `SELECT "user", recording, start_s, label, ${columns}
       FROM read_parquet(${duckdbLiteral(path)}, hive_partitioning=false)`,
    );
    return rows.map((row) => ({
      user: String(row.user),
      recording: String(row.recording),
      start: Number(row.start_s),
      label: String(row.label),
      probabilities: Float32Array.from(classes, (name) => Number(row[`p_${name}`])),
    }));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message.split("\n")[0] : cause;
    throw new UserError(`${path}: expected out-of-fold predictions of ${classes.join(", ")}: ${reason}`, {
      advice: "Restore the model folder from a copy, or train again.",
      cause,
    });
  } finally {
    database.close();
  }
}
