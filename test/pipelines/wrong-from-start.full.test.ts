// Tests the output for streams that have no past yet: impossible values raise the alarm, and the same data counts only once.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import type { JudgedBatch } from "../../src/monitoring/streams/check-result.ts";
import { checkResultSchema } from "../../src/monitoring/streams/check-result-schema.ts";
import { rollingReferenceSchema } from "../../src/monitoring/streams/rolling-reference.ts";
import { resolveRetrainConfig } from "../../src/options/resolve-config.ts";
import { openModelHandle } from "../../src/pipelines/model-handle.ts";
import { prepareRetraining } from "../../src/pipelines/prepare-retraining.ts";
import { simulate } from "../../src/pipelines/simulate.ts";
import { duckdbLiteral } from "../../src/signals/files/duckdb.ts";
import { rollingReferencePathOfStream } from "../../src/storage/stream-names.ts";
import { query } from "./query.ts";
import { resident } from "./resident.ts";
import { copySharedModel } from "./shared-model.ts";
import { fileDirectory } from "./tiny-run.ts";

const directory = fileDirectory();
const at = (name: string): string => join(directory, name);
const run = resident(directory);

async function write(name: string, columns: string, of: string): Promise<void> {
  const own = `(SELECT * FROM ${duckdbLiteral(at("person.parquet"))} WHERE recording LIKE '${of}')`;
  await writeQuery(name, `SELECT * REPLACE (${columns}) FROM ${own} ORDER BY recording, timestamp_s`);
}

const accelerations = ["Ax", "Ay", "Az"];
const each = (names: readonly string[], change: (name: string) => string): string =>
  names.map((name) => `${change(name)} AS ${name}`).join();
const second = "(PARTITION BY recording ORDER BY timestamp_s ROWS BETWEEN 10 PRECEDING AND 10 FOLLOWING)";

async function ask(file: string, stream: string): Promise<{ exitCode: number | null; result: JudgedBatch }> {
  const { exitCode, stdout, stderr } = await run("check", file, "--model", "model", "--stream", stream, "--json");
  expect(stderr).toBe("");
  const { known: _, ...result } = JSON.parse(stdout);
  return { exitCode, result: checkResultSchema.parse(result) as JudgedBatch };
}

/** Returns a query for recordings of a device that lies on a table and measures gravity and about 2 mg of noise. */
const onTable = (minutes: number, from = 0, sway = 0): string => {
  const noise = (name: string, mean: number | string, sd: number): string =>
    `${mean} + ${sd} * 3.46 * (random() - .5) AS ${name}`;
  const axes = [noise("Ax", `.3 + ${sway} * sin(i / 180)`, 0.02), noise("Ay", -0.2, 0.02), noise("Az", 9.8, 0.02)];
  const turns = ["Gx", "Gy", "Gz"].map((name) => noise(name, 0, 0.003));
  return `SELECT 'table' AS recording, ${from} + i / 20 AS timestamp_s, ${[...axes, ...turns].join()} FROM range(${minutes * 1200}) AS t(i)`;
};

async function writeQuery(name: string, select: string): Promise<void> {
  await query(`COPY (${select}) TO ${duckdbLiteral(at(name))}`);
}

const asleep = (minutes: number, from: number): string => onTable(minutes, from, 0.05);

const inReferences = (stream: string): number => {
  const path = join(at("model"), rollingReferencePathOfStream(stream));
  return existsSync(path) ? rollingReferenceSchema.parse(JSON.parse(readFileSync(path, "utf8"))).batches.length : 0;
};

beforeAll(async () => {
  await copySharedModel("eight people", directory, "model");
  const activities = ["walking", "jogging", "sitting"];
  await simulate({ out: at("person.parquet"), users: 1, minutes: 6, rate: 20, seed: 21, activities });
  await write("good.csv", "Ax AS Ax", "%-2");
});

describe("a stream that is faulty from its first batch", () => {
  it.each<[string, string, Partial<JudgedBatch["likely_causes"][number]>]>([
    ["in g", each(accelerations, (name) => `${name} / 9.80665`), { kind: "unit", fault: "is in g instead of m/s^2" }],
    [
      "in milli-g",
      each(accelerations, (name) => `${name} / 9.80665e-3`),
      { kind: "unit", fault: "is in milli-g instead of m/s^2" },
    ],
    [
      "without gravity",
      each(accelerations, (name) => `${name} - avg(${name}) OVER ${second}`),
      { kind: "gravity", fault: "has no gravity, unlike the training data" },
    ],
    [
      "in degrees",
      each(["Gx", "Gy", "Gz"], (name) => `degrees(${name})`),
      { kind: "unit", fault: "is in deg/s instead of rad/s", channels: ["Gx", "Gy", "Gz"] },
    ],
    [
      "with an axis that is stuck",
      "CASE WHEN percent_rank() OVER (PARTITION BY recording ORDER BY timestamp_s) > 2 / 3 THEN 1.25 ELSE Ay END AS Ay",
      { kind: "stuck channel", fault: "repeats its value", channels: ["Ay"] },
    ],
  ])("alarms at once if it is %s, and is normal once it is repaired", async (name, columns, cause) => {
    await write(`${name}.csv`, columns, "%-1");
    const wrong = await ask(`${name}.csv`, name);
    expect(wrong.exitCode).toBe(11);
    expect(wrong.result).toMatchObject({ verdict: "sudden_change", leading: "baseline", entered_references: false });
    expect(wrong.result.impossible).toHaveLength(1);
    expect(wrong.result.likely_causes).toMatchObject([cause]);
    expect(inReferences(name)).toBe(0);
    const repaired = await ask("good.csv", name);
    expect(repaired).toMatchObject({ exitCode: 0, result: { impossible: [], entered_references: true } });
    expect(inReferences(name)).toBe(1);
  });

  it("reports on a terminal which values are impossible, and what gravity would be", async () => {
    await write(
      "short.csv",
      each(accelerations, (name) => `${name} / 9.80665`),
      "walking-1",
    );
    const { stdout } = await run("check", "short.csv", "--model", "model", "--stream", "shown");
    expect(stdout.replaceAll(/\s+/g, " ")).toContain("impossible: A averages 1");
  });

  it("raises an alarm based on physics even if fixed thresholds are used", async () => {
    const words = ["--model", "model", "--stream", "fixed", "--thresholds", "fixed", "--json"];
    const { exitCode, stdout } = await run("check", "in g.csv", ...words);
    expect(exitCode).toBe(11);
    expect(JSON.parse(stdout)).toMatchObject({ verdict: "sudden_change", evidence: { raised_by: "beyond_chance" } });
  });
});

describe("the same data under several ids", () => {
  const ids = ["one", "two", "three", "four", "five"];
  const asked = async (file: string, stream: string, id: string, ...more: string[]) => {
    const words = ["--model", "model", "--stream", stream, "--batch-id", id, "--json", ...more];
    const { exitCode, stdout } = await run("check", file, ...words);
    return { exitCode, result: JSON.parse(stdout) as JudgedBatch };
  };

  it("count once: they neither enter a reference nor add evidence", async () => {
    for (const [i, id] of ids.entries()) {
      const { exitCode, result } = await asked("good.csv", "again", id);
      expect(exitCode).toBe(0);
      expect(result.entered_references).toBe(i === 0);
      expect(result.not_counted?.message ?? null).toBe(i === 0 ? null : "the same data already arrived as batch one");
    }
    expect(inReferences("again")).toBe(1);
    const { stdout } = await run("check", "good.csv", "--model", "model", "--stream", "again", "--batch-id", "six");
    expect(stdout.replaceAll(/\s+/g, " ")).toContain(
      "not counted: the same data already arrived as batch one, so the batch",
    );
    const shown = await run("reference", "show", "--model", "model", "--stream", "again");
    expect(shown.stdout).toMatch(/five .* doubtful .*already arrived\s+as batch/);
  });

  it("count again after a reset, or if a person accepts them", async () => {
    expect((await asked("good.csv", "again", "accepted", "--accept")).result.entered_references).toBe(true);
    await run("reference", "reset", "--model", "model", "--stream", "again");
    expect((await asked("good.csv", "again", "seven")).result).toMatchObject({
      not_counted: null,
      entered_references: true,
    });
  });

  it("raise an alarm each time if they are impossible", async () => {
    for (const id of ids.slice(0, 2)) expect((await asked("in g.csv", "twice in g", id)).exitCode).toBe(11);
  });
});

describe("a sensor that is not worn", () => {
  const walking = (): string =>
    `SELECT recording, timestamp_s, Ax, Ay, Az, Gx, Gy, Gz FROM ${duckdbLiteral(at("person.parquet"))} WHERE recording LIKE '%-2'`;

  it("is left out of a batch, which is judged by its other data", async () => {
    await writeQuery("evening.csv", `${walking()} UNION ALL ${onTable(20)} ORDER BY recording, timestamp_s`);
    const { exitCode, result } = await ask("evening.csv", "evening");
    expect(exitCode).toBe(0);
    expect(result.still!.seconds).toBeCloseTo(1200, 0);
    expect(result.not_counted).toBeNull();
    const worn = (await ask("good.csv", "worn")).result;
    expect(result.signals.class_shares).toEqual(worn.signals.class_shares);
    expect(result.comparisons[0]!.score).toBe(worn.comparisons[0]!.score);
    const { stdout } = await run("check", "evening.csv", "--model", "model", "--stream", "shown evening");
    expect(stdout.replaceAll(/\s+/g, " ")).toContain("no movement for 20 min 0 s of 23 min");
  });

  it("keeps a batch from counting if nothing moved for ten minutes, in this batch and the batches before it", async () => {
    await writeQuery("night.csv", onTable(70));
    const night = await ask("night.csv", "night");
    expect(night).toMatchObject({ exitCode: 0, result: { entered_references: false } });
    expect(night.result.not_counted).toEqual({
      reason: "not_worn",
      message: "not worn: nothing has moved for 70 min",
    });
    const counted: boolean[] = [];
    for (let i = 0; i < 4; i++) {
      await writeQuery(`still${i}.csv`, asleep(3, i * 180));
      counted.push((await ask(`still${i}.csv`, "minutes")).result.not_counted === null);
    }
    expect(counted).toEqual([true, true, true, false]);
    expect((await ask("good.csv", "minutes")).result.not_counted).toBeNull();
  });

  it("keeps a batch from counting from its first minute if the sensor lies still, and so do later batches in the same position", async () => {
    const answers = [];
    for (const [i, select] of [onTable(1), onTable(1, 60), asleep(1, 120)].entries()) {
      await writeQuery(`table${i}.csv`, select);
      answers.push((await ask(`table${i}.csv`, "table")).result.not_counted?.message);
    }
    expect(answers).toEqual([1, 2, 3].map((min) => `nothing has moved for ${min} min (not worn or charging)`));
    expect(inReferences("table")).toBe(0);
    expect((await ask("good.csv", "table")).result).toMatchObject({ not_counted: null, entered_references: true });
    await writeQuery("sitting.csv", asleep(1, 180));
    expect((await ask("sitting.csv", "table")).result.not_counted).toBeNull();
  });
});

describe("a batch that does not count", () => {
  it("says nothing about an alarm, which therefore continues", async () => {
    await write(
      "wrong.csv",
      each(accelerations, (name) => `${name} / 9.80665`),
      "walking-1",
    );
    await writeQuery("night.csv", onTable(70));
    expect((await ask("wrong.csv", "wrong")).exitCode).toBe(11);
    const night = await ask("night.csv", "wrong");
    expect(night).toMatchObject({ exitCode: 11, result: { verdict: "sudden_change", entered_references: false } });
    expect(night.result.alarm_since).toBe("wrong.csv");
    expect((await ask("good.csv", "wrong")).exitCode).toBe(0);
  });
});

describe("commands that keep no memory of a stream", () => {
  const inG = /Impossible values: A averages 1.* Likely cause: Ax, Ay, Az are in g instead of m\/s\^2\./;
  const warned = async (...words: string[]): Promise<string> => {
    const { exitCode, stderr } = await run(...words, "--model", "model");
    expect(exitCode).toBe(0);
    return stderr.replaceAll(/\s+/g, " ");
  };

  it("predict warns about impossible values as check does, and only about those", async () => {
    expect(await warned("predict", "good.csv", "--out", "good.labels.csv")).toBe("");
    expect(await warned("predict", "in g.csv", "--out", "g.labels.csv")).toMatch(inG);
  });

  it("evaluate warns that bad figures may be due to the recordings", async () => {
    expect(await warned("evaluate", "in g.csv")).toMatch(inG);
  });

  it("retrain warns of unlabelled recordings", async () => {
    const warnings = async (name: string, columns: string): Promise<string> => {
      await write(name, `${columns}, 'new' AS "user"`, "%-2");
      const config = resolveRetrainConfig({
        files: [at(name)],
        labelled: [at("r.parquet")],
        model: at("model"),
        out: at("none"),
      });
      return (await prepareRetraining(config, await openModelHandle(config.model))).warnings.join("\n");
    };
    expect(await warnings("new.csv", "Ax AS Ax")).not.toMatch(/unlabelled recordings/);
    const scaled = each(accelerations, (name) => `${name} / 9.80665`);
    expect(await warnings("new in g.csv", scaled)).toMatch(
      new RegExp(`^The unlabelled recordings: ${inG.source}`, "m"),
    );
  });
});
