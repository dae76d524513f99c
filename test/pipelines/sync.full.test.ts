// Runs `sync` on folders that an attacker may have prepared, with a server that records every request.

import { execFileSync } from "node:child_process";
import {
  appendFileSync,
  cpSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { syncLines } from "../../src/interfaces/cli/sync-command.ts";
import type { SyncOptions } from "../../src/options/resolve-config.ts";
import { type SyncResult, sync } from "../../src/pipelines/sync.ts";
import { readTrackingLog } from "../../src/report/tracking-log.ts";
import { canonicalJsonToHash, sha256Bytes } from "../../src/storage/hash.ts";
import type { Clock } from "../../src/storage/sender-clock.ts";
import { SqliteStreamStore } from "../../src/storage/sqlite-stream-store.ts";
import { FakeClock } from "../storage/fake-clock.ts";
import { FakeMlflow } from "../storage/fake-mlflow.ts";
import { unpackOldModel } from "./old-model.ts";

const server = new FakeMlflow();
let directory = "";
let model = "";

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), "tidemark-sync-"));
  unpackOldModel(directory);
  model = join(directory, "walk");
  server.reset();
  await server.open();
});
afterEach(async () => {
  await server.close();
  rmSync(directory, { recursive: true, force: true });
});

const synced = (options: Partial<SyncOptions> = {}): Promise<SyncResult> =>
  sync({ directory: model, tracking: server.uri, ...options });
const inModel = (name: string): string => join(model, name);
const logPath = (): string => inModel("tracking.jsonl");
const logLines = (): string[] => readFileSync(logPath(), "utf8").trimEnd().split("\n");
const writeLog = (lines: readonly string[]): void => writeFileSync(logPath(), `${lines.join("\n")}\n`);
/** Inserts `events` before the log's last event, which marks the log as complete. */
const withEvents = (...events: object[]): void =>
  writeLog(logLines().toSpliced(-1, 0, ...events.map((event) => JSON.stringify(event))));
const artifact = (file: string, path = `model/${file}`, more: object = {}): object => {
  return { type: "artifact", run: "train", file, path, ...more };
};

/** Changes the manifest and corrects its hash, as an attacker might. */
function reseal(change: (manifest: Record<string, unknown>) => void): void {
  const manifest = JSON.parse(readFileSync(inModel("manifest.json"), "utf8"));
  change(manifest);
  const { manifest_hash: _, ...unsealed } = manifest;
  const sealed = { ...unsealed, manifest_hash: sha256Bytes(canonicalJsonToHash(unsealed)) };
  writeFileSync(inModel("manifest.json"), JSON.stringify(sealed));
}

/** Expects `sync` to reject the folder with these words and to send no request to the server. */
async function expectRefusal(says: RegExp, advice?: RegExp): Promise<void> {
  const error = await synced().catch((error: unknown) => error);
  expect(error).toMatchObject({ name: "UserError", exitCode: 2 });
  if (advice !== undefined) expect(error).toMatchObject({ advice: expect.stringMatching(advice) });
  expect(String(error)).toMatch(says);
  expect(server.asked).toEqual([]);
}

it("sends every file that the manifest lists, and nothing else", async () => {
  writeFileSync(inModel("notes.txt"), "mine");
  const { training, warnings, command } = await synced();
  expect({ unsent: training!.unsent, warnings, command }).toEqual({ unsent: null, warnings: [], command: null });
  const { files, mutable_files } = JSON.parse(readFileSync(inModel("manifest.json"), "utf8"));
  const listed = [...Object.keys(files), ...Object.keys(mutable_files), "manifest.json"];
  const front = ["report.html", "confusion-matrix.svg", "learning-curves.svg"];
  const paths = server.asked.flatMap(
    ({ path }) => /mlflow-artifacts\/artifacts\/7\/r1\/artifacts\/(.*)$/.exec(path)?.[1] ?? [],
  );
  expect(paths.sort()).toEqual([...listed.map((name) => `model/${name}`), ...front].sort());
});

describe("sends nothing from a log that lists a file it should not send", () => {
  beforeEach(() => writeFileSync(join(directory, "secret"), "key"));

  it.each([
    "../secret",
    "../../../../../../etc/hostname",
    "/etc/hostname",
    "sub/../../secret",
    "..\\secret",
    "C:\\secret",
    "C:secret",
    "..",
    ".",
    "",
    "a\u0000b",
    "report.html\u001b[2J",
  ])("a file that is no plain name: %j", async (file) => {
    withEvents(artifact(file, "model/x"));
    await expectRefusal(/tracking\.jsonl, line \d+: not an event: file: /);
  });

  it.each(["../x", "/x", "model/../../x", "other/labels.json", "x", "model/", "model\\labels.json"])(
    "a place that is not the file's own: %j",
    async (path) => {
      withEvents(artifact("labels.json", path));
      await expectRefusal(/tracking\.jsonl, line \d+: not an event: path: expected the file's name/);
    },
  );

  it.each(["notes.txt", "monitor.sqlite", "tracking.jsonl"])(
    "a file that the manifest does not list: %s",
    async (name) => {
      appendFileSync(inModel(name), name === "notes.txt" ? "mine" : "");
      withEvents(artifact(name));
      await expectRefusal(
        new RegExp(`line \\d+: artifact: .*${name.replace(".", "\\.")} is not listed in this folder's manifest`),
        /^Only train and retrain write this file/,
      );
    },
  );

  it("a file whose name only an object's prototype has", async () => {
    withEvents(artifact("constructor"));
    await expectRefusal(/constructor is not listed in/);
  });

  it("a listed file with different content", async () => {
    appendFileSync(inModel("report.html"), "<!-- changed -->");
    await expectRefusal(
      /line \d+: artifact: model .*: report\.html was changed after training/,
      /^Restore the file from a copy of the model folder/,
    );
  });

  it("a listed file that is missing", async () => {
    rmSync(inModel("out_of_fold.parquet"));
    await expectRefusal(
      /line \d+: artifact: model .*: out_of_fold\.parquet is missing/,
      /^Restore the file from a copy of the model folder/,
    );
  });

  it("other content than the manifest lists, in the log itself", async () => {
    writeLog(logLines().map((line) => line.replace('"content":"{', '"content":"{ ')));
    await expectRefusal(
      /rolling_reference\.json was changed after training/,
      /^Only train and retrain write this file/,
    );
  });

  it("a link to a file outside, though it has the listed content", async () => {
    renameSync(inModel("labels.json"), join(directory, "labels.json"));
    symlinkSync("../labels.json", inModel("labels.json"));
    await expectRefusal(/labels\.json is a link that leads out of the model folder/);
  });

  it("a link to a file outside that the manifest lists with its hash", async () => {
    symlinkSync("../secret", inModel("secret"));
    reseal((manifest) => Object.assign(manifest.files as object, { secret: sha256Bytes("key") }));
    withEvents(artifact("secret"));
    await expectRefusal(/secret is a link that leads out of the model folder/);
  });

  it("a file outside that the manifest lists by a path through a linked directory", async () => {
    symlinkSync("..", inModel("up"));
    reseal((manifest) => Object.assign(manifest.files as object, { "up/secret": sha256Bytes("key") }));
    withEvents(artifact("up/secret"));
    await expectRefusal(/not an event: file: /);
  });

  it.each([
    ["a directory", (path: string) => mkdirSync(path)],
    ["a FIFO", (path: string) => void execFileSync("mkfifo", [path])],
    ["a link to a device", (path: string) => symlinkSync("/dev/zero", path)],
    ["a link to itself", (path: string) => symlinkSync("labels.json", path)],
  ])("%s in the place of a listed file", async (_, make) => {
    rmSync(inModel("labels.json"));
    make(inModel("labels.json"));
    await expectRefusal(
      /labels\.json: (expected a file, found|its symbolic links)|labels\.json is a link that/,
      /^(Restore the file|Repair the link|If you know who made the folder, replace the link)/,
    );
  });

  it("a log that is a link to elsewhere, or a FIFO", async () => {
    renameSync(logPath(), join(directory, "tracking.jsonl"));
    symlinkSync("../tracking.jsonl", logPath());
    await expectRefusal(/tracking\.jsonl is a link that leads out/);
    rmSync(logPath());
    execFileSync("mkfifo", [logPath()]);
    await expectRefusal(/tracking\.jsonl: expected a file, found a pipe/);
  });

  it("any file of a folder without a manifest but the two reports of a refused retraining", async () => {
    for (const name of ["manifest.json", "monitor.sqlite"]) rmSync(inModel(name));
    const end = logLines().filter((line) => !line.includes('"artifact"'));
    writeLog(end);
    withEvents(artifact("labels.json", "labels.json"));
    await expectRefusal(/labels\.json is not listed in/);
    writeLog(end);
    withEvents(artifact("report.html", "report.html"));
    expect((await synced()).command).toBeNull();
    expect(server.asked.at(-2)!.path).toMatch(/artifacts\/report\.html$/);
  });

  it("a hard link to a file outside, which only its hash reveals", async () => {
    rmSync(inModel("labels.json"));
    linkSync(join(directory, "secret"), inModel("labels.json"));
    await expectRefusal(/labels\.json was changed after training/);
  });
});

describe("sends nothing from a log with an invalid event", () => {
  const metrics = { type: "metrics", run: "train", at: 1, step: 1, values: { loss: 1 } };

  it.each([
    ["no JSON", () => appendFileSync(logPath(), "{\n"), /expected JSON/],
    ["an unknown event", () => withEvents({ type: "upload", run: "train" }), /not an event: type: /],
    ["a field of another type", () => withEvents({ ...metrics, step: "1" }), /not an event: step: /],
    ["a run that has not begun", () => withEvents({ ...metrics, run: "fold-9" }), /run "fold-9" has not begun/],
    [
      "a run that begins twice",
      () => withEvents({ type: "run", run: "final", name: "x", parent: null, at: 1, tags: {} }),
      /run "final" begins a second time/,
    ],
    [
      "a parent that has not begun",
      () => withEvents({ type: "run", run: "x", name: "x", parent: "y", at: 1, tags: {} }),
      /parent "y" has not begun/,
    ],
    [
      "a second log",
      () => withEvents({ type: "log", id: "x", experiment: "x" }),
      /log on the first line, and only there/,
    ],
    ["no log first", () => writeLog(logLines().slice(1)), /line 1: run: expected log on the first line/],
    [
      "more after its end",
      () => appendFileSync(logPath(), `${JSON.stringify(metrics)}\n`),
      /expected no event after complete/,
    ],
    [
      "tags that say which run is which",
      () => withEvents({ type: "tags", run: "train", tags: { "tidemark.run": "another/train" } }),
      /a log must not set these tags/,
    ],
    [
      "more params than a training has",
      () =>
        withEvents({
          type: "params",
          run: "train",
          params: Object.fromEntries(Array.from({ length: 10_001 }, (_, i) => [i, ""])),
        }),
      /params: expected at most 10000 entries/,
    ],
    [
      "a longer name than a training gives",
      () => withEvents({ ...metrics, values: { ["x".repeat(1001)]: 1 } }),
      /not an event: values/,
    ],
    ["an artifact twice", () => withEvents(artifact("labels.json")), /model\/labels\.json appears a second time/],
    [
      "a registered path of its own",
      () => withEvents({ type: "version", run: "train", name: "x", alias: null, path: ".." }),
      /not an event: path/,
    ],
  ])("%s", async (_, change, says) => {
    change();
    await expectRefusal(/tracking\.jsonl, line \d+: /);
    server.reset();
    await expectRefusal(says);
  });

  it("a file that is too long", async () => {
    execFileSync("truncate", ["--size", "65M", logPath()]);
    await expectRefusal(/tracking\.jsonl: expected at most 64 MiB, found 65 MiB/);
  });

  it("a damaged manifest", async () => {
    writeFileSync(inModel("manifest.json"), "{}");
    await expectRefusal(/manifest\.json/);
  });
});

it("does not take a server's address from a folder", async () => {
  reseal((manifest) => {
    Object.assign(manifest.config as object, { tracking: server.uri, experiment: "theirs" });
    Object.assign(manifest, { tracking: server.uri });
  });
  const [first, ...rest] = logLines();
  writeLog([JSON.stringify({ ...JSON.parse(first!), tracking: server.uri, uri: server.uri }), ...rest]);
  await expect(sync({ directory: model, tracking: "none" })).rejects.toThrow("no tracking server was given");
  await expect(sync({ directory: model })).rejects.toThrow("no tracking server was given");
  expect(server.asked).toEqual([]);
});

it("registers nothing unless requested", async () => {
  withEvents({ type: "version", run: "train", name: "walk", alias: "champion", path: "model" });
  const heard: string[] = [];
  const reporter = { warn: (message: string) => void heard.push(message) };
  const { training, warnings } = await sync({ directory: model, tracking: server.uri }, { reporter });
  expect(training!.versions).toEqual([]);
  expect(heard).toEqual(warnings);
  expect(warnings).toEqual([
    "The model was trained with --register, but sync registers a model only with: --register walk --alias champion",
  ]);
  expect(server.asked.filter(({ path }) => /registered-models|model-versions/.test(path))).toEqual([]);
  const told = await synced({ register: "walk", alias: "champion", experiment: "again" });
  expect(told.training!.versions).toEqual(["walk version 4 (champion)"]);
  expect(told.warnings).toEqual([]);
});

describe("a damaged ledger row", () => {
  it.each([
    [
      "a result that is no JSON",
      "UPDATE batches SET result = x'0102' WHERE stream = 'other'",
      /batch "next": result: /,
    ],
    [
      "more batches than there are",
      "UPDATE streams SET batches = 7 WHERE name = 'other'",
      /stream "other": expected 7 batches/,
    ],
    ["a stream without batches", "DELETE FROM batches WHERE stream = 'other'", /stream "other": expected 1 batch,/],
  ])("of today is named: %s", async (_, change, says) => {
    await addBatches(model, "other", "next");
    changeLedger(model, "PRAGMA foreign_keys = OFF", change);
    const error = await synced().catch((error: unknown) => error);
    expect(error).toMatchObject({ name: "UserError", exitCode: 2 });
    expect(String(error)).toMatch(says);
  });

  it.each([
    ["a result that is no JSON", "UPDATE batches SET result = substr(result, 1, 40)", /result: expected JSON/],
    ["a result of another form", "UPDATE batches SET result = '{}'", /result: /],
  ])("is named: %s", async (_, change, says) => {
    changeLedger(model, change);
    const error = await synced().catch((error: unknown) => error);
    expect(error).toMatchObject({ name: "UserError", exitCode: 2 });
    expect(String(error)).toMatch(/the ledger is damaged: batch "batch\.csv\.gz"/);
    expect(String(error)).toMatch(says);
  });
});

function changeLedger(folder: string, ...statements: string[]): void {
  const database = new DatabaseSync(join(folder, "monitor.sqlite"));
  for (const statement of statements) database.exec(statement);
  database.close();
}

/** Adds batches with these ids to a stream, a second apart, all with the answer of the first batch. */
async function addBatches(folder: string, stream: string, ...ids: string[]): Promise<void> {
  const { model_version: modelVersion } = JSON.parse(readFileSync(join(folder, "manifest.json"), "utf8"));
  const upgradeSummary = (json: unknown) => ({ summary: Buffer.from(JSON.stringify(json)), figures: null });
  const store = SqliteStreamStore.open(folder, { modelVersion, upgradeSummary, upgradeHeadline: () => null });
  const all = (await Promise.all((await store.streams()).map((name) => store.page(name)))).flatMap(
    ({ batches }) => batches,
  );
  const [first, last] = [
    all[0]!,
    all
      .map(({ receivedAt }) => receivedAt)
      .sort()
      .at(-1)!,
  ];
  for (const [i, batchId] of ids.entries()) {
    const receivedAt = new Date(Date.parse(last) + 1000 * (i + 1)).toISOString();
    await store.record(
      { ...first, stream, batchId, receivedAt },
      () => ({ ...first, inReferences: false, summary: null }),
      { referenceBatches: 5, keptAtEnds: 10, since: "", bytes: 1e9, shorten: (result) => result },
    );
  }
  await store.close();
}

it.each([
  ["an earlier version", "lock-1-aaaaaaaaaaaa.json", JSON.stringify({ pid: 1, host: "gone", identity: null })],
  ["this version", "lock-1-aaaaaaaaaaaa@gone", ""],
])("the lock of a killed container with another host's name holds up no report (%s)", async (_, name, content) => {
  writeFileSync(inModel(name), content);
  const { streams, command } = await synced();
  expect(streams).toMatchObject([{ stream: "default", sent: 1, unsent: null }]);
  expect(command).toBeNull();
});

describe("a server that accepts nothing", () => {
  it("costs a single time limit, however many streams there are, and the result says what remains", async () => {
    for (let i = 0; i < 30; i++) await addBatches(model, `s${i}`, "a", "b");
    server.refuse = ({ path }) => (path === "runs/search" ? { status: 503 } : undefined);
    const clock = new FakeClock();
    const result = await sync({ directory: model, tracking: server.uri, experiment: "my own" }, { clock });
    clock.stop();
    expect(clock.now()).toBeLessThanOrEqual(61_000);
    expect(result.training!.unsent!.events).toBeGreaterThan(0);
    expect(result.streams).toHaveLength(31);
    for (const { stream, sent, unsent } of result.streams) {
      expect({ sent, unsent }).toEqual({
        sent: 0,
        unsent: { events: stream === "default" ? 1 : 2, reason: "not tried, because no time was left" },
      });
    }
    expect(server.bodies("runs/search").length).toBeLessThan(20);
    const command = `tidemark sync ${model} --tracking ${server.uri} --experiment 'my own'`;
    expect(result.command).toBe(command);
    const text = syncLines(result);
    expect(text.filter((line) => line.startsWith("not sent"))).toHaveLength(11);
    expect(text.at(-2)).toBe("not sent   22 other streams");
    expect(text.at(-1)).toBe(`${server.uri} does not have everything. Send the rest with: ${command}`);
    server.refuse = () => undefined;
    expect(await synced()).toMatchObject({ command: null });
  });
});

describe("a server that accepts everything, but slowly", () => {
  it("is abandoned after an hour, however many streams there are", async () => {
    for (let i = 0; i < 60; i++) await addBatches(model, `s${i}`, "a");
    let now = 0;
    const clock: Clock = {
      now: () => now,
      sleep: async (_, signal) => {
        if (!signal?.aborted) await new Promise((resolve) => signal?.addEventListener("abort", resolve));
      },
    };
    server.refuse = () => {
      now += 29_000;
      return undefined;
    };
    const result = await sync({ directory: model, tracking: server.uri }, { clock });
    expect(now).toBeLessThanOrEqual(62 * 60_000);
    expect(result.training!.unsent).toBeNull();
    expect(result.streams.at(-1)!.unsent).toEqual({ events: 1, reason: "not tried, because no time was left" });
    expect(result.command).toBe(`tidemark sync ${model} --tracking ${server.uri}`);
  });
});

describe("two copies of a folder", () => {
  let copy = "";
  const copied = (): void => {
    copy = join(directory, "copy");
    cpSync(model, copy, { recursive: true });
  };
  const syncCopy = (): Promise<SyncResult> => sync({ directory: copy, tracking: server.uri });
  /** Returns, for each run, the steps at which it has a verdict, and the last batch that the run's tag names. */
  const told = (): [steps: number[], last: string][] =>
    server.runs
      .filter(({ tags }) => tags["tidemark.stream"] === "default")
      .map(({ metrics, tags }) => [
        metrics.filter(({ key }) => key === "verdict").map(({ step }) => step),
        tags.batch_id!,
      ]);

  it("that diverged each get their own run with all of their batches, which a message says", async () => {
    await synced();
    copied();
    await addBatches(model, "default", "here");
    await addBatches(copy, "default", "there", "there too");
    expect((await synced()).warnings).toEqual([]);
    const { streams, warnings, command } = await syncCopy();
    expect(warnings).toEqual([
      expect.stringMatching(/^stream default: a copy of this folder has reported other batches/),
    ]);
    expect({ sent: streams[0]!.sent, command }).toEqual({ sent: 3, command: null });
    expect(told()).toEqual([
      [[1, 2], "here"],
      [[1, 2, 3], "there too"],
    ]);
    await addBatches(model, "default", "here again");
    await addBatches(copy, "default", "there again");
    expect((await syncCopy()).warnings).toEqual([]);
    expect((await synced()).warnings).toEqual([]);
    expect(told()).toEqual([
      [[1, 2, 3], "here again"],
      [[1, 2, 3, 4], "there again"],
    ]);
  });

  it("that were made before the first batch get independent runs", async () => {
    changeLedger(model, "DELETE FROM batches WHERE stream <> 'default'");
    copied();
    changeLedger(copy, "UPDATE batches SET received_at = '2026-11-28T00:00:00.000Z'");
    await synced();
    expect((await syncCopy()).warnings).toEqual([]);
    expect(told().map(([steps]) => steps)).toEqual([[1], [1]]);
  });

  it("share a run if only one of them changed", async () => {
    await synced();
    copied();
    await addBatches(copy, "default", "next");
    await syncCopy();
    expect(told()).toEqual([[[1, 2], "next"]]);
    // The ledger has fewer batches than the run, and may receive different batches later.
    expect((await synced()).warnings).toHaveLength(1);
  });

  it("lose nothing if they send at the same time: neither mistakes the other's steps for its own", async () => {
    await synced();
    copied();
    await addBatches(model, "default", "here");
    await addBatches(copy, "default", "there", "there too");
    // The server has the metrics of the other ledger, whose process ended before it wrote its tag.
    const stream = server.runs.find(({ tags }) => tags["tidemark.stream"] === "default")!;
    stream.metrics.push({ key: "verdict", value: 0, timestamp: 1, step: 2 });
    await syncCopy();
    expect(new Set(told()[0]![0])).toEqual(new Set([1, 2, 3]));
    expect((await synced()).streams[0]!.sent).toBe(2);
  });

  it("a mark that the server returns is not trusted", async () => {
    await synced();
    for (const run of server.runs) run.tags["tidemark.ledger"] = `9${"9".repeat(400)} sha256:${"0".repeat(64)}`;
    expect((await synced()).streams[0]).toMatchObject({ sent: 1, unsent: null });
  });
});

it("a log is read as it was written, whatever its last line contains", async () => {
  const before = await readTrackingLog(logPath());
  appendFileSync(logPath(), '{"type":"met');
  expect(await readTrackingLog(logPath())).toEqual(before);
});
