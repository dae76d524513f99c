// The table of the quality benchmark, with a row for each column that was measured on a set.

import type { Interval } from "./people-bootstrap.ts";
import { type ColumnFigures, pairedDifference } from "./quality-figures.ts";
import type { TitledTable } from "./titled-table.ts";

export interface MeasuredColumn {
  readonly name: string;
  /** Whether the column is a published reference rather than one of Tidemark's networks. */
  readonly isReference: boolean;
  readonly figures: ColumnFigures;
}

const worstReference = "random-forest";

/** @param against name of the column whose lead over each of the other columns is shown, if it was measured */
export function qualityTable(
  title: string,
  columns: readonly MeasuredColumn[],
  notes: readonly string[],
  against?: string,
): TitledTable {
  const compared = columns.length > 1 ? columns.find(({ name }) => name === against) : undefined;
  const references = columns.filter(({ isReference }) => isReference);
  const best =
    references.length === 0 ? undefined : references.reduce((a, b) => (b.figures.mean > a.figures.mean ? b : a));
  const forest = references.find(({ name }) => name === worstReference);
  const rows = columns.map(({ name, isReference, figures }) => {
    const { mean, sd, people, worst } = figures;
    return [
      name,
      sd === null ? score(mean) : `${score(mean)} ± ${score(sd)}`,
      range(people, score),
      `${score(worst.macroF1)} (${worst.users.join(", ")})`,
      isReference || best === undefined ? "" : range(pairedDifference(figures, best.figures), signed),
      isReference || forest === undefined ? "" : signed(worst.macroF1 - forest.figures.worst.macroF1),
      ...(compared === undefined
        ? []
        : [name === against ? "" : range(pairedDifference(compared.figures, figures), signed)]),
    ];
  });
  return {
    title,
    headers: [
      "macro-F1",
      "mean ± sd over folds",
      "mean over people (90 %)",
      "worst person",
      best === undefined ? "minus a reference" : `minus ${best.name}, by person (90 %)`,
      `worst person minus ${worstReference}'s`,
      ...(compared === undefined ? [] : [`${against} minus it, by person (90 %)`]),
    ],
    rows,
    ...(notes.length > 0 && { note: notes.join("\n") }),
  };
}

function range({ value, low, high }: Interval, shown: (value: number) => string): string {
  return `${shown(value)} (${shown(low)} to ${shown(high)})`;
}

function score(value: number): string {
  return value.toFixed(3).replace(/^0/, "");
}

function signed(value: number): string {
  const digits = value.toFixed(3);
  if (Number(digits) === 0) return ".000";
  return `${value > 0 ? "+" : "-"}${score(Math.abs(value))}`;
}
