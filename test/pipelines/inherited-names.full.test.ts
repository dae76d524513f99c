// Tests channels, classes, people, recordings, streams, batches and model lines whose names are properties of every JavaScript
// object.
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { check } from "../../src/pipelines/check.ts";
import { listModels, promote, rollback } from "../../src/pipelines/models.ts";
import { predict } from "../../src/pipelines/predict.ts";
import { retrain } from "../../src/pipelines/retrain.ts";
import { simulate } from "../../src/pipelines/simulate.ts";
import { train } from "../../src/pipelines/train.ts";
import { duckdbLiteral, openDuckdb } from "../../src/signals/files/duckdb.ts";
import { fileDirectory, tinyOptions } from "./tiny-run.ts";

const directory = fileDirectory();
const at = (...names: string[]): string => join(directory, ...names);
const channels = ["constructor", "toString", "hasOwnProperty"];
const classes = ["isPrototypeOf", "propertyIsEnumerable"];

async function recordings(out: string, seed: number, people: readonly string[]): Promise<void> {
  const activities = ["walking", "sitting"];
  await simulate({ out: at(`plain-${out}`), users: people.length, minutes: 1, rate: 20, seed, activities });
  const database = await openDuckdb();
  try {
    const renamed = (column: string, from: readonly string[], to: readonly string[]): string =>
      `CASE "${column}" ${from.map((name, i) => `WHEN '${name}' THEN '${to[i]}'`).join(" ")} END AS "${column}"`;
    const user = renamed(
      "user",
      Array.from(people, (_, i) => `person-0${i + 1}`),
      people,
    );
    const columns = channels.map((name, c) => `${["Ax", "Ay", "Az"][c]} AS "${name}"`);
    const select = [
      user,
      renamed("activity", activities, classes),
      "'valueOf' || recording AS recording",
      "timestamp_s",
      ...columns,
    ];
    const from = duckdbLiteral(at(`plain-${out}`));
    await database.connection.run(`COPY (SELECT ${select.join(", ")} FROM ${from}) TO ${duckdbLiteral(at(out))}`);
  } finally {
    database.close();
  }
}

it("train, check, predict, retrain, promote and rollback keep names that every object inherits", async () => {
  await recordings("labelled.parquet", 3, ["constructor", "toString", "valueOf", "__lookupGetter__"]);
  await recordings("batch.parquet", 4, ["hasOwnProperty", "__defineGetter__"]);
  mkdirSync(at("models"));
  const [model, files] = [at("models", "constructor"), [at("batch.parquet")]];
  const options = { ...tinyOptions, epochs: 1, channels };
  await train({ files: [at("labelled.parquet")], out: model, ...options });
  const report = JSON.parse(readFileSync(join(model, "cv_report.json"), "utf8"));
  expect(Object.keys(report.pooled.per_class)).toEqual(classes);
  expect(Object.keys(report.quality.channels)).toEqual(channels);

  const checked = await check({ files, model, stream: "__proto__", batchId: "constructor" });
  expect(checked.result).toMatchObject({ stream: "__proto__", batch_id: "constructor" });
  expect(checked.result.verdict).not.toBe("rejected");
  if (checked.result.verdict !== "rejected") {
    expect(Object.keys(checked.result.comparisons[0]!.channels)).toEqual(expect.arrayContaining(channels));
    expect(Object.keys(checked.result.signals.class_shares)).toEqual(classes);
  }
  expect(await check({ files, model, stream: "__proto__", batchId: "constructor" })).toMatchObject({ known: true });
  expect((await check({ files, model, stream: "toString", batchId: "__proto__" })).known).toBe(false);

  const predicted = await predict({ files, model, out: at("p.csv") });
  expect(Object.keys(predicted.classes)).toEqual(classes);

  const retrained = await retrain({
    files,
    model,
    out: at("models", "toString"),
    cycles: 1,
    epochs: 1,
    restart: "none",
  });
  expect(retrained.figures.classes).toEqual(classes);
  expect(retrained.figures.labelled.people.every((name) => name !== "undefined")).toBe(true);
  if (retrained.adopted) {
    await promote(at("models", "toString"));
    expect(await rollback(at("models"), "constructor")).toMatchObject({ champion: "constructor" });
  }
  expect((await listModels(at("models")))[0]).toMatchObject({ name: "constructor", champion: true, classes });
});
