// Compares a phone with the server: the summary that a phone computes with device.json and model.onnx must equal the one that
// `check` computes from the samples, and both must give the same verdict.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Tensor } from "onnxruntime-node";
import { beforeAll, describe, expect, it } from "vitest";
import { classify, DeviceBatch, encodeSummary, readDeviceModel, summaryToJson } from "../../src/device.ts";
import { UserError } from "../../src/errors.ts";
import { openRuntimeSession } from "../../src/learning/training/onnx-runtime.ts";
import type { CheckResult } from "../../src/monitoring/streams/check-result.ts";
import { readSummary } from "../../src/monitoring/streams/read-summary.ts";
import { openWatchedModel } from "../../src/monitoring/streams/watched-model.ts";
import type { DeviceModel } from "../../src/monitoring/summaries/device-json.ts";
import { deviceModelSchema } from "../../src/monitoring/summaries/device-model-schema.ts";
import { deviceModel } from "../../src/pipelines/device-model.ts";
import { ModelHandle } from "../../src/pipelines/model-handle.ts";
import { simulate } from "../../src/pipelines/simulate.ts";
import { readRecordings } from "../../src/signals/data/read-recordings.ts";
import { duckdbLiteral, openDuckdb } from "../../src/signals/files/duckdb.ts";
import { readManifest } from "../../src/storage/manifest.ts";
import { unpackOldModel } from "./old-model.ts";
import { copySharedModel } from "./shared-model.ts";
import { fileDirectory } from "./tiny-run.ts";

const directory = fileDirectory();
const at = (name: string): string => join(directory, name);
const json = (name: string): unknown => JSON.parse(readFileSync(at(name), "utf8"));

beforeAll(() => copySharedModel("eight people", directory, "model"));

describe("device.json", () => {
  it("is listed in the manifest, and what a device accepts", async () => {
    expect((await readManifest(at("model"))).files).toHaveProperty(["device.json"]);
    const written = json("model/device.json");
    expect(readDeviceModel(written)).toEqual(await deviceModel(at("model")));
    expect(deviceModelSchema.parse(written)).toEqual(written);
  });

  it("can be created for a folder that was written before this file existed", async () => {
    unpackOldModel(directory);
    const made = await deviceModel(at("walk"));
    const { config, data, model_version } = await readManifest(at("walk"));
    expect(readDeviceModel(JSON.parse(JSON.stringify(made)))).toEqual(made);
    expect(made).toMatchObject({
      model_version,
      sampling_rate_hz: config.rate,
      window_size: config.window,
      overlap: config.overlap,
      channels: data.channels,
      classes: data.classes,
      scaler: { method: config.normalize },
    });
    expect(Object.keys(made.edges)).toEqual(expect.arrayContaining(data.channels));
  });

  const model: DeviceModel = {
    schema_version: 1,
    model_version: "walk-1",
    sampling_rate_hz: 50,
    window_size: 100,
    overlap: 0.5,
    channels: ["x"],
    sensors: [],
    classes: ["still", "walking"],
    edges: { x: [-1, 0, 1] },
    scaler: { method: "none", center: [0], scale: [1] },
  };
  it.each<[string, unknown, string]>([
    ["another form", { ...model, schema_version: 2 }, "schema_version: expected 1, got 2"],
    ["no version", { ...model, model_version: undefined }, "model_version: expected a string, got nothing"],
    ["no rate", { ...model, sampling_rate_hz: 0 }, "sampling_rate_hz: expected a number above 0, got 0"],
    ["half a sample", { ...model, window_size: 9.5 }, "window_size: expected a whole number above 0, got 9.5"],
    ["windows that stand still", { ...model, overlap: 1 }, "overlap: expected a number in [0, 1), got 1"],
    ["no channel", { ...model, channels: [] }, "channels: expected names, got []"],
    [
      "a sensor of other channels",
      { ...model, sensors: [{ name: "A", channels: ["x", "y", "z"] }] },
      'sensors: expected sensors with a name and three of the channels each, got [{"name":"A"',
    ],
    ["one class", { ...model, classes: ["still"] }, 'classes: expected two names or more, got ["still"]'],
    ["no grid", { ...model, channels: ["x", "y"] }, "edges.y: expected ascending numbers, got nothing"],
    ["a falling grid", { ...model, edges: { x: [0, 0] } }, "edges.x: expected ascending numbers, got [0,0]"],
    ["a list", [], "schema_version: expected 1, got nothing"],
    ["nothing", null, "schema_version: expected 1, got nothing"],
  ])("is refused with %s", (_, value, message) => {
    expect(readDeviceModel(model)).toBe(model);
    expect(() => readDeviceModel(value)).toThrow(RangeError);
    expect(() => readDeviceModel(value)).toThrow(`device.json: ${message}`);
  });
});

describe("a device's summaries", () => {
  const batches = ["b0.csv", "b1.csv", "b2.csv", "b3.csv", "b4.csv", "in-g.csv"];
  let phone: DeviceModel;

  beforeAll(async () => {
    phone = readDeviceModel(json("model/device.json"));
    const activities = ["walking", "jogging", "sitting"];
    await simulate({ out: at("person.parquet"), users: 1, minutes: 27, rate: 20, seed: 11, activities });
    const database = await openDuckdb();
    const inG = "REPLACE (Ax / 9.80665 AS Ax, Ay / 9.80665 AS Ay, Az / 9.80665 AS Az)";
    for (const [i, name] of batches.entries()) {
      const columns = name === "in-g.csv" ? `* ${inG}` : "*";
      const own = `SELECT ${columns} FROM ${duckdbLiteral(at("person.parquet"))} WHERE recording LIKE '%-${i + 1}'`;
      await database.connection.run(`COPY (${own}) TO ${duckdbLiteral(at(name))}`);
    }
    database.close();
  });

  async function using(use: (model: ModelHandle) => Promise<void>): Promise<void> {
    const model = new ModelHandle(await openWatchedModel(at("model")));
    await use(model).finally(() => model.close());
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

  /** Returns the summary that a phone would send, in its binary form and as JSON text. */
  async function sent(name: string): Promise<{ bytes: Uint8Array; text: string }> {
    const { recordings } = await readRecordings([at(name)], {
      requireLabels: false,
      columns: { channels: phone.channels },
    });
    const batch = new DeviceBatch(phone);
    for (const { recording, start, end } of recordings.stretches) {
      for (let from = start; from < end; from += 33) {
        const to = Math.min(end, from + 33);
        const columns = recordings.values.map((column) => column.subarray(from, to));
        batch.add({ time: recordings.time.subarray(from, to), columns, recording });
      }
    }
    const session = await openRuntimeSession(at("model/model.onnx"));
    const windows = batch.windows();
    const { probabilities, classes } = await classify({ session, Tensor }, phone, windows);
    expect(new Set(phone.classes)).toEqual(new Set([...classes, ...phone.classes]));
    const newest = await classify({ session, Tensor }, phone, windows, windows.count - 3);
    expect(newest.classes).toEqual(classes.slice(-3));
    const summary = batch.summarize(windows, probabilities);
    return { bytes: encodeSummary(summary), text: JSON.stringify(summaryToJson(summary)) };
  }

  it("are the same as check measures, and get the same verdicts", async () => {
    const now = (): Date => new Date(0);
    await using(async (model) => {
      const verdicts: string[] = [];
      for (const batchId of batches) {
        const accept = true;
        const checked = await model.check({ files: [at(batchId)], stream: "samples", accept }, { now });
        const { bytes, text } = await sent(batchId);
        expect(bytes.length).toBeLessThan(text.length / 2);
        const own = withoutCauses(checked.result);
        verdicts.push(own.verdict);
        for (const [stream, summary] of Object.entries({ bytes, json: JSON.parse(text) })) {
          const { result } = await model.checkSummary(summary, { batchId, stream, accept }, { now });
          expect(withoutCauses(result)).toEqual({ ...own, stream });
          expect(await model.stream(stream).memory()).toEqual(await model.stream("samples").memory());
        }
      }
      expect(verdicts).toEqual(["normal", "normal", "normal", "normal", "normal", "sudden_change"]);
    });
  });

  it("are recognised in files, and say what was not judged", async () => {
    const { bytes, text } = await sent("b1.csv");
    writeFileSync(at("b1.summary.bin"), bytes);
    writeFileSync(at("b1.summary.json"), `\n${text}\n`);
    await using(async (model) => {
      const checked = await model.check({ files: [at("b1.summary.bin")], stream: "files", jobs: 1 });
      expect(checked.result).toMatchObject({ batch_id: "b1.summary.bin", verdict: "normal" });
      expect(checked.result).toHaveProperty("left_out", ["impossible", "likely_causes"]);
      const again = { files: [at("b1.summary.json")], stream: "files", batchId: "b1.summary.bin" };
      expect(await model.check(again)).toMatchObject({ known: true, result: checked.result });
      await expect(model.check({ ...again, files: [...again.files, at("b0.csv")] })).rejects.toThrow(
        "this is a summary, which is a whole batch, but 2 files are given",
      );
      await expect(model.check({ ...again, time: "t", timeUnit: "ms" })).rejects.toThrow(
        "this is a summary, which has no columns, so --time, --time-unit cannot be applied",
      );
      const textual = await model.checkSummary(Buffer.from(text), { batchId: "b1.summary.bin", stream: "files" });
      expect(textual).toMatchObject({ known: true, result: checked.result });
      await expect(model.checkSummary(Buffer.from("{"), { batchId: "x" })).rejects.toThrow("summary: expected JSON: ");
    });
  });

  it("are rejected if they are from a different model or incomplete", async () => {
    const { monitored } = await openWatchedModel(at("model"));
    const { bytes, text } = await sent("b0.csv");
    expect(() => readSummary(bytes, { ...monitored, modelVersion: "walk-2" })).toThrow(
      `summary: model_version: expected walk-2, got ${monitored.modelVersion}`,
    );
    expect(() => readSummary(bytes.subarray(0, 500), monitored)).toThrow("ends after");
    const value = JSON.parse(text);
    for (const [change, message] of [
      [{ rows: -1 }, "summary: rows: "],
      [{ by_class: value.by_class.slice(1) }, "summary: measurement: classes: expected 3, got 2"],
      [
        { signals: { ...value.signals, windows: 1 } },
        "summary: measurement: impossible counts of windows, pairs and flips",
      ],
      [{ by_class: value.by_class.map(() => null) }, "summary: measurement: channels: expected 9, got 0"],
    ] as const) {
      expect(() => readSummary({ ...value, ...change }, monitored)).toThrow(UserError);
      expect(() => readSummary({ ...value, ...change }, monitored)).toThrow(message);
    }
  });
});
