// Rejects tables of annotations and pivot tables that were given as recordings. Their columns hold times and words, but no
// samples.

import { UserError } from "../../errors.ts";
import { shellCommand } from "../../shell-words.ts";
import { sensorsByName } from "../sensors/sensors-by-name.ts";
import { areNamesOfLabels } from "./read-label-file.ts";

/** Matches the first column of a spreadsheet's pivot table, in English, German, French and Spanish. */
const pivotName = /^(row labels|zeilenbeschriftungen|étiquettes de lignes|etiquetas de fila)$/i;

/** @throws UserError if the columns are those of annotations, as exported by BORIS and ELAN, or of a pivot table */
export function refuseAnnotations(file: string, names: readonly string[]): void {
  const pivot = names.find((name) => pivotName.test(name.trim()));
  if (pivot !== undefined) {
    throw new UserError(
      `${file}: expected the samples of sensors, found a spreadsheet's pivot table (column "${pivot}"), which summarises them.`,
      { advice: "Give the table that the pivot table was made from, with one row per sample." },
    );
  }
  if (sensorsByName(names).length > 0 || !areNamesOfLabels(names)) return;
  throw new UserError(
    `${file}: expected the samples of sensors, found labels with their times, as exported by ELAN and BORIS (columns ${names.slice(0, 12).join(", ")}).`,
    { advice: `Give the recordings, and add the labels with ${shellCommand("--labels", file)}` },
  );
}
