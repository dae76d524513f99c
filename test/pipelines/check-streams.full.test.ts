// Checks many streams at once, from one table and from files. Streams that were checked separately with `--only` before count
// as known, because their batches have the same content and the same id.
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { printedCheckedStreamsSchema } from "../../src/pipelines/stream-schemas.ts";
import { duckdbLiteral, openDuckdb } from "../../src/signals/files/duckdb.ts";
import { unpackOldModel } from "./old-model.ts";
import { resident } from "./resident.ts";
import { type Ended, fileDirectory } from "./tiny-run.ts";

const directory = fileDirectory();
const tidemark = resident(directory);
const at = (name: string): string => duckdbLiteral(join(directory, name));

beforeAll(async () => {
  unpackOldModel(directory);
  const { connection, close } = await openDuckdb();
  await connection.run(`CREATE TABLE r AS SELECT * EXCLUDE (activity), replace("user", 'person-', 'wrist-') AS device
    FROM read_csv(${at("recordings.csv.gz")})`);
  const { length } = (await connection.runAndReadAll("SELECT DISTINCT device FROM r")).getRows();
  expect(length).toBeGreaterThanOrEqual(4);
  await connection.run("UPDATE r SET Ax = 10 * Ax, Ay = 10 * Ay, Az = 10 * Az WHERE device = 'wrist-02'");
  await connection.run("DELETE FROM r WHERE device = 'wrist-03' AND timestamp_s > 3");
  await connection.run("UPDATE r SET device = NULL WHERE device = 'wrist-04' AND timestamp_s < 1");
  // In this table, the devices' rows alternate.
  const sorted = "SELECT * FROM r ORDER BY timestamp_s, device, recording";
  await connection.run(`COPY (${sorted}) TO ${at("fleet.csv")}`);
  await connection.run(`COPY (${sorted}) TO ${at("fleet.parquet")}`);
  await connection.run(`COPY (SELECT * REPLACE (CASE WHEN device = 'wrist-01' THEN 'x' ELSE CAST(Ax AS VARCHAR) END AS Ax)
    FROM (${sorted})) TO ${at("damaged.csv")}`);
  for (const device of ["wrist-01", "wrist-02"])
    await connection.run(`COPY (SELECT * FROM r WHERE device = '${device}') TO ${at(`device_${device}.csv`)}`);
  close();
});

const check = (...words: string[]): Promise<Ended> => tidemark("check", ...words, "--model", "walk");

async function checkedStreams(...words: string[]) {
  const { stdout, exitCode } = await check(...words, "--json");
  const answer = printedCheckedStreamsSchema.parse(JSON.parse(stdout));
  expect(JSON.parse(stdout)).toEqual(answer);
  expect(exitCode).toBe(answer.exit_code);
  return answer;
}

describe("one table of many devices", () => {
  it("gives the same verdict for each stream as separate checks, and the highest exit code", async () => {
    for (const device of ["wrist-01", "wrist-02"])
      await check("fleet.csv", "--only", `device=${device}`, "--stream", device);
    const { streams, counts, exit_code } = await checkedStreams("fleet.csv", "--stream-from", "device");
    expect(streams.map(({ stream, known, error }) => [stream, known, error]).slice(0, 2)).toEqual([
      ["wrist-01", true, null],
      ["wrist-02", true, null],
    ]);
    const verdicts = Object.fromEntries(streams.map(({ stream, result }) => [stream, result?.verdict]));
    expect(verdicts).toMatchObject({ "wrist-02": "sudden_change", "wrist-03": "rejected" });
    expect(counts.error).toBe(0);
    expect(exit_code).toBe(12);
  });

  it("gives the same results for Parquet, and says what it left out", async () => {
    const words = ["fleet.parquet", "--stream-from", "device", "--batch-id", "fleet.csv"];
    const { stdout, stderr } = await check(...words);
    expect(stderr).toMatch(/rows without a value in column "device" are left out/);
    const lines = stdout.split("\n");
    expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(80);
    const { streams } = await checkedStreams(...words);
    expect(streams.find(({ stream }) => stream === "wrist-01")).toMatchObject({ known: true, error: null });
  });

  it("loses no other verdict if one device cannot be checked: an id that is taken, data that is damaged", async () => {
    const words = ["damaged.csv", "--stream-from", "device"];
    const { streams } = await checkedStreams(...words, "--batch-id", "damaged");
    const [damaged, other] = streams;
    expect(damaged!.result?.verdict === "rejected" || damaged!.error !== null).toBe(true);
    expect(other!.result).not.toBeNull();
    const taken = await checkedStreams(...words, "--batch-id", "fleet.csv");
    const error = taken.streams.find(({ stream }) => stream === "wrist-01")!.error;
    expect(error?.message ?? "").toContain("different content");
    expect(taken.streams.find(({ stream }) => stream === "wrist-02")).toMatchObject({ known: true, error: null });
  });

  it("is rejected if it has no such column, or if --stream is given as well", async () => {
    const unknown = await check("fleet.csv", "--stream-from", "devise");
    expect(unknown).toMatchObject({
      exitCode: 2,
      stdout: "",
      stderr: expect.stringContaining('Did you mean "device"?'),
    });
    const both = await check("fleet.csv", "--stream-from", "device", "--stream", "x");
    expect(both).toMatchObject({ exitCode: 2, stderr: expect.stringContaining("expected one of them") });
  });

  it("is not checked at all if the address of the tracking server is wrong", async () => {
    const { exitCode, stdout, stderr } = await check("fleet.csv", "--stream-from", "device", "--tracking", "nowhere");
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
    expect(stderr).toContain('--tracking: expected http:// or https:// and a host, got "nowhere"');
  });
});

describe("files whose paths name their streams", () => {
  it("are checked stream by stream", async () => {
    const words = ["device_*.csv", "--stream-from", "device_{stream}.csv", "--batch-id", "files"];
    const { streams, exit_code } = await checkedStreams(...words);
    expect(streams.map(({ stream, result }) => [stream, result?.batch_id])).toEqual([
      ["wrist-01", "files"],
      ["wrist-02", "files"],
    ]);
    expect(exit_code).toBe(11);
    const other = await check("fleet.csv", "--stream-from", "device_{stream}.csv");
    expect(other).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining("does not end in device_{stream}.csv"),
    });
  });
});
