// Runs the network in onnxruntime-web, which rounds differently: nearly every window must get the same label as in
// onnxruntime-node, and the summary must count the same samples for these windows.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { Tensor } from "onnxruntime-node";
import { describe, expect, it } from "vitest";
import { classify, DeviceBatch, readDeviceModel } from "../../src/device.ts";
import { openRuntimeSession } from "../../src/learning/training/onnx-runtime.ts";
import { simulate } from "../../src/pipelines/simulate.ts";
import { readRecordings } from "../../src/signals/data/read-recordings.ts";
import { copySharedModel } from "../pipelines/shared-model.ts";
import { fileDirectory } from "../pipelines/tiny-run.ts";

const directory = fileDirectory();
const at = (name: string): string => join(directory, name);

/** The WebAssembly build of onnxruntime-web; both runtimes have the types of onnxruntime-common. */
const web: typeof import("onnxruntime-node") = createRequire(import.meta.url)("onnxruntime-web");

describe("onnxruntime-web", () => {
  it("classifies 99.9 % of the windows like the server's runtime, and its summaries are as close", async () => {
    await copySharedModel("eight people", directory, "model");
    const model = readDeviceModel(JSON.parse(readFileSync(at("model/device.json"), "utf8")));
    const activities = ["walking", "jogging", "sitting"];
    await simulate({ out: at("r.csv"), users: 4, minutes: 15, rate: 20, seed: 23, activities });
    const columns = { channels: model.channels };
    const { recordings } = await readRecordings([at("r.csv")], { requireLabels: false, columns });
    const batch = new DeviceBatch(model);
    for (const { user, recording, start, end } of recordings.stretches) {
      const values = recordings.values.map((column) => column.subarray(start, end));
      const time = recordings.time.subarray(start, end);
      batch.add({ time, columns: values, recording: `${user} ${recording}` });
    }
    const windows = batch.windows();
    expect(windows.count).toBeGreaterThan(3000);
    const server = await classify(
      { session: await openRuntimeSession(at("model/model.onnx")), Tensor },
      model,
      windows,
    );
    const session = await web.InferenceSession.create(readFileSync(at("model/model.onnx")));
    const device = await classify({ session, Tensor: web.Tensor }, model, windows);
    expect(new Set(device.classes).size).toBeGreaterThan(1);
    const agree = device.classes.filter((name, w) => name === server.classes[w]).length / windows.count;
    console.log(`onnxruntime-web: ${windows.count} windows, ${(100 * agree).toFixed(3)} % of the labels agree`);
    expect(agree).toBeGreaterThanOrEqual(0.999);
    const [own, theirs] = [device, server].map(
      ({ probabilities }) => batch.summarize(windows, probabilities).measurement,
    );
    if (agree === 1) expect(own!.byClass).toEqual(theirs!.byClass);
    for (const signal of ["confidence", "entropy", "margin"] as const) {
      const apart = Math.abs(own!.signals[signal].millionths - theirs!.signals[signal].millionths);
      expect(apart / windows.count, signal).toBeLessThan(10);
    }
  });
});
