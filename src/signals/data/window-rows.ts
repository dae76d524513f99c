// Turns a table whose rows hold whole windows, with columns acc_x_0 to acc_x_127 and so on for the other axes, into one with a
// sample per row. Each window becomes a recording, because nothing says whether the next one continues or overlaps it.

import { counted } from "../../counted.ts";
import { duckdbIdentifier, duckdbLiteral } from "../files/duckdb.ts";
import type { TableSchema } from "../files/table-schema.ts";
import { usualColumnOfRole } from "../files/usual-column-names.ts";
import { sensorsByName } from "../sensors/sensors-by-name.ts";
import { fewestSamples } from "./channel-roles.ts";
import type { ColumnOptions } from "./named-columns.ts";

/** Name of the column with the number of each window. */
export const windowColumn = "window";

/** An axis, and the columns of its samples in order. */
interface WindowAxis {
  readonly name: string;
  readonly columns: readonly string[];
}

/** @returns null if the rows are not windows */
export function withWindowRows(
  file: string,
  schema: TableSchema,
  options: ColumnOptions,
  warn: (message: string) => void,
): TableSchema | null {
  if (options.time !== undefined) return null;
  const axes = axesOfWindows(schema.names);
  if (axes === null || schema.names.includes(windowColumn)) return null;
  const ofWindows = new Set(axes.flatMap(({ columns }) => columns));
  const time = usualColumnOfRole(
    schema.names.filter((name) => !ofWindows.has(name)),
    "time",
  );
  const others = schema.names.filter((name) => !ofWindows.has(name) && name !== time);
  const samples = axes[0]!.columns.length;
  warn(
    `${file}: each row holds a window of ${counted(samples, "sample")}, so each row is read as a recording of its own. If the windows overlap, the same samples are read several times.${time === null ? "" : ` Column "${time}" is not read, because it gives one time per window.`}`,
  );
  const channels = axes.map(
    ({ name, columns }) => `unnest([${columns.map(duckdbIdentifier).join(", ")}]) AS ${duckdbIdentifier(name)}`,
  );
  const row = `${duckdbLiteral(`${file} `)} || row_number() OVER ()`;
  const kept = others.map(duckdbIdentifier);
  return {
    ...schema,
    names: [windowColumn, ...others, ...axes.map(({ name }) => name)],
    types: new Map([
      [windowColumn, "VARCHAR"],
      ...[...schema.types].filter(([name]) => others.includes(name)),
      ...axes.map(({ name }) => [name, "DOUBLE"] as const),
    ]),
    source(numbers) {
      const own = new Set([...ofWindows, ...others.filter((name) => numbers.has(name))]);
      return `(SELECT ${[duckdbIdentifier(windowColumn), ...kept, ...channels].join(", ")} FROM (SELECT ${row} AS ${duckdbIdentifier(windowColumn)}, * FROM ${schema.source(own, null)}))`;
    },
  };
}

/** Finds columns numbered from 0 or 1 that hold the samples of at least three axes of a sensor. */
function axesOfWindows(names: readonly string[]): WindowAxis[] | null {
  const numbered = names.flatMap((name) => {
    const [, before = "", number, after = ""] = /^(.*?)(\d+)(\D*)$/.exec(name) ?? [];
    return number === undefined ? [] : [{ name, base: `${before}#${after}`, number: Number(number) }];
  });
  const axes: WindowAxis[] = [];
  const firsts = new Set<number>();
  for (const [base, own] of Map.groupBy(numbered, (column) => column.base)) {
    if (own.length < fewestSamples) continue;
    const sorted = own.toSorted((a, b) => a.number - b.number);
    const first = sorted[0]!.number;
    if (first > 1 || sorted.some(({ number }, i) => number !== first + i)) return null;
    firsts.add(own.length);
    const name = base.replace(/[_.\s-]*\[?#\]?/, "").replace(/^[_.\s-]+|[_.\s-]+$/g, "");
    axes.push({ name, columns: sorted.map((column) => column.name) });
  }
  const isUnique = new Set(axes.map(({ name }) => name)).size === axes.length;
  const isVector = sensorsByName(axes.map(({ name }) => name)).length > 0;
  return firsts.size === 1 && isUnique && isVector ? axes : null;
}
