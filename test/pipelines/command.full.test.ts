// Tests the `train` and `predict` commands: output as text and as JSON, config files, and predictions, which must match those
// that ONNX Runtime gives for the same model.onnx.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { beforeAll, describe, expect, it } from "vitest";
import { gatherWindows } from "../../src/signals/data/gather-windows.ts";
import { makeWindows } from "../../src/signals/data/make-windows.ts";
import { readRecordings } from "../../src/signals/data/read-recordings.ts";
import { duckdbLiteral, openDuckdb } from "../../src/signals/files/duckdb.ts";
import { resident } from "./resident.ts";
import { copySharedModel } from "./shared-model.ts";
import { fileDirectory, tinyWords } from "./tiny-run.ts";

const directory = fileDirectory();
const run = resident(directory);

async function rowsOf(file: string): Promise<Record<string, unknown>[]> {
  const database = await openDuckdb();
  try {
    return await database.rows(`SELECT * FROM ${duckdbLiteral(join(directory, file))}`);
  } finally {
    database.close();
  }
}

beforeAll(() => copySharedModel("four people", directory, "model"));

describe("train", () => {
  it("takes options from a config file, and gives precedence to the command line", async () => {
    writeFileSync(
      join(directory, "walk.yaml"),
      "files: r.parquet\nnetwork: compact\nrate: 20\nwindow: 40\nfolds: 3\nepochs: 1\nbatch-size: 16\nnormalize: robust\nclass-weights: balanced\n",
    );
    const { exitCode, stdout, stderr } = await run(
      "train",
      "--config",
      "walk.yaml",
      "--folds",
      "2",
      "--out",
      "configured/",
    );
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    expect(stdout).toContain("fold 2/2");
    expect(stdout).toMatch(/^report {5}\S*configured\/report\.html$/m);
    const { config } = JSON.parse(readFileSync(join(directory, "configured", "manifest.json"), "utf8"));
    expect(config).toMatchObject({
      folds: 2,
      normalize: "robust",
      class_weights: "balanced",
      window: 40,
      overlap: 0.5,
    });
    expect(JSON.parse(readFileSync(join(directory, "configured", "scaler.json"), "utf8")).method).toBe("robust");
  });

  it("prints one event per line with --json, and describes its result in the last one", async () => {
    const { exitCode, stdout } = await run(
      "train",
      "r.parquet",
      "--out",
      "events",
      ...tinyWords,
      "--epochs",
      "1",
      "--json",
    );
    expect(exitCode).toBe(0);
    const events = stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(events.find(({ type }) => type === "data")).toMatchObject({ rows: 9_600, users: 4 });
    expect(events.at(-1)).toMatchObject({ type: "done", out: "events", report: "events/report.html" });
  });
});

describe("predict", () => {
  it("gives the same results as ONNX Runtime for each window, whatever the format and the number of threads", async () => {
    const { exitCode, stdout } = await run("predict", "r.parquet", "--model", "model", "--out", "p.parquet");
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/468 windows labelled in .*, mean confidence 0\.\d+\np\.parquet\n$/);
    const rows = await rowsOf("p.parquet");
    const { recordings } = await readRecordings([join(directory, "r.parquet")], { requireLabels: false });
    const { windows } = makeWindows(recordings, { samplingRateHz: 20, windowSize: 40, overlap: 0.5 });
    const all = Int32Array.from(windows.starts.keys());
    const x = new Float32Array(all.length * 240);
    gatherWindows(windows, all, x);
    const session = await InferenceSession.create(join(directory, "model", "model.onnx"));
    expect([...session.inputNames, ...session.outputNames]).toEqual(["windows", "probabilities", "logits"]);
    const { probabilities } = await session.run({ windows: new Tensor("float32", x, [all.length, 40, 6]) });
    const classes = ["jogging", "sitting", "walking"];
    expect(rows).toHaveLength(all.length);
    for (const [i, row] of rows.entries()) {
      const p = classes.map((_, k) => Number(probabilities!.data[3 * i + k]));
      for (const [k, name] of classes.entries()) expect(Number(row[`p_${name}`])).toBeCloseTo(p[k]!, 5);
      const sorted = p.toSorted((a, b) => b - a);
      expect(row.label).toBe(classes[p.indexOf(sorted[0]!)]);
      expect(Number(row.confidence)).toBeCloseTo(sorted[0]!, 5);
      expect(Number(row.margin)).toBeCloseTo(sorted[0]! - sorted[1]!, 5);
      expect(Number(row.entropy)).toBeCloseTo(-p.reduce((sum, q) => sum + (q > 0 ? q * Math.log(q) : 0), 0), 5);
      expect(Number(row.end_s) - Number(row.start_s)).toBeCloseTo(2, 9);
    }
    await run("predict", "r.parquet", "--model", "model", "--out", "p1.csv", "--jobs", "1");
    await run("predict", "r.parquet", "--model", "model", "--out", "p2.csv", "--jobs", "2");
    expect(readFileSync(join(directory, "p1.csv"), "utf8")).toBe(readFileSync(join(directory, "p2.csv"), "utf8"));
  });

  it("ignores label columns, and reads columns with other names", async () => {
    const database = await openDuckdb();
    const from = duckdbLiteral(join(directory, "r.parquet"));
    const columns =
      'timestamp_s AS clock, "user" AS wearer, recording, Ax AS a1, Ay AS a2, Az AS a3, Gx AS g1, Gy AS g2, Gz AS g3';
    await database.connection.run(
      `COPY (SELECT ${columns} FROM ${from}) TO ${duckdbLiteral(join(directory, "renamed.csv"))}`,
    );
    database.close();
    await run("predict", "r.parquet", "--model", "model", "--out", "named.csv");
    const { exitCode, stderr } = await run(
      ...["predict", "renamed.csv", "--model", "model", "--out", "renamed-out.csv"],
      ...["--time", "clock", "--group", "wearer", "--channels", "a1,a2,a3,g1,g2,g3"],
    );
    expect({ exitCode, stderr: stderr.replaceAll(/^warning: .*\n/gm, "") }).toEqual({ exitCode: 0, stderr: "" });
    const [named, renamed] = [await rowsOf("named.csv"), await rowsOf("renamed-out.csv")];
    expect(renamed.map(({ label }) => label)).toEqual(named.map(({ label }) => label));
  });

  it("prints its summary as JSON", async () => {
    const { stdout } = await run("predict", "r.parquet", "--model", "model", "--out", "j.csv", "--json");
    const { windows, classes } = JSON.parse(stdout);
    expect(Object.values<number>(classes).reduce((sum, n) => sum + n, 0)).toBe(windows);
  });
});
