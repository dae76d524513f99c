// Checks unusual batches with the real command: each gets a correct answer or a one-line error, and none causes an internal
// error.
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { beforeAll, describe, expect, it } from "vitest";
import type { CheckResult, RejectedBatch } from "../../src/monitoring/streams/check-result.ts";
import { checkResultSchema } from "../../src/monitoring/streams/check-result-schema.ts";
import { simulate } from "../../src/pipelines/simulate.ts";
import { duckdbLiteral, openDuckdb } from "../../src/signals/files/duckdb.ts";
import { monitorFile } from "../../src/storage/monitor-database.ts";
import { rollingReferencePathOfStream } from "../../src/storage/stream-names.ts";
import { resident } from "./resident.ts";
import { copySharedModel } from "./shared-model.ts";
import { type Ended, fileDirectory } from "./tiny-run.ts";

const directory = fileDirectory();
const at = (name: string): string => join(directory, name);
const run = resident(directory);
const sensors = ["Ax", "Ay", "Az", "Gx", "Gy", "Gz"];
const person = duckdbLiteral(at("person.parquet"));
/** One minute of walking by a person who was not in the model's training data. */
const walking = `(SELECT * FROM ${person} WHERE recording = (SELECT min(recording) FROM ${person}) AND timestamp_s < 60)`;

async function batchFile(name: string, query: string): Promise<void> {
  const database = await openDuckdb();
  try {
    await database.connection.run(`COPY (${query}) TO ${duckdbLiteral(at(name))}`);
  } finally {
    database.close();
  }
}

/** The stream's rolling reference, read from the file in the model folder that publishes it. */
const referencesOf = (stream: string, model = "model"): string => {
  const path = join(at(model), rollingReferencePathOfStream(stream));
  if (!existsSync(path)) return "[]";
  return JSON.stringify(JSON.parse(readFileSync(path, "utf8")).batches);
};

/**
 * Expects no internal error and no stack trace and, if a verdict is expected, one line of JSON, whatever the verdict is.
 */
function expectNoDefect({ exitCode, stdout, stderr }: Ended, verdictExpected: boolean): void {
  expect(stderr).not.toMatch(/\n\s+at |defect/);
  expect([0, 10, 11, 12, 2]).toContain(exitCode);
  if (!verdictExpected) return;
  expect(stderr).toBe("");
  expect(stdout.trimEnd().split("\n")).toHaveLength(1);
}

async function checkFile(file: string, ...words: string[]): Promise<{ exitCode: number | null; result: CheckResult }> {
  const ended = await run("check", file, "--model", "model", "--json", ...words);
  expectNoDefect(ended, true);
  const { known: _, ...result } = JSON.parse(ended.stdout);
  return { exitCode: ended.exitCode, result: checkResultSchema.parse(result) };
}

const reasonsOf = (result: CheckResult): RejectedBatch["reasons"] => {
  expect(result.verdict).toBe("rejected");
  return (result as RejectedBatch).reasons;
};

beforeAll(async () => {
  await copySharedModel("eight people", directory, "model");
  await simulate({ out: at("person.parquet"), users: 1, minutes: 3, rate: 20, seed: 11, activities: ["walking"] });
  await batchFile("good.parquet", `SELECT * FROM ${walking}`);
});

describe("a batch that cannot be judged", () => {
  const cases: readonly {
    readonly name: string;
    readonly query: string;
    readonly codes: readonly string[];
    readonly columns?: readonly string[];
  }[] = [
    {
      name: "infinities in a channel",
      query: `SELECT * REPLACE (CASE WHEN timestamp_s % 2 < 1 THEN 'inf'::DOUBLE ELSE Ax END AS Ax) FROM ${walking}`,
      codes: ["infinite", "lost_time", "too_short"],
      columns: ["Ax"],
    },
    {
      name: "infinities of both signs throughout",
      query: `SELECT * REPLACE (CASE WHEN timestamp_s % 2 < 1 THEN 'inf'::DOUBLE ELSE '-inf'::DOUBLE END AS Gz) FROM ${walking}`,
      codes: ["infinite", "too_short"],
      columns: ["Gz"],
    },
    {
      name: "no value in a channel",
      query: `SELECT * REPLACE (NULL::DOUBLE AS Ay) FROM ${walking}`,
      codes: ["missing", "too_short"],
      columns: ["Ay"],
    },
    {
      name: "NaN throughout a channel",
      query: `SELECT * REPLACE ('nan'::DOUBLE AS Ay) FROM ${walking}`,
      codes: ["missing", "too_short"],
      columns: ["Ay"],
    },
    {
      name: "a channel constant throughout",
      query: `SELECT * REPLACE (0.25 AS Gx) FROM ${walking}`,
      codes: ["flat"],
      columns: ["Gx"],
    },
    {
      name: "a million rows of one value",
      query:
        "SELECT 'p' AS \"user\", 'r' AS recording, i / 20.0 AS timestamp_s, 0.3 AS Ax, 0.3 AS Ay, 0.3 AS Az, 0.3 AS Gx, 0.3 AS Gy, 0.3 AS Gz FROM range(1000000) AS rows (i)",
      codes: Array<string>(6).fill("flat"),
      columns: sensors,
    },
    {
      name: "values of 1e30",
      query: `SELECT * REPLACE (CASE WHEN round(timestamp_s * 20)::BIGINT % 2 = 0 THEN 1e30 ELSE -1e30 END AS Az) FROM ${walking}`,
      codes: ["range"],
      columns: ["Az"],
    },
    {
      name: "values larger than a float32 holds",
      query: `SELECT * REPLACE (CASE WHEN timestamp_s < 30 THEN 1e300 ELSE Az END AS Az) FROM ${walking}`,
      codes: ["infinite"],
      columns: ["Az"],
    },
    {
      name: "one row",
      query: `SELECT * FROM ${walking} LIMIT 1`,
      codes: [...Array<string>(6).fill("flat"), "too_short"],
      columns: sensors,
    },
    { name: "no row", query: `SELECT * FROM ${walking} LIMIT 0`, codes: ["too_short"] },
    {
      name: "a rate far below the model's",
      query: `SELECT * FROM ${person} WHERE round(timestamp_s * 20)::BIGINT % 20 = 0`,
      codes: ["sampling_rate"],
      columns: ["timestamp_s"],
    },
    {
      name: "a time that stands still",
      query: `SELECT * REPLACE (5.0 AS timestamp_s) FROM ${walking}`,
      codes: ["time", ...Array<string>(6).fill("flat"), "too_short"],
      columns: ["timestamp_s", ...sensors],
    },
    {
      name: "text in a channel",
      query: `SELECT * REPLACE (CASE WHEN timestamp_s > 30 THEN 'off' ELSE Ax::VARCHAR END AS Ax) FROM ${walking}`,
      codes: ["schema"],
      columns: ["Ax"],
    },
  ];

  it.each(cases)("$name", async ({ name, query, codes, columns }) => {
    const file = `${name.replaceAll(/\W+/g, "-")}.parquet`;
    await batchFile(file, query);
    expect((await checkFile("good.parquet", "--stream", name)).exitCode).toBe(0);
    const before = referencesOf(name);
    expect(JSON.parse(before)).toHaveLength(1);
    const baseline = readFileSync(at("model/baseline_stats.json"), "utf8");

    const { exitCode, result } = await checkFile(file, "--stream", name);

    expect(exitCode).toBe(12);
    const reasons = reasonsOf(result);
    expect({ codes: reasons.map(({ code }) => code), reasons }).toMatchObject({ codes });
    const named = new Set(reasons.flatMap(({ column }) => column ?? []));
    expect([...named]).toEqual(columns ?? []);
    for (const { message } of reasons) expect(message).not.toContain("\n");
    expect(referencesOf(name)).toBe(before);
    expect(readFileSync(at("model/baseline_stats.json"), "utf8")).toBe(baseline);
  });
});

describe("a batch that can be judged, strange as it is", () => {
  it("is judged despite a few infinities and gaps, and a warning reports them", async () => {
    await batchFile(
      "few.parquet",
      `SELECT * REPLACE (CASE WHEN timestamp_s = 20 THEN 'inf'::DOUBLE WHEN timestamp_s = 40 THEN NULL ELSE Ax END AS Ax) FROM ${walking}`,
    );
    const { exitCode, result } = await checkFile("few.parquet", "--stream", "few");
    expect(exitCode).toBe(0);
    expect(result).toMatchObject({ verdict: "normal", entered_references: true });
    expect(JSON.stringify(result)).toContain("Channel Ax: 1 missing and 1 infinite values; their rows are left out.");
  });

  it.each([
    ["half", `SELECT * FROM ${walking} WHERE round(timestamp_s * 20)::BIGINT % 2 = 0`, 10, "upsampled"],
    [
      "twice",
      // The batch contains every sample, and after it the value halfway to the next sample.
      `SELECT * FROM ${walking} UNION ALL SELECT * REPLACE (timestamp_s + 0.025 AS timestamp_s) FROM ${walking} ORDER BY timestamp_s`,
      40,
      "resampled",
    ],
  ])("has %s the model's rate: it is brought to the model's, and said so", async (name, query, rate, how) => {
    await batchFile(`${name}.parquet`, query);
    const { exitCode, result } = await checkFile(`${name}.parquet`, "--stream", `rate ${name}`);
    expect(exitCode).toBe(0);
    expect(result).toMatchObject({ verdict: "normal", entered_references: true });
    expect(JSON.stringify(result)).toContain(`Recorded at ${rate} Hz, ${how} to the network's 20 Hz`);
  });

  it("raises an alarm at once if a channel is a thousand times too large, and is kept out of the references", async () => {
    await batchFile("thousand.parquet", `SELECT * REPLACE (1000 * Gx AS Gx) FROM ${person}`);
    const { exitCode, result } = await checkFile("thousand.parquet", "--stream", "thousand");
    expect(exitCode).toBe(11);
    expect(result).toMatchObject({ verdict: "sudden_change", entered_references: false, leading: "baseline" });
    expect(referencesOf("thousand")).toBe("[]");
  });

  it("counts data only once if they arrive under two ids in the same stream", async () => {
    for (const id of ["first", "second"]) {
      const { exitCode } = await checkFile("good.parquet", "--stream", "twice", "--batch-id", id);
      expect(exitCode).toBe(0);
    }
    expect(JSON.parse(referencesOf("twice"))).toHaveLength(1);
  });
});

describe("a model folder with a damaged ledger is rejected", () => {
  /** Copies a model whose stream "s" has one batch. */
  async function copyOf(name: string): Promise<string> {
    cpSync(at("model"), at(name), { recursive: true });
    for (const file of readdirSync(at(name))) if (file.startsWith(monitorFile)) rmSync(join(at(name), file));
    expect((await run("check", "good.parquet", "--model", name, "--stream", "s")).exitCode).toBe(0);
    return at(name);
  }
  const ledgerOf = (model: string): string => join(model, monitorFile);
  const contents = (model: string): string[] =>
    readdirSync(model, { recursive: true, encoding: "utf8" })
      .filter((file) => statSync(join(model, file)).isFile())
      .sort()
      .map((file) => `${file} ${readFileSync(join(model, file)).toString("base64")}`);

  /** Expects the input to be rejected with a single line that gives advice, and the folder to stay unchanged. */
  async function expectRefusal(model: string, says: RegExp): Promise<void> {
    const before = contents(model);
    const ended = await run("check", "good.parquet", "--model", model, "--stream", "s", "--batch-id", "next");
    expect(ended).toMatchObject({ exitCode: 2, stdout: "" });
    expectNoDefect(ended, false);
    expect(ended.stderr).toMatch(/^error: .*\n.*\n$/);
    expect(ended.stderr).toMatch(says);
    expect(contents(model)).toEqual(before);
  }

  it("if the ledger is not a database", async () => {
    const model = await copyOf("no-database");
    writeFileSync(ledgerOf(model), "these are not the batches that you are looking for\n".repeat(200));
    await expectRefusal(model, /monitor\.sqlite is not an SQLite database/);
  });

  it("if part of the ledger is missing", async () => {
    const model = await copyOf("cut");
    writeFileSync(ledgerOf(model), readFileSync(ledgerOf(model)).subarray(0, 5000));
    await expectRefusal(model, /monitor\.sqlite is damaged/);
  });

  it("if pages of the ledger contain rubbish", async () => {
    const model = await copyOf("rubbish");
    const bytes = readFileSync(ledgerOf(model));
    writeFileSync(ledgerOf(model), bytes.fill(0xa5, 100));
    await expectRefusal(model, /monitor\.sqlite is damaged/);
  });

  it.each([
    ["evidence of another form", `UPDATE streams SET state = '{"drift":{}}'`, /evidence/],
    ["evidence of other channels", `UPDATE streams SET state = replace(state, '"Ax":', '"Bx":')`, /evidence/],
    [
      "evidence that is no JSON",
      "UPDATE streams SET state = '{\"dri'",
      /the ledger is damaged: stream "s": state: expected JSON/,
    ],
    [
      "a batch's counts of another form",
      "UPDATE summaries SET summary = x'02'",
      /the ledger is damaged: batch "good.parquet": measurement: version: expected 1, got 2/,
    ],
    [
      "half of a batch's counts",
      "UPDATE summaries SET summary = substr(summary, 1, 400)",
      /the ledger is damaged: batch "good.parquet": measurement: incomplete, because it ends after 400 bytes/,
    ],
  ])("for a ledger with %s", async (name, change, says) => {
    const model = await copyOf(name.replaceAll(/\W+/g, "-"));
    const database = new DatabaseSync(ledgerOf(model));
    database.exec(change);
    database.close();
    await expectRefusal(model, says);
  });

  it("if a directory has the ledger's name", async () => {
    const model = await copyOf("directory");
    rmSync(ledgerOf(model));
    mkdirSync(ledgerOf(model));
    await expectRefusal(model, /monitor\.sqlite: expected a regular file, found a folder/);
  });

  it.skipIf(process.getuid?.() === 0)(
    "for a folder without permission to write (skipped as root, whom none stops)",
    async () => {
      const model = await copyOf("read-only");
      const files = [model, ledgerOf(model)];
      const modes = files.map((file) => statSync(file).mode);
      for (const file of files) chmodSync(file, statSync(file).mode & ~0o222);
      try {
        await expectRefusal(model, /monitor\.sqlite (cannot be written|cannot be opened or created|may not be)/);
      } finally {
        for (const [i, file] of files.entries()) chmodSync(file, modes[i]!);
      }
    },
  );

  it("if the ledger is empty", async () => {
    const model = await copyOf("empty");
    for (const file of readdirSync(model)) if (file.startsWith(monitorFile)) rmSync(join(model, file));
    writeFileSync(ledgerOf(model), "");
    await expectRefusal(model, /monitor\.sqlite: expected the ledger .* found an empty file/);
  });

  it("but not if the ledger was moved away or a published reference is damaged, because both are recreated", async () => {
    const model = await copyOf("anew");
    writeFileSync(join(model, rollingReferencePathOfStream("s")), "{");
    const words = ["good.parquet", "--model", "anew", "--stream", "s", "--batch-id"];
    expect((await run("check", ...words, "second")).exitCode).toBe(0);
    expect(JSON.parse(referencesOf("s", "anew"))).toHaveLength(1);
    for (const file of readdirSync(model)) if (file.startsWith(monitorFile)) rmSync(join(model, file));
    expect((await run("check", ...words, "third")).exitCode).toBe(0);
    expect(JSON.parse(referencesOf("s", "anew"))).toHaveLength(1);
  });
});
