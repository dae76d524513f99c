// Trains a small model on real recordings; skipped if these recordings are absent.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { train } from "../../src/pipelines/train.ts";
import { duckdbLiteral, openDuckdb } from "../../src/signals/files/duckdb.ts";
import { fileDirectory } from "./tiny-run.ts";

const path = fileURLToPath(new URL("../../../shared/data/motionsense/motionsense.parquet", import.meta.url));
const absent = !existsSync(path);
const directory = fileDirectory();

describe.skipIf(absent)(`MotionSense${absent ? " (skipped: ../shared/data/motionsense is not here)" : ""}`, () => {
  it("teaches a network three activities of four people, which it then tells apart on two others", async () => {
    const some = join(directory, "some.parquet");
    const database = await openDuckdb();
    await database.connection.run(
      `COPY (SELECT * FROM ${duckdbLiteral(path)} WHERE "user" <= 6 AND activity IN ('walking', 'jogging', 'sitting'))
       TO ${duckdbLiteral(some)} (FORMAT parquet)`,
    );
    database.close();
    const out = join(directory, "model");
    const { summary } = await train({ files: [some], out, network: "compact", folds: 3, epochs: 3, seed: 1 });
    // Guessing gives a third.
    expect(summary.over_folds.macro_f1.mean).toBeGreaterThan(0.8);
    const { per_channel: channels } = JSON.parse(readFileSync(join(out, "baseline_stats.json"), "utf8"));
    // If the phone is upright in a trouser pocket, gravity is on y; sitting moves it to z.
    expect(channels.Ay.percentile_50).toBeGreaterThan(5);
  });
});
