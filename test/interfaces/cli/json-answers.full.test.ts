// The --json output of every command conforms to its published schema and has no key that the schema lacks: for ordinary
// recordings, a single activity, a single window, constant signals, and thousands of identical values.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import * as answers from "../../../scripts/answer-schemas.ts";
import { conversionSchema } from "../../../scripts/conversion-schema.ts";
import { evaluationSchema } from "../../../scripts/evaluation-schema.ts";
import { eventTypes, trainEventSchema } from "../../../scripts/event-schema.ts";
import { inspectionSchema } from "../../../scripts/inspection-schema.ts";
import { tuningSchema } from "../../../scripts/tuning-schema.ts";
import { createProgram } from "../../../src/interfaces/cli/program.ts";
import { baselineStatsSchema, storedBaselineStats } from "../../../src/monitoring/drift/baseline-stats.ts";
import { checkResultSchema } from "../../../src/monitoring/streams/check-result-schema.ts";
import { rollingReferenceSchema } from "../../../src/monitoring/streams/rolling-reference.ts";
import {
  changedStreamSchema,
  printedCheckedStreamsSchema,
  shownStreamSchema,
  streamListSchema,
} from "../../../src/pipelines/stream-schemas.ts";
import { duckdbLiteral, openDuckdb } from "../../../src/signals/files/duckdb.ts";
import { camelCaseKeys } from "../../camel-case-keys.ts";
import { commandPaths } from "../../command-paths.ts";
import { changeJson, unpackOldModel } from "../../pipelines/old-model.ts";
import { type Ended, fileDirectory, main, start } from "../../pipelines/tiny-run.ts";
import { FakeMlflow } from "../../storage/fake-mlflow.ts";

const directory = fileDirectory();
const at = (...names: string[]): string => join(directory, ...names);
const [server, refusing] = [new FakeMlflow(), new FakeMlflow()];
const run = (...words: string[]): Promise<Ended> => start(words, directory).ended;

const walking = "SELECT * FROM r WHERE activity = 'walking' AND \"user\" = 'person-01'";
/** Queries that make extreme batches from the recordings. */
const batches: Readonly<Record<string, string>> = {
  usual: "SELECT * FROM r WHERE \"user\" = 'person-02'",
  "one activity": walking,
  "one window": `${walking} ORDER BY timestamp_s LIMIT 40`,
  "one channel constant": "SELECT * REPLACE (1.5 AS Ax) FROM r",
  "all channels constant": "SELECT * REPLACE (0 AS Ax, 0 AS Ay, 9.81 AS Az) FROM r",
  "a window between extremes": "SELECT * REPLACE (CASE WHEN timestamp_s < 2 THEN 39 ELSE -39 END AS Az) FROM r",
};
const names = Object.keys(batches);
const fileOf = (batch: string): string => `${batch.replaceAll(" ", "-")}.parquet`;

beforeAll(async () => {
  unpackOldModel(directory);
  const database = await openDuckdb();
  try {
    const source = `CREATE TABLE r AS FROM read_csv(${duckdbLiteral(at("recordings.csv.gz"))})`;
    await database.connection.run(source);
    for (const [name, query] of Object.entries(batches)) {
      await database.connection.run(`COPY (${query}) TO ${duckdbLiteral(at(fileOf(name)))}`);
    }
  } finally {
    database.close();
  }
  for (const name of ["broken", "champions/line", "champions/line-v2"]) {
    cpSync(at("walk"), at(...name.split("/")), { recursive: true });
  }
  changeJson(at("broken"), "baseline_stats.json", (stats) => ({ ...stats, n_samples: -1, created_at: "yesterday" }));
  const log = ["line", "line-v2"].map((champion) => ({ at: "2026-01-01T00:00:00.000Z", action: "promote", champion }));
  const registry = { schema_version: 1, lines: { line: { champions: ["line", "line-v2"], log } } };
  writeFileSync(at("champions", "registry.json"), JSON.stringify(registry));
  for (const own of [server, refusing]) await own.open();
  refusing.refuse = () => ({ status: 400, error_code: "INVALID_PARAMETER_VALUE", message: "no" });
});
afterAll(async () => {
  for (const own of [server, refusing]) await own.close();
});

/** Expects output that conforms to its schema, has only keys that the schema defines, and is printed in the right form. */
function expectForm(schema: z.ZodType, line: string): unknown {
  const value: unknown = JSON.parse(line);
  expect(camelCaseKeys(value)).toEqual([]);
  const read = schema.parse(value);
  expect(read).toEqual(value);
  return read;
}

const network = ["--network", "compact", "--rate", "20", "--window", "40", "--folds", "2", "--batch-size", "32"];
const checked = z.object({ known: z.boolean() }).loose();
const seen = new Set<string>();

/** Expects the output of `check`: `{ known, ...answer }` for one stream, or the answers for many streams. */
function expectCheck(line: string): void {
  if ("streams" in JSON.parse(line)) {
    expectForm(printedCheckedStreamsSchema, line);
    return;
  }
  const { known: _, ...answer } = checked.parse(JSON.parse(line));
  expectForm(checkResultSchema, JSON.stringify(answer));
}

/** Expects a baseline in its stored form; the schema that reads it converts the keys of `drift` to camelCase. */
function expectBaseline(line: string): void {
  const value: unknown = JSON.parse(line);
  expect(camelCaseKeys(value)).toEqual([]);
  expect(storedBaselineStats(baselineStatsSchema.parse(value))).toEqual(value);
}

function expectEvent(line: string): void {
  expectForm(trainEventSchema, line);
  seen.add(JSON.parse(line).type);
}

type Form = z.ZodType | ((line: string) => unknown);
/**
 * For each command, the schema of a line, and the arguments of one or more calls, in an order in which each call finds its
 * inputs.
 */
const cases: Readonly<Record<string, { form: Form; calls: () => readonly (readonly string[])[] }>> = {
  simulate: {
    form: answers.simulateResultSchema,
    calls: () => [["--out", "s.csv", "--users", "1", "--minutes", "0.1", "--activities", "walking"]],
  },
  inspect: {
    form: inspectionSchema,
    calls: () =>
      names.map((name) => [fileOf(name), "--rate", "20", "--window", "40", "--folds", "2", "--split", "blocks"]),
  },
  convert: {
    form: conversionSchema,
    calls: () => names.map((name) => [fileOf(name), "--out", "clean.csv", "--overwrite"]),
  },
  train: {
    form: expectEvent,
    calls: () => [
      [...["recordings.csv.gz", "--out", "models/new", "--tracking", server.uri, "--epochs", "2"], ...network],
      [...[fileOf("one channel constant"), "--out", "no", "--epochs", "1"], ...network],
      [...[fileOf("usual"), "--out", "models/one-person", "--epochs", "1", "--split", "blocks"], ...network],
    ],
  },
  tune: {
    form: tuningSchema,
    calls: () => [
      [
        ...["recordings.csv.gz", "--out", "t.yaml", "--search", "batch-size=16,64", "--epochs", "1"],
        ...network,
        "--folds",
        "4",
      ],
    ],
  },
  predict: {
    form: answers.predictResultSchema,
    calls: () =>
      names.flatMap((name) =>
        [[], ["--smooth", "20", "--unknown", "0.2"]].map((options) => [
          ...[fileOf(name), "--model", "walk", "--out", "p.csv", "--overwrite", ...options],
        ]),
      ),
  },
  evaluate: {
    form: evaluationSchema,
    calls: () => names.map((name) => [fileOf(name), "--model", "walk"]),
  },
  check: {
    form: expectCheck,
    calls: () => [
      ["recordings.csv.gz", "--model", "walk", "--stream-from", "user", "--batch-id", "people"],
      ...names.flatMap((name, i) => [
        [fileOf(name), "--model", "walk", "--stream", "all", "--accept"],
        [fileOf(name), "--model", "walk", "--stream", `own ${i}`, "--thresholds", "fixed"],
      ]),
    ],
  },
  "streams list": {
    form: streamListSchema,
    calls: () => [
      ["--model", "walk"],
      ["--model", "walk", "--which", "alarm", "--search", "own", "--limit", "1", "--out", "streams.parquet"],
    ],
  },
  "streams show": {
    form: shownStreamSchema,
    calls: () => [["all", "--model", "walk"], ...names.map((_, i) => [`own ${i}`, "--model", "walk", "--last", "1"])],
  },
  "drift-bench": {
    form: answers.driftBenchResultSchema,
    calls: () =>
      ["usual", "one activity"].map((name) => [
        ...[fileOf(name), "--model", "walk", "--seconds", "15", "--batches", "3", "--change-at", "1", "--streams", "1"],
      ]),
  },
  serve: { form: answers.servingSchema, calls: () => [["--models", ".", "--check-config"]] },
  push: {
    form: answers.pushResultSchema,
    calls: () => [[...names.map(fileOf), "--to", server.uri, "--model", "walk", "--stream-from", "{stream}.parquet"]],
  },
  "token create": {
    form: answers.createdTokenSchema,
    calls: () => [["gateway", "--scope", "ingest:wrist-*", "--tokens", "tokens.json"]],
  },
  "token rotate": { form: answers.createdTokenSchema, calls: () => [["gateway", "--tokens", "tokens.json"]] },
  "token list": { form: answers.tokenListSchema, calls: () => [["--tokens", "tokens.json"]] },
  "token revoke": { form: answers.revokedTokenSchema, calls: () => [["gateway", "--tokens", "tokens.json"]] },
  "baseline show": { form: expectBaseline, calls: () => [["walk"]] },
  "baseline recalibrate": { form: answers.recalibrationSchema, calls: () => [["models/new"]] },
  "baseline validate": { form: answers.baselineValidationSchema, calls: () => [["walk"], ["broken"]] },
  "reference show": {
    form: rollingReferenceSchema,
    calls: () => [
      ["--model", "walk"],
      ["--model", "walk", "--stream", "all"],
    ],
  },
  "reference exclude": {
    form: answers.referenceDecisionSchema,
    calls: () => ["usual", "usual"].map((name) => [fileOf(name), "--model", "walk", "--stream", "all"]),
  },
  "reference accept": {
    form: answers.referenceDecisionSchema,
    calls: () => ["usual", "usual"].map((name) => [fileOf(name), "--model", "walk", "--stream", "all"]),
  },
  "reference compact": {
    form: answers.compactedLedgerSchema,
    calls: () => [
      ["--model", "walk"],
      ["--model", "walk", "--keep-days", "0"],
    ],
  },
  "streams rename": { form: changedStreamSchema, calls: () => [["own 1", "own one", "--model", "walk"]] },
  "streams retire": {
    form: changedStreamSchema,
    calls: () => ["own one", "own one"].map((own) => [own, "--model", "walk", "--by", "ann"]),
  },
  "streams erase": {
    form: changedStreamSchema,
    calls: () => [["own one", "--model", "walk", "--reason", "asked to"]],
  },
  "reference reset": { form: answers.referenceResetSchema, calls: () => [["--model", "walk", "--stream", "all"]] },
  retrain: {
    form: expectEvent,
    calls: () => [
      [
        ...[fileOf("usual"), "--model", "models/new", "--labelled", "recordings.csv.gz", "--out", "models/v2"],
        ...["--epochs", "1", "--cycles", "1", "--tracking", server.uri],
      ],
    ],
  },
  "models list": {
    form: answers.modelVersionsSchema,
    calls: () => [
      ["--dir", "models"],
      ["--dir", "."],
    ],
  },
  "models show": {
    form: answers.modelDescriptionSchema,
    calls: () => [["walk"], ["models/new"], ["models/one-person"]],
  },
  "models compare": { form: answers.modelComparisonSchema, calls: () => [["walk", "models/new"]] },
  "models add": {
    form: answers.joinedLineSchema,
    calls: () => [
      ["models/one-person", "--as", "new"],
      ["models/one-person", "--as", "new"],
    ],
  },
  "models promote": {
    form: answers.promotionSchema,
    calls: () => [["models/new"], ["models/new"], ["models/one-person"]],
  },
  "models rollback": { form: answers.promotionSchema, calls: () => [["line", "--dir", "champions"]] },
  "alerts test": {
    form: answers.alertTestSchema,
    calls: () => [["--alert", server.uri, "--alert", "http://127.0.0.1:9"]],
  },
  "alerts list": { form: answers.undeliveredAlertsSchema, calls: () => [["--model", "walk"]] },
  "alerts send": { form: answers.sentAlertsSchema, calls: () => [["--model", "walk", "--alert", server.uri]] },
  sync: {
    form: answers.syncResultSchema,
    calls: () => [
      ["walk", "--tracking", server.uri],
      ["walk", "--tracking", server.uri],
      ["models/new", "--tracking", refusing.uri],
    ],
  },
};

describe("every command", () => {
  it("that has --json is looked at here", () => {
    expect(Object.keys(cases).sort()).toEqual(commandPaths(createProgram()).sort());
  });

  it.each(Object.keys(cases))("%s --json", async (command) => {
    const { form, calls } = cases[command]!;
    for (const words of calls()) {
      const { stdout, stderr } = await run(...command.split(" "), ...words, "--json");
      expect(stderr).not.toMatch(/defect|^\s+at /m);
      const lines = stdout.split("\n").slice(0, -1);
      expect(lines, words.join(" ")).not.toEqual([]);
      for (const line of lines) {
        if (typeof form === "function") form(line);
        else expectForm(form, line);
      }
    }
  });
});

it.skipIf(process.platform === "win32")("trainings: interrupted, resumed and fine-tuned", async () => {
  const words = [
    "train",
    "recordings.csv.gz",
    "--out",
    "stopped",
    ...network,
    "--split",
    "column:user=person-01",
    "--folds",
    "3",
    "--epochs",
    "3",
    "--jobs",
    "1",
    "--json",
  ];
  const child = spawn(process.execPath, [main, ...words], { cwd: directory });
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    const isFirst = !output.includes('"epoch"');
    output += text;
    if (isFirst && output.includes('"epoch"')) child.kill("SIGINT");
  });
  await once(child, "close");
  const { stdout } = await run(...words, "--resume");
  const start = ["--from", "stopped", "--folds", "2", "--epochs", "1", "--jobs", "1"];
  const tuned = await run("train", "recordings.csv.gz", "--out", "tuned", ...start, "--json");
  for (const line of `${output}${stdout}${tuned.stdout}`.split("\n").slice(0, -1)) expectEvent(line);
  expect([...seen].sort()).toEqual(eventTypes.toSorted());
});
