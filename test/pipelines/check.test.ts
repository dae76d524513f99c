// Tests the commands check, baseline and reference: exit codes, faults, and the files that a batch may or may not change.
import { cpSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import type { CheckResult, JudgedBatch } from "../../src/monitoring/streams/check-result.ts";
import { checkResultSchema } from "../../src/monitoring/streams/check-result-schema.ts";
import { type RollingReference, rollingReferenceSchema } from "../../src/monitoring/streams/rolling-reference.ts";
import { check } from "../../src/pipelines/check.ts";
import { simulate } from "../../src/pipelines/simulate.ts";
import { duckdbLiteral, openDuckdb } from "../../src/signals/files/duckdb.ts";
import { rollingReferencePathOfStream } from "../../src/storage/stream-names.ts";
import { resident } from "./resident.ts";
import { copySharedModel } from "./shared-model.ts";
import { type Ended, fileDirectory, start } from "./tiny-run.ts";

const directory = fileDirectory();
const at = (name: string): string => join(directory, name);
const run = resident(directory);
const batches = 8;

async function sql(text: string): Promise<void> {
  const database = await openDuckdb();
  try {
    await database.connection.run(text);
  } finally {
    database.close();
  }
}

/**
 * Writes the result of a query to a file. `from` is a subquery for batch `i` of one new person, which has a recording of each
 * activity.
 */
async function batchFile(name: string, select: (from: string) => string, i = 0): Promise<void> {
  const own = `(SELECT * FROM ${duckdbLiteral(at("person.parquet"))} WHERE recording LIKE '%-${i + 1}')`;
  await sql(`COPY (${select(own)}) TO ${duckdbLiteral(at(name))}`);
}

interface Asked {
  readonly exitCode: number | null;
  readonly result: CheckResult;
  readonly known: boolean;
}

const checkWords = (...words: string[]): string[] => ["check", ...words, "--model", "model", "--json"];
const answered = ({ exitCode, stdout, stderr }: Ended): Asked => {
  expect(stderr).toBe("");
  expect(stdout.trimEnd().split("\n")).toHaveLength(1);
  const { known, ...result } = JSON.parse(stdout);
  return { exitCode, result: checkResultSchema.parse(result), known };
};
const ask = async (...words: string[]): Promise<Asked> => answered(await run(...checkWords(...words)));
const judged = (result: CheckResult): JudgedBatch => {
  expect(result.verdict).not.toBe("rejected");
  return result as JudgedBatch;
};
const reference = (stream: string): RollingReference =>
  rollingReferenceSchema.parse(
    JSON.parse(readFileSync(join(at("model"), rollingReferencePathOfStream(stream)), "utf8")),
  );
const idsOf = (stream: string): string[] => reference(stream).batches.map(({ batch_id }) => batch_id);
const baselineText = (): string => readFileSync(at("model/baseline_stats.json"), "utf8");
let frozen = "";

const inGravities = "SELECT * REPLACE (Ax / 9.80665 AS Ax, Ay / 9.80665 AS Ay, Az / 9.80665 AS Az)";

beforeAll(async () => {
  await copySharedModel("eight people", directory, "model");
  frozen = baselineText();
  const activities = ["walking", "jogging", "sitting"];
  await simulate({ out: at("person.parquet"), users: 1, minutes: 36, rate: 20, seed: 11, activities });
  for (let i = 0; i < batches; i++) await batchFile(`b${i}.csv`, (from) => `SELECT * FROM ${from}`, i);
  await batchFile("g.csv", (from) => `${inGravities} FROM ${from}`);
});

describe("a stream of good batches", () => {
  it("is normal, advances the rolling reference, and never changes the baseline", async () => {
    const entered: string[] = [];
    for (let i = 0; i < batches; i++) {
      const { exitCode, result, known } = await ask(`b${i}.csv`, "--stream", "good");
      expect({ exitCode, known, verdict: result.verdict }).toEqual({ exitCode: 0, known: false, verdict: "normal" });
      const { comparisons: own, entered_references, doubtful } = judged(result);
      expect(entered_references).toBe(!doubtful);
      expect(own.map((comparison) => comparison.reference)).toEqual(
        entered.length < 4 ? ["baseline"] : ["baseline", "anchor", "rolling"],
      );
      expect(own.every(({ p_value }) => p_value! > 0 && p_value! <= 1)).toBe(true);
      const compared = ["Ax", "Ay", "Az", "Gx", "Gy", "Gz", "A magnitude", "A tempo", "A roughness"];
      for (const { channels } of own) expect(Object.keys(channels)).toEqual(compared);
      if (entered_references) entered.push(`b${i}.csv`);
    }
    expect(reference("good")).toMatchObject({ stream: "good", window_size: 4 });
    // By chance, about one drift-free batch in a hundred is doubtful and is kept out of the references.
    expect(entered.length).toBeGreaterThanOrEqual(batches - 1);
    expect(idsOf("good")).toEqual(entered.slice(-4));
    expect(Object.keys(reference("good").aggregated.rolling_mean)).toEqual(["Ax", "Ay", "Az", "Gx", "Gy", "Gz"]);
    expect(baselineText()).toBe(frozen);
    expect(existsSync(at("model/streams/good/rolling_reference.json"))).toBe(true);
  });

  it("is stored with the times of its data, even if it is rejected, but not with times without dates", async () => {
    const dates = "make_timestamp(1764151200000000 + CAST(1e6 * timestamp_s AS BIGINT)) AS timestamp_s";
    await batchFile("dated.csv", (from) => `SELECT * REPLACE (${dates}) FROM ${from}`);
    await batchFile("flat.csv", (from) => `SELECT * REPLACE (${dates}, 0 AS Ax) FROM ${from}`);
    for (const file of ["b0.csv", "dated.csv", "flat.csv"]) await ask(file, "--stream", "dated");
    const { stdout } = await run("streams", "show", "dated", "--model", "model", "--json");
    const history: { data_from: string | null; data_to: string | null }[] = JSON.parse(stdout).history;
    const times = { data_from: expect.stringMatching(/^2025-11-26T/), data_to: expect.stringMatching(/^2025-11-26T/) };
    expect(history).toMatchObject([{ data_from: null, data_to: null }, times, { ...times, verdict: "rejected" }]);
    expect(Date.parse(history[1]!.data_from!)).toBeLessThan(Date.parse(history[1]!.data_to!));
    const { stdout: text } = await run("streams", "show", "dated", "--model", "model");
    expect(text).toMatch(/^batch +received +data +verdict/m);
    expect(text).toMatch(/^dated\.csv .* 2025-11-26 /m);
  });

  it("prints the verdict first on a terminal, and then its basis", async () => {
    const { stdout, exitCode } = await run("check", "b0.csv", "--model", "model", "--stream", "shown");
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^normal {3}batch b0\.csv of stream shown\n/);
    expect(stdout).toMatch(/seen\s+in\s+[\d,]+\s+of\s+[\d,]+\s+drift-free\s+batches/);
    expect(stdout).toMatch(/calibrated\s+on\s+\d+\s+held-out\s+people\s+\(smallest\s+possible\s+p\s+0\.\d+/);
  });

  it("gets a warning if it contains data from several people, whose differences can look like drift", async () => {
    const halves = "SELECT * REPLACE (CASE WHEN timestamp_s < 30 THEN 'ann' ELSE 'bob' END AS \"user\")";
    await batchFile("two.csv", (from) => `${halves} FROM ${from}`);
    const aboutPeople = async (...words: string[]): Promise<string[]> =>
      judged((await ask(...words)).result).warnings.filter((warning) => warning.includes("people"));
    expect(await aboutPeople("two.csv", "--stream", "pair")).toEqual([
      "The batch contains data from 2 people (ann, bob). If several people share a stream, the differences between them can look like drift. Give each person a stream, for example with --stream-from user",
    ]);
    expect(await aboutPeople("b0.csv", "--stream", "single")).toEqual([]);
    const copies = ["b0.csv", "b1.csv"].map((file, i) => {
      writeFileSync(at(`sub_${i}.csv`), readFileSync(at(file), "utf8").replace(/^user,/, "unread,"));
      return `sub_${i}.csv`;
    });
    const fromPath = await aboutPeople(...copies, "--stream", "files", "--group-from-path", "sub_{user}.csv");
    expect(fromPath).toEqual([expect.stringMatching(/from 2 people \(0, 1\).* --stream-from 'sub_\{stream\}\.csv'$/)]);
  });

  it("has the same result whatever the order of its columns", async () => {
    await batchFile(
      "order.parquet",
      (from) => `SELECT Gz, Ay, timestamp_s, Ax, Gx, "user", Az, recording, Gy FROM ${from}`,
    );
    const [a, b] = await Promise.all(
      ["b0.csv", "order.parquet"].map((file) => ask(file, "--stream", `order of ${file}`)),
    );
    expect(judged(b!.result).comparisons).toEqual(judged(a!.result).comparisons);
  });
});

describe("a batch id", () => {
  it("is accepted once: the same data gets the same result, whatever its format, and other data is rejected", async () => {
    const first = await ask("b0.csv", "--stream", "ids", "--batch-id", "monday");
    const before = JSON.stringify(reference("ids"));
    await batchFile("b0.parquet", (from) => `SELECT * FROM ${from}`);
    for (const file of ["b0.csv", "b0.parquet"]) {
      const again = await ask(file, "--stream", "ids", "--batch-id", "monday");
      expect(again).toEqual({ ...first, known: true });
    }
    const other = await run("check", "b1.csv", "--model", "model", "--stream", "ids", "--batch-id", "monday");
    expect(other.exitCode).toBe(2);
    expect(other.stderr).toMatch(/"monday" of stream "ids" was already checked.*different content/);
    expect(JSON.stringify(reference("ids"))).toBe(before);
  });

  it("may be anything, as may a stream's name, in streams of their own", async () => {
    const stream = 'left wrist/ä "7"';
    const { exitCode } = await ask("b0.csv", "--stream", stream, "--batch-id", "4 May, noon");
    expect(exitCode).toBe(0);
    expect(idsOf(stream)).toEqual(["4 May, noon"]);
    expect(existsSync(at("model/streams"))).toBe(true);
  });

  it("is counted once by two concurrent checks", async () => {
    const processes = ["b0.csv", "b1.csv"].map((file) => start(checkWords(file, "--stream", "at once"), directory));
    const both = (await Promise.all(processes.map(({ ended }) => ended))).map(answered);
    expect(both.map(({ exitCode }) => exitCode)).toEqual([0, 0]);
    expect(idsOf("at once").sort()).toEqual(["b0.csv", "b1.csv"]);
  });
});

describe("an alarm", () => {
  it("is raised at once by accelerations in g, names the cause, and keeps the batch out until a person accepts it", async () => {
    const { exitCode, result } = await ask("g.csv", "--stream", "g");
    expect(exitCode).toBe(11);
    expect(judged(result)).toMatchObject({
      verdict: "sudden_change",
      alarm_since: "g.csv",
      entered_references: false,
      leading: "baseline",
    });
    expect(judged(result).likely_causes[0]).toMatchObject({
      kind: "unit",
      channels: ["Ax", "Ay", "Az"],
      fault: "is in g instead of m/s^2",
    });
    expect(judged(result)).toMatchObject({ accuracy: null, accuracy_unknown: expect.stringMatching(/with a fault/) });
    expect(idsOf("g")).toEqual([]);
    const accept = ["--accept", "--by", "ann", "--reason", "a new strap"];
    expect((await ask("g.csv", "--stream", "g", ...accept)).known).toBe(true);
    const history = await run("streams", "show", "g", "--model", "model", "--json");
    expect(JSON.parse(history.stdout).actions).toMatchObject([
      { action: "accept", subject: "g.csv", who: "ann", reason: "a new strap" },
    ]);
    const { exitCode: unused, stderr } = await run("check", "g.csv", "--model", "model", "--by", "ann");
    expect({ unused, stderr }).toMatchObject({ unused: 2, stderr: expect.stringContaining("so it needs --accept") });
    expect(idsOf("g")).toEqual(["g.csv"]);
    const { stdout } = await run("reference", "exclude", "g.csv", "--model", "model", "--stream", "g");
    expect(stdout).toBe("batch g.csv is no longer in the references\n");
    expect(idsOf("g")).toEqual([]);
    expect((await run("reference", "accept", "g.csv", "--model", "model", "--stream", "g")).exitCode).toBe(0);
    expect((await run("reference", "reset", "--model", "model", "--stream", "g")).exitCode).toBe(0);
    expect(idsOf("g")).toEqual([]);
    const shown = await run("reference", "show", "--model", "model", "--stream", "g");
    expect(shown.stdout).toMatch(/reference {2}stream g: 0 of 4 batches/);
    expect(shown.stdout).toMatch(/g\.csv .* accepted/);
    expect(baselineText()).toBe(frozen);
  });

  it("caused by a jump in one channel is sudden_change, but a slow drift before it was not", async () => {
    const shifted = async (name: string, i: number, amount: number): Promise<void> =>
      batchFile(name, (from) => `SELECT * REPLACE (Gy + ${amount} AS Gy) FROM ${from}`, i);
    const spread = JSON.parse(frozen).per_channel.Gy.std as number;
    for (let i = 0; i < 6; i++) expect((await ask(`b${i}.csv`, "--stream", "jump")).exitCode).toBe(0);
    let exitCode: number | null = 0;
    for (let i = 0; i < 5 && exitCode !== 11; i++) {
      await shifted(`jump${i}.csv`, i + 6, 1.5 * spread);
      ({ exitCode } = await ask(`jump${i}.csv`, "--stream", "jump"));
    }
    expect(exitCode).toBe(11);
    expect(idsOf("jump").filter((id) => id.startsWith("jump"))).toEqual([]);
  });

  it("is raised by filled gaps, which no channel's values reveal, and says where to look", async () => {
    const held = (name: string): string =>
      `CASE WHEN n % 2 = 1 THEN (lag(${name}) OVER w + lead(${name}) OVER w) / 2 END, ${name}`;
    const filled = (from: string): string =>
      `SELECT * EXCLUDE (n) REPLACE (${["Ax", "Ay", "Az"].map((name) => `coalesce(${held(name)}) AS ${name}`).join()}) ` +
      `FROM (SELECT *, row_number() OVER (PARTITION BY recording ORDER BY timestamp_s) AS n FROM ${from}) ` +
      "WINDOW w AS (PARTITION BY recording ORDER BY timestamp_s) ORDER BY recording, timestamp_s";
    for (let i = 0; i < 6; i++) expect((await ask(`b${i}.csv`, "--stream", "holes")).exitCode).toBe(0);
    let said = { exitCode: 0 as number | null, stdout: "" };
    for (let i = 0; i < 5 && said.exitCode === 0; i++) {
      await batchFile(`holes${i}.csv`, filled, i + 6);
      said = await run("check", `holes${i}.csv`, "--model", "model", "--stream", "holes");
    }
    expect(said.exitCode).toBe(11);
    expect(said.stdout).toContain("-> the roughness of A is furthest away: look for lost samples");
  });

  it("is often raised without drift by the textbook's constants, which the output names", async () => {
    const { stdout, exitCode } = await run(
      "check",
      "b0.csv",
      "--model",
      "model",
      "--stream",
      "f",
      "--thresholds",
      "fixed",
    );
    expect([10, 11]).toContain(exitCode);
    expect(stdout).toContain("fixed thresholds (KS .1/.2");
  });
});

describe("the quality gate", () => {
  it.each<[string, string, (from: string) => string]>([
    ["a missing column", "schema", (from) => `SELECT * EXCLUDE (Gz) FROM ${from}`],
    [
      "missing values",
      "missing",
      (from) => `SELECT * REPLACE (CASE WHEN random() < .1 THEN NULL ELSE Ax END AS Ax) FROM ${from}`,
    ],
    [
      "an absurd value",
      "range",
      (from) => `SELECT * REPLACE (CASE WHEN timestamp_s = 5 THEN 1e9 ELSE Ax END AS Ax) FROM ${from}`,
    ],
    ["time that runs backwards", "time", (from) => `SELECT * REPLACE (20 - timestamp_s AS timestamp_s) FROM ${from}`],
    ["a flat channel", "flat", (from) => `SELECT * REPLACE (0.5 AS Gx) FROM ${from}`],
    ["lost time", "lost_time", (from) => `SELECT * FROM ${from} WHERE timestamp_s % 4 < 2.5`],
    ["a single row", "too_short", (from) => `SELECT * FROM ${from} LIMIT 1`],
  ])("rejects %s with its reason, and changes no reference", async (_, code, select) => {
    const name = `${code}.csv`;
    await batchFile(name, select);
    const { exitCode, result } = await ask(name, "--stream", "gate");
    expect(exitCode).toBe(12);
    expect(result.verdict === "rejected" && result.reasons.map((reason) => reason.code)).toContain(code);
    expect(idsOf("gate")).toEqual([]);
    expect((await ask(name, "--stream", "gate")).known).toBe(true);
    const { stdout } = await run("reference", "show", "--model", "model", "--stream", "gate");
    expect(stdout).toMatch(new RegExp(`${code}\\.csv .* rejected .*${code}`));
    const accepted = await run("reference", "accept", name, "--model", "model", "--stream", "gate");
    expect(accepted).toMatchObject({ exitCode: 2, stderr: expect.stringMatching(/faulty data never enter/) });
  });

  it("does not apply to wrong usage", async () => {
    for (const words of [["nowhere.csv"], ["b0.csv", "--arl", "1"], ["b0.csv", "--thresholds", "loose"], []]) {
      const { exitCode, stderr } = await run("check", ...words, "--model", "model");
      expect(exitCode, words.join(" ")).toBe(2);
      expect(stderr).toMatch(/^error: /);
      expect(stderr).not.toMatch(/\n\s+at /);
    }
    expect((await run("check", "b0.csv", "--model", "nowhere")).exitCode).toBe(2);
  });
});

describe("the frozen side", () => {
  // biome-ignore lint/suspicious/noExplicitAny: a file may hold any JSON
  it.each<[string, (baseline: any) => void, RegExp]>([
    ["counts that do not sum", (b) => b.per_channel.Ax.histogram.counts[3]++, /Ax\.histogram\.counts: expected a sum/],
    ["percentiles out of order", (b) => (b.per_channel.Ax.percentile_5 = 99), /percentile_25: expected at least/],
    ["an edge too few", (b) => b.per_channel.Gz.histogram.bin_edges.pop(), /Gz\.histogram\.bin_edges: expected 65/],
    [
      "no spread",
      (b) => (b.per_channel.Gx.std = 0),
      /Gx\.std: expected more than 0, got 0: a\s+constant\s+channel\s+cannot\s+be\s+compared\s+with\s+anything/,
    ],
    ["a lost channel", (b) => delete b.per_channel.Gy, /per_channel\.Gy: missing/],
    ["a changed number", (b) => (b.per_channel.Ax.mean += 1e-9), /content_hash: expected\s+sha256/],
    ["another model's", (b) => (b.model_version = "other"), /model_version: expected/],
    ["a changed scaler", (b) => (b.scaler_hash = `sha256:${"0".repeat(64)}`), /scaler_hash: expected/],
    ["a lost drift section", (b) => delete b.drift, /drift: missing/],
    ["a signal without a grid", (b) => delete b.drift.edges["A tempo"], /standard\.A tempo: expected edges/],
    ["counts of a signal over another grid", (b) => b.drift.edges["A tempo"].pop(), /by_class\.\d\.A tempo: expected/],
    ["counts over another grid", (b) => b.drift.edges.Ax.pop(), /drift\.by_class\.\d\.Ax: expected/],
  ])("is refused with %s", async (name, change, says) => {
    const copy = `copy-${name.replaceAll(/[^a-z]/g, "-")}`;
    cpSync(at("model"), at(copy), { recursive: true });
    const baseline = JSON.parse(frozen);
    change(baseline);
    writeFileSync(at(`${copy}/baseline_stats.json`), JSON.stringify(baseline));
    const { exitCode, stdout } = await run("baseline", "validate", copy);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: expect.stringMatching(says) });
    await expect(check({ files: [at("b0.csv")], model: at(copy) })).rejects.toMatchObject({ exitCode: 2 });
  });

  it("is valid as written, and shows its own false alarms", async () => {
    expect(await run("baseline", "validate", "model")).toMatchObject({ exitCode: 0, stdout: "valid\n" });
    const { stdout } = await run("baseline", "show", "model");
    expect(stdout).toMatch(
      /own past +(recordings|halves of( recordings)?) +(whole|within classes|by class) +\d+ +\d+ +0\.\d+/,
    );
    expect(stdout).toMatch(/^days {7}rehearsed with bouts of \d.* on average$/m);
    expect((await run("baseline", "validate", "nowhere")).exitCode).toBe(2);
  });
});
