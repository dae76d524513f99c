// Five-minute batches from one simulated person, in two of the forms in which devices send batches.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Tensor } from "onnxruntime-node";
import { classify, DeviceBatch, encodeSummary, readDeviceModel } from "../src/device.ts";
import { openRuntimeSession } from "../src/learning/training/onnx-runtime.ts";
import { simulatePeople } from "../src/signals/data/simulate-people.ts";
import { modelFiles } from "../src/storage/model-folder.ts";

export const serveKinds = ["raw", "summary"] as const;
export type ServeKind = (typeof serveKinds)[number];

export const contentTypes: Readonly<Record<ServeKind, string>> = {
  raw: "application/vnd.tidemark.float32",
  summary: "application/vnd.tidemark.summary",
};

const rate = 50;
const rowsOfBatch = 5 * 60 * rate;

/** @param model a model folder with the channels of simulated people */
export async function serveBodies(model: string, count: number): Promise<Record<ServeKind, Uint8Array[]>> {
  const phone = readDeviceModel(JSON.parse(readFileSync(join(model, modelFiles.device), "utf8")));
  const session = await openRuntimeSession(join(model, modelFiles.network));
  const bodies: Record<ServeKind, Uint8Array[]> = { raw: [], summary: [] };
  const batches = simulatedBatches(phone.channels, count);
  for (const columns of batches) {
    bodies.raw.push(float32Body(phone.channels, columns));
    const batch = new DeviceBatch(phone);
    batch.add({ time: columns[0]!.map((_, i) => i / rate), columns });
    const windows = batch.windows();
    const { probabilities } = await classify({ session, Tensor }, phone, windows);
    bodies.summary.push(encodeSummary(batch.summarize(windows, probabilities)));
  }
  await session.release();
  return bodies;
}

/** Each batch contains the same share of every activity. */
function simulatedBatches(channels: readonly string[], count: number): Float64Array[][] {
  const { columns, rows, activities } = simulatePeople({ users: 1, minutes: 5 * count, seed: 2, samplingRateHz: rate });
  const [ofActivity, ofBatch] = [rows / activities.length, rowsOfBatch / activities.length];
  const named = channels.map((channel) => columns.find(({ name }) => name === channel)!.values as Float32Array);
  return Array.from({ length: count }, (_, b) =>
    named.map((values) =>
      Float64Array.from({ length: rowsOfBatch }, (_, i) => {
        const activity = Math.floor(i / ofBatch);
        return values[activity * ofActivity + b * ofBatch + (i % ofBatch)]!;
      }),
    ),
  );
}

function float32Body(channels: readonly string[], columns: readonly Float64Array[]): Uint8Array {
  const rows = columns[0]!.length;
  const header = Buffer.from(JSON.stringify({ channels, rows, rate }));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(header.length);
  const values = Float32Array.from(
    { length: rows * channels.length },
    (_, i) => columns[i % channels.length]![Math.floor(i / channels.length)]!,
  );
  return Buffer.concat([Buffer.from("TMF1"), length, header, Buffer.from(values.buffer)]);
}
