// Tests which people a fold learns from, by comparing the history of every fold between runs in which some people's signals
// differ. The scaler, the weights, early stopping and the learning rate all affect the history.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, it } from "vitest";
import type { CvReport } from "../../src/learning/training/cv-report.ts";
import { train } from "../../src/pipelines/train.ts";
import type { HistoryRow } from "../../src/report/history-row.ts";
import { duckdbLiteral, openDuckdb } from "../../src/signals/files/duckdb.ts";
import { fileDirectory, simulateTiny, tinyOptions } from "./tiny-run.ts";

const directory = fileDirectory();

/** Returns the epochs of fold 1 without their duration, and the report. */
async function firstFold(file: string): Promise<{ rows: HistoryRow[]; report: CvReport }> {
  const out = join(directory, `model-of-${file}`);
  // The units are given explicitly, because they cannot be inferred from the values of altered signals.
  const sensor = ["acc:Ax,Ay,Az[m/s^2]", "gyr:Gx,Gy,Gz[rad/s]"];
  await train({ ...tinyOptions, files: [join(directory, file)], out, sensor, epochs: 2, classWeights: "balanced" });
  const rows = readFileSync(join(out, "history.jsonl"), "utf8")
    .trimEnd()
    .split("\n")
    .map((line): HistoryRow => ({ ...JSON.parse(line), seconds: 0 }))
    .filter(({ fit }) => fit === "fold-1");
  return { rows, report: JSON.parse(readFileSync(join(out, "cv_report.json"), "utf8")) };
}

/** Writes the recordings with the signals of `users` negated, scaled and shifted. */
async function alter(users: readonly string[], out: string): Promise<string> {
  const list = users.map(duckdbLiteral).join(", ");
  const columns = ["Ax", "Ay", "Az", "Gx", "Gy", "Gz"].map(
    (name) => `CASE WHEN "user" IN (${list}) THEN 50 - 9 * ${name} ELSE ${name} END AS ${name}`,
  );
  const database = await openDuckdb();
  await database.connection.run(
    `COPY (SELECT * REPLACE (${columns.join(", ")}) FROM ${duckdbLiteral(join(directory, "r.parquet"))})
     TO ${duckdbLiteral(join(directory, out))} (FORMAT parquet)`,
  );
  database.close();
  return out;
}

let plain: Awaited<ReturnType<typeof firstFold>>;

beforeAll(async () => {
  await simulateTiny(join(directory, "r.parquet"));
  plain = await firstFold("r.parquet");
});

it("the test people of a fold affect only its score", async () => {
  const { test_users: tested } = plain.report.leakage.folds[0]!;
  const altered = await firstFold(await alter(tested, "tested.parquet"));
  expect(altered.report.leakage).toEqual(plain.report.leakage);
  expect(altered.rows).toEqual(plain.rows);
  expect(altered.report.folds[0]!.metrics.log_loss).not.toBe(plain.report.folds[0]!.metrics.log_loss);
  // Fold 2 learns from them.
  expect(altered.report.folds[1]!.metrics.log_loss).not.toBe(plain.report.folds[1]!.metrics.log_loss);
});

it("its validation people do not affect the training loss", async () => {
  const { validation_users: validated } = plain.report.leakage.folds[0]!;
  const altered = await firstFold(await alter(validated, "validated.parquet"));
  const learnt = (rows: HistoryRow[]): unknown => rows.map(({ epoch, loss, accuracy }) => ({ epoch, loss, accuracy }));
  expect(learnt(altered.rows)).toEqual(learnt(plain.rows));
  expect(altered.rows.map((row) => row.val_loss)).not.toEqual(plain.rows.map((row) => row.val_loss));
});

it("its training people affect the training loss", async () => {
  const { train_users: learnt } = plain.report.leakage.folds[0]!;
  const altered = await firstFold(await alter(learnt.slice(0, 1), "learnt.parquet"));
  expect(altered.rows[0]!.loss).not.toBe(plain.rows[0]!.loss);
});
