// Compares batches that arrive as summaries with the same batches as recordings, both simulated and from a real person. Good
// batches must give the same evidence, and bad batches the same messages.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Tensor } from "onnxruntime-node";
import { beforeAll, describe, expect, it } from "vitest";
import { classify, DeviceBatch, encodeSummary, readDeviceModel } from "../../src/device.ts";
import { openRuntimeSession } from "../../src/learning/training/onnx-runtime.ts";
import type { CheckResult } from "../../src/monitoring/streams/check-result.ts";
import type { DeviceModel } from "../../src/monitoring/summaries/device-json.ts";
import { type ModelHandle, openModelHandle } from "../../src/pipelines/model-handle.ts";
import { train } from "../../src/pipelines/train.ts";
import { Rng } from "../../src/random.ts";
import { readRecordings } from "../../src/signals/data/read-recordings.ts";
import { duckdbLiteral, openDuckdb } from "../../src/signals/files/duckdb.ts";
import { writeTable } from "../../src/signals/files/write-table.ts";
import { copySharedModel } from "./shared-model.ts";
import { fileDirectory } from "./tiny-run.ts";

const motionsense = fileURLToPath(new URL("../../../shared/data/motionsense/motionsense.parquet", import.meta.url));
const absent = !existsSync(motionsense);
const directory = fileDirectory();
const at = (name: string): string => join(directory, name);
const now = (): Date => new Date(0);

interface Rows {
  readonly time: readonly number[];
  readonly columns: readonly (readonly number[])[];
}
const rowsWhere = ({ time, columns }: Rows, keep: (row: number) => boolean): Rows => {
  const of = (values: readonly number[]): number[] => values.filter((_, i) => keep(i));
  return { time: of(time), columns: columns.map(of) };
};
const changed = ({ time, columns }: Rows, channel: number, value: (x: number, row: number) => number): Rows => ({
  time,
  columns: columns.map((column, c) => (c === channel ? column.map(value) : column)),
});
const later = ({ time, columns }: Rows, factor: number): Rows => ({ time: time.map((t) => t * factor), columns });
/** Replaces the rows from `from` to `to` with the values of a noisy sensor at rest, in m/s^2 and rad/s. */
const onTable = (rows: Rows, from: number, to: number): Rows => {
  const rng = Rng.fromSeed(5);
  const at = (c: number): number => (c === 2 ? 9.81 : 0) + 0.005 * (rng.uniform() - 0.5);
  const columns = rows.columns.map((column, c) => column.map((x, i) => (i >= from && i < to ? at(c) : x)));
  return { time: rows.time, columns };
};
const spoilt: Readonly<Record<string, readonly [spoil: (rows: Rows) => Rows, codes: readonly string[]]>> = {
  flat: [(rows) => changed(rows, 3, (x, i) => (i % 1000 < 700 ? 1 : x)), ["flat"]],
  constant: [(rows) => changed(rows, 1, () => 0.5), ["flat"]],
  absurd: [(rows) => changed(rows, 2, (x, i) => (i > 900 && i < 905 ? 1e9 : x)), ["range"]],
  slow: [(rows) => later(rows, 10), ["sampling_rate"]],
  crawling: [(rows) => later(rows, 5000), ["sampling_rate"]],
  lossy: [(rows) => rowsWhere(rows, (i) => (i * 7919) % 10 > 3), ["lost_time", "too_short"]],
  short: [(rows) => rowsWhere(rows, (i) => i < 200), ["too_short"]],
  missing: [(rows) => changed(rows, 0, (x, i) => (i % 20 === 3 ? Number.NaN : x)), ["missing"]],
  infinite: [(rows) => changed(rows, 0, (x, i) => (i % 20 === 3 ? Number.POSITIVE_INFINITY : x)), ["infinite"]],
  "one time": [(rows) => later(rows, 0), ["time", "flat", "too_short"]],
};

/** Writes the rows to a file, and returns their summary. */
async function bothWays(model: string, name: string, { time, columns }: Rows): Promise<Uint8Array> {
  const phone: DeviceModel = readDeviceModel(JSON.parse(readFileSync(at(`${model}/device.json`), "utf8")));
  await writeTable(at(name), [
    { name: "recording", type: "string", values: time.map(() => "walk") },
    { name: "time", type: "double", values: time },
    ...phone.channels.map((channel, c) => ({ name: channel, type: "float" as const, values: columns[c]! })),
  ]);
  const batch = new DeviceBatch(phone);
  batch.add({ time, columns, recording: "walk" });
  const windows = batch.windows();
  const session = await openRuntimeSession(at(`${model}/model.onnx`));
  const { probabilities } = await classify({ session, Tensor }, phone, windows);
  return encodeSummary(batch.summarize(windows, probabilities));
}

/** Returns one person's first rows as a single recording. */
async function rowsOfPerson(file: string, model: string, length: number): Promise<Rows> {
  const { channels, sampling_rate_hz: rate } = readDeviceModel(
    JSON.parse(readFileSync(at(`${model}/device.json`), "utf8")),
  );
  const { recordings } = await readRecordings([file], { requireLabels: false, columns: { channels } });
  const columns = recordings.values.map((column) => [...column.subarray(0, length)]);
  return { time: columns[0]!.map((_, i) => i / rate), columns };
}

async function using(name: string, use: (model: ModelHandle) => Promise<void>): Promise<void> {
  const model = await openModelHandle(at(name));
  await use(model).finally(() => model.close());
}

/** Returns the result for the file and the result for its summary. */
async function bothResults(
  model: ModelHandle,
  file: string,
  bytes: Uint8Array,
): Promise<readonly [CheckResult, CheckResult]> {
  const columns = { time: "time", timeUnit: "s" as const };
  const { result: checked } = await model.check(
    { files: [at(file)], stream: "recordings", jobs: 1, ...columns },
    { now },
  );
  const { result } = await model.checkSummary(bytes, { batchId: file, stream: "summaries" }, { now });
  return [checked, { ...result, stream: "recordings" }];
}

/** Omits the results of checks that need samples: physics, stillness, and the distance beyond the training range. */
function withoutCauses(result: CheckResult) {
  if (result.verdict === "rejected") throw new Error(JSON.stringify(result.reasons));
  const {
    likely_causes: _causes,
    warnings: _warnings,
    impossible: _impossible,
    left_out: _leftOut,
    comparisons,
    ...rest
  } = result;
  const compared = comparisons.map(({ score, channels, ...own }) => {
    const scores = Object.entries(channels).map(([name, { score: of, ...channel }]) => {
      return [name, own.beyond_chance ? channel : { ...channel, score: of }];
    });
    return { ...own, ...(!own.beyond_chance && { score }), channels: Object.fromEntries(scores) };
  });
  return { ...rest, compared };
}

describe("simulated summaries", () => {
  let rows: Rows;

  beforeAll(async () => {
    await copySharedModel("eight people", directory, "model");
    rows = await rowsOfPerson(at("r.parquet"), "model", 3600);
  });

  it.each(Object.entries(spoilt))(
    "%s: rejected as the recording is, in the same words",
    async (name, [spoil, codes]) => {
      const file = `${name}.csv`;
      const bytes = await bothWays("model", file, spoil(rows));
      await using("model", async (model) => {
        const [checked, result] = await bothResults(model, file, bytes);
        if (checked.verdict !== "rejected" || result.verdict !== "rejected") throw new Error("not rejected");
        // Only messages about files name rows and the time column.
        const words = checked.reasons.map(({ file: _, row: _row, column, message, ...reason }) => ({
          ...reason,
          ...(column !== undefined && reason.code !== "sampling_rate" && { column }),
          message: message.replace(/^.*: data row \d+, c/, "C"),
        }));
        expect(result.reasons).toEqual(words);
        expect([...new Set(result.reasons.map(({ code }) => code))]).toEqual(codes);
      });
    },
  );

  it.each([
    ["partly", 0.5],
    ["entirely", 0],
  ])("%s on a table: known, and left out", async (name, share) => {
    const from = share * rows.time.length;
    const bytes = await bothWays("model", `${name}.csv`, onTable(rows, from, rows.time.length));
    await using("model", async (model) => {
      const [checked, result] = await bothResults(model, `${name}.csv`, bytes);
      expect(withoutCauses(result)).toEqual(withoutCauses(checked));
      expect(result).toHaveProperty("still.seconds", expect.closeTo(180 * (1 - share), -1.5));
      const notCounted = share === 0 ? expect.objectContaining({ reason: "not_worn" }) : null;
      expect(result).toHaveProperty("not_counted", notCounted);
    });
  });
});

describe.skipIf(absent)(`MotionSense${absent ? " (skipped: ../shared/data/motionsense is not here)" : ""}`, () => {
  it("gives the same evidence for five batches of a person, as summaries and as recordings", async () => {
    const database = await openDuckdb();
    for (const [name, people] of [
      ["some.parquet", "<= 5"],
      ["other.parquet", "= 9"],
    ] as const) {
      await database.connection.run(
        `COPY (SELECT * FROM ${duckdbLiteral(motionsense)} WHERE "user" ${people} AND activity IN ('walking', 'sitting'))
         TO ${duckdbLiteral(at(name))} (FORMAT parquet)`,
      );
    }
    database.close();
    await train({ files: [at("some.parquet")], out: at("real"), network: "compact", folds: 3, epochs: 1, seed: 1 });
    const { time, columns } = await rowsOfPerson(at("other.parquet"), "real", 12_000);
    await using("real", async (model) => {
      const seen: string[] = [];
      for (let from = 0; from < 12_000; from += 2000) {
        const keep = (row: number): boolean => row >= from && row < from + 2000 && row % 41 !== 7;
        const file = `real-${from}.csv`;
        const [checked, result] = await bothResults(
          model,
          file,
          await bothWays("real", file, rowsWhere({ time, columns }, keep)),
        );
        expect(withoutCauses(result)).toEqual(withoutCauses(checked));
        seen.push(result.verdict);
      }
      expect(seen).toHaveLength(6);
      const memories = ["recordings", "summaries"].map((name) => model.stream(name).memory());
      const [recorded, summarised] = await Promise.all(memories);
      expect(summarised).toEqual(recorded);
    });
  }, 600_000);
});
