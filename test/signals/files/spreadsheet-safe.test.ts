import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { resolvePredictConfig } from "../../../src/options/resolve-config.ts";
import { spreadsheetSafe } from "../../../src/signals/files/spreadsheet-safe.ts";
import { writeTable } from "../../../src/signals/files/write-table.ts";
import { temporaryDirectory } from "../../storage/temporary-directory.ts";

const formulas = ["=cmd|'/C calc'!A0", "+1", "-1+2", "@SUM(1)", "\t=1", "\r=1", "\n=1", "＝1"];

it("quotes texts that a spreadsheet would run, and nothing else", async () => {
  const texts = [...formulas, "walking", "a=b", "", null];
  const columns = [
    { name: "user", type: "string", values: texts },
    { name: "margin", type: "double", values: texts.map((_, i) => -i) },
  ] as const;
  const safe = spreadsheetSafe(columns);
  expect(safe[0]!.values).toEqual([...formulas.map((text) => `'${text}`), "walking", "a=b", "", null]);
  expect(safe[1]).toBe(columns[1]);
  const path = join(temporaryDirectory(), "p.csv");
  await writeTable(path, safe);
  expect(readFileSync(path, "utf8")).toMatch(
    /^user,margin\n'=cmd\|'\/C calc'!A0,(-?0)(\.0)?\n'\+1,-1(\.0)?\n'-1\+2,-2/,
  );
});

it("is an option for tables that spreadsheets open", () => {
  const options = { files: ["a.csv"], model: "m", spreadsheetSafe: true };
  for (const out of ["p.csv", "p.TSV", "p.csv.gz"])
    expect(resolvePredictConfig({ ...options, out }).spreadsheetSafe).toBe(true);
  expect(() => resolvePredictConfig({ ...options, out: "p.parquet" })).toThrow(
    "--spreadsheet-safe: expected --out to end in .csv or .tsv (also .gz), got p.parquet",
  );
  expect(resolvePredictConfig({ ...options, out: "p.parquet", spreadsheetSafe: false }).spreadsheetSafe).toBe(false);
});
