// Tests how training records --map and --exclude, and which commands use what was recorded.
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { resolveRetrainConfig } from "../../src/options/resolve-config.ts";
import { openModelHandle } from "../../src/pipelines/model-handle.ts";
import { prepareRetraining } from "../../src/pipelines/prepare-retraining.ts";
import { recalibrateBaseline } from "../../src/pipelines/recalibrate-baseline.ts";
import { train } from "../../src/pipelines/train.ts";
import { duckdbLiteral } from "../../src/signals/files/duckdb.ts";
import { query } from "./query.ts";
import { fileDirectory, simulateTiny, tinyOptions } from "./tiny-run.ts";

const directory = fileDirectory();
const at = (name: string): string => join(directory, name);

it("classes are recorded by training, and read by retrain and recalibrate after the file has moved", async () => {
  await simulateTiny(at("r.parquet"), { users: 4 });
  await simulateTiny(at("new.parquet"), { users: 3, seed: 11 });
  writeFileSync(at("codes.yaml"), "1: walking\n2: sitting\n");
  const code = "CASE activity WHEN 'walking' THEN '1' WHEN 'sitting' THEN '2' ELSE activity END";
  await query(
    `COPY (SELECT * REPLACE (${code} AS activity) FROM ${duckdbLiteral(at("r.parquet"))}) TO ${duckdbLiteral(at("codes.parquet"))}`,
  );
  const options = { ...tinyOptions, epochs: 1, map: at("codes.yaml"), exclude: ["jogging"] };
  const { out } = await train({ ...options, files: [at("codes.parquet")], out: at("codes") });
  const manifest = JSON.parse(readFileSync(join(out, "manifest.json"), "utf8"));
  expect(manifest.data.label_map).toEqual({ jogging: null, 1: "walking", 2: "sitting" });
  rmSync(at("codes.yaml"));
  const config = resolveRetrainConfig({ files: [at("new.parquet")], model: out, out: at("no") });
  const data = await prepareRetraining(config, await openModelHandle(out));
  data.labelled.close();
  expect(Object.keys(data.labelled.quality.classes)).toEqual(["sitting", "walking"]);
  expect(data.labelled.labelMap).toEqual(manifest.data.label_map);
  await recalibrateBaseline({ model: out });
});
