// Tests, on one small model, the behaviour that all commands that read recordings share.

import { execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { UserError } from "../../src/errors.ts";
import type { TrainConfig } from "../../src/options/resolve-config.ts";
import { check } from "../../src/pipelines/check.ts";
import { convert } from "../../src/pipelines/convert.ts";
import { driftBench } from "../../src/pipelines/drift-bench.ts";
import { evaluate } from "../../src/pipelines/evaluate.ts";
import { inspect } from "../../src/pipelines/inspect.ts";
import { predict } from "../../src/pipelines/predict.ts";
import { retrain } from "../../src/pipelines/retrain.ts";
import { train } from "../../src/pipelines/train.ts";
import { duckdbLiteral } from "../../src/signals/files/duckdb.ts";
import { query } from "./query.ts";
import { fileDirectory, simulateTiny, tinyOptions } from "./tiny-run.ts";

const directory = fileDirectory();
const at = (name: string): string => join(directory, name);
const model = at("model");
const training: Partial<TrainConfig> = { ...tinyOptions, epochs: 1, day: "recorded" };

const commands = {
  inspect: (files: string[]) => inspect({ files, rate: 20, window: 40, folds: 2 }),
  convert: (files: string[]) => convert({ files, out: at("c.csv") }),
  train: (files: string[]) => train({ files, out: at("trained"), ...training }),
  predict: (files: string[]) => predict({ files, model, out: at("p.csv") }),
  evaluate: (files: string[]) => evaluate({ files, model }),
  check: (files: string[]) => check({ files, model }),
  retrain: (files: string[]) => retrain({ files, model, out: at("retrained"), epochs: 1 }),
  "drift-bench": (files: string[]) => driftBench({ files, model }),
} as const;
const names = Object.keys(commands) as (keyof typeof commands)[];

async function copy(to: string, select: string): Promise<string> {
  mkdirSync(join(at(to), ".."), { recursive: true });
  await query(`COPY (${select}) TO ${duckdbLiteral(at(to))}`);
  return at(to);
}

beforeAll(async () => {
  await simulateTiny(at("r.parquet"));
  await train({ files: [at("r.parquet")], out: model, ...training });
  execFileSync("mkfifo", [at("pipe.csv")]);
});

describe("every command that reads recordings", () => {
  it.each(names)("%s rejects a pipe or a device before it opens it", async (command) => {
    await expect(commands[command]([at("pipe.csv")])).rejects.toThrow(/pipe\.csv: expected a file, found a pipe/);
    await expect(commands[command](["/dev/zero"])).rejects.toThrow(/found a device/);
  });

  it("rejects a pipe as retrain's labelled recordings", async () => {
    const run = retrain({ files: [at("r.parquet")], model, out: at("no"), labelled: [at("pipe.csv")] });
    await expect(run).rejects.toThrow(/found a pipe/);
  });

  it("rejects an absurd value, and gives the file, row, column and value", async () => {
    const source = `(SELECT row_number() OVER () AS i, * FROM ${duckdbLiteral(at("r.parquet"))})`;
    const file = await copy(
      "absurd.parquet",
      `SELECT * EXCLUDE i REPLACE (CASE WHEN i = 1234 THEN 3e38 ELSE Ay END AS Ay) FROM ${source} ORDER BY i`,
    );
    const place = /absurd\.parquet: data row 1234, column "Ay": 3e\+38/;
    await expect(train({ files: [file], out: at("absurd"), ...training })).rejects.toThrow(place);
    await expect(predict({ files: [file], model, out: at("absurd.csv") })).rejects.toThrow(place);
    await expect(evaluate({ files: [file], model })).rejects.toThrow(place);
    await expect(convert({ files: [file], out: at("absurd.csv") })).rejects.toThrow(place);
    expect((await commands.inspect([file])).refusal?.message).toMatch(place);
    await expect(retrain({ files: [at("r.parquet")], labelled: [file], model, out: at("no") })).rejects.toThrow(place);
    await expect(retrain({ files: [file], model, out: at("no") })).rejects.toThrow(/quality gate/);
    const { result } = await check({ files: [file], model, stream: "absurd" });
    expect(result).toMatchObject({ verdict: "rejected", reasons: [{ code: "range", file, row: 1234, column: "Ay" }] });
  });

  it("takes the person from the file, whatever its folders are called", async () => {
    const file = await copy("user=x/r.parquet", `FROM ${duckdbLiteral(at("r.parquet"))}`);
    const [plain, inFolder] = [
      await check({ files: [at("r.parquet")], model, stream: "plain", batchId: "b" }),
      await check({ files: [file], model, stream: "folder", batchId: "b" }),
    ];
    expect({ ...inFolder.result, stream: "", checked_at: "" }).toEqual({
      ...plain.result,
      stream: "",
      checked_at: "",
    });
    await predict({ files: [file], model, out: at("people.csv") });
    const people = await query(`SELECT count(DISTINCT "user")::INTEGER AS n FROM ${duckdbLiteral(at("people.csv"))}`);
    expect(people).toEqual([{ n: 5 }]);
    const { warnings } = await retrainingOf(file);
    expect(warnings.join("\n")).not.toMatch(/path|folder/);
  });

  it("says which column it took from the path", async () => {
    const people = `FROM ${duckdbLiteral(at("r.parquet"))}`;
    const own = `SELECT * EXCLUDE "user" ${people} WHERE "user" = (SELECT min("user") ${people})`;
    const file = await copy("who=ann/p.parquet", own);
    const expected = 'Column "who" is taken from the names of folders (who=...), not from the files.';
    const columns = { pathColumns: ["who"], group: "who" };
    const { result } = await check({ files: [file], model, stream: "path", ...columns });
    expect("warnings" in result && result.warnings).toContain(expected);
    const told: string[] = [];
    await predict(
      { files: [file], model, out: at("q.csv"), ...columns },
      { reporter: { warn: (text) => told.push(text) } },
    );
    expect(told).toContain(expected);
    expect((await retrainingOf(file, columns)).warnings).toContain(expected);
    const others = [
      inspect({ files: [file], ...columns }),
      convert({ files: [file], out: at("from-path.csv"), ...columns }),
      evaluate({ files: [file], model, ...columns }),
    ];
    for (const { warnings } of await Promise.all(others)) expect(warnings).toContain(expected);
    const events: string[] = [];
    await train(
      { files: [file], out: at("from-path"), ...training, split: "blocks", ...columns },
      { reporter: { warn: (message) => events.push(message) } },
    );
    expect(events).toContain(expected);
  });
});

describe("recordings without times", () => {
  const untimed = () => copy("untimed.csv", `SELECT * EXCLUDE timestamp_s FROM ${duckdbLiteral(at("r.parquet"))}`);
  const asks = /: no time column was found, and no sampling rate was given/;
  const says = (hz: number): RegExp => new RegExp(`rows are assumed to be recorded at ${hz} per second, without gaps`);

  it("are not assumed by any command to have the rate of the model's network", async () => {
    const file = await untimed();
    const asking = (["predict", "evaluate", "check", "retrain", "drift-bench", "convert"] as const).map(
      (command) => () => commands[command]([file]) as Promise<unknown>,
    );
    asking.push(() => retrain({ files: [at("r.parquet")], labelled: [file], model, out: at("retrained") }));
    for (const ask of asking) {
      const error = await ask().catch((fault: unknown) => fault);
      expect(error).toBeInstanceOf(UserError);
      expect((error as UserError).message).toMatch(asks);
      expect((error as UserError).advice).toContain("--rate");
    }
  });

  it("are read at the rate that --rate states, and resampled to the network's rate", async () => {
    const file = await untimed();
    const rate = 40;
    const warnings: string[] = [];
    const reporter = { warn: (text: string) => void warnings.push(text) };
    const whole = await predict({ files: [at("r.parquet")], model, out: at("whole.csv") });
    const half = await predict({ files: [file], model, out: at("half.csv"), rate }, { reporter });
    // A recording at 20 Hz that is read with --rate 40 lasts half as long.
    const minutes = (of: typeof whole): number =>
      Object.values(of.minutes).reduce((sum, own) => sum + Object.values(own).reduce((a, b) => a + b, 0), 0);
    expect(minutes(half) / minutes(whole)).toBeCloseTo(0.5, 1);
    expect(warnings.join("\n")).toMatch(says(rate));
    expect((await evaluate({ files: [file], model, rate })).warnings.join("\n")).toMatch(says(rate));
    const { result } = await check({ files: [file], model, rate, stream: "untimed" });
    expect("warnings" in result ? result.warnings.join("\n") : "").toMatch(says(rate));
    expect((await retrainingOf(file, { rate })).warnings.join("\n")).toMatch(says(rate));
  });
});

/** Returns the warnings of a retraining run that ends before its first fit. */
async function retrainingOf(file: string, columns = {}): Promise<{ warnings: string[] }> {
  const { prepareRetraining } = await import("../../src/pipelines/prepare-retraining.ts");
  const { openModelHandle } = await import("../../src/pipelines/model-handle.ts");
  const { resolveRetrainConfig } = await import("../../src/options/resolve-config.ts");
  const config = resolveRetrainConfig({ files: [file], model, out: at("none"), ...columns });
  const data = await prepareRetraining(config, await openModelHandle(model)).catch((error: Error) => error);
  return { warnings: data instanceof Error ? [data.message] : [...data.warnings] };
}
