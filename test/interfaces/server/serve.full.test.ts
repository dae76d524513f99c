// Tests the service as a process that receives batches over HTTP.
import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { gunzipSync, gzipSync, zstdCompressSync } from "node:zlib";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { checkResultSchema } from "../../../src/monitoring/streams/check-result-schema.ts";
import { createToken } from "../../../src/pipelines/tokens.ts";
import { duckdbLiteral, openDuckdb } from "../../../src/signals/files/duckdb.ts";
import { changeJson, reseal, unpackOldModel } from "../../pipelines/old-model.ts";
import { fileDirectory, start } from "../../pipelines/tiny-run.ts";
import { post, type Reply, startService } from "./running-service.ts";

const directory = fileDirectory();
const at = (...names: string[]): string => join(directory, ...names);
/** The batch has one recording and no person, because the float32 format has no field for people. */
let rows: Record<"timestamp_s" | "Ax" | "Ay" | "Az", number>[];
let csv: string;

beforeAll(async () => {
  unpackOldModel(directory);
  cpSync(at("walk"), at("models", "walk"), { recursive: true });
  const [header, ...lines] = gunzipSync(readFileSync(at("batch.csv.gz")))
    .toString()
    .trim()
    .split("\n");
  expect(header).toBe("user,activity,recording,timestamp_s,Ax,Ay,Az");
  rows = lines.map((line, i) => {
    const [Ax, Ay, Az] = line.split(",").slice(4).map(Number) as [number, number, number];
    return { timestamp_s: i / 20, Ax, Ay, Az };
  });
  csv = ["timestamp_s,Ax,Ay,Az", ...rows.map((row) => Object.values(row).join(","))].join("\n");
});

async function parquet(): Promise<Buffer> {
  const database = await openDuckdb();
  try {
    writeFileSync(at("b.csv"), csv);
    const table = `FROM ${duckdbLiteral(at("b.csv"))}`;
    await database.connection.run(`COPY (${table}) TO ${duckdbLiteral(at("b.parquet"))} (FORMAT parquet)`);
    return readFileSync(at("b.parquet"));
  } finally {
    database.close();
  }
}

function float32(clock: "rate" | "timestamps"): Buffer {
  const header = Buffer.from(
    JSON.stringify({
      channels: ["Ax", "Ay", "Az"],
      rows: rows.length,
      ...(clock === "rate" ? { rate: 20 } : { timestamps: true }),
    }),
  );
  const size = Buffer.alloc(4);
  size.writeUInt32LE(header.length);
  const times = Float64Array.from(rows, (row) => row.timestamp_s);
  const values = Float32Array.from(rows.flatMap(({ Ax, Ay, Az }) => [Ax, Ay, Az]));
  const parts = [header, ...(clock === "rate" ? [] : [Buffer.from(times.buffer)]), Buffer.from(values.buffer)];
  return Buffer.concat([Buffer.from("TMF1"), size, ...parts]);
}

const path = (batch: string, { model = "walk@champion", stream = "wrist-7" } = {}): string =>
  `/v1/models/${model}/streams/${stream}/batches/${batch}`;

describe("tidemark serve", () => {
  it("gives a batch the same verdict as check, whatever its format, and gives it again on request", async () => {
    const service = await startService(["--models", "models", "--store", "sqlite:first"], directory);
    const first = await post(service.url, path("monday"), csv);
    expect(first.status).toBe(200);
    const { known, ...result } = first.json;
    expect(known).toBe(false);
    expect(checkResultSchema.parse(result)).toMatchObject({ batch_id: "monday", stream: "wrist-7", rows: rows.length });
    const columns = Object.fromEntries(
      (["timestamp_s", "Ax", "Ay", "Az"] as const).map((name) => [name, rows.map((row) => row[name])]),
    );
    const forms: [string | Buffer, Record<string, string>][] = [
      [csv, { "Content-Type": "text/csv; charset=utf-8" }],
      [gzipSync(csv), { "Content-Encoding": "gzip" }],
      [zstdCompressSync(csv), { "Content-Encoding": "zstd", "Content-Type": "text/csv" }],
      [await parquet(), {}],
      [await parquet(), { "Content-Type": "application/vnd.apache.parquet" }],
      [JSON.stringify(columns), { "Content-Type": "application/json" }],
      [float32("timestamps"), { "Content-Type": "application/vnd.tidemark.float32" }],
      [gzipSync(float32("timestamps")), { "Content-Encoding": "gzip" }],
    ];
    for (const [body, headers] of forms) {
      const reply = await post(service.url, path("monday"), body, headers);
      expect(reply, JSON.stringify(headers)).toMatchObject({ status: 200, json: { ...result, known: true } });
    }
    const other = await post(service.url, path("monday"), csv.replace(/.*$/, ""));
    expect(other).toMatchObject({ status: 409, json: { status: 409, title: "Batch id in use for other content" } });
    expect(other.headers.get("content-type")).toBe("application/problem+json");
    const get = async (address: string): Promise<unknown> => (await fetch(`${service.url}${address}`)).json();
    expect(await get("/v1/models/walk/streams/wrist-7")).toMatchObject({ history: [{ batch_id: "monday" }] });
    expect(await service.stop()).toEqual({ code: 0, signal: null });
    writeFileSync(at("body"), csv);
    const words = ["check", "body", "--model", "models/walk", "--stream", "wrist-7", "--batch-id", "monday", "--json"];
    const { stdout } = await start(words, directory).ended;
    const { checked_at } = result;
    expect({ ...JSON.parse(stdout), checked_at }).toEqual(first.json);
  });

  it("has stored a verdict before it sends it, so that a killed service still knows it", async () => {
    const words = ["--models", "models", "--store", "sqlite:second"];
    const service = await startService(words, directory);
    const first = await post(service.url, path("1"), float32("rate"));
    expect(first).toMatchObject({ status: 200, json: { known: false, rows: rows.length } });
    const bodies = (): string[] =>
      readdirSync(tmpdir()).filter(
        (name) => name.startsWith(".tidemark-serve.") && name.includes(`-${service.child.pid}-`),
      );
    expect(bodies()).toHaveLength(1);
    await service.stop("SIGKILL");
    const { url } = await startService(words, directory);
    expect(bodies()).toEqual([]);
    expect(await post(url, path("1"), float32("rate"))).toMatchObject({
      status: 200,
      json: { ...first.json, known: true },
    });
  });

  it("uses the new champion after a promotion, but not for batches that have been answered", async () => {
    cpSync(at("walk"), at("line", "walk"), { recursive: true });
    cpSync(at("walk"), at("line", "walk-v2"), { recursive: true });
    changeJson(at("line", "walk-v2"), "manifest.json", (manifest) => ({ ...manifest, model_version: "walk-v2-1" }));
    changeJson(at("line", "walk-v2"), "baseline_stats.json", (stats) => ({ ...stats, model_version: "walk-v2-1" }));
    reseal(at("line", "walk-v2"));
    rmSync(at("line", "walk-v2", "monitor.sqlite"));
    const words = ["--models", "line", "--store", "sqlite:third"];
    const service = await startService(words, directory);
    const before = await post(service.url, path("before"), csv);
    const judging = Array.from({ length: 8 }, (_, i) => post(service.url, path(`${i}`, { stream: `s${i}` }), csv));
    for (const command of [
      ["models", "add", "line/walk-v2", "--as", "walk"],
      ["models", "promote", "line/walk-v2"],
    ]) {
      expect(await start(command, directory).ended).toMatchObject({ exitCode: 0 });
    }
    expect((await Promise.all(judging)).map(({ status }) => status)).toEqual(Array(8).fill(200));
    expect(await post(service.url, path("after"), csv)).toMatchObject({ status: 200, json: { known: false } });
    expect((await post(service.url, path("before"), csv)).json).toEqual({ ...before.json, known: true });
    expect(await post(service.url, path("before"), csv.replace(/.*$/, ""))).toMatchObject({ status: 409 });
    for (const model of ["walk@1", "walk@2"]) {
      const numbered = await post(service.url, path("after", { model, stream: "numbered" }), csv);
      expect(numbered).toMatchObject({ status: 200, json: { known: false } });
    }
    expect(await post(service.url, path("after", { model: "walk@3" }), csv)).toMatchObject({ status: 404 });
    expect(JSON.parse(readFileSync(at("line", "registry.json"), "utf8")).lines.walk.versions).toEqual([
      "walk",
      "walk-v2",
    ]);
    const judgedBy = service
      .log()
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line))
      .filter(({ path }) => /(before|after)$/.test(path))
      .map(({ judgedBy }) => judgedBy);
    expect(judgedBy).toEqual(["walk", "walk-v2", "walk", undefined, "walk", "walk-v2", undefined]);
  });

  it("keeps nothing of an erased stream in its metrics, its alerts and its ledger", async () => {
    const alerts = { targets: { hook: "http://127.0.0.1:9/hook" }, rules: [{ to: ["hook"] }] };
    writeFileSync(at("alerts.yaml"), JSON.stringify(alerts));
    const words = ["--models", "models", "--store", "sqlite:erasing", "--alerts", "alerts.yaml"];
    const service = await startService(words, directory);
    const thirty = rows.map(({ timestamp_s, Ax, Ay, Az }) => [timestamp_s, 30 * Ax, 30 * Ay, 30 * Az]);
    const faulty = ["timestamp_s,Ax,Ay,Az", ...thirty].join("\n");
    const stream = { model: "walk", stream: "Ann-Example" };
    expect((await post(service.url, path("b1", stream), faulty)).json.verdict).toBe("sudden_change");
    const named = async (): Promise<string[]> => {
      const metrics = await (await fetch(`${service.url}/metrics`)).text();
      const listed = await (await fetch(`${service.url}/v1/streams`)).text();
      const files = readdirSync(directory, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map(({ parentPath, name }) => join(parentPath, name));
      const holding = files.filter((file) => readFileSync(file).includes(stream.stream));
      return [
        ...(metrics.includes(stream.stream) ? ["metrics"] : []),
        ...(listed.includes(stream.stream) ? ["streams"] : []),
        ...new Set(holding.map((file) => basename(file).replace(/-wal$/, ""))),
      ].toSorted();
    };
    await expect.poll(named).toEqual(["alerts.sqlite", "metrics", "monitor.sqlite", "streams"]);
    const confirmed = JSON.stringify({ reason: "withdrew", stream: stream.stream });
    const type = { "content-type": "application/json" };
    const erasure = await post(service.url, "/v1/models/walk/streams/Ann-Example/erase", confirmed, type);
    expect(erasure.json).toMatchObject({ changed: true, batches: 1 });
    expect(await named()).toEqual([]);
    await service.stop();
    expect((await startService(words, directory)).url).toBeTypeOf("string");
    expect(readFileSync(at("alerts.sqlite")).includes(stream.stream)).toBe(false);
  });

  it("shows the streams of every project in the metrics after a restart", async () => {
    const tokens = at("projects", "tokens.json");
    const { token } = await createToken({ tokens }, { name: "ann", scope: ["admin"], project: "Ann's" });
    const headers = { Authorization: `Bearer ${token}` };
    const words = ["--models", "models", "--store", "sqlite:projects"];
    const service = await startService(words, directory);
    expect((await post(service.url, path("b1"), csv, headers)).status).toBe(200);
    await service.stop();
    const { url } = await startService(words, directory);
    const metrics = await (await fetch(`${url}/metrics`, { headers })).text();
    expect(metrics).toContain('tidemark_stream_in_alarm{model="walk",stream="wrist-7"} 0');
  });

  it("judges batches in the order of their data on request, and judges waiting batches before it stops", async () => {
    const words = ["--models", "models", "--store", "sqlite:ordered", "--order", "data", "--lateness", "240"];
    const service = await startService(words, directory);
    const times = new Map<string, string>();
    const sent = async (batch: string, secondsAgo: number): Promise<Reply> => {
      const time = new Date(Date.now() - 1000 * secondsAgo).toISOString();
      times.set(batch, time);
      return post(service.url, `${path(batch)}?data-time=${time}`, csv);
    };
    expect(await post(service.url, `${path("no")}?data-time=yesterday`, csv)).toMatchObject({ status: 400 });
    expect(await sent("days ago", 200_000)).toMatchObject({ status: 200, json: { known: false } });
    const waiting: Promise<Reply>[] = [];
    const numberWaiting = async (): Promise<number> => {
      const metrics = await (await fetch(`${service.url}/metrics`)).text();
      return Number(/^tidemark_batches_waiting (\d+)$/m.exec(metrics)?.[1]);
    };
    for (const [batch, age] of [
      ["newest", 0],
      ["oldest", 20],
      ["older", 10],
    ] as const) {
      waiting.push(sent(batch, age));
      // The next batch is sent only after this batch has arrived.
      await vi.waitFor(async () => expect(await numberWaiting()).toBe(waiting.length), 20_000);
    }
    expect(await service.stop()).toEqual({ code: 0, signal: null });
    expect((await Promise.all(waiting)).map(({ status }) => status)).toEqual([200, 200, 200]);
    const again = await startService(words.slice(0, 4), directory);
    const { history } = (await (await fetch(`${again.url}/v1/models/walk/streams/wrist-7`)).json()) as {
      history: { batch_id: string; data_from: string; data_to: string }[];
    };
    expect(history.map(({ batch_id }) => batch_id)).toEqual(["days ago", "oldest", "older", "newest"]);
    expect(history.map(({ data_to }) => data_to)).toEqual(history.map(({ batch_id }) => times.get(batch_id)));
    const read = (await (await fetch(`${again.url}${path("oldest")}`)).json()) as (typeof history)[number];
    const { data_from, data_to } = read;
    expect({ data_from, data_to }).toEqual({ data_from: history[1]!.data_from, data_to: times.get("oldest") });
    expect(Date.parse(data_from)).toBeLessThan(Date.parse(data_to));
  });

  it("finishes the batches that it has received when it is stopped, and accepts no new ones", async () => {
    const service = await startService(["--models", "models", "--store", "sqlite:fourth"], directory);
    const { port } = new URL(service.url);
    const answered = new Promise<{ status: number | undefined; text: string }>((resolve, reject) => {
      const headers = { "Content-Type": "text/csv", Expect: "100-continue" };
      const sent = request({ port, method: "POST", path: path("slow"), headers });
      sent.on("error", reject).on("response", (response) => {
        let text = "";
        response.setEncoding("utf8").on("data", (part) => (text += part));
        response.on("end", () => resolve({ status: response.statusCode, text }));
      });
      // The service has received the request; the remainder of the body arrives after the signal.
      sent.on("continue", () => {
        sent.write(csv.slice(0, 1000));
        service.child.stderr?.once("data", () => sent.end(csv.slice(1000)));
        service.child.kill("SIGTERM");
      });
    });
    expect(await answered).toMatchObject({ status: 200 });
    expect(await service.ended).toEqual({ code: 0, signal: null });
    await expect(fetch(`${service.url}/livez`)).rejects.toThrow();
  });

  it("explains what is wrong with a request", async () => {
    const { url } = await startService(
      ["--models", "models", "--body-megabytes", "1", "--batch-rows", "500"],
      directory,
    );
    const long = "1,2,3\n".repeat(400_000);
    for (const [given, expected] of [
      [[path("x", { model: "run" }), csv], { status: 404, title: "Unknown model" }],
      [[path("x", { model: "..%2fwalk" }), csv], { status: 404, title: "Unknown model" }],
      [["/v1/nothing", csv], { status: 404, title: "Unknown address" }],
      [[path("x"), ""], { status: 400, title: "Empty batch" }],
      [[path("x"), "a,b\n1,2\n"], { status: 422, title: "Unusable batch" }],
      [[path("x"), long], { status: 413, title: "Batch too large" }],
      [[path("x"), csv], { status: 413, title: "Batch too large" }],
      [[path("x"), await parquet()], { status: 413, title: "Batch too large" }],
      [[`${path("x")}?only=a`, csv], { status: 400, title: "Unknown parameter" }],
      [
        [`${path("x")}?rate=fast`, csv.slice(0, 5000)],
        { status: 422, detail: expect.stringContaining("--rate: expected") },
      ],
      [[path("x"), csv, { "Content-Encoding": "br" }], { status: 415 }],
      [[path("x"), csv, { "Content-Encoding": "gzip" }], { status: 400, title: "Damaged body" }],
      [[path("x"), gzipSync(csv).subarray(0, 900), { "Content-Encoding": "gzip" }], { status: 400 }],
      [[path("x"), "PK\u0003\u0004zip"], { status: 415 }],
      [[path("x"), csv, { "Content-Type": "image/png" }], { status: 415 }],
    ] as [[string, string, Record<string, string>?], object][]) {
      const [where, body, headers] = given;
      const reply = await post(url, where, body, headers).catch((error: unknown) => ({ error }));
      expect(reply, `${where} ${body.slice(0, 20)}`).toMatchObject({ json: expected });
    }
  });
});
