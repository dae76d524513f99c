// Tests `predict` on recordings that differ from the training data in rate or format, or contain faults. Also tests what
// `predict` and `train` print if they cannot write their output.
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { basename, join } from "node:path";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { beforeAll, describe, expect, it } from "vitest";
import { gatherWindows } from "../../src/signals/data/gather-windows.ts";
import { makeWindows } from "../../src/signals/data/make-windows.ts";
import { readRecordings } from "../../src/signals/data/read-recordings.ts";
import { duckdbLiteral } from "../../src/signals/files/duckdb.ts";
import { query } from "./query.ts";
import { resident } from "./resident.ts";
import { copySharedModel } from "./shared-model.ts";
import { fileDirectory, simulateTiny, startProgram, tinyWords } from "./tiny-run.ts";

const directory = fileDirectory();
const run = resident(directory);
const classes = ["jogging", "sitting", "walking"];

beforeAll(async () => {
  await copySharedModel("four people", directory, "models/walk");
});

describe("recordings with a different rate", () => {
  it.each([
    ["fast.parquet", 50],
    ["slow.tsv.gz", 12.5],
  ])("%s: resampled to the model's, with the probabilities of ONNX Runtime on those windows", async (file, rate) => {
    await simulateTiny(join(directory, file), { users: 2, seed: 9, rate });
    const { exitCode } = await run("predict", file, "--model", "models/walk", "--out", `of-${file}`);
    expect(exitCode).toBe(0);
    const rows = await query(`SELECT * FROM ${duckdbLiteral(join(directory, `of-${file}`))}`);
    const read = await readRecordings([join(directory, file)], { requireLabels: false, nominalRateHz: 20 });
    const { windows, resampledStretches } = makeWindows(read.recordings, {
      samplingRateHz: 20,
      windowSize: 40,
      overlap: 0.5,
    });
    expect(resampledStretches).toBeGreaterThan(0);
    const all = Int32Array.from(windows.starts.keys());
    expect(rows).toHaveLength(all.length);
    // There are two people with two minutes each, and one window per second.
    expect(Math.abs(all.length - 240)).toBeLessThan(20);
    const x = new Float32Array(all.length * 240);
    gatherWindows(windows, all, x);
    const session = await InferenceSession.create(join(directory, "models/walk/model.onnx"));
    const { probabilities } = await session.run({ windows: new Tensor("float32", x, [all.length, 40, 6]) });
    await session.release();
    for (const [i, row] of rows.entries()) {
      for (const [k, name] of classes.entries()) {
        expect(Number(row[`p_${name}`])).toBeCloseTo(Number(probabilities!.data[3 * i + k]), 5);
      }
      expect(Number(row.end_s) - Number(row.start_s)).toBeCloseTo(2, 9);
    }
  });
});

it("labels in the file are not read, whatever they are; the other columns may stand in any order", async () => {
  const file = duckdbLiteral(join(directory, "r.parquet"));
  await query(
    `COPY (SELECT Gz, Gy, Gx, 'juggling' AS activity, Az, Ay, Ax, timestamp_s, recording, "user" FROM ${file})
     TO ${duckdbLiteral(join(directory, "juggling.csv"))}`,
  );
  const both = ["r.parquet", "juggling.csv"].map(async (name) => {
    const out = `${basename(name)}.predictions.csv`;
    const { exitCode, stderr } = await run("predict", name, "--model", "models/walk", "--out", out);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    return query(`SELECT "user", recording, label, start_s FROM ${duckdbLiteral(join(directory, out))} ORDER BY ALL`);
  });
  const [plain, juggling] = await Promise.all(both);
  // Different labels could shift the windows, which never cross a label change, but each of these recordings has a single
  // label.
  expect(juggling).toEqual(plain);
  expect(new Set(juggling!.map(({ label }) => label))).not.toContain("juggling");
});

/** Returns the text of a CSV file with six channels at 20 Hz and without a person column. */
function sitting(change: (cells: string[], row: number) => string[], rows = 100): string {
  const lines = Array.from({ length: rows }, (_, i) => {
    const values = Array.from({ length: 6 }, (__, c) => Math.sin(i + c).toFixed(3));
    return change([(i / 20).toFixed(2), ...values], i).join(",");
  });
  return `timestamp_s,Ax,Ay,Az,Gx,Gy,Gz\n${lines.join("\n")}\n`;
}

describe("predict rejects, and leaves an existing table unchanged:", () => {
  const cases: readonly [string, { content?: string; words?: readonly string[]; says: RegExp }][] = [
    ["no file", { words: ["nobody.csv"], says: /nobody\.csv/ }],
    ["an empty file", { content: "", says: /bad\.csv.*empty/i }],
    [
      "text among the numbers",
      {
        content: sitting((cells, row) => (row === 3 ? cells.with(2, "n.a.?") : cells)),
        says: /bad\.csv.*"Ay"|"n\.a\.\?"/,
      },
    ],
    [
      "time that runs backwards",
      { content: sitting((cells, row) => (row === 60 ? cells.with(0, "0.1") : cells)), says: /backwards/ },
    ],
    [
      "missing values",
      { content: sitting((cells, row) => (row % 9 === 0 ? cells.with(4, "") : cells)), says: /"Gx".*missing/ },
    ],
    ["less than a window", { content: sitting((cells) => cells, 30), says: /window of 2 s \(40 samples/ }],
    ["an unknown option", { words: ["r.parquet", "--treshold", "1"], says: /unknown option '--treshold'/ }],
    [
      "a channel that is not there",
      { words: ["r.parquet", "--channels", "Ax,Ay,Az,Gx,Gy,Gzz"], says: /"Gzz".*\n.*"Gz"/ },
    ],
  ];
  it.each(cases)("%s", async (name, { content, words = ["bad.csv"], says }) => {
    const folder = join(directory, name.replaceAll(/\W+/g, "-"));
    mkdirSync(folder);
    if (content !== undefined) writeFileSync(join(folder, "bad.csv"), content);
    cpSync(join(directory, "r.parquet"), join(folder, "r.parquet"));
    writeFileSync(join(folder, "p.csv"), "what was there\n");
    const before = readdirSync(folder);
    const model = join(directory, "models/walk");
    const ended = await run.in(folder, "predict", ...words, "--model", model, "--out", "p.csv", "--overwrite");
    expect(ended).toMatchObject({ exitCode: 2, stdout: "" });
    expect(ended.stderr).toMatch(/^error: /m);
    expect(ended.stderr).toMatch(says);
    expect(ended.stderr).not.toMatch(/\n\s+at |defect/);
    expect(readFileSync(join(folder, "p.csv"), "utf8")).toBe("what was there\n");
    expect(readdirSync(folder)).toEqual(before);
  });
});

describe("a folder that is not a model", () => {
  it.each<[string, (model: string) => void, RegExp]>([
    ["not-there", () => {}, /not-there: expected a model folder, found no manifest\.json/],
    ["unfinished", (model) => mkdirSync(`${model}.partial`), /has not finished.*--resume/],
    [
      "torn",
      (model) => {
        cpSync(join(directory, "models/walk"), model, { recursive: true });
        truncateSync(join(model, "manifest.json"), 300);
      },
      /torn\/manifest\.json: expected JSON/,
    ],
    [
      "edited",
      (model) => {
        cpSync(join(directory, "models/walk"), model, { recursive: true });
        const path = join(model, "manifest.json");
        writeFileSync(path, readFileSync(path, "utf8").replace('"overlap": 0.5', '"overlap": 0.6'));
      },
      /edited: manifest\.json was changed after training/,
    ],
  ])("%s", async (name, make, says) => {
    make(join(directory, name));
    const ended = await run("predict", "r.parquet", "--model", name, "--out", "none.csv");
    expect(ended).toMatchObject({ exitCode: 2, stdout: "" });
    expect(ended.stderr).toMatch(says);
    expect(ended.stderr).not.toMatch(/\n\s+at |defect/);
    expect(existsSync(join(directory, "none.csv"))).toBe(false);
  });
});

describe("if nothing can be written", () => {
  // The root user may write everywhere except in the kernel's own file systems.
  const locked = process.getuid?.() === 0 ? "/sys" : join(directory, "locked");
  const absent = !existsSync("/sys") && process.getuid?.() === 0;

  it.skipIf(process.platform === "win32" || absent)("train and predict say so before they read", async () => {
    if (locked !== "/sys") {
      mkdirSync(locked);
      chmodSync(locked, 0o555);
    }
    const trained = await run("train", "r.parquet", "--out", `${locked}/walk`, ...tinyWords);
    expect(trained).toMatchObject({ exitCode: 2, stdout: "" });
    expect(trained.stderr).toMatch(
      /^error: --out \S+\/walk: could not be written: E(PERM|ACCES|ROFS)[^\n]*\nCheck that [^\n]*\n$/,
    );
    const predicted = await run("predict", "r.parquet", "--model", "models/walk", "--out", `${locked}/p.csv`);
    expect(predicted).toMatchObject({ exitCode: 2, stdout: "" });
    expect(predicted.stderr).toMatch(/^error: --out \S+\/p\.csv: could not be written: [^\n]*\nCheck that [^\n]*\n$/);
  });

  it("a file in the way is named", async () => {
    const under = await run("train", "r.parquet", "--out", "r.parquet/walk", ...tinyWords);
    expect(under.exitCode).toBe(2);
    expect(under.stderr).toMatch(/^error: --out r\.parquet\/walk: .* a file/);
    const over = await run("train", "r.parquet", "--out", "r.parquet", ...tinyWords);
    expect(over.exitCode).toBe(2);
    expect(over.stderr).toMatch(/expected a directory that does not exist yet, found a file/);
  });
});

it("train --out . makes the empty directory the model", async () => {
  const here = join(directory, "here");
  mkdirSync(here);
  const words = ["train", "../r.parquet", "--out", ".", ...tinyWords, "--epochs", "1", "--day", "recorded"];
  expect(await run.in(here, ...words)).toMatchObject({ exitCode: 0, stderr: "" });
  expect(readdirSync(here)).toContain("manifest.json");
  expect(existsSync(`${here}.partial`)).toBe(false);
  const again = await run.in(here, ...words);
  expect(again.exitCode).toBe(2);
  const advice = /remove it first: (rm -r .*)\n$/.exec(again.stderr)![1]!;
  await startProgram("sh", ["-c", advice], directory).ended;
  expect(existsSync(here)).toBe(false);
});
