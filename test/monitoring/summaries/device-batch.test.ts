// Compares the summary that a device computes from rows as they arrive with the summary that the server computes from a file
// with the same rows; the two must be equal bit for bit. Instead of a network, a function computes the probabilities from each
// window's samples.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { UserError } from "../../../src/errors.ts";
import { lastTimeOfSummary, readSummary } from "../../../src/monitoring/streams/read-summary.ts";
import { DeviceBatch } from "../../../src/monitoring/summaries/device-batch.ts";
import type { DeviceModel } from "../../../src/monitoring/summaries/device-json.ts";
import { type DeviceSummary, summaryToJson } from "../../../src/monitoring/summaries/device-summary.ts";
import { encodeSummary } from "../../../src/monitoring/summaries/device-summary-codec.ts";
import { isSummary } from "../../../src/monitoring/summaries/is-summary.ts";
import { BatchMeasurer } from "../../../src/monitoring/summaries/measure-batch.ts";
import type { MeasurementShape } from "../../../src/monitoring/summaries/measurement-codec.ts";
import { sensorSignalMargin, sensorSignals } from "../../../src/monitoring/summaries/sensor-signals.ts";
import { Summarizer } from "../../../src/monitoring/summaries/summarize.ts";
import { Rng } from "../../../src/random.ts";
import {
  type BatchQuality,
  lostTimeForBatchQuality,
  usableTimeForBatchQuality,
} from "../../../src/signals/data/batch-quality.ts";
import { type OpenedRecordings, openRecordings } from "../../../src/signals/data/open-recordings.ts";
import { planWornWindows } from "../../../src/signals/data/plan-worn-windows.ts";
import { type WindowChunk, windowChunks } from "../../../src/signals/data/window-chunks.ts";
import { allocateSharedWindows } from "../../../src/signals/data/windows.ts";
import type { Sensor } from "../../../src/signals/sensors/sensor.ts";

const directory = mkdtempSync(join(tmpdir(), "tidemark-device-"));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const channels = ["acc_x", "acc_y", "acc_z", "gyr_x", "gyr_y", "gyr_z", "pressure"];
const rate = 20;
const sensors: readonly Sensor[] = [
  { name: "acc", kind: "accelerometer", channels: ["acc_x", "acc_y", "acc_z"], unit: "g", gravity: true },
  { name: "gyr", kind: "gyroscope", channels: ["gyr_x", "gyr_y", "gyr_z"], unit: "rad/s", gravity: null },
];
const model: DeviceModel = {
  schema_version: 1,
  model_version: "walk-1",
  sampling_rate_hz: rate,
  window_size: 16,
  overlap: 0.5,
  resampling: "low-pass",
  channels,
  sensors,
  classes: ["still", "walking", "running"],
  scaler: { method: "none", center: channels.map(() => 0), scale: channels.map(() => 1) },
  edges: Object.fromEntries(
    [...channels, ...sensorSignals(channels, sensors).map(({ name }) => name)].map((name, i) => [
      name,
      Array.from({ length: 5 + i }, (_, bin) => Math.fround(bin / 3 - 0.7)),
    ]),
  ),
};
const ranges = { acc_x: { min: -2e-4, max: 4e-4 }, pressure: { min: 0, max: 1 } };
const shape: MeasurementShape = {
  bins: Object.fromEntries(Object.entries(model.edges).map(([name, edges]) => [name, edges.length + 1])),
  classes: 3,
};

interface Row {
  readonly recording: string;
  readonly time: number;
  readonly values: readonly number[];
}

/** Generates recordings with faults that phones cause: any rate, uneven sampling, gaps, repeated times and missing values. */
const recordings = fc.array(
  fc.record({
    length: fc.integer({ min: 1, max: 160 }),
    hz: fc.constantFrom(rate, rate, 10, 25, 60),
    jitter: fc.constantFrom(0, 0, 0.01, 0.3),
    start: fc.constantFrom(0, 12.345, 1.7e9),
    oddity: fc.constantFrom(0, 0.02),
    seed: fc.nat(1e6),
  }),
  { minLength: 1, maxLength: 4 },
);

function rowsOf(
  name: string,
  {
    length,
    hz,
    jitter,
    start,
    oddity,
    seed,
  }: { [key in "length" | "hz" | "jitter" | "start" | "oddity" | "seed"]: number },
): Row[] {
  const rng = Rng.fromSeed(seed);
  let pause = 0;
  return Array.from({ length }, (_, i) => {
    if (rng.uniform() < oddity) pause += 3 * rng.uniform();
    const values = channels.map(() => Math.fround(rng.uniform() < oddity / 4 ? Number.NaN : 2 * rng.uniform() - 1));
    const twice = rng.uniform() < oddity;
    const time = start + pause + (i - (twice && i > 0 ? 1 : 0) + jitter * rng.uniform()) / hz;
    return { recording: name, time, values };
  }).filter(({ time }, i, all) => i === 0 || time >= all.slice(0, i).reduce((max, row) => Math.max(max, row.time), 0));
}

/** Merges several recordings by taking rows from each in turn. */
function interleaved(parts: readonly Row[][], rng: Rng): Row[] {
  const left = parts.map((rows) => [...rows]);
  const rows: Row[] = [];
  while (left.some(({ length }) => length > 0)) {
    const next = left.filter(({ length }) => length > 0);
    rows.push(...next[rng.integer(next.length)]!.splice(0, 1 + rng.integer(60)));
  }
  return rows;
}

/** Produces a plausible network output: rows of probabilities that depend only on the window's samples. */
function said({ windows }: WindowChunk): number[] {
  return [...windows.starts].flatMap((start) => {
    const own = windows.samples.subarray(start * channels.length, (start + windows.windowSize) * channels.length);
    const weights = model.classes.map((_, k) => own.reduce((sum, x, i) => (i % 3 === k ? sum + x * x : sum), 1e-3));
    const sum = weights.reduce((a, b) => a + b, 0);
    return weights.map((weight) => weight / sum);
  });
}

async function onServer(rows: readonly Row[]): Promise<Omit<DeviceSummary, "modelVersion">> {
  const file = join(directory, "batch.csv");
  const lines = rows.map(({ recording, time, values }) =>
    ["anna", recording, time, ...values.map((x) => (Number.isNaN(x) ? "" : x))].join(","),
  );
  writeFileSync(file, `${["user", "recording", "time_s", ...channels].join(",")}\n${lines.join("\n")}\n`);
  const opened = await openRecordings([file], { requireLabels: false, columns: { channels }, onFault: () => {} });
  try {
    const { sampling_rate_hz: samplingRateHz, window_size: windowSize, overlap, edges } = model;
    const worn = planWornWindows(opened.rows, sensors, { samplingRateHz, windowSize, overlap });
    const { plan } = worn;
    const measurer = new BatchMeasurer({ overlap, nClasses: 3, sensors, summarizer: new Summarizer(edges) });
    for (const chunk of windowChunks(worn.rows, plan, sensorSignalMargin(rate), allocateSharedWindows)) {
      measurer.add(chunk, Float32Array.from(said(chunk)));
    }
    const { missing_time, missing_values, duplicate_time } = opened.quality.rows.dropped;
    const dropped = { missing_time, missing_values, duplicate_time };
    const measurement = plan.windows === 0 ? null : measurer.measurement();
    const { ranges: _, ...still } = worn.still;
    const physics = plan.windows === 0 ? {} : measurer.physics;
    const times = opened.rows.times();
    const recorded = times.from >= 1e9 ? { recorded: times } : {};
    const quality = qualityOf(opened, rows);
    return { rows: opened.rows.rows, dropped, measurement, quality, still, ...physics, ...recorded };
  } finally {
    opened.rows.close();
  }
}

/** The figures that the file reader reports about the rows, in the form in which a device sends them. */
function qualityOf({ rows, quality }: OpenedRecordings, arrived: readonly Row[]): BatchQuality {
  const windowSeconds = model.window_size / rate;
  return {
    rows_read: quality.rows.read,
    time: { missing: 0, infinite: 0 },
    seconds: quality.seconds,
    recordings: quality.per_recording.map(({ recording, rows, seconds, rate_hz }) => {
      const own = arrived.filter((row) => row.recording === recording && !row.values.some(Number.isNaN));
      let [repeated, last] = [0, own[0]!];
      for (const row of own.slice(1)) {
        if (row.time !== last.time) last = row;
        else if (String(row.values) !== String(last.values)) repeated++;
      }
      return { recording, rows, repeated, seconds, rate_hz };
    }),
    lost: lostTimeForBatchQuality(rows),
    usable: usableTimeForBatchQuality(rows, { samplingRateHz: rate, windowSeconds }),
    channels: Object.fromEntries(
      channels.map((name) => {
        const { missing, infinite, min, max, flat_seconds } = quality.channels[name]!;
        const limits: Record<string, number> = { acc_x: 0.8, pressure: 2000 };
        const kept = rows.recordings.flatMap(({ recording, start, end }) =>
          [...rows.values(channels.indexOf(name), start, end)].map((value, i) => ({
            value,
            recording,
            row: start + i,
          })),
        );
        const absurd = kept.filter(
          ({ value }) => Math.abs(value) > (limits[name] ?? Number.POSITIVE_INFINITY) * 1.0001,
        );
        const { value, recording, row } = absurd[0] ?? { value: 0, recording: "", row: 0 };
        const first = { value, seconds: rows.time(row, row + 1)[0]!, recording, values: absurd.length };
        return [name, { missing, infinite, min, max, flat_seconds, absurd: absurd.length === 0 ? null : first }];
      }),
    ),
  };
}

function onDevice(rows: readonly Row[], rng: Rng, mostAtOnce: number, looks: number): DeviceSummary {
  const batch = new DeviceBatch({ ...model, ranges });
  for (let i = 0; i < rows.length; ) {
    const first = rows[i]!;
    const piece: Row[] = [];
    for (const most = 1 + rng.integer(mostAtOnce); piece.length < most && rows[i]?.recording === first.recording; i++) {
      piece.push(rows[i]!);
    }
    const columns = channels.map((_, c) => piece.map(({ values }) => values[c]!));
    batch.add({ time: piece.map(({ time }) => time), columns, recording: first.recording });
    if (rng.uniform() < looks) batch.windows();
  }
  const windows = batch.windows();
  return batch.summarize(windows, Float32Array.from(windows.chunks.flatMap(said)));
}

describe("a batch on a device", () => {
  it("is what the server makes of a file of the same rows, whatever pieces it comes in", async () => {
    let [measured, turned, dropped] = [0, 0, 0];
    await fc.assert(
      fc.asyncProperty(recordings, fc.nat(1e6), fc.constantFrom(1, 7, 1000), async (made, seed, mostAtOnce) => {
        const rng = Rng.fromSeed(seed);
        const rows = interleaved(
          made.map((recording, r) => rowsOf(`r${r}`, recording)),
          rng,
        );
        if (rows.every(({ values }) => values.some(Number.isNaN))) return;
        const server = await onServer(rows);
        const device = onDevice(rows, rng, mostAtOnce, 0.1);
        if (server.measurement !== null) measured++;
        if ((server.turning?.said ?? 0) > 0) turned++;
        dropped += server.dropped.missing_values + server.dropped.duplicate_time;
        expect(device).toEqual({ modelVersion: "walk-1", ...server });
        for (const sent of [JSON.parse(JSON.stringify(summaryToJson(device))), encodeSummary(device)]) {
          expect(readSummary(sent, { modelVersion: "walk-1", shape, channels })).toEqual(device);
        }
      }),
      { numRuns: 20 },
    );
    expect(measured).toBeGreaterThan(10);
    expect(turned).toBeGreaterThan(3);
    expect(dropped).toBeGreaterThan(10);
  });

  it("has no window yet if too little has arrived, and a summary then only says what arrived", () => {
    const batch = new DeviceBatch(model);
    batch.add({ time: [0, 0.05], columns: channels.map(() => [1, 2]) });
    const windows = batch.windows();
    expect([batch.rows, windows.count]).toEqual([2, 0]);
    const summary = batch.summarize(windows, new Float32Array(0));
    expect(summary).toMatchObject({ rows: 2, measurement: null, quality: { rows_read: 2, usable: { seconds: 0 } } });
    const { quality: _, ...bare } = summary;
    expect(() => readSummary(encodeSummary(bare), { modelVersion: "walk-1", shape, channels })).toThrow(
      "summary: expected a measurement or quality figures",
    );
  });

  it("has a binary form of which the server still reads the earlier version, without turning and rest", () => {
    const batch = new DeviceBatch(model);
    const wave = (c: number) => Array.from({ length: 200 }, (_, i) => 1 + Math.sin((0.2 + 0.1 * c) * i));
    batch.add({ time: Array.from({ length: 200 }, (_, i) => i / rate), columns: channels.map((_, c) => wave(c)) });
    const windows = batch.windows();
    const summary = batch.summarize(windows, Float32Array.from(windows.chunks.flatMap(said)));
    const { turning, rest, ...earlier } = summary;
    expect(turning!.said).toBeGreaterThan(0);
    expect(rest!.sums).toHaveLength(4);
    const bytes = encodeSummary(earlier);
    bytes.set(new TextEncoder().encode("TMS2"));
    expect(isSummary(bytes)).toBe(true);
    const expected = { modelVersion: "walk-1", shape, channels };
    expect(readSummary(bytes, expected)).toEqual(earlier);
    bytes.set(new TextEncoder().encode("TMS7"));
    expect(() => readSummary(bytes, expected)).toThrow("format version: expected 54, got 55");
    const { misfits, ...onlyTurning } = turning!;
    expect(misfits).toHaveLength(8);
    const fifth = encodeSummary({ ...summary, turning: onlyTurning });
    expect(new TextDecoder().decode(fifth.subarray(0, 4))).toBe("TMS5");
    expect(readSummary(fifth, expected)).toEqual({ ...summary, turning: onlyTurning });
    const impossible = encodeSummary({ ...summary, turning: { shared: 0, said: -1 } });
    expect(() => readSummary(impossible, expected)).toThrow("turning: expected sums of at least 0, got -1");
    const backwards = encodeSummary({ ...summary, rest: { seconds: -2, sums: [1] } });
    expect(() => readSummary(backwards, expected)).toThrow(
      "rest: expected one sum or four over at least 0 seconds, got 1 over -2",
    );
    const { turning: _, ...onlyAtRest } = { ...summary, rest: { seconds: 2, sums: [2.1] } };
    expect(readSummary(encodeSummary(onlyAtRest), expected)).toEqual(onlyAtRest);
  });

  it("says when its rows were recorded if the clock shows dates", () => {
    const summaryFrom = (start: number): DeviceSummary => {
      const batch = new DeviceBatch(model);
      const time = Array.from({ length: 200 }, (_, i) => start + i / rate);
      batch.add({
        time: time.slice(100),
        columns: channels.map(() => time.slice(100).map(Math.sin)),
        recording: "later",
      });
      batch.add({ time: time.slice(0, 100), columns: channels.map(() => time.slice(0, 100).map(Math.sin)) });
      const windows = batch.windows();
      return batch.summarize(windows, Float32Array.from(windows.chunks.flatMap(said)));
    };
    const expected = { modelVersion: "walk-1", shape, channels };
    const dated = summaryFrom(1.7e9);
    expect(dated.recorded).toEqual({ from: 1.7e9, to: 1.7e9 + 9.95 });
    const bytes = encodeSummary(dated);
    expect(isSummary(bytes)).toBe(true);
    expect(readSummary(bytes, expected)).toEqual(dated);
    expect(readSummary(summaryToJson(dated), expected)).toEqual(dated);
    for (const sent of [bytes, summaryToJson(dated)]) {
      expect(lastTimeOfSummary(sent)).toEqual(new Date("2023-11-14T22:13:29.950Z"));
    }
    const undated = summaryFrom(0);
    expect(undated).not.toHaveProperty("recorded");
    const versionOf = (summary: DeviceSummary): string =>
      new TextDecoder().decode(encodeSummary(summary).subarray(0, 4));
    expect([dated, undated].map(versionOf)).toEqual(["TMS6", "TMS6"]);
    const withoutMisfits = [dated, undated].map(({ turning, ...earlier }) => ({
      ...earlier,
      turning: { shared: turning!.shared, said: turning!.said },
    }));
    expect(withoutMisfits.map(versionOf)).toEqual(["TMS5", "TMS5"]);
    for (const earlier of withoutMisfits) expect(readSummary(encodeSummary(earlier), expected)).toEqual(earlier);
    const withoutRest = withoutMisfits.map(({ rest: _, ...earlier }) => earlier);
    expect(withoutRest.map(versionOf)).toEqual(["TMS4", "TMS3"]);
    for (const earlier of withoutRest) expect(readSummary(encodeSummary(earlier), expected)).toEqual(earlier);
    expect(lastTimeOfSummary(encodeSummary(undated))).toBe(null);
    expect(lastTimeOfSummary(bytes.subarray(0, 30))).toBe(null);
    const impossible = encodeSummary({ ...dated, recorded: { from: 1.7e9, to: 1.6e9 } });
    expect(() => readSummary(impossible, expected)).toThrow(
      "recorded: expected ascending times from 1998 to 2103, in seconds since 1970, got 1700000000 and 1600000000",
    );
  });

  it("takes nothing of a piece that it refuses", () => {
    const batch = new DeviceBatch(model);
    const columns = (length: number): number[][] => channels.map(() => new Array<number>(length).fill(1));
    batch.add({ time: [0, 1], columns: columns(2) });
    const backwards = (): void => batch.add({ time: [2, Number.NaN, 1.5], columns: columns(3) });
    expect(backwards).toThrow(UserError);
    expect(backwards).toThrow('time runs backwards in recording "": row 3 of this piece has 1.5 s, after 2 s');
    expect(() => batch.add({ time: [3], columns: columns(1).slice(1) })).toThrow("expected 7 columns, got 6");
    expect(() => batch.add({ time: [3, 4], columns: [...columns(2).slice(1), [1]] })).toThrow(
      'expected 2 values of "pressure", got 1',
    );
    expect(batch.rows).toBe(2);
    expect(batch.windows().dropped).toEqual({ missing_time: 0, missing_values: 0, duplicate_time: 0 });
  });
});
