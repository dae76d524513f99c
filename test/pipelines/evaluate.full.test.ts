// Compares `evaluate` on people who were not in the training data with the predictions that `predict` writes for the same
// people.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { resolveRetrainConfig } from "../../src/options/resolve-config.ts";
import { check } from "../../src/pipelines/check.ts";
import { evaluate } from "../../src/pipelines/evaluate.ts";
import { openModelHandle } from "../../src/pipelines/model-handle.ts";
import { duckdbLiteral } from "../../src/signals/files/duckdb.ts";
import { changeJson, reseal } from "./old-model.ts";
import { query } from "./query.ts";
import { resident } from "./resident.ts";
import { copySharedModel } from "./shared-model.ts";
import { fileDirectory, simulateTiny } from "./tiny-run.ts";

const directory = fileDirectory();
const run = resident(directory);
const at = (name: string): string => join(directory, name);
const model = at("walk");

const copy = (to: string, select: string): Promise<unknown> =>
  query(`COPY (SELECT ${select} FROM ${duckdbLiteral(at("new.parquet"))}) TO ${duckdbLiteral(at(to))}`);

beforeAll(async () => {
  mkdirSync(at("gaits"));
  await copySharedModel("four people", directory, "walk");
  await simulateTiny(at("simulated.parquet"), { users: 3, seed: 11 });
  await query(
    `COPY (SELECT * REPLACE ('new-' || "user" AS "user") FROM ${duckdbLiteral(at("simulated.parquet"))}) TO ${duckdbLiteral(at("new.parquet"))}`,
  );
});

describe("labelled people that the model did not learn from", () => {
  it("have the scores of the predictions that predict writes", async () => {
    await run("predict", "new.parquet", "--model", "walk", "--out", "p.parquet");
    const predicted = `FROM ${duckdbLiteral(at("p.parquet"))}`;
    // Each simulated recording has one activity, and its name begins with that activity.
    const truth = "split_part(recording, '-', 1)";
    const matrix = await query(
      `SELECT ${truth} AS true_label, label, count(*)::INTEGER AS n ${predicted} GROUP BY ALL`,
    );
    const byPerson = await query(
      `SELECT "user", avg((label = ${truth})::DOUBLE) AS accuracy ${predicted} GROUP BY "user" ORDER BY "user"`,
    );
    const result = await evaluate({ files: [at("new.parquet")], model });
    expect(result.classes).toEqual(["jogging", "sitting", "walking"]);
    for (const [i, row] of result.pooled.confusion_matrix.entries()) {
      for (const [j, n] of row.entries()) {
        const [from, to] = [result.classes[i], result.classes[j]];
        expect(n).toBe(matrix.find(({ true_label, label }) => true_label === from && label === to)?.n ?? 0);
      }
    }
    expect(result.people.map(({ user, metrics }) => ({ user, accuracy: metrics.accuracy }))).toEqual(byPerson);
    expect(result.intervals.macro_f1!.low).toBeLessThanOrEqual(result.pooled.macro_f1);
    expect(result.intervals.macro_f1!.high).toBeGreaterThanOrEqual(result.pooled.macro_f1);
    expect(result.warnings).toEqual([]);
    expect(await evaluate({ files: [at("new.parquet")], model })).toEqual({ ...result, seconds: expect.any(Number) });
  });

  it("are compared with the people of the cross-validation", async () => {
    const { crossValidation, people } = await evaluate({ files: [at("new.parquet")], model });
    const { users } = JSON.parse(readFileSync(join(model, "cv_report.json"), "utf8"));
    const promised: number[] = users.map((user: { metrics: { macro_f1: number } }) => user.metrics.macro_f1);
    expect(crossValidation).toMatchObject({ people: 4, lowest: Math.min(...promised), highest: Math.max(...promised) });
    for (const { metrics, within, rank, learned } of people) {
      expect(within).toBe(metrics.macro_f1 >= Math.min(...promised));
      expect(rank).toBeCloseTo((1 + promised.filter((score) => score <= metrics.macro_f1).length) / 5, 12);
      expect(learned).toBe(false);
    }
  });

  it("are printed by person and class, and written to a page", async () => {
    const { exitCode, stdout, stderr } = await run("evaluate", "new.parquet", "--model", "walk", "--out", "e.html");
    expect(exitCode).toBe(0);
    expect(stderr).toBe("report: e.html\n");
    for (const line of [
      /^data {7}351 labelled windows of 3 people$/m,
      /^new-person-01 +117 +[01]\.\d{3} /m,
      /^jogging +[01]\.\d{3} +[01]\.\d{3} +[01]\.\d{3} +[01]\.\d{3} to [01]\.\d{3} +117$/m,
      /^macro-F1 +[01]\.\d{3} +[01]\.\d{3} to [01]\.\d{3} +[01]\.\d{3} ± [01]\.\d{3}$/m,
      /^promised {3}macro-F1 [01]\.\d{3} over 4 cross-validated people/m,
      /^spread {5}/m,
    ])
      expect(stdout).toMatch(line);
    const page = readFileSync(at("e.html"), "utf8");
    expect(page).toMatch(/^<!doctype html>/);
    expect(page).not.toMatch(/NaN|undefined|<script/);
  });
});

describe("evaluation of recordings whose metrics may mislead", () => {
  it("names labels that the model does not know, and leaves their rows out", async () => {
    await copy("hopping.csv", "* REPLACE (if(activity = 'jogging', 'hopping', activity) AS activity)");
    const result = await evaluate({ files: [at("hopping.csv")], model });
    expect(result).toMatchObject({ windows: 234, unknownLabels: { hopping: 120 } });
    expect(result.warnings).toEqual([
      expect.stringMatching(/^The model has no class for hopping; .* walking\.$/),
      expect.stringMatching(/^No window is labelled jogging\. Macro-F1 therefore measures something else here/),
    ]);
    await copy("unknown.csv", "* REPLACE (activity || '!' AS activity)");
    const unknown = evaluate({ files: [at("unknown.csv")], model });
    await expect(unknown).rejects.toThrow(
      /^Column "activity": none of its labels is a class of the model: jogging!, sitting!, walking!\./,
    );
  });

  it("recognises the model's people and classes in a different spelling", async () => {
    const spelled = `upper("user") AS "user", upper(activity) AS activity`;
    await query(
      `COPY (SELECT * REPLACE (${spelled}) FROM ${duckdbLiteral(at("simulated.parquet"))}) TO ${duckdbLiteral(at("upper.csv"))}`,
    );
    const { windows, unknownLabels, people, warnings } = await evaluate({ files: [at("upper.csv")], model });
    expect({ windows, unknownLabels }).toEqual({ windows: 351, unknownLabels: {} });
    expect(people.map(({ user, learned }) => [user, learned])).toEqual(
      ["person-01", "person-02", "person-03"].map((user) => [user, true]),
    );
    expect(warnings).toContain(
      'Column "activity": "walking" and "WALKING" are read as one class, "walking". If these labels stand for different classes, rename them.',
    );
  });

  it("takes labels from the path, and renames and excludes them as train does", async () => {
    await copy("gaits/hopping.csv", "* EXCLUDE (activity)");
    writeFileSync(at("labels.yaml"), "hopping: jogging\n");
    const renamed = await evaluate({
      files: [at("gaits/hopping.csv")],
      model,
      labelFromPath: "{activity}.csv",
      map: at("labels.yaml"),
    });
    expect(renamed).toMatchObject({ windows: 351, unknownLabels: {} });
    expect(renamed.pooled.per_class.jogging).toMatchObject({ support: 351 });
    expect(await evaluate({ files: [at("new.parquet")], model, exclude: ["sitting"] })).toMatchObject({ windows: 234 });
  });

  it("warns of classes that do not occur, because macro-F1 then means something else", async () => {
    const { warnings } = await evaluate({ files: [at("new.parquet")], model, exclude: ["sitting"] });
    expect(warnings).toContain(
      "No window is labelled sitting. Macro-F1 therefore measures something else here than in cross-validation, " +
        "so comparing the two says little.",
    );
  });

  it("warns that the model learned from them", async () => {
    const own = await evaluate({ files: [at("r.parquet")], model });
    expect(own.warnings).toEqual([expect.stringMatching(/^These recordings are the model's training data:/)]);
    const namesake = await evaluate({ files: [at("simulated.parquet")], model });
    expect(namesake.warnings).toEqual([expect.stringMatching(/^The model was trained on people called person-01, /)]);
    expect(namesake.people.map(({ learned }) => learned)).toEqual([true, true, true]);
  });

  it("gives no interval for a single person, and rejects recordings without labels", async () => {
    await copy("one.csv", '* EXCLUDE ("user") REPLACE (recording || "user" AS recording)');
    const { people, crossValidation, intervals } = await evaluate({ files: [at("one.csv")], model });
    expect(people.map(({ user }) => user)).toEqual(["unknown"]);
    expect([crossValidation.verdict, crossValidation.difference, intervals.accuracy]).toEqual([null, null, null]);
    await copy("bare.csv", "* EXCLUDE (activity)");
    await expect(evaluate({ files: [at("bare.csv")], model })).rejects.toThrow(/no column for the activity label/);
    await copy("empty.csv", "* REPLACE (NULL AS activity)");
    await expect(evaluate({ files: [at("empty.csv")], model })).rejects.toThrow(/no window has a label/);
  });
});

describe("labels that the training renamed and left out", () => {
  it("are read in the same way, unless --map or --exclude says otherwise", async () => {
    await copySharedModel("four people", directory, "mapped");
    const mapped = at("mapped");
    changeJson<{ data: object }>(mapped, "manifest.json", (manifest) => ({
      ...manifest,
      data: { ...manifest.data, label_map: { 1: "walking", 2: "sitting", 0: null } },
    }));
    reseal(mapped);
    const code = "CASE activity WHEN 'walking' THEN '1' WHEN 'sitting' THEN '2' ELSE '0' END";
    await copy("coded.csv", `* REPLACE (${code} AS activity)`);
    const coded = await evaluate({ files: [at("coded.csv")], model: mapped });
    expect(coded).toMatchObject({ windows: 234, unknownLabels: {} });
    expect(coded.warnings).toContain(
      "Labels are mapped to classes as in training: 0 is left out, 1 is walking, 2 is sitting. To use other classes, add --map or --exclude.",
    );
    const named = await evaluate({ files: [at("new.parquet")], model: mapped });
    expect(named).toMatchObject({ windows: 351 });
    writeFileSync(at("other.yaml"), "0: jogging\n1: walking\n2: null\n");
    const other = await evaluate({ files: [at("coded.csv")], model: mapped, map: at("other.yaml") });
    expect(other).toMatchObject({ windows: 234, unknownLabels: {} });
    expect(other.pooled.per_class.jogging).toMatchObject({ support: 117 });
  });

  it("are read by retrain even if the file with the map is gone", async () => {
    const mapped = at("mapped");
    changeJson<{ config: object; data: object }>(mapped, "manifest.json", (manifest) => ({
      ...manifest,
      data: { ...manifest.data, files: [at("r.parquet")] },
      config: { ...manifest.config, map: "gone.yaml", exclude: ["0"] },
    }));
    reseal(mapped);
    const { prepareRetraining } = await import("../../src/pipelines/prepare-retraining.ts");
    const code = "CASE activity WHEN 'walking' THEN '1' WHEN 'sitting' THEN '2' ELSE activity END";
    await copy("truth.parquet", `*, ${code} AS code`);
    const config = resolveRetrainConfig({ files: [at("truth.parquet")], model: mapped, out: at("no"), truth: "code" });
    const data = await prepareRetraining(config, await openModelHandle(mapped));
    data.labelled.close();
    expect(data.labelled.labelMap).toEqual({ 0: null, 1: "walking", 2: "sitting" });
    expect(new Set(data.truth)).toEqual(new Set([0, 1, 2]));
  });
});

describe("people whose recordings were converted from another unit for training", () => {
  it("are converted in the same way, which a note says, unless --units says otherwise", async () => {
    await copySharedModel("four people", directory, "own-units");
    const own = at("own-units");
    const conversion = { channels: ["Ax", "Ay", "Az"], from: "g", to: "m/s^2", factor: 9.80665 };
    changeJson<{ data: object }>(own, "manifest.json", (manifest) => ({
      ...manifest,
      data: { ...manifest.data, conversions: [{ ...conversion, people: ["new-person-01"] }] },
    }));
    reseal(own);
    const inG = ["Ax", "Ay", "Az"].map(
      (axis) => `CASE "user" WHEN 'new-person-01' THEN ${axis} / 9.80665 ELSE ${axis} END AS ${axis}`,
    );
    await copy("own-units.parquet", `* REPLACE (${inG.join(", ")})`);
    const whole = await evaluate({ files: [at("new.parquet")], model });
    const converted = await evaluate({ files: [at("own-units.parquet")], model: own });
    const scores = (of: typeof whole): (readonly [string, number])[] =>
      of.people.map(({ user, metrics }) => [user, metrics.macro_f1] as const);
    expect(scores(converted)).toEqual(scores(whole));
    const note = "Recordings of new-person-01 are converted from the units that they had in training.";
    expect(converted.warnings.join("\n")).toContain(note);
    const { result } = await check({ files: [at("own-units.parquet")], model: own, stream: "own-units" });
    expect("warnings" in result ? result.warnings.join("\n") : "").toContain(note);
    const declared = await evaluate({ files: [at("own-units.parquet")], model: own, units: "acc=m/s^2" });
    expect(declared.warnings.join("\n")).not.toContain(note);
    expect(scores(declared)).not.toEqual(scores(whole));
  });
});
