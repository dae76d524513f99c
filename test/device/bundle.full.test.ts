// Tests the bundle of tidemark/device that a web page would load: it must be small and have no dependencies. In Chromium and in
// a bare JavaScript context, it must compute the same bytes that `check` stores for the same batch.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createContext, runInContext } from "node:vm";
import { gzipSync } from "node:zlib";
import { parseHTML } from "linkedom";
import { Tensor } from "onnxruntime-node";
import { beforeAll, describe, expect, it } from "vitest";
import { classify, DeviceBatch, encodeSummary, readDeviceModel } from "../../src/device.ts";
import { openRuntimeSession } from "../../src/learning/training/onnx-runtime.ts";
import { openModelLedger } from "../../src/monitoring/streams/model-ledger.ts";
import { MonitorStream } from "../../src/monitoring/streams/monitor-stream.ts";
import { streamSchemas } from "../../src/monitoring/streams/stream-state.ts";
import { openWatchedModel } from "../../src/monitoring/streams/watched-model.ts";
import { check } from "../../src/pipelines/check.ts";
import { readRecordings } from "../../src/signals/data/read-recordings.ts";
import { writeTable } from "../../src/signals/files/write-table.ts";
import { chromium, loadPage } from "../chromium.ts";
import { copySharedModel } from "../pipelines/shared-model.ts";
import { fileDirectory } from "../pipelines/tiny-run.ts";
import { bundle, packedHome } from "./packed.ts";

const directory = fileDirectory();
const at = (name: string): string => join(directory, name);
const home = packedHome();

/** The program on a device that receives a recording in pieces, with the import that a web page would use. */
const program = `
  import { DeviceBatch, encodeSummary, readDeviceModel, summaryToJson } from "tidemark/device";
  export function summarise(text) {
    const { model, pieces, probabilities } = JSON.parse(text);
    const batch = new DeviceBatch(readDeviceModel(model));
    for (const piece of pieces) batch.add(piece);
    const summary = batch.summarize(batch.windows(), Float32Array.from(probabilities));
    return JSON.stringify({ bytes: [...encodeSummary(summary)], json: summaryToJson(summary) });
  }
`;

describe("tidemark/device", () => {
  let given = "";
  let wanted: { bytes: number[]; rows: number };

  beforeAll(async () => {
    await copySharedModel("four people", directory, "model");
    const model = readDeviceModel(JSON.parse(readFileSync(at("model/device.json"), "utf8")));
    const columns = { channels: model.channels };
    const { recordings } = await readRecordings([at("r.parquet")], { requireLabels: false, columns });
    // One person's recordings with some rows removed and a long gap.
    const user = recordings.stretches[0]!.user;
    const rows = recordings.stretches
      .filter((stretch) => stretch.user === user)
      .flatMap(({ recording, start, end }) =>
        Array.from({ length: end - start }, (_, i) => ({ recording, row: start + i })),
      )
      .filter((_, i) => i % 97 !== 5 && !(i > 300 && i < 345));
    const time = rows.map(({ row }) => recordings.time[row]!);
    const values = recordings.values.map((column) => rows.map(({ row }) => column[row]!));
    await writeTable(at("batch.csv"), [
      { name: "recording", type: "string", values: rows.map(({ recording }) => recording) },
      { name: "time_s", type: "double", values: time },
      ...model.channels.map((name, c) => ({ name, type: "float" as const, values: values[c]! })),
    ]);
    const pieces = [];
    for (let i = 0; i < rows.length; ) {
      const { recording } = rows[i]!;
      let to = i;
      while (to < Math.min(rows.length, i + 50) && rows[to]!.recording === recording) to++;
      pieces.push({ recording, time: time.slice(i, to), columns: values.map((column) => column.slice(i, to)) });
      i = to;
    }
    const batch = new DeviceBatch(model);
    for (const piece of pieces) batch.add(piece);
    const windows = batch.windows();
    const session = await openRuntimeSession(at("model/model.onnx"));
    const { probabilities } = await classify({ session, Tensor }, model, windows);
    given = JSON.stringify({ model, pieces, probabilities: [...probabilities] });

    const { result } = await check({ files: [at("batch.csv")], model: at("model"), accept: true });
    if (result.verdict === "rejected") throw new Error(JSON.stringify(result.reasons));
    const { monitored } = await openWatchedModel(at("model"));
    const store = openModelLedger(monitored);
    const stream = new MonitorStream(store, monitored, { stream: "default", schemas: streamSchemas });
    const kept = (await stream.memory()).rolling;
    await store.close();
    const summary = { ...batch.summarize(windows, probabilities), rows: result.rows, measurement: kept.at(-1)! };
    wanted = { bytes: [...encodeSummary(summary)], rows: result.rows };
  });

  it("is smaller than 40 kB, and contains no other package", async () => {
    const code = await bundle(home, 'export * from "tidemark/device";');
    console.log(`tidemark/device: ${Buffer.byteLength(code)} bytes minified, ${gzipSync(code).length} with gzip`);
    expect(Buffer.byteLength(code)).toBeLessThan(40_000);
    expect(code.match(/(?<![.\w$])(?:process\.|Buffer\.|require\(|__dirname)/g) ?? []).toEqual([]);
    await expect(bundle(home, 'export * from "node:fs";')).rejects.toThrow('"node:fs" is imported');
  });

  it("makes the same summary as the server with nothing but JavaScript and UTF-8", async () => {
    const context = createContext({ given, TextEncoder });
    runInContext("delete globalThis.SharedArrayBuffer", context);
    runInContext(await bundle(home, program), context);
    const { bytes, json } = JSON.parse(runInContext("bundle.summarise(given)", context));
    expect(bytes).toEqual(wanted.bytes);
    expect(json.rows).toBe(wanted.rows);
  });

  it.skipIf(chromium === undefined)("makes the same summary in a browser (skipped without Chromium)", async () => {
    const code = (await bundle(home, program)).replaceAll(/<(?=\/script|!--)/gi, "\\x3c");
    const dom = await loadPage(`<!doctype html><meta charset="utf-8"><pre id="result"></pre><script>
        addEventListener("error", (event) => { document.getElementById("result").textContent = event.message; });
      </script><script>${code}
        document.getElementById("result").textContent = bundle.summarise(${JSON.stringify(given)});
      </script>`);
    const result = parseHTML(dom).document.getElementById("result")!.textContent!;
    expect(result).toMatch(/^\{/);
    expect(JSON.parse(result).bytes).toEqual(wanted.bytes);
  });
});
