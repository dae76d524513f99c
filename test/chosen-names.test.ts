import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { chosenNames } from "./chosen-names.ts";

describe("--only", () => {
  it("chooses what it names", () => {
    expect(chosenNames("config,csv", ["csv", "parquet", "config"])).toEqual(["csv", "config"]);
  });

  it.each(["", "csv,cvs", "CSV", "csv, config"])("refuses %j", (only) => {
    expect(() => chosenNames(only, ["csv", "config"])).toThrow("expected some of csv,config");
  });

  it.each(["fuzz", "torture"])("%s refuses an unknown name before doing any work", (script) => {
    const main = fileURLToPath(new URL(`${script}/main.ts`, import.meta.url));
    const { status, stdout, stderr } = spawnSync(process.execPath, [main, "--only", "chekc"], { encoding: "utf8" });
    expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
    expect(stderr).toContain("--only chekc: expected some of c");
  });
});
