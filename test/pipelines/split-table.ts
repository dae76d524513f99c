// Writes a simulated table of six people, without and with a column that marks training, validation and test rows.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { simulateTiny } from "./tiny-run.ts";

export const testPeople: readonly string[] = ["person-05", "person-06"];

/** Writes the rows of the directory's plain.csv with an additional column. */
export function writeWithColumn(
  directory: string,
  out: string,
  name: string,
  value: (user: string, row: number) => string,
): void {
  const [head, ...lines] = readFileSync(join(directory, "plain.csv"), "utf8").trimEnd().split("\n");
  const rows = lines.map((line, row) => `${line},${value(line.split(",")[0]!, row)}`);
  writeFileSync(join(directory, out), [`${head},${name}`, ...rows, ""].join("\n"));
}

/**
 * Writes plain.csv, and split.csv with a "part" column: "Test" for the test people, "val" for one person, and "train" for the
 * others.
 */
export async function writeSplitTable(directory: string): Promise<void> {
  await simulateTiny(join(directory, "plain.csv"), { users: 6 });
  writeWithColumn(directory, "split.csv", "part", (user) =>
    testPeople.includes(user) ? "Test" : user === "person-03" ? "val" : "train",
  );
}
