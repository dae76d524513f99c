// The MotionSense recordings as columns for each person, for tests that need real data.

import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Columns } from "../../../src/monitoring/summaries/summarize.ts";
import { readRecordings } from "../../../src/signals/data/read-recordings.ts";

const file = fileURLToPath(new URL("../../../../shared/data/motionsense/motionsense.parquet", import.meta.url));
export const withoutMotionSense: boolean = !existsSync(file);

export interface Person {
  readonly name: string;
  readonly columns: Columns;
  readonly stretches: readonly { recording: string; label: string | null; rows: number; columns: Columns }[];
}

/** Returns each person's rows, in file order, and the rows of all people together. */
export async function readMotionSense(): Promise<{ people: Person[]; all: Columns }> {
  const { recordings } = await readRecordings([file], { requireLabels: true });
  const { channels, values } = recordings;
  const columnsOf = (start: number, end: number): Columns =>
    Object.fromEntries(channels.map((name, c) => [name, values[c]!.subarray(start, end)]));
  const people = [...Map.groupBy(recordings.stretches, ({ user }) => user)].map(([name, stretches]) => ({
    name,
    columns: columnsOf(stretches[0]!.start, stretches.at(-1)!.end),
    stretches: stretches.map(({ recording, label, start, end }) => ({
      recording,
      label,
      rows: end - start,
      columns: columnsOf(start, end),
    })),
  }));
  return { people, all: columnsOf(0, values[0]!.length) };
}
