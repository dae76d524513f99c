// The output of every command fits 80 columns in a pipe, where the width of the terminal is unknown.
import { cpSync, mkdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { displayWidth } from "../../../src/interfaces/cli/display-width.ts";
import { createProgram } from "../../../src/interfaces/cli/program.ts";
import { commandPaths } from "../../command-paths.ts";
import { unpackOldModel } from "../../pipelines/old-model.ts";
import { fileDirectory, start } from "../../pipelines/tiny-run.ts";
import { FakeMlflow } from "../../storage/fake-mlflow.ts";

const directory = fileDirectory();
const server = new FakeMlflow();
beforeAll(async () => {
  unpackOldModel(directory);
  mkdirSync(join(directory, "models"));
  renameSync(join(directory, "walk"), join(directory, "models", "walk"));
  for (const name of ["line", "line-v2"]) {
    cpSync(join(directory, "models", "walk"), join(directory, "champions", name), { recursive: true });
  }
  const log = ["line", "line-v2"].map((champion) => ({ at: "2026-01-01T00:00:00.000Z", action: "promote", champion }));
  const registry = { schema_version: 1, lines: { line: { champions: ["line", "line-v2"], log } } };
  writeFileSync(join(directory, "champions", "registry.json"), JSON.stringify(registry));
  await server.open();
});
afterAll(() => server.close());

const walk = ["--model", "models/walk"];
const network = ["--network", "compact", "--rate", "20", "--window", "40", "--folds", "2", "--epochs", "1"];
const bench = ["--seconds", "15", "--batches", "3", "--change-at", "1", "--streams", "1"];
/** The calls of each command, in an order in which each call finds its inputs. */
const cases: Readonly<Record<string, readonly (readonly string[])[]>> = {
  simulate: [["--out", "s.csv", "--users", "1", "--minutes", "0.1"]],
  inspect: [["recordings.csv.gz", "--rate", "20", "--window", "40", "--folds", "2"]],
  train: [["recordings.csv.gz", "--out", "models/walk-v2", ...network]],
  tune: [["recordings.csv.gz", "--out", "t.yaml", "--search", "augment=none,rotate", ...network, "--folds", "4"]],
  predict: [["batch.csv.gz", ...walk, "--out", "p.csv"]],
  convert: [["recordings.csv.gz", "--out", "clean.csv"]],
  evaluate: [["recordings.csv.gz", ...walk]],
  check: [
    ["recordings.csv.gz", ...walk, "--model", "models/walk-v2"],
    ["batch.csv.gz", ...walk, "--stream", "b", "--thresholds", "fixed"],
  ],
  "drift-bench": [["batch.csv.gz", ...walk, ...bench]],
  serve: [["--models", "models", "--check-config"]],
  push: [["batch.csv.gz", "recordings.csv.gz", "--to", "TRACKING", "--model", "walk"]],
  "token create": [["gateway", "--scope", "ingest:wrist-*", "--scope", "read", "--tokens", "tokens.json"]],
  "token rotate": [["gateway", "--tokens", "tokens.json"]],
  "token list": [["--tokens", "tokens.json"]],
  "token revoke": [["gateway", "--tokens", "tokens.json"]],
  "baseline show": [["models/walk"]],
  "baseline validate": [["models/walk"]],
  "baseline recalibrate": [["models/walk-v2"]],
  "streams list": [walk],
  "streams show": [["default", ...walk]],
  "reference show": [walk, [...walk, "--stream", "b"]],
  "reference exclude": [["recordings.csv.gz", ...walk]],
  "reference accept": [["recordings.csv.gz", ...walk]],
  "streams rename": [["b", "c", ...walk]],
  "streams retire": [["c", ...walk]],
  "streams erase": [["c", ...walk, "--reason", "asked to"]],
  "reference reset": [walk],
  "reference compact": [walk],
  retrain: [
    [
      ...["batch.csv.gz", ...walk, "--labelled", "recordings.csv.gz", "--out", "models/v3"],
      "--epochs",
      "1",
      "--cycles",
      "1",
    ],
  ],
  "models list": [[]],
  "models show": [["models/walk"]],
  "models compare": [["models/walk", "models/walk-v2"]],
  "models add": [["models/walk-v2", "--as", "walk"]],
  "models promote": [["models/walk"], ["models/walk-v2"]],
  "models rollback": [["line", "--dir", "champions"]],
  "alerts test": [["--alert", "TRACKING"]],
  "alerts list": [walk],
  "alerts send": [[...walk, "--alert", "TRACKING"]],
  sync: [["models/walk-v2", "--tracking", "TRACKING"]],
};

describe("what every command prints", () => {
  it("has a case here", () => {
    expect(Object.keys(cases).sort()).toEqual(commandPaths(createProgram()).sort());
  });

  it.each(Object.keys(cases))(
    "%s fits in 80 columns, even with --verbose, and prints less with --quiet",
    async (command) => {
      for (const words of cases[command]!) {
        const once = [
          ...["inspect", "convert", "train", "tune", "retrain", "simulate", "predict", "models rollback"],
          ...["token create", "token revoke"],
          ...["streams rename", "streams retire", "streams erase"],
        ].includes(command);
        const outputs: string[] = [];
        for (const loudness of once ? ["--verbose"] : ["--quiet", "--verbose"]) {
          const all = [...command.split(" "), ...words.map((word) => word.replace("TRACKING", server.uri)), loudness];
          const { stdout, stderr } = await start(all, directory).ended;
          expect(stderr).not.toMatch(/defect|^error/m);
          const wide = stdout
            .split("\n")
            .filter((line) => displayWidth(line) > 80 && !/^ *(next {7})?tidemark /.test(line));
          expect(wide, all.join(" ")).toEqual([]);
          if (loudness === "--verbose") expect(stderr).toMatch(/^options {4}\S.*\n(.*\n)*time {7}\S+ .*in all$/m);
          else expect(stderr).toBe("");
          if (loudness === "--verbose" && command !== "simulate")
            expect(`${stderr}\n${stdout}`).toMatch(/^(read {7}|files {6})\S/m);
          if (command === "check" && loudness === "--verbose") expect(stderr).toMatch(/^read {7}\S.*\ndecided {4}by /m);
          outputs.push(stdout);
        }
        expect(outputs.at(-1)).not.toBe("");
      }
    },
  );
});
