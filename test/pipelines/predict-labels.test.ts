// Tests the labels that `predict` assigns: minutes per person, labels smoothed over time, and `unknown` for windows with a low
// confidence.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { predict } from "../../src/pipelines/predict.ts";
import { duckdbLiteral } from "../../src/signals/files/duckdb.ts";
import { query } from "./query.ts";
import { resident } from "./resident.ts";
import { copySharedModel } from "./shared-model.ts";
import { fileDirectory, simulateTiny } from "./tiny-run.ts";

const directory = fileDirectory();
const run = resident(directory);
const at = (name: string): string => join(directory, name);
const model = at("walk");

const table = (name: string): string => duckdbLiteral(at(name));

beforeAll(async () => {
  await copySharedModel("four people", directory, "walk");
  await simulateTiny(at("s.parquet"), { users: 2, seed: 11 });
  // Each person has one recording, whose activity changes every 40 s, with a pause of 10 s.
  await query(
    `COPY (SELECT "user", timestamp_s + CASE split_part(recording, '-', 1) WHEN 'walking' THEN 0 WHEN 'jogging' THEN 40 ELSE 90 END AS timestamp_s,
       Ax, Ay, Az, Gx, Gy, Gz FROM ${table("s.parquet")} ORDER BY "user", 2) TO ${table("day.parquet")}`,
  );
});

describe("minutes", () => {
  it("count the time that windows cover once, by person and label", async () => {
    const { minutes, windows } = await predict({ files: [at("day.parquet")], model, out: at("p.parquet") });
    // At 20 Hz, windows of 40 samples with a step of 20 cover stretches of 80 s and 40 s completely.
    expect(windows).toBe(2 * (79 + 39));
    for (const own of Object.values(minutes)) {
      expect(Object.values(own).reduce((sum, n) => sum + n, 0)).toBeCloseTo(2, 3);
    }
    const counted = await query(
      `SELECT "user", label, count(*)::INTEGER AS n FROM ${table("p.parquet")} GROUP BY ALL ORDER BY ALL`,
    );
    expect(Object.keys(minutes)).toEqual([...new Set(counted.map(({ user }) => user))]);
    // Each window counts for one second, except the last window of each of the two stretches, which counts for two.
    for (const { user, label, n } of counted) {
      const own = minutes[String(user)]![String(label)]!;
      expect(own * 60).toBeGreaterThanOrEqual(Number(n) - 0.01);
      expect(own * 60).toBeLessThanOrEqual(Number(n) + 2.01);
    }
  });

  it("are printed by person", async () => {
    const { exitCode, stdout } = await run("predict", "day.parquet", "--model", "walk", "--out", "m.csv");
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^label +windows +share +minutes$/m);
    expect(stdout).toMatch(/^person +jogging +sitting +walking +all$/m);
    expect(stdout).toMatch(/^person-01( +\d+\.\d){3} +2\.0$/m);
  });
});

describe("--smooth", () => {
  it("changes labels less often, and writes the smoothed probabilities", async () => {
    const changes = async (name: string): Promise<number> => {
      const [row] = await query(
        `SELECT count(*)::INTEGER AS n FROM (SELECT label, lag(label) OVER (PARTITION BY "user" ORDER BY start_s) AS before
         FROM ${table(name)}) WHERE label != before`,
      );
      return Number(row!.n);
    };
    const { smooth } = await predict({ files: [at("day.parquet")], model, out: at("smooth.parquet"), smooth: 60 });
    expect(smooth).toBe(60);
    const [before, after] = [await changes("p.parquet"), await changes("smooth.parquet")];
    expect(after).toBeLessThan(before);
    const [sums] = await query(
      `SELECT max(abs(p_jogging + p_sitting + p_walking - 1))::DOUBLE AS off, max(abs(confidence - greatest(p_jogging, p_sitting, p_walking)))::DOUBLE AS c FROM ${table("smooth.parquet")}`,
    );
    expect(Number(sums!.off)).toBeLessThan(1e-5);
    expect(sums!.c).toBe(0);
  });
});

describe("--unknown", () => {
  it("is calibrated on the out-of-fold predictions, and states what it removes", async () => {
    const result = await predict({ files: [at("day.parquet")], model, out: at("u.parquet"), unknown: 0.2 });
    const { temperature } = JSON.parse(readFileSync(join(model, "cv_report.json"), "utf8"));
    const rows = await query(
      `SELECT label, p_jogging, p_sitting, p_walking FROM read_parquet(${table("walk/out_of_fold.parquet")})`,
    );
    const scored = rows.map(({ label, ...p }) => {
      const powers = Object.values(p).map((value) => Math.max(Number(value), 2 ** -126) ** (1 / temperature));
      const best = Math.max(...powers);
      const names = ["jogging", "sitting", "walking"];
      return {
        confidence: best / powers.reduce((sum, power) => sum + power, 0),
        isRight: names[powers.indexOf(best)] === label,
      };
    });
    const { unknown } = result;
    const below = (isRight: boolean): number => {
      const own = scored.filter((row) => row.isRight === isRight);
      return own.filter(({ confidence }) => confidence < unknown!.confidence).length / own.length;
    };
    expect(Math.abs(unknown!.share - 0.2)).toBeLessThan(0.01);
    expect(unknown!.wrong_removed).toBeCloseTo(below(false), 2);
    expect(unknown!.right_removed).toBeCloseTo(below(true), 2);
    const wrong = await query(
      `SELECT count(*)::INTEGER AS n FROM ${table("u.parquet")} WHERE (label = 'unknown') != (confidence < ${unknown!.confidence})`,
    );
    expect(wrong).toEqual([{ n: 0 }]);
    expect(Object.keys(result.classes)).toEqual(["jogging", "sitting", "walking", "unknown"]);
  });

  it("goes together with --smooth, in text and as JSON", async () => {
    const words = ["predict", "day.parquet", "--model", "walk", "--out", "b.csv", "--smooth", "30", "--unknown", "0.1"];
    const { exitCode, stdout } = await run(...words);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^smoothed {3}over time, for activities of 30 s on average$/m);
    expect(stdout).toMatch(/^unknown {4}below a confidence of 0\.\d{3}; in cross-validation, that removes/m);
    const json = await run(...words, "--overwrite", "--json");
    expect(JSON.parse(json.stdout)).toMatchObject({ smooth: 30, unknown: { confidence: expect.any(Number) } });
  });

  it.each([
    ["--unknown", "1"],
    ["--unknown", "0"],
    ["--smooth", "0"],
  ])("%s %s is refused before anything is read", async (...words) => {
    const { exitCode, stderr } = await run("predict", "absent.csv", "--model", "walk", "--out", "no.csv", ...words);
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(new RegExp(`^error: ${words[0]}: expected a number`));
  });
});
