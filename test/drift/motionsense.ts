// The MotionSense recordings as columns by person, for tests that need real data.

import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { readRecordings } from "../../src/data/read-recordings.ts";
import type { Columns } from "../../src/drift/summarize.ts";

const file = fileURLToPath(new URL("../../../shared/data/motionsense/motionsense.parquet", import.meta.url));
export const withoutMotionSense: boolean = !existsSync(file);

export interface Person {
  readonly name: string;
  readonly columns: Columns;
}

/** Everyone's rows in file order, and all rows together under "all". */
export async function readMotionSense(): Promise<{ people: Person[]; all: Columns }> {
  const { recordings } = await readRecordings([file], { requireLabels: true });
  const { channels, values, stretches } = recordings;
  const columnsOf = (start: number, end: number): Columns =>
    Object.fromEntries(channels.map((name, c) => [name, values[c]!.subarray(start, end)]));
  const ranges = new Map<string, { start: number; end: number }>();
  for (const { user, start, end } of stretches) ranges.set(user, { start: ranges.get(user)?.start ?? start, end });
  return {
    people: [...ranges].map(([name, { start, end }]) => ({ name, columns: columnsOf(start, end) })),
    all: columnsOf(0, values[0]!.length),
  };
}
