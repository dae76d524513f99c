import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { onTestFinished } from "vitest";
import { type TableColumn, writeTable } from "../../../src/signals/files/write-table.ts";

/** Creates a directory with these files. The directory is removed after the test. */
export function folderOf(files: Record<string, string | Uint8Array>): { path: (name: string) => string } {
  const directory = mkdtempSync(join(tmpdir(), "tidemark-data-"));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  const path = (name: string): string => join(directory, name);
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(path(name)), { recursive: true });
    writeFileSync(path(name), name.endsWith(".gz") && typeof content === "string" ? gzipSync(content) : content);
  }
  return { path };
}

export const header = "user,activity,recording,timestamp_s,Ax,Ay,Az,Gx,Gy,Gz";

export interface Row {
  user: string;
  activity: string;
  recording: string;
  time: number | string;
  /** Values of the channels in header order; if absent, 1 to 6 in a CSV file. */
  values?: readonly (number | string)[];
}

/** Rows of one person and recording at 50 Hz; channel c of row i is i + c / 10. */
export function rows(count: number, row: Partial<Row> = {}, from = 0): Row[] {
  return Array.from(
    { length: count },
    (_: unknown, i: number): Row => ({
      user: "ann",
      activity: "walk",
      recording: "r1",
      time: (from + i) / 50,
      values: [0, 1, 2, 3, 4, 5].map((c: number) => Number((from + i + c / 10).toFixed(1))),
      ...row,
    }),
  );
}

export function csv(table: readonly Row[], delimiter: string = ",", head: string = header): string {
  const lines = table.map((r) => [r.user, r.activity, r.recording, r.time, ...(r.values ?? [1, 2, 3, 4, 5, 6])]);
  return `${[head.split(","), ...lines].map((line) => line.join(delimiter)).join("\n")}\n`;
}

/** Writes the same rows as Parquet, with numbers as doubles. */
export async function parquet(path: string, table: readonly Row[]): Promise<void> {
  const text = (name: "user" | "activity" | "recording"): TableColumn => ({
    name,
    type: "string",
    values: table.map((row) => row[name]),
  });
  const channels = header.split(",").slice(4);
  await writeTable(path, [
    text("user"),
    text("activity"),
    text("recording"),
    { name: "timestamp_s", type: "double", values: table.map((row) => Number(row.time)) },
    ...channels.map(
      (name, c): TableColumn => ({ name, type: "double", values: table.map((row) => Number(row.values![c])) }),
    ),
  ]);
}

/** The smallest table that passes every check, with two classes and two people. */
export function goodRows(): Row[] {
  return [
    ...rows(60),
    ...rows(60, { activity: "sit", recording: "r2" }),
    ...[...rows(60), ...rows(60, { activity: "sit", recording: "r2" })].map((row) => ({
      ...row,
      user: "bob",
      values: row.values!.map((value) => Number(value) + 0.5),
    })),
  ];
}
