// Runs `push` against the service's own routes in the same process, with a clock that advances as soon as nothing else is left
// to do.
import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { OtherContent } from "../../src/monitoring/streams/monitor-stream.ts";
import type { PostedBatch } from "../../src/pipelines/posted-batch.ts";
import { type PushSurroundings, pushFrom as push } from "../../src/pipelines/push.ts";
import type { ServiceRequest } from "../../src/pipelines/service-client.ts";
import { sha256Bytes } from "../../src/storage/hash.ts";
import { type FakeOptions, fakeService } from "../interfaces/server/fake-service.ts";
import { FakeClock } from "../storage/fake-clock.ts";
import { temporaryDirectory } from "../storage/temporary-directory.ts";

let directory: string;
let warnings: string[];
const at = (...names: string[]): string => join(directory, ...names);
const to = "http://127.0.0.1:8787";

beforeEach(() => {
  directory = temporaryDirectory();
  warnings = [];
});

const files = (contents: Record<string, string>): void => {
  for (const [name, content] of Object.entries(contents)) {
    mkdirSync(join(at(name), ".."), { recursive: true });
    writeFileSync(at(name), content);
  }
};

/** The service, and the injected side effects of a `push` that sends to this service. */
function service(judge?: FakeOptions["judge"]): {
  run: PushSurroundings;
  judged: readonly PostedBatch[];
  clock: FakeClock;
} {
  const fake = fakeService({
    file: at("tokens.json"),
    directory,
    isOpen: true,
    ...(judge !== undefined && { judge }),
  });
  // Unlike `fetch`, `app.request` does not set the `Host` header.
  const request: ServiceRequest = async (url, init) =>
    fake.app.request(url, { ...init, headers: { ...init.headers, Host: "127.0.0.1:8787" } });
  return { run: runWith(request), judged: fake.judged, clock: clockOfRun! };
}

let clockOfRun: FakeClock | undefined;

function runWith(request: ServiceRequest): PushSurroundings {
  const clock = new FakeClock();
  clockOfRun = clock;
  onTestFinished(() => clock.stop());
  return { request, clock, random: () => 0.5, environment: {}, reporter: { warn: (text) => void warnings.push(text) } };
}

const normal = { known: false, verdict: "normal" };
const reply = (status: number, body: unknown, headers: Record<string, string> = {}): Response =>
  new Response(JSON.stringify(body), { status, headers });
/** Returns the stream and the batch that a request names. */
const sent = (url: string): string =>
  decodeURIComponent(url).replace(/.*\/streams\/(.*)\/batches\/(.*)-[0-9a-f]{12}$/, "$1 $2");

describe("push", () => {
  it("sends each file as a batch of the stream in its path, in the order of names, with ids from name and content", async () => {
    files({
      "in/wrist-7/10.csv": "t\n10\n",
      "in/wrist-7/9.csv": "t\n9\n",
      "in/ankle/1.csv": "t\n1\n",
      "in/wrist-7/.hidden.csv": "t\n0\n",
      "in/wrist-7/11.csv.part": "t\n0\n",
      "in/wrist-7/12.csv": "",
    });
    const { run, judged } = service();
    const options = {
      files: [at("in")],
      to,
      model: "walk",
      streamFrom: "{stream}/*.csv",
      spool: at("spool"),
      units: "acc=g",
    };
    const pushed = await push(options, run);
    expect(pushed).toMatchObject({ exit_code: 0, accepted: 3, refused: 0, spooled: 0, skipped: 0, model: "walk" });
    expect(pushed.streams).toMatchObject([
      { stream: "ankle", accepted: 1, verdicts: { normal: 1 }, last: { verdict: "normal" } },
      { stream: "wrist-7", accepted: 2, verdicts: { normal: 2 } },
    ]);
    const hash = (text: string): string => sha256Bytes(text).slice(7, 19);
    const batches = judged.filter(({ stream }) => stream === "wrist-7");
    expect(batches.map(({ batch }) => batch)).toEqual([`9-${hash("t\n9\n")}`, `10-${hash("t\n10\n")}`]);
    expect(batches[0]).toMatchObject({ model: "walk", columns: { units: "acc=g" }, body: { kind: "csv" } });
    expect(readdirSync(at("spool", "waiting"))).toEqual([]);
    const again = await push(options, run);
    expect(again).toMatchObject({ accepted: 0, skipped: 3, streams: [] });
    expect((await push({ ...options, again: true }, run)).accepted).toBe(3);
    appendFileSync(at("in/ankle/1.csv"), "2\n");
    expect(await push(options, run)).toMatchObject({ accepted: 1, streams: [{ stream: "ankle" }] });
  });

  it("sends the time of the data on request, from the time column or the file", async () => {
    const rowsOf = (start: number): string => [0, 1, 2, 3].map((i) => `${start + i / 50},${i},${-i},1`).join("\n");
    files({
      "in/dated.csv": `time_s,acc_x,acc_y,acc_z\n${rowsOf(1.7e9)}\n`,
      "in/undated.csv": `time_s,acc_x,acc_y,acc_z\n${rowsOf(0)}\n`,
      "in/unreadable.csv": "no,time\nhere,at all\n",
    });
    const modified = new Date("2026-11-28T10:00:00.000Z");
    for (const name of readdirSync(at("in"))) utimesSync(at("in", name), modified, modified);
    const { run, judged } = service();
    const options = { files: [at("in")], to, model: "walk", streamFrom: "{stream}.csv", spool: at("spool") };
    await push({ ...options, dataTime: "column" }, run);
    const times = () => Object.fromEntries(judged.map(({ stream, dataTime }) => [stream, dataTime?.toISOString()]));
    expect(times()).toEqual({ dated: "2023-11-14T22:13:20.060Z", undated: undefined, unreadable: undefined });
    await push({ ...options, dataTime: "modified", again: true }, run);
    const told = modified.toISOString();
    expect(times()).toEqual({ dated: told, undated: told, unreadable: told });
  });

  it("retries with growing pauses, keeps the order, and waits as long as the service asks", async () => {
    files({ "in/a/1.csv": "t\n1\n", "in/a/2.csv": "t\n2\n" });
    const answers = [
      () =>
        Promise.reject(
          Object.assign(new TypeError("fetch failed"), { cause: Object.assign(new Error(), { code: "ECONNREFUSED" }) }),
        ),
      async () => reply(502, ""),
      async () => reply(503, "", { "Retry-After": "30" }),
    ];
    const seen: string[] = [];
    const run = runWith(async (url) => {
      seen.push(sent(url));
      return (await answers.shift()?.()) ?? reply(200, normal);
    });
    const options = { files: [at("in")], to, model: "walk", streamFrom: "{stream}/*.csv", spool: at("spool") };
    expect(await push(options, run)).toMatchObject({ accepted: 2, exit_code: 0 });
    expect(seen).toEqual(["a 1", "a 1", "a 1", "a 1", "a 2"]);
    // The pauses are 1 s, 2 s, and the 30 s of Retry-After plus half of the maximum jitter of 10 %.
    expect(clockOfRun!.slept).toEqual([1000, 2000, 31_500]);
    expect(warnings).toEqual([
      "the service cannot be reached (ECONNREFUSED). Batches wait in the spool.",
      "502 without an explanation. Batches wait in the spool.",
      "503 without an explanation. Batches wait in the spool.",
      "the service accepts batches again",
    ]);
  });

  it("gives up after its patience, and the next push sends the rest, as it was spooled", async () => {
    files({ "in/1.csv": "t\n1\n", "in/2.csv": "t\n2\n" });
    const options = { files: [at("in")], to, model: "walk", stream: "a", spool: at("spool"), patience: 10 };
    const down = runWith(async () => reply(503, ""));
    const first = await push(options, down);
    expect(first).toMatchObject({ accepted: 0, spooled: 2, exit_code: 3 });
    expect(first.streams[0]).toMatchObject({ spooled: 2, waits_because: expect.stringContaining("503") });
    // After 1 + 2 + 4 s, the pause of 8 s is cut to the remaining 3 s.
    expect(clockOfRun!.slept).toEqual([1000, 2000, 4000, 3000]);
    writeFileSync(at("in/1.csv"), "changed");
    const { run, judged } = service();
    expect(await push({ ...options, files: [at("in/2.csv")] }, run)).toMatchObject({ accepted: 2, exit_code: 0 });
    expect(judged.map(({ batch }) => batch.replace(/-\w+$/, ""))).toEqual(["1", "2"]);
  });

  it("sets aside what can never be accepted, without holding up later batches or other streams", async () => {
    files({ "in/a/1.csv": "t\n1\n", "in/a/2.csv": "t\n2\n", "in/b/1.csv": "t\n3\n", "in/b/2.bin": "\x00\x01" });
    const { run, judged } = service(async (posted) => {
      if (posted.stream === "a" && posted.batch.startsWith("1-"))
        throw new OtherContent("stream a has another batch 1");
      const { project, stream, batch } = posted;
      const verdict = stream === "b" ? "sudden_change" : "normal";
      return { project, model: "walk", stream, batch, known: false, result: { verdict } as never };
    });
    const options = { files: [at("in")], to, model: "walk", streamFrom: "{stream}/*", spool: at("spool") };
    const pushed = await push(options, run);
    expect(pushed).toMatchObject({ accepted: 2, refused: 1, spooled: 0, exit_code: 11 });
    expect(judged.map(({ stream }) => stream)).toEqual(["a", "a", "b"]);
    const [refused] = pushed.refused_batches;
    expect(refused).toMatchObject({ stream: "a", file: at("in/a/1.csv") });
    expect(refused!.reason).toMatch(/^409 stream a has another batch 1\. .*\(--units, --channels, --time\)/);
    expect(gunzipSync(readFileSync(refused!.kept)).toString()).toBe("t\n1\n");
    expect(pushed.unread_files).toEqual([
      { file: at("in/b/2.bin"), reason: expect.stringContaining("2.bin: expected CSV") },
    ]);
  });

  it("tries a batch five times if the fault may be temporary, while others are accepted", async () => {
    files({ "in/a.csv": "t\n1\n", "in/b.csv": "t\n2\n" });
    const seen: string[] = [];
    const run = runWith(async (url) => {
      seen.push(sent(url));
      return url.includes("/a/") ? reply(500, { title: "Defect", detail: "a defect in Tidemark" }) : reply(200, normal);
    });
    const options = { files: [at("in")], to, model: "walk", streamFrom: "{stream}.csv", spool: at("spool") };
    expect(await push(options, run)).toMatchObject({ accepted: 1, refused: 1, exit_code: 2 });
    expect(seen.filter((batch) => batch === "a a").length).toBe(5);
    expect(seen.filter((batch) => batch === "b b").length).toBe(1);
  });

  it("sets a batch aside if its connection breaks repeatedly while other batches are accepted", async () => {
    files(
      Object.fromEntries(
        ["a/1", ...[1, 2, 3, 4, 5, 6, 7, 8].map((n) => `b/${n}`)].map((name) => [`in/${name}.csv`, name]),
      ),
    );
    const seen: string[] = [];
    const run = runWith(async (url) => {
      seen.push(sent(url));
      if (url.includes("/a/")) throw new TypeError("fetch failed");
      return reply(200, normal);
    });
    const options = { files: [at("in")], to, model: "walk", streamFrom: "{stream}/*.csv", spool: at("spool") };
    const down = runWith(async () => reply(503, ""));
    expect(await push({ ...options, patience: 0 }, down)).toMatchObject({ accepted: 0, spooled: 9, exit_code: 3 });
    const pushed = await push({ ...options, connections: 1 }, run);
    expect(pushed).toMatchObject({ accepted: 8, refused: 1, spooled: 0, exit_code: 2 });
    expect(pushed.refused_batches[0]!.reason).toBe("5 attempts: the service cannot be reached.");
    expect(seen.filter((batch) => batch === "a 1").length).toBe(5);
    // If no batch is accepted at all, the failed attempts do not count against this batch.
    files({ "alone/c/1.csv": "c" });
    const alone = runWith(async () => Promise.reject(new TypeError("fetch failed")));
    const rest = await push({ ...options, files: [at("alone")], patience: 600 }, alone);
    expect(rest).toMatchObject({ refused: 0, spooled: 1, exit_code: 3 });
  });

  it("stops at once if the token or the model must be corrected, and fixes the destination only on success", async () => {
    files({ "1.csv": "t\n1\n" });
    const options = { files: [at("1.csv")], to, model: "wlak", stream: "a", spool: at("spool") };
    const unknown = runWith(async () => reply(404, { title: "Unknown model", detail: "there is no model wlak" }));
    expect(await push(options, unknown)).toMatchObject({ spooled: 1, exit_code: 3 });
    expect(clockOfRun!.slept).toEqual([]);
    expect(warnings).toEqual(["404 there is no model wlak. Choose the model with --model."]);
    const { run, judged } = service();
    expect(await push({ ...options, model: "walk" }, run)).toMatchObject({ accepted: 1, model: "walk" });
    expect(judged.map(({ model }) => model)).toEqual(["walk"]);
    files({ "2.csv": "t\n2\n" });
    await push(
      { ...options, model: "walk", files: [at("2.csv")] },
      runWith(async () => reply(401, "")),
    );
    await expect(push({ ...options, model: "run" }, run)).rejects.toThrow(
      /expected a spool for this destination, but it holds 1 batch for http:\/\/127\.0\.0\.1:8787, model walk/,
    );
  });

  it("asks the service for its only model, and sends the token", async () => {
    files({ "1.csv": "t\n1\n", token: "tidemark_abc\n" });
    const seen: [string, string | undefined][] = [];
    const run = runWith(async (url, { headers }) => {
      seen.push([new URL(url).pathname.slice(0, 24), headers.Authorization]);
      return url.endsWith("/models")
        ? reply(200, { models: ["walk@champion", "walk", "walk-v2"] })
        : reply(200, normal);
    });
    const options = { files: [at("1.csv")], to: `${to}/`, spool: at("spool"), tokenFile: at("token") };
    expect(await push(options, run)).toMatchObject({ model: "walk@champion", accepted: 1 });
    expect(seen).toEqual(
      [
        ["/v1/models", "Bearer tidemark_abc"],
        ["/v1/models/walk%40champio", "Bearer tidemark_abc"],
      ].map(([path, token]) => [path!.slice(0, 24), token]),
    );
    const several = runWith(async () => reply(200, { models: ["walk@champion", "run@champion"] }));
    await expect(push({ ...options, spool: at("other") }, several)).rejects.toThrow(
      "expected a service with one model, found 2",
    );
    const foreign = runWith(async () => new Response("<html>Welcome</html>"));
    await expect(push({ ...options, spool: at("other") }, foreign)).rejects.toThrow(
      "the reply does not come from a Tidemark service: 200 without a list of models",
    );
    const elsewhere = runWith(async () => reply(404, { title: "there is nothing at /v1/models/walk/v1/models" }));
    await expect(push({ ...options, to: `${to}/v1/models/walk`, spool: at("other") }, elsewhere)).rejects.toMatchObject(
      {
        message: `--to ${to}/v1/models/walk: there is no Tidemark service at this address (404)`,
        advice: expect.stringContaining("without a path"),
      },
    );
  });

  it("follows a folder: it takes a file once the file has stopped changing, and finishes what it is sending before it stops", async () => {
    files({ "in/1.csv": "t\n1\n" });
    const stop = new AbortController();
    const seen: string[] = [];
    const run = runWith(async (url) => {
      seen.push(sent(url));
      if (seen.length === 1) files({ "in/2.csv": "t\n2\n" });
      else stop.abort();
      return reply(200, normal);
    });
    const options = { files: [at("in")], to, model: "walk", stream: "a", spool: at("spool"), follow: true, every: 60 };
    const pushed = await push(options, { ...run, signal: stop.signal });
    expect(seen).toEqual(["a 1", "a 2"]);
    expect(pushed).toMatchObject({ accepted: 2, spooled: 0 });
    expect(new Set(clockOfRun!.slept)).toEqual(new Set([60_000]));
    expect(existsSync(at("spool", "destination.json"))).toBe(true);
  });

  it("leaves files in place while the spool is full", async () => {
    // 0.9 MB, which gzip halves.
    const text = Array.from({ length: 12_000 }, (_, i) => sha256Bytes(`${i}`)).join("\n");
    files({ "in/1.csv": text, "in/2.csv": `${text}2\n`, "in/3.csv": `${text}3\n` });
    const options = {
      files: [at("in")],
      to,
      model: "walk",
      stream: "a",
      spool: at("spool"),
      spoolMegabytes: 1,
      patience: 5,
    };
    const pushed = await push(
      options,
      runWith(async () => reply(503, "")),
    );
    expect(pushed).toMatchObject({ spooled: 1, exit_code: 3 });
    const rest = await push(
      options,
      runWith(async () => reply(200, normal)),
    );
    expect(rest).toMatchObject({ accepted: 3, spooled: 0 });
  });
});
