// npx node bench/drift-motionsense.ts [--seed 1] [--epochs 100] [--seconds 60,300] [--streams 4] [--keep DIR]: the real commands on
// real people. Of MotionSense's 24 people 16, drawn with the seed, train a compact network; drift-bench runs on the other 8.

import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { duckdbLiteral, openDuckdb } from "../src/signals/data/duckdb.ts";
import { Rng } from "../src/stats/random.ts";

const { values } = parseArgs({
  options: {
    seed: { type: "string", default: "1" },
    epochs: { type: "string", default: "100" },
    seconds: { type: "string", default: "60,300" },
    streams: { type: "string", default: "4" },
    keep: { type: "string" },
  },
});
const recordings = fileURLToPath(new URL("../../shared/data/motionsense/motionsense.parquet", import.meta.url));
const command = fileURLToPath(new URL("../src/interfaces/cli/main.ts", import.meta.url));
if (!existsSync(recordings)) console.log("MotionSense is not at ../shared/data: nothing measured.");
else await measure(values.keep ?? mkdtempSync(join(tmpdir(), "tidemark-bench-")));

async function measure(directory: string): Promise<void> {
  mkdirSync(directory, { recursive: true });
  const at = (name: string): string => join(directory, name);
  const database = await openDuckdb();
  const source = duckdbLiteral(recordings);
  const users = await database.rows(`SELECT DISTINCT "user" FROM ${source} ORDER BY 1`);
  const people = Rng.fromSeed(Number(values.seed)).shuffle(users.map(({ user }) => Number(user)));
  for (const [name, own] of [
    ["train.parquet", people.slice(0, 16)],
    ["others.parquet", people.slice(16)],
  ] as const) {
    await database.connection.run(
      `COPY (SELECT * FROM ${source} WHERE "user" IN (${own.join()}) ORDER BY "user", recording, timestamp_s) TO ${duckdbLiteral(at(name))}`,
    );
  }
  database.close();
  const tidemark = (...words: string[]): string =>
    execFileSync(process.execPath, [command, ...words], { encoding: "utf8", maxBuffer: 1 << 28 });
  if (!existsSync(at("model"))) {
    tidemark(
      ...["train", at("train.parquet"), "--out", at("model"), "--network", "compact", "--epochs", values.epochs],
      ...["--seed", values.seed],
    );
  }
  for (const seconds of values.seconds.split(",")) {
    console.log(
      tidemark(
        ...["drift-bench", at("others.parquet"), "--model", at("model"), "--label", "activity", "--seconds", seconds],
        ...["--seed", values.seed, "--streams", values.streams],
      ),
    );
  }
  if (values.keep === undefined) rmSync(directory, { recursive: true });
}
