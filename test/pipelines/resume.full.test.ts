// Kills processes to test that the same seed produces identical bytes and that no finished epoch is lost.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { duckdbLiteral, openDuckdb } from "../../src/signals/files/duckdb.ts";
import { modelFiles } from "../../src/storage/model-folder.ts";
import { openStaging } from "../../src/storage/staging.ts";
import { type Ended, fileDirectory, signalledAtFiles, simulateTiny, start, tinyWords } from "./tiny-run.ts";

const directory = fileDirectory();
const recordings = join(directory, "recordings.parquet");
const uninterrupted = join(directory, "uninterrupted");

const trainWords = (out: string, ...more: string[]): string[] => [
  "train",
  recordings,
  "--out",
  out,
  ...tinyWords,
  ...more,
];
const run = (words: readonly string[]): Promise<Ended> => start(words).ended;

async function outOfFold(model: string): Promise<unknown> {
  const database = await openDuckdb();
  try {
    return await database.rows(`SELECT * FROM ${duckdbLiteral(join(model, modelFiles.outOfFold))}`);
  } finally {
    database.close();
  }
}

async function expectEqualModels(model: string): Promise<void> {
  for (const name of [modelFiles.network, modelFiles.scaler, modelFiles.labels]) {
    expect(readFileSync(join(model, name)).equals(readFileSync(join(uninterrupted, name))), name).toBe(true);
  }
  expect(await outOfFold(model)).toEqual(await outOfFold(uninterrupted));
}

/** Sends the signal as soon as the files are in the staging directory. */
const killAt = (out: string, files: readonly string[], signal: NodeJS.Signals): Promise<Ended> =>
  signalledAtFiles({ files: files.map((name) => `.partial/${name}`), signal }, trainWords(out));

beforeAll(async () => {
  await simulateTiny(recordings);
  const { exitCode, stderr } = await run(trainWords(uninterrupted));
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
});

it("the same seed gives the same bytes, whatever the number of workers", async () => {
  const again = join(directory, "again");
  await run(trainWords(again, "--jobs", "1"));
  await expectEqualModels(again);
  const other = join(directory, "other-seed");
  await run(trainWords(other, "--seed", "8"));
  expect(readFileSync(join(other, modelFiles.network)).equals(readFileSync(join(again, modelFiles.network)))).toBe(
    false,
  );
});

describe("kill -9 and --resume give the same bytes as a run that was never interrupted", () => {
  const moments: [string, string[]][] = [
    ["before the first epoch ends", ["run.json"]],
    ["after an epoch of a fold", ["fold-1.checkpoint"]],
    ["with both folds begun", ["fold-1.checkpoint", "fold-2.checkpoint"]],
    ["in the final fit", ["final.checkpoint"]],
  ];
  it.each(moments)("if the process is killed %s", async (name, files) => {
    const out = join(directory, name.replaceAll(" ", "-"));
    const killed = await killAt(out, files, "SIGKILL");
    expect(killed.signal).toBe("SIGKILL");
    expect(existsSync(out)).toBe(false);
    const again = await run(trainWords(out));
    expect(again).toMatchObject({ exitCode: 2, stdout: "" });
    expect(again.stderr).toContain("--resume");
    const resumed = await run(trainWords(out, "--resume"));
    expect({ exitCode: resumed.exitCode, stderr: resumed.stderr }).toEqual({ exitCode: 0, stderr: "" });
    await expectEqualModels(out);
    expect(existsSync(`${out}.partial`)).toBe(false);
  });
});

it("Ctrl-C writes a checkpoint and prints the command that goes on", async () => {
  const out = join(directory, "stopped here");
  const stopped = await killAt(out, ["fold-1.checkpoint"], "SIGINT");
  expect(stopped.exitCode).toBe(130);
  expect(stopped.stderr).toMatch(
    /error: stopped; all completed work is kept in .*\.partial\nContinue with: tidemark train .* --resume\n$/,
  );
  expect(existsSync(out)).toBe(false);
  const command = /Continue with: tidemark (.*)\n/.exec(stopped.stderr)![1]!;
  const words = [...command.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain!);
  const { exitCode, stdout } = await run(words);
  expect(exitCode).toBe(0);
  expect(stdout).toContain("resumes after epoch");
  await expectEqualModels(out);
});

describe("--resume", () => {
  const out = join(directory, "refusals");
  beforeAll(async () => {
    await killAt(out, ["fold-1.checkpoint"], "SIGKILL");
  });

  it("names each option that differs", async () => {
    const { exitCode, stderr } = await run(trainWords(out, "--resume", "--epochs", "4", "--class-weights", "balanced"));
    expect(exitCode).toBe(2);
    expect(stderr).toContain("--epochs: was 3, is 4");
    expect(stderr).toContain('--class-weights: was "none", is "balanced"');
    expect(stderr).not.toContain("data:");
  });

  it("rejects different data", async () => {
    const others = join(directory, "others.parquet");
    await simulateTiny(others, { seed: 4 });
    const { exitCode, stderr } = await run(["train", others, "--out", out, ...tinyWords, "--resume"]);
    expect(exitCode).toBe(2);
    expect(stderr).toContain("data: the content of the recordings has changed");
  });

  it("accepts the same data under a different name, and is rejected if there is nothing to resume", async () => {
    const copy = join(directory, "copy.parquet");
    writeFileSync(copy, readFileSync(recordings));
    const { exitCode } = await run(["train", copy, "--out", out, ...tinyWords, "--resume"]);
    expect(exitCode).toBe(0);
    await expectEqualModels(out);
    const nothing = await run(trainWords(join(directory, "never-begun"), "--resume"));
    expect(nothing.exitCode).toBe(2);
    expect(nothing.stderr).toContain("no interrupted run");
  });
});

it("a second process with the same --out is rejected while the first one runs", async () => {
  const out = join(directory, "two");
  const first = await openStaging(out, { resume: false });
  const second = await run(trainWords(out));
  expect(second.exitCode).toBe(2);
  expect(second.stderr).toMatch(/process \d+ .* is training /);
  await first.release();
  expect((await run(trainWords(out))).exitCode).toBe(0);
  await expectEqualModels(out);
});

it("an --out that contains another model is rejected, and the model stays", async () => {
  const before = readdirSync(uninterrupted);
  const { exitCode, stderr } = await run(trainWords(uninterrupted));
  expect(exitCode).toBe(2);
  expect(stderr).toContain("already contains another model");
  expect(readdirSync(uninterrupted)).toEqual(before);
  mkdirSync(join(directory, "empty"));
  expect((await run(trainWords(join(directory, "empty")))).exitCode).toBe(0);
});
