// Tests the `retrain` command: the files of an adopted candidate and of a rejected one, the people it learns from, and
// incorrect usage. The champion was trained for one epoch only and is poor. With four people, one of whom is in the holdout,
// there is no interval that could fail the gate.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { cvReportSchema } from "../../src/learning/training/cv-report.ts";
import { type RetrainReport, retrainReportSchema } from "../../src/learning/training/retrain-report.ts";
import { rollingReferenceSchema } from "../../src/monitoring/streams/rolling-reference.ts";
import { type RetrainOptions, resolveRetrainConfig } from "../../src/options/resolve-config.ts";
import { crossFitOthers } from "../../src/pipelines/cross-fit.ts";
import { ModelHandle, openModelHandle } from "../../src/pipelines/model-handle.ts";
import { prepareRetraining, type RetrainData } from "../../src/pipelines/prepare-retraining.ts";
import { retrain } from "../../src/pipelines/retrain.ts";
import { simulate } from "../../src/pipelines/simulate.ts";
import { readTrackingLog } from "../../src/report/tracking-log.ts";
import { duckdbLiteral, openDuckdb } from "../../src/signals/files/duckdb.ts";
import { readManifest } from "../../src/storage/manifest.ts";
import { examplesFile, modelFiles, retrainReportFile, trackingFile } from "../../src/storage/model-folder.ts";
import {
  type Ended,
  fileDirectory,
  main,
  signalledAtFiles,
  simulateTiny,
  start,
  startProgram,
  tinyWords,
} from "./tiny-run.ts";

const directory = fileDirectory();
const at = (...names: string[]): string => join(directory, ...names);
const run = (...words: string[]): Promise<Ended> => start(words, directory).ended;
/**
 * Returns the arguments of a retraining run with warm starts and one epoch per fit, in which each cycle is better than the
 * previous one.
 */
const words = (files: string, out: string, ...more: string[]): string[] => [
  ...["retrain", files, "--model", "model", "--out", out, "--jobs", "2", "--seed", "1"],
  ...["--cycles", "2", "--epochs", "1", "--restart", "none", ...more],
];
const activities = ["walking", "jogging", "sitting"];
const renamed = ["--channels", "s0,s1,s2,s3,s4,s5", "--truth", "truly"];

async function table(from: string, to: string, select: (from: string) => string): Promise<void> {
  const database = await openDuckdb();
  try {
    await database.connection.run(`COPY (${select(duckdbLiteral(at(from)))}) TO ${duckdbLiteral(at(to))}`);
  } finally {
    database.close();
  }
}

async function rowsOf(query: string): Promise<Record<string, unknown>[]> {
  const database = await openDuckdb();
  try {
    return await database.rows(query);
  } finally {
    database.close();
  }
}

const json = (...names: string[]): unknown => JSON.parse(readFileSync(at(...names), "utf8"));
const reportOf = (folder: string): RetrainReport => retrainReportSchema.parse(json(folder, retrainReportFile));

/** Returns the hash of each file in a folder, by file name. */
function hashes(folder: string): Record<string, string> {
  const files = readdirSync(at(folder), { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return Object.fromEntries(
    files.map(({ parentPath, name }) => {
      const path = join(parentPath, name);
      return [path.slice(at(folder).length), createHash("sha256").update(readFileSync(path)).digest("hex")];
    }),
  );
}

function expectEqualNetworks(one: string, other: string): void {
  for (const name of [modelFiles.network, modelFiles.scaler, modelFiles.labels]) {
    expect(readFileSync(at(one, name)).equals(readFileSync(at(other, name))), name).toBe(true);
  }
}

let champion: Record<string, string> = {};
let adopted: Ended;

beforeAll(async () => {
  await simulateTiny(at("r.parquet"), { users: 4 });
  await simulate({ out: at("u.parquet"), users: 6, minutes: 2, rate: 20, seed: 21, activities });
  await table("u.parquet", "renamed.parquet", (from) => {
    const channels = ["Ax", "Ay", "Az", "Gx", "Gy", "Gz"].map((name, i) => `${name} AS s${i}`);
    return `SELECT "user", recording, timestamp_s, activity AS truly, ${channels.join(", ")} FROM ${from}`;
  });
  const { exitCode, stderr } = await run("train", at("r.parquet"), "--out", "model", ...tinyWords, "--epochs", "1");
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
  champion = hashes("model");
  adopted = await run(...words("u.parquet", "v2"));
});

describe("a candidate that passes", () => {
  it("becomes a model folder next to the champion, which stays unchanged", async () => {
    expect(adopted).toMatchObject({ exitCode: 0, stderr: expect.not.stringContaining("error") });
    expect(adopted.stdout).toMatch(/gate: passed \(the winner is cycle [12]; /);
    expect(adopted.stdout).toContain("tidemark models promote v2");
    expect(readdirSync(at("v2")).sort()).toEqual(
      [...Object.values(modelFiles), retrainReportFile, trackingFile, examplesFile].sort(),
    );
    for (const left of ["v2.partial", "v2.refused", "registry.json"]) expect(existsSync(at(left))).toBe(false);
    expect(hashes("model")).toEqual(champion);
    expect(await run("baseline", "validate", "v2")).toMatchObject({ exitCode: 0, stdout: "valid\n" });
  });

  it("records its origin in its manifest and its report", async () => {
    const [before, manifest, report] = [await readManifest(at("model")), await readManifest(at("v2")), reportOf("v2")];
    const won = report.cycles[report.winner]!;
    expect(manifest.retrained_from).toEqual({
      model_version: before.model_version,
      model: "model",
      line: "model",
      files: ["u.parquet"],
      fingerprint: report.unlabelled.fingerprint,
      pseudo_labelled: won.selection!.total,
      holdout: report.holdout.people,
    });
    expect(report).toMatchObject({
      champion: before.model_version,
      candidate: manifest.model_version,
      classes: before.data.classes,
      gate: { passed: true },
    });
    expect(report.winner).toBeGreaterThan(0);
    expect(report.gate.rules.map(({ name, passed }) => [name, passed])).toEqual(
      ["winner", "macro-F1", "people", "worst case", "confidence", "entropy", "flip rate", "drift"].map((name) => [
        name,
        true,
      ]),
    );
    expect(report.config).toMatchObject({ files: ["u.parquet"], restart: "none", cycles: 2, seed: 1 });
    expect(Object.keys(report.config)).not.toContain("jobs");
    const page = readFileSync(at("v2", modelFiles.report), "utf8");
    expect(page).toContain("the cycle that scored best on the holdout");
    expect(page.endsWith("</html>\n")).toBe(true);
  });

  it("never learned from the holdout, neither in its fits, folds and baseline nor from unlabelled recordings", async () => {
    const { holdout, labelled, unlabelled, comparison, warnings } = reportOf("v2");
    const everybody = ["person-01", "person-02", "person-03", "person-04"];
    expect([...holdout.people, ...labelled.people].sort()).toEqual(everybody);
    expect(holdout.people).toHaveLength(1);
    expect(comparison.people).toEqual([
      expect.objectContaining({ person: holdout.people[0], windows: holdout.windows }),
    ]);
    const { data } = await readManifest(at("v2"));
    expect(data.users).toEqual(labelled.people);
    const cv = cvReportSchema.parse(json("v2", modelFiles.cvReport));
    expect(Object.keys(cv.windows.per_user)).toEqual(labelled.people);
    expect(cv.windows.total).toBe(labelled.windows);
    const outOfFold = await rowsOf(`SELECT DISTINCT "user" FROM ${duckdbLiteral(at("v2", modelFiles.outOfFold))}`);
    expect(outOfFold.map(({ user }) => user).sort()).toEqual(labelled.people);
    // One of the six people in the unlabelled recordings has the same name as a person in the holdout, and is excluded.
    expect(unlabelled.windows % 5).toBe(0);
    expect(warnings.join("\n")).toContain(`Unlabelled windows of ${holdout.people[0]} were left out`);
    expect(adopted.stdout + adopted.stderr).toContain("were left out");
  });

  it("has its own baseline, computed from the labelled samples and those in the selected windows", async () => {
    const { labelled, cycles, winner } = reportOf("v2");
    const [before, after] = ["model", "v2"].map((folder) => json(folder, modelFiles.baseline)) as {
      n_samples: number;
      content_hash: string;
      per_channel: Record<string, { mean: number; histogram: { counts: number[] } }>;
      drift: { edges: unknown; by_class: (Record<string, { n: number }> | null)[] };
    }[];
    const people = labelled.people.map(duckdbLiteral).join(", ");
    const [{ n, recordings }] = (await rowsOf(
      `SELECT count(*)::INTEGER AS n, count(DISTINCT "user" || recording)::INTEGER AS recordings ` +
        `FROM ${duckdbLiteral(at("r.parquet"))} WHERE "user" IN (${people})`,
    )) as [{ n: number; recordings: number }];
    const { total } = cycles[winner]!.selection!;
    // Neighbouring windows overlap by half, so each window adds half of its 40 samples or all of them.
    expect(after!.n_samples).toBeGreaterThanOrEqual(n + 20 * total);
    expect(after!.n_samples).toBeLessThanOrEqual(n + 40 * total);
    const covered = 20 * (labelled.windows + recordings);
    for (const name of ["Ax", "A magnitude", "A tempo", "A roughness"]) {
      const counted = after!.drift.by_class.reduce((sum, summary) => sum + (summary?.[name]?.n ?? 0), 0);
      expect(counted, name).toBe(covered + after!.n_samples - n);
    }
    for (const { histogram } of Object.values(after!.per_channel)) {
      expect(histogram.counts.reduce((sum, count) => sum + count, 0)).toBe(after!.n_samples);
    }
    expect(after!.content_hash).not.toBe(before!.content_hash);
    expect(after!.per_channel.Ax!.mean).not.toBe(before!.per_channel.Ax!.mean);
    expect(after!.drift.edges).not.toEqual(before!.drift.edges);
  });

  it("can be monitored like any model, with empty references at first", async () => {
    const path = at("v2", modelFiles.rollingReference);
    expect(rollingReferenceSchema.parse(JSON.parse(readFileSync(path, "utf8"))).batches).toEqual([]);
    await table("u.parquet", "batch.csv", (from) => `SELECT * FROM ${from} WHERE "user" = 'person-05'`);
    const { exitCode, stdout, stderr } = await run("check", "batch.csv", "--model", "v2", "--stream", "own", "--json");
    expect(stderr).toBe("");
    expect([0, 10, 11]).toContain(exitCode);
    expect(JSON.parse(stdout)).toMatchObject({ known: false });
    expect(await run("predict", "batch.csv", "--model", "v2", "--out", "p.csv")).toMatchObject({ exitCode: 0 });
    expect(await run("baseline", "validate", "v2")).toMatchObject({ exitCode: 0 });
  });

  it("leaves a log in which every run begins before its events, as a tracking server requires", async () => {
    const begun = new Set<string>();
    for (const event of await readTrackingLog(at("v2", trackingFile))) {
      if (event.type === "run") begun.add(event.run);
      else if (event.type !== "log") expect(begun, event.type).toContain(event.run);
    }
    expect([...begun].sort()).toEqual(["cycle-0", "cycle-1", "cycle-2", "fold-1", "fold-2", "train"]);
  });

  it("shows its retraining, and is in the list of its line", async () => {
    const { stdout } = await run("models", "show", "v2", "--json");
    expect(JSON.parse(stdout)).toMatchObject({
      version: { name: "v2", line: "model", from: "model", people: 3 },
      retraining: { gate: { passed: true } },
    });
    const shown = await run("models", "show", "v2");
    expect(shown.stdout).toMatch(/of line model\n.* from model\n/);
    expect(shown.stdout).toMatch(
      /retrained {2}cycle [12] won; macro-F1 on the holdout 0\.\d+ \(previous model: 0\.\d+\)/,
    );
  });

  it("is the same if it is stopped with Ctrl-C and resumed, with --truth and with different column names", async () => {
    const stop = { files: ["cycle-1.checkpoint"], signal: "SIGINT" } as const;
    const { exitCode, stderr } = await signalledAtFiles(
      stop,
      words("renamed.parquet", "v3", "--promote", ...renamed),
      directory,
    );
    expect(exitCode).toBe(130);
    expect(existsSync(at("v3"))).toBe(false);
    const command = /^Continue with: tidemark (retrain .* --resume)\n/m.exec(stderr)![1]!;
    for (const word of ["--promote", "--seed 1", "--restart none", "--model model"]) expect(command).toContain(word);
    const other = await run(...words("renamed.parquet", "v3", "--resume", "--step", "0.3", ...renamed));
    expect(other).toMatchObject({ exitCode: 2, stderr: expect.stringContaining("--step: was 0.2, is 0.3") });
    const again = await startProgram("sh", ["-c", `${process.execPath} ${main} ${command}`], directory).ended;
    expect(again.exitCode).toBe(0);
    expect(again.stdout).toMatch(/cycle 0 {2}resumes after epoch 1/);
    expect(again.stdout).toContain("v3 is the champion of model");
    expectEqualNetworks("v3", "v2");
    expect(existsSync(at("v3.partial"))).toBe(false);
  });

  it("does not learn from true labels: --truth changes only its report", () => {
    const [told, without] = [reportOf("v3"), reportOf("v2")];
    const { truth } = told.cycles[1]!.selection!;
    expect(truth!.accuracy).toBeGreaterThan(0.5);
    for (const name of told.classes) expect(truth!.per_class[name]!.precision).not.toBeNull();
    expect(told.cycles[0]!.unlabelled.macro_f1).toBeGreaterThan(0);
    const blind = told.cycles.map(({ selection, unlabelled, ...rest }) => ({
      ...rest,
      selection: selection && { ...selection, truth: null },
      unlabelled: { ...unlabelled, macro_f1: null, accuracy: null },
    }));
    expect(blind).toEqual(without.cycles);
    expect(told.gate).toEqual(without.gate);
  });

  it("keeps the columns of its labelled recordings, so that the next retraining finds them", async () => {
    const { config, data } = await readManifest(at("v3"));
    expect(config.channels).toBeUndefined();
    expect(data.channels).toEqual(["Ax", "Ay", "Az", "Gx", "Gy", "Gz"]);
    const next = resolveRetrainConfig({ files: [at("u.parquet")], model: at("v3"), out: "-" });
    const { trainRows, warnings } = await prepareRetraining(next, await openModelHandle(at("v3")));
    expect(trainRows).toHaveLength(3 * 117);
    expect(warnings.join("\n")).not.toContain("too optimistic");
  });

  it("becomes the champion of its line only with --promote", async () => {
    expect(json("registry.json")).toMatchObject({ lines: { model: { champions: ["model", "v3"] } } });
    const listed = await run("models", "list", "--dir", ".", "--json");
    const champions = JSON.parse(listed.stdout).filter((version: { champion: boolean }) => version.champion);
    expect(champions).toMatchObject([{ name: "v3", line: "model" }]);
    expect(hashes("model")).toEqual(champion);
  });
});

describe("a candidate that is refused", () => {
  const refused = async (out: string, ...all: string[]): Promise<RetrainReport> => {
    const { exitCode, stdout, stderr } = await run(...all);
    expect({ exitCode, stderr }).toEqual({ exitCode: 20, stderr: expect.not.stringMatching(/error|\n {4}at /) });
    expect(stdout).toContain("not adopted: no model was changed");
    expect(stdout).toContain(`report     ${out}.refused/report.html`);
    for (const left of [out, `${out}.partial`]) expect(existsSync(at(left)), left).toBe(false);
    expect(readdirSync(at(`${out}.refused`)).sort()).toEqual(["report.html", retrainReportFile, trackingFile].sort());
    expect(readFileSync(at(`${out}.refused`, "report.html"), "utf8").endsWith("</html>\n")).toBe(true);
    expect(hashes("model")).toEqual(champion);
    const report = reportOf(`${out}.refused`);
    expect(report).toMatchObject({ candidate: null, gate: { passed: false } });
    expect(report.gate.rules.some(({ passed }) => !passed)).toBe(true);
    return report;
  };
  const scratch = (files: string, out: string, ...more: string[]): string[] => [
    ...["retrain", files, "--model", "model", "--out", out, "--jobs", "2", "--seed", "1", "--epochs", "3", ...more],
  ];

  it("that learned from swapped channels leads to exit code 20, no model, and a report with the reasons", async () => {
    const swapped = "Ay AS Ax, Az AS Ay, Ax AS Az, Gz AS Gx, Gx AS Gy, Gy AS Gz";
    await table("u.parquet", "swapped.parquet", (from) => `SELECT * REPLACE (${swapped}) FROM ${from}`);
    const { winner, gate } = await refused("poisoned", ...scratch("swapped.parquet", "poisoned", "--promote"));
    expect(winner).toBe(0);
    expect(gate.rules[0]).toMatchObject({ name: "winner", passed: false });
  });

  it("that learned from noise does so too, and the last event of --json says so", async () => {
    // The noise is the same in every run, because different noise might change the gate's answer.
    const noise = ["Ax", "Ay", "Az", "Gx", "Gy", "Gz"]
      .map((name) => `(hash(${name}, '${name}') % 2000001)::DOUBLE / 1000000 - 1 AS ${name}`)
      .join(", ");
    await table("u.parquet", "noise.parquet", (from) => `SELECT * REPLACE (${noise}) FROM ${from}`);
    const { exitCode, stdout } = await run(...scratch("noise.parquet", "noisy", "--json"));
    expect(exitCode).toBe(20);
    const events = stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(events.at(-1)).toMatchObject({ type: "retrained", adopted: false, out: "noisy.refused" });
    expect(events.find(({ type }) => type === "gate")).toMatchObject({ passed: false });
    expect(reportOf("noisy.refused").gate.passed).toBe(false);
    expect(existsSync(at("noisy"))).toBe(false);
  });
});

it("--adapt adabn computes new statistics instead of running cycles, and writes them into its network", async () => {
  // The manifest names the model's line even if the command runs inside the model's folder.
  const given = words(at("u.parquet"), at("adapted"), "--adapt", "adabn");
  const inside = given.map((word) => (word === "model" ? "." : word));
  const { exitCode, stdout } = await start(inside, at("model")).ended;
  expect(exitCode).toBe(0);
  expect(stdout).not.toContain("cycle 2");
  expect(stdout).toMatch(/^cycle 1 {2}statistics of the unlabelled windows {2}macro-F1 /m);
  const { stopped, cycles, winner } = reportOf("adapted");
  expect({ stopped, winner }).toEqual({ stopped: "adabn", winner: 1 });
  expect(cycles.map(({ cycle, selection }) => [cycle, selection])).toEqual([
    [0, null],
    [1, null],
  ]);
  expect(cycles[0]).toEqual(reportOf("v2").cycles[0]);
  expect(cycles[1]!.unlabelled.flipped).toBeGreaterThan(0);
  const { retrained_from } = await readManifest(at("adapted"));
  expect(retrained_from).toMatchObject({ line: "model", pseudo_labelled: 0 });
  await run("predict", "u.parquet", "--model", "adapted", "--out", "adapted.parquet");
  const said = await rowsOf(
    `SELECT label, count(*)::INTEGER AS n FROM ${duckdbLiteral(at("adapted.parquet"))}
     WHERE "user" NOT IN (${reportOf("adapted").holdout.people.map(duckdbLiteral).join(", ")}) GROUP BY label`,
  );
  expect(Object.fromEntries(said.map(({ label, n }) => [label, n]))).toEqual(cycles[1]!.unlabelled.predicted);
});

it("an adopted model stays, with its complete log, if the registry cannot be changed", async () => {
  mkdirSync(at("other"));
  writeFileSync(at("other", "registry.json"), "{");
  const { exitCode, stderr } = await run(...words("u.parquet", "other/v2", "--promote"));
  expect(exitCode).toBe(2);
  expect(stderr).toMatch(/^error: other\/v2 was adopted and written, but not promoted: .*registry\.json/m);
  expect(stderr).toContain("tidemark models promote other/v2");
  expect(stderr).not.toContain("tracking");
  expect((await readTrackingLog(at("other", "v2", trackingFile))).at(-1)).toMatchObject({ type: "complete" });
  expectEqualNetworks("other/v2", "v2");
});

describe("wrong usage", () => {
  it.each<[string, string[], RegExp]>([
    ["no files", [], /files/],
    ["an unknown adaptation", ["u.parquet", "--adapt", "coral"], /--adapt/],
    ["two labelled people", ["u.parquet", "--labelled", "two.parquet"], /expected at least three people, got 2 /],
  ])("leads to exit code 2 and one message, and leaves nothing behind: %s", async (_, given, says) => {
    await table("r.parquet", "two.parquet", (from) => `SELECT * FROM ${from} WHERE "user" < 'person-03'`);
    const { exitCode, stderr } = await run("retrain", ...given, "--model", "model", "--out", "wrong");
    expect({ exitCode, stderr }).toEqual({ exitCode: 2, stderr: expect.stringMatching(says) });
    expect(stderr).toMatch(/^error: /);
    expect(stderr).not.toMatch(/\n\s+at /);
    for (const left of ["wrong", "wrong.partial", "wrong.refused"]) expect(existsSync(at(left)), left).toBe(false);
  });

  const options = (given: Record<string, unknown>): RetrainOptions => ({
    files: [at("u.parquet")],
    model: at("model"),
    out: at("wrong"),
    seed: 1,
    ...given,
  });

  it.each<[string, Record<string, unknown>, RegExp]>([
    ["no such model", { model: at("nowhere") }, /nowhere/],
    ["no such line", { model: at("nowhere@champion") }, /no line of models named "nowhere"/],
    ["files that are not there", { files: [at("gone.parquet")] }, /gone\.parquet/],
    ["a folder that holds a model", { out: at("v2") }, /already contains another model/],
    [
      "a place for its refusal that is a file",
      { out: at("taken") },
      /taken\.refused: expected a folder or nothing, found a file/,
    ],
    ["the name of an alias", { out: at("v4@champion") }, /could never be opened/],
    ["a step of nothing", { step: 0 }, /--step/],
    ["a threshold above one", { threshold: 1.5 }, /--threshold/],
    ["an unknown selector", { select: "best" }, /--select/],
    ["an unknown restart", { restart: "warm" }, /--restart/],
    ["most people held out", { holdout: 0.9 }, /--holdout/],
    ["an alias of nothing registered", { alias: "champion" }, /--alias/],
    ["a column of truth that is not there", { truth: "verity" }, /verity/],
    ["a label of no other recordings", { label: "activity" }, /--label describes other labelled recordings/],
    ["too few channels", { channels: ["Ax", "Ay"] }, /6 channels \(Ax, Ay, Az, Gx, Gy, Gz\), got 2/],
    ["nothing to resume", { resume: true }, /no interrupted run/],
  ])("%s is refused", async (_, given, says) => {
    writeFileSync(at("taken.refused"), "");
    await expect(retrain(options(given))).rejects.toMatchObject({ exitCode: 2, message: expect.stringMatching(says) });
    for (const left of ["wrong", "wrong.partial", "wrong.refused"]) expect(existsSync(at(left)), left).toBe(false);
  });

  it.each<[string, string, string, RegExp]>([
    ["without a channel", "files", "SELECT * EXCLUDE (Gz)", /quality gate[\s\S]*Gz/],
    ["that are too short", "files", "SELECT * REPLACE (timestamp_s / 60 AS timestamp_s)", /quality gate/],
    ["of another unit", "files", "SELECT * REPLACE (1e6 * Ax AS Ax)", /quality gate[\s\S]*Ax/],
    ["without a class", "labelled", "SELECT * REPLACE (replace(activity, 'walk', 'jogg') AS activity)", /of walking/],
  ])("recordings %s are refused", async (_, option, select, says) => {
    const from = option === "files" ? "u.parquet" : "r.parquet";
    await table(from, "wrong.parquet", (path) => `${select} FROM ${path}`);
    const running = retrain(options({ [option]: [at("wrong.parquet")] }));
    await expect(running).rejects.toMatchObject({ exitCode: 2, message: expect.stringMatching(says) });
    expect(existsSync(at("wrong.partial"))).toBe(false);
  });

  it("unlabelled recordings only of the holdout's people are rejected", async () => {
    const person = duckdbLiteral(reportOf("v2").holdout.people[0]!);
    await table("u.parquet", "decider.parquet", (from) => `SELECT * FROM ${from} WHERE "user" = ${person}`);
    const running = retrain(options({ files: [at("decider.parquet")] }));
    await expect(running).rejects.toMatchObject({
      exitCode: 2,
      message: "expected unlabelled windows of people who are not in the holdout, found none",
    });
  });

  it("training recordings that have changed are rejected", async () => {
    renameSync(at("r.parquet"), at("kept.parquet"));
    try {
      await expect(retrain(options({}))).rejects.toMatchObject({
        exitCode: 2,
        message: expect.stringMatching(/the training recordings of .*: .*r\.parquet/),
      });
      await table("kept.parquet", "r.parquet", (from) => `SELECT * REPLACE (Ax + 1e-3 AS Ax) FROM ${from}`);
      const says = /r\.parquet: the content differs from what .*model learned from\n {2}expected sha256:\w+\n {2}found/;
      await expect(retrain(options({}))).rejects.toMatchObject({
        exitCode: 2,
        message: expect.stringMatching(says),
        advice: expect.stringContaining("--labelled"),
      });
    } finally {
      renameSync(at("kept.parquet"), at("r.parquet"));
    }
  });
});

describe("the data for a retraining", () => {
  const prepare = async (options: Record<string, unknown>): Promise<RetrainData> =>
    prepareRetraining(
      resolveRetrainConfig({
        files: [at("u.parquet")],
        model: at("model"),
        out: "-",
        labelled: [at("r.parquet")],
        ...options,
      }),
      await openModelHandle(at("model")),
    );
  const peopleOf = ({ windows }: RetrainData, rows: Int32Array): string[] => [
    ...new Set(Array.from(rows, (row) => windows.users[windows.groups[row]!]!)),
  ];

  it.each([1, 2, 3])("keeps the holdout out of everything that is learned from (seed %i)", async (seed) => {
    const data = await prepare({ seed });
    const heldOut = peopleOf(data, data.holdoutRows);
    expect(heldOut).toHaveLength(1);
    for (const rows of [data.trainRows, data.unlabelledRows]) {
      for (const person of peopleOf(data, rows)) expect(heldOut).not.toContain(person);
    }
    const all = [data.trainRows, data.holdoutRows, data.unlabelledRows].flatMap((rows) => [...rows]);
    expect(new Set(all).size).toBe(all.length);
    expect(data.windows.labels.filter((label) => label === -1)).toHaveLength(6 * 117);
    expect(data.unlabelledRows.every((row) => data.windows.labels[row] === -1)).toBe(true);
    expect(data.trainRows.every((row) => data.windows.labels[row]! >= 0)).toBe(true);
    // Even if labelled people also have unlabelled recordings, a fold that holds a person out learns from none of that person's
    // windows.
    const rows = Int32Array.from(data.unlabelledRows.keys());
    const labels = rows.map((row) => row % 3);
    for (const person of peopleOf(data, data.trainRows)) {
      const tested = data.trainRows.filter((row) => data.windows.users[data.windows.groups[row]!] === person);
      const fold = crossFitOthers(data, { rows, labels }, tested);
      const learned = fold.selection!.rows.map((row) => data.unlabelledRows[row]!);
      expect(learned).toEqual(fold.unlabelledRows);
      expect(peopleOf(data, learned)).toEqual(peopleOf(data, data.unlabelledRows).filter((name) => name !== person));
      expect(fold.selection!.labels).toEqual(fold.selection!.rows.map((row) => row % 3));
    }
  });

  it("has two people if there are more, or the share that was requested", async () => {
    await simulateTiny(at("eight.parquet"), { users: 8, seed: 5 });
    const labelled = [at("eight.parquet")];
    for (const [holdout, count] of [
      [0.1, 2],
      [0.5, 4],
    ] as const) {
      const data = await prepare({ labelled, holdout });
      expect(peopleOf(data, data.holdoutRows)).toHaveLength(count);
    }
  });

  it("contains the champion's predictions, which come from its folds for people that it learned from", async () => {
    const data = await prepare({ seed: 1 });
    const [person] = peopleOf(data, data.holdoutRows);
    const said = await rowsOf(
      `SELECT p_jogging, p_sitting, p_walking FROM ${duckdbLiteral(at("model", modelFiles.outOfFold))}
       WHERE "user" = ${duckdbLiteral(person!)} ORDER BY recording, start_s`,
    );
    const [heard] = [data.championOnHoldout];
    const rows = said.map((row) =>
      Object.values(row)
        .map((value) => Math.fround(Number(value)))
        .join(),
    );
    const own = Array.from({ length: heard!.length / 3 }, (_, w) => [...heard!.subarray(3 * w, 3 * w + 3)].join());
    expect(own.sort()).toEqual(rows.sort());
    expect(data.warnings.join("\n")).not.toContain("too optimistic");
  });

  it("warns if the champion learned from the people in the holdout and no honest prediction is left", async () => {
    await table(
      "r.parquet",
      "others.parquet",
      (from) => `SELECT * REPLACE ('x' || recording AS recording) FROM ${from}`,
    );
    const { warnings } = await prepare({ labelled: [at("others.parquet")] });
    expect(warnings.join("\n")).toMatch(
      /was trained on other recordings of person-0\d, who are in the holdout.*too optimistic/,
    );
  });

  it("contains true labels only on request, one at the middle of each window", async () => {
    expect((await prepare({})).truth).toBeNull();
    const { truth, unlabelledRows, windows } = await prepare({ truth: "activity" });
    const recordings = Array.from(unlabelledRows, (row) => windows.recordings[windows.recordingIndex[row]!]!);
    expect([...truth!].map((label) => windows.classes[label])).toEqual(recordings.map((name) => name.split("-")[0]));
    const unknown = "CASE WHEN activity = 'walking' THEN 'hopping' ELSE activity END AS activity";
    await table("u.parquet", "hopping.parquet", (from) => `SELECT * REPLACE (${unknown}) FROM ${from}`);
    const hopping = await prepare({ truth: "activity", files: [at("hopping.parquet")] });
    expect(hopping.truth!.filter((label) => label === -1)).toHaveLength(5 * 39);
    expect(hopping.warnings.join("\n")).toContain(
      `${5 * 39} of ${5 * 117} windows have no label that is a class of the model`,
    );
  });

  it("reads person and recording of unlabelled recordings from the training's columns, or from those that the user names", async () => {
    const monitor = await openModelHandle(at("model"));
    const who = 'SELECT "user" AS who, * EXCLUDE ("user") FROM ';
    for (const name of ["r", "u"]) await table(`${name}.parquet`, `${name}-who.parquet`, (from) => who + from);
    const own = {
      files: [at("u-who.parquet")],
      labelled: [at("r-who.parquet")],
      model: at("model"),
      out: "-",
      seed: 1,
    };
    const { watched } = monitor;
    const trained = new ModelHandle({ ...watched, config: { ...watched.config, group: "who" } });
    const expected = await prepare({ seed: 1 });
    for (const data of [
      await prepareRetraining(resolveRetrainConfig(own), trained),
      await prepareRetraining(resolveRetrainConfig({ ...own, group: "who" }), monitor),
    ]) {
      expect(data.windows.users).toEqual(expected.windows.users);
      expect([...data.unlabelledRows]).toEqual([...expected.unlabelledRows]);
    }
  });

  it("is the same whether the unlabelled recordings have a column of labels or not", async () => {
    await table("u.parquet", "bare.parquet", (from) => `SELECT * EXCLUDE (activity) FROM ${from}`);
    const [bare, all] = [await prepare({ files: [at("bare.parquet")] }), await prepare({})];
    expect(bare.windows.starts).toEqual(all.windows.starts);
    expect(bare.windows.labels).toEqual(all.windows.labels);
  });

  it("resamples other rates to the model's rate, and says so", async () => {
    await simulate({ out: at("fast.parquet"), users: 2, minutes: 1, rate: 50, seed: 8, activities });
    const { windows, warnings, unlabelledRows } = await prepare({ files: [at("fast.parquet")] });
    expect(windows.samplingRateHz).toBe(20);
    expect(unlabelledRows.length).toBeGreaterThan(0);
    expect(warnings.join("\n")).toMatch(/50/);
  });

  it("leaves out a labelled class that the model does not know, and says so", async () => {
    const some = "CASE WHEN activity = 'walking' AND timestamp_s < 20 THEN 'hopping' ELSE activity END AS activity";
    await table("r.parquet", "fourth.parquet", (from) => `SELECT * REPLACE (${some}) FROM ${from}`);
    const { windows, dropped, warnings } = await prepare({ labelled: [at("fourth.parquet")] });
    expect(windows.classes).toEqual(["jogging", "sitting", "walking"]);
    expect(dropped.unknownClass.stretches).toBe(4);
    expect(warnings.join("\n")).toMatch(/hopping/);
  });

  it("uses the epochs and rates of the champion's final fit, and continues with the last rate", async () => {
    expect((await prepare({})).schedule.learningRates).toEqual([0.001]);
    expect((await prepare({ epochs: 3 })).schedule.learningRates).toEqual([0.001, 0.001, 0.001]);
  });
});
