import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { UserError } from "../../src/errors.ts";
import { EventSender } from "../../src/storage/event-sender.ts";
import { MlflowClient } from "../../src/storage/mlflow-client.ts";
import { mlflowLimits, sentEventKey, splitSentEvent } from "../../src/storage/sent-event.ts";
import { serverAddress } from "../../src/storage/server-address.ts";
import { type TrackingEvent, trackingEventSchema } from "../../src/storage/tracking-event.ts";
import { FakeMlflow } from "./fake-mlflow.ts";

const begin: TrackingEvent[] = [
  { type: "log", id: "log", experiment: "walking" },
  { type: "run", run: "train", name: "model", parent: null, at: 5, tags: { a: "b" } },
];

describe("batchesOf", () => {
  const pair = fc.record({ key: fc.string(), value: fc.string() });
  const point = fc.record({ key: fc.string(), value: fc.double(), timestamp: fc.nat(), step: fc.nat() });

  it("keeps everything, in order, within the limits of a request", () => {
    const long = fc.record({ key: fc.constant("k"), value: fc.constant("é".repeat(6000)) });
    const loggable = fc.record({
      params: fc.array(fc.oneof(pair, long), { maxLength: 350, size: "max" }),
      tags: fc.array(pair, { maxLength: 250, size: "max" }),
      metrics: fc.array(point, { maxLength: 2500, size: "max" }),
    });
    fc.assert(
      fc.property(loggable, (all) => {
        const batches = splitSentEvent(all);
        for (const kind of ["params", "tags", "metrics"] as const) {
          expect(batches.flatMap((batch): readonly object[] => batch[kind])).toEqual(all[kind]);
          expect(Math.max(0, ...batches.map((batch) => batch[kind].length))).toBeLessThanOrEqual(mlflowLimits[kind]);
        }
        for (const batch of batches) {
          const total = batch.params.length + batch.tags.length + batch.metrics.length;
          expect(total).toBeGreaterThan(0);
          expect(total).toBeLessThanOrEqual(1000);
          expect(Buffer.byteLength(JSON.stringify({ run_id: "r".repeat(32), ...batch }))).toBeLessThan(1_000_000);
        }
      }),
      { numRuns: 20 },
    );
  });

  it("makes a single request if everything fits", () => {
    const metrics = Array.from({ length: 1000 }, (_, step) => ({ key: "loss", value: 1, timestamp: 1, step }));
    expect(splitSentEvent({ metrics, params: [], tags: [] })).toHaveLength(1);
    expect(splitSentEvent({ metrics: [...metrics, metrics[0]!], params: [], tags: [] })).toHaveLength(2);
    expect(splitSentEvent({ metrics: [], params: [], tags: [] })).toEqual([]);
  });
});

describe("keyOf", () => {
  it.each([
    ["val_loss", "val_loss"],
    ["f1/walking up", "f1/walking up"],
    ["f1/marche à pied", "f1/marche à pied"],
    ["f1/歩く", "f1/歩く"],
    ["share %", "share _"],
    ["a:b?", "a_b_"],
    ["f1/..", "f1/__"],
    [".", "_"],
    ["/a//b/", "_a/b_"],
    ["a/./../b", "a/_/__/b"],
    ["/".repeat(300), "_"],
    ["", "_"],
  ])("of %j is %j", (name, key) => expect(sentEventKey(name)).toBe(key));

  it("is one that servers accept: it has valid characters, is short enough, and is a normalised path", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 400 }), (name) => {
        const key = sentEventKey(name);
        expect(key).toMatch(/^[\p{L}\p{N}_\-. /]{1,250}$/u);
        for (const part of key.split("/")) expect(["", ".", ".."]).not.toContain(part);
        expect(sentEventKey(key)).toBe(key);
      }),
    );
  });
});

describe("EventSender", () => {
  const server = new FakeMlflow();
  const directory = mkdtempSync(join(tmpdir(), "tidemark-sender-"));
  let warnings: string[] = [];
  let client: MlflowClient;
  let sender: EventSender;

  const open = (): void => {
    sender = new EventSender(client, {
      read: async ({ file, content }) => {
        if (content !== undefined) return Buffer.from(content);
        if (existsSync(join(directory, file))) return readFileSync(join(directory, file));
        throw new UserError("is missing");
      },
      warn: (message) => warnings.push(message),
    });
  };

  beforeEach(async () => {
    await server.open();
    server.reset();
    warnings = [];
    client = new MlflowClient(serverAddress(server.uri, {})!);
    open();
  });
  afterEach(async () => {
    await client.close();
    await server.close();
  });

  /** Sends all events, as a background sender would. */
  async function send(...events: TrackingEvent[]): Promise<void> {
    for (let rest = events; rest.length > 0; ) rest = rest.slice(await sender.sendSome(rest));
  }
  const metrics = (step: number, values: Record<string, number>): TrackingEvent => {
    return { type: "metrics", run: "train", at: 9, step, values };
  };

  it("looks for a run before it creates one, and identifies it by a tag", async () => {
    await send(...begin);
    const methods = server.asked.map(({ path }) => path);
    expect(methods).toEqual(["experiments/get-by-name", "runs/search", "runs/create"]);
    expect(server.bodies("runs/search")[0]).toMatchObject({
      experiment_ids: ["7"],
      filter: "tags.`tidemark.run` = 'log/train'",
    });
    expect(server.bodies("runs/create")[0]).toEqual({
      experiment_id: "7",
      run_name: "model",
      start_time: 5,
      tags: [
        { key: "tidemark.run", value: "log/train" },
        { key: "a", value: "b" },
      ],
    });
    expect(sender.page).toBe(`${server.uri}/#/experiments/7/runs/r1`);
  });

  it("sends params, tags and metrics of many events together, up to the limits", async () => {
    const params = Object.fromEntries(Array.from({ length: 130 }, (_, i) => [`p${i}`, "x"]));
    const tags = Object.fromEntries(Array.from({ length: 120 }, (_, i) => [`t${i}`, "x".repeat(6000)]));
    const epochs = Array.from({ length: 1500 }, (_, step) => metrics(step, { loss: step, accuracy: 0.5 }));
    await send(...begin, { type: "params", run: "train", params }, { type: "tags", run: "train", tags }, ...epochs);
    const batches = server.bodies("runs/log-batch");
    const lengths = (kind: string): number[] => batches.map((batch) => batch[kind].length);
    expect(lengths("params").reduce((sum, n) => sum + n)).toBe(130);
    expect(lengths("tags").reduce((sum, n) => sum + n)).toBe(120);
    expect(lengths("metrics").reduce((sum, n) => sum + n)).toBe(3000);
    expect(batches.length).toBeLessThanOrEqual(6);
    expect(Math.max(...server.asked.map(({ bytes }) => bytes))).toBeLessThanOrEqual(1_000_000);
    expect(batches.flatMap((batch) => batch.tags).every(({ value }) => value.length === 5000)).toBe(true);
  });

  it("does not send values that are not finite, and says so once per metric", async () => {
    const line = JSON.stringify(metrics(2, { loss: Number.NaN, accuracy: 0.5 }));
    await send(
      ...begin,
      metrics(1, { loss: Number.POSITIVE_INFINITY, kappa: Number.NaN }),
      trackingEventSchema.parse(JSON.parse(line)),
      { type: "complete", run: "train" },
    );
    expect(server.bodies("runs/log-batch")).toMatchObject([{ metrics: [{ key: "accuracy", value: 0.5, step: 2 }] }]);
    expect(warnings).toEqual([
      "loss: values that are not finite numbers were not sent",
      "kappa: values that are not finite numbers were not sent",
    ]);
  });

  it("never splits a character", async () => {
    await send(...begin, { type: "tags", run: "train", tags: { note: `a${"🚶".repeat(4000)}`, half: "\ud83d" } });
    const [{ tags }] = server.bodies("runs/log-batch");
    expect(tags[0].value).toBe(`a${"🚶".repeat(2499)}…`);
    expect(tags[1].value).toBe("\ufffd");
  });

  it("shortens params for a server that accepts at most 500 characters", async () => {
    const tooLong = (value: string): boolean => value.length > 500;
    server.refuse = ({ body }) =>
      body.params?.some(({ value }: { value: string }) => tooLong(value))
        ? { status: 400, error_code: "INVALID_PARAMETER_VALUE", message: "too long" }
        : undefined;
    const params = { files: "f".repeat(7000), rate: "20" };
    await send(...begin, { type: "params", run: "train", params }, metrics(1, { loss: 2 }));
    const [first, second] = server.bodies("runs/log-batch");
    expect(first.params[0].value).toHaveLength(6000);
    expect(second).toMatchObject({
      params: [{ value: `${"f".repeat(499)}…` }, { value: "20" }],
      metrics: [{ value: 2 }],
    });
    expect(warnings).toEqual([]);
  });

  it("continues after a permanent rejection, reports it once, and does not mark the log as complete", async () => {
    server.refuse = ({ path }) =>
      path === "runs/log-inputs"
        ? { status: 400, error_code: "INVALID_PARAMETER_VALUE", message: "no\ntrace" }
        : undefined;
    const dataset = { name: "d", digest: "0", files: ["r.csv"], rows: 1, columns: [] };
    await send(...begin, { type: "dataset", run: "train", dataset }, { type: "dataset", run: "train", dataset });
    await send({ type: "status", run: "train", status: "FINISHED", at: 8 }, { type: "complete", run: "train" });
    expect(warnings).toEqual([`${server.uri} answered 400: no`]);
    expect(server.bodies("runs/update")).toEqual([{ run_id: "r1", status: "FINISHED", end_time: 8 }]);
    expect(server.bodies("runs/log-batch")).toEqual([]);
  });

  const logged: TrackingEvent[] = [
    { type: "model", run: "train", path: "model", status: "PENDING", tags: { "tidemark.model_version": "walk-1" } },
    { ...metrics(0, { f1: 0.5 }), model: true } as TrackingEvent,
    { type: "artifact", run: "train", file: "report.html", path: "report.html", content: "report" },
    { type: "artifact", run: "train", file: "MLmodel", path: "model/MLmodel", content: "flavors" },
    { type: "model", run: "train", path: "model", status: "READY" },
    { type: "version", run: "train", name: "walk", alias: null, path: "model" },
  ];
  const storedPaths = (): string[] =>
    server.asked.map(({ path }) => path).filter((path) => path.includes("artifacts/"));

  it("logs a model once with its files and metrics, and registers it", async () => {
    await send(...begin, ...logged);
    await send(...logged);
    expect(server.loggedModels).toEqual([{ id: "m1", run: "r1", name: "model", status: "LOGGED_MODEL_READY" }]);
    expect(server.bodies("runs/outputs")).toEqual([{ run_id: "r1", models: [{ model_id: "m1", step: 0 }] }]);
    expect(server.bodies("runs/log-batch")[0].metrics).toMatchObject([{ key: "f1", model_id: "m1" }]);
    expect(storedPaths().slice(0, 2)).toEqual([
      "/api/2.0/mlflow-artifacts/artifacts/7/r1/artifacts/report.html",
      "/api/2.0/mlflow-artifacts/artifacts/7/models/m1/artifacts/MLmodel",
    ]);
    expect(server.bodies("model-versions/create")[0]).toMatchObject({
      source: "mlflow-artifacts:/7/models/m1/artifacts",
      model_id: "m1",
      run_id: "r1",
    });
    expect(warnings).toEqual([]);
  });

  it("registers a logged model that an earlier process sent", async () => {
    await send(...begin, ...logged.slice(0, -1));
    open();
    await send(...begin, ...logged.slice(-1));
    expect(server.bodies("model-versions/create")).toMatchObject([{ model_id: "m1" }]);
  });

  it("does not mark a model as ready if one of its files is missing", async () => {
    await send(...begin, logged[0]!, { type: "artifact", run: "train", file: "gone", path: "model/gone" }, logged[4]!);
    expect(server.loggedModels).toMatchObject([{ status: "LOGGED_MODEL_UPLOAD_FAILED" }]);
  });

  it("keeps the model with the run on a server without logged models", async () => {
    server.logsModels = false;
    await send(...begin, ...logged);
    expect(server.bodies("runs/log-batch")[0].metrics).toEqual([{ key: "f1", value: 0.5, timestamp: 9, step: 0 }]);
    expect(storedPaths()[1]).toBe("/api/2.0/mlflow-artifacts/artifacts/7/r1/artifacts/model/MLmodel");
    expect(server.bodies("model-versions/create")).toMatchObject([
      { source: "mlflow-artifacts:/7/r1/artifacts/model", run_id: "r1" },
    ]);
    expect(warnings).toEqual([]);
  });

  it("does not register a model if one of its files is missing", async () => {
    writeFileSync(join(directory, "here.txt"), "here");
    const artifact = (file: string): TrackingEvent => {
      return { type: "artifact", run: "train", file, path: `model/${file}` };
    };
    await send(...begin, artifact("here.txt"), { ...artifact("now.txt"), content: "then" } as TrackingEvent);
    const stored = server.asked.filter(({ path }) => path.includes("mlflow-artifacts"));
    expect(stored.map(({ path, body }) => [path, body])).toEqual([
      ["/api/2.0/mlflow-artifacts/artifacts/7/r1/artifacts/model/here.txt", "here"],
      ["/api/2.0/mlflow-artifacts/artifacts/7/r1/artifacts/model/now.txt", "then"],
    ]);
    const version: TrackingEvent = {
      type: "version",
      run: "train",
      name: "walk",
      alias: "champion",
      path: "model",
      description: "x".repeat(6000),
      tags: { "tidemark.model_version": "walk-1" },
    };
    await send(version);
    expect(sender.versions).toEqual(["walk version 4 (champion)"]);
    expect(server.bodies("model-versions/create")).toEqual([
      {
        name: "walk",
        source: "mlflow-artifacts:/7/r1/artifacts/model",
        run_id: "r1",
        tags: [{ key: "tidemark.model_version", value: "walk-1" }],
        // MLflow accepts 5000 characters.
        description: `${"x".repeat(4999)}…`,
      },
    ]);
    await send(artifact("gone.txt"), version);
    expect(server.bodies("model-versions/create")).toHaveLength(1);
    expect(warnings).toEqual([
      "gone.txt was not sent: is missing",
      "model walk was not registered, because its files could not be stored",
    ]);
    rmSync(directory, { recursive: true });
  });

  it.each([
    [{ status: 401 }, { kind: "unauthorized", mayPass: false }],
    [
      { status: 403, message: "not yours" },
      { kind: "unauthorized", message: /403: not yours$/ },
    ],
    [{ status: 429 }, { kind: "busy", mayPass: true }],
    [{ status: 500 }, { kind: "busy", mayPass: true }],
    [{ status: 302 }, { kind: "refused", mayPass: false }],
  ])("ends a turn at %j, with nothing done", async (refusal, { message, ...fault }: Record<string, unknown>) => {
    await send(...begin);
    server.refuse = () => refusal;
    const failed = await sender.sendSome([{ type: "status", run: "train", status: "FINISHED", at: 8 }]).then(
      () => null,
      (error: unknown) => error,
    );
    if (refusal.status === 302) {
      expect(failed).toBeNull();
      expect(warnings).toHaveLength(1);
    } else {
      expect(failed).toMatchObject(fault);
      if (message !== undefined) expect(String(failed)).toMatch(message as RegExp);
    }
  });
});
