// Tests sensors whose names and units differ from those in simulated recordings: they are recognised once, and reading,
// training, checking and diagnosis use the same result.
import { mkdtempSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { openWatchedModel } from "../../src/monitoring/streams/watched-model.ts";
import { check } from "../../src/pipelines/check.ts";
import { train } from "../../src/pipelines/train.ts";
import { simulatePeople } from "../../src/signals/data/simulate-people.ts";
import { type TableColumn, writeTable } from "../../src/signals/files/write-table.ts";
import { changeJson, reseal, unpackOldModel } from "./old-model.ts";
import { resident } from "./resident.ts";
import { fileDirectory, tinyWords } from "./tiny-run.ts";

const directory = fileDirectory();
const at = (name: string): string => join(directory, name);
const run = resident(directory);
/** Arguments for a training run that rehearses days in recorded order, which is much faster than days of bouts. */
const training = [...tinyWords, "--epochs", "1", "--day", "recorded"];
const standardGravity = 9.80665;

/** Writes simulated recordings whose columns have different names and units. */
async function writeRecordings(
  name: string,
  names: Readonly<Record<string, { readonly as: string; readonly factor: number }>>,
  options: { readonly users?: number; readonly seed?: number } = {},
): Promise<void> {
  const { users = 4, seed = 3 } = options;
  const { columns } = simulatePeople({
    users,
    seed,
    minutes: 2,
    samplingRateHz: 20,
    activities: ["walking", "jogging", "sitting"],
  });
  const renamed = columns.flatMap((column): TableColumn[] => {
    const to = names[column.name];
    if (!/^[AG][xyz]$/.test(column.name)) return [column];
    if (to === undefined || column.type === "string") return [];
    return [{ ...column, name: to.as, values: Array.from(column.values as ArrayLike<number>, (x) => x * to.factor) }];
  });
  await writeTable(at(name), renamed);
}

const triad = (letters: string, as: (axis: string) => string, factor: number) =>
  Object.fromEntries(["x", "y", "z"].map((axis) => [`${letters}${axis}`, { as: as(axis), factor }]));

const metaWear = (acceleration: number) => ({
  ...triad("G", (axis) => `${axis}-axis (deg/s)`, 180 / Math.PI),
  ...triad("A", (axis) => `${axis}-axis (g)`, acceleration),
});

describe("recordings in g and deg/s, the axes named alike but for the unit", () => {
  let stdout: string;
  beforeAll(async () => {
    await writeRecordings("train.csv", metaWear(1 / standardGravity));
    const ended = await run("train", "train.csv", "--out", "walk", ...training);
    expect(ended).toMatchObject({ exitCode: 0, stderr: "" });
    stdout = ended.stdout.replace(/\s+/g, " ");
  });

  it("are described with their kinds and units", () => {
    expect(stdout).toContain("channels x-axis (g),y-axis (g),z-axis (g),x-axis (deg/s),y-axis (deg/s),z-axis (deg/s)");
    expect(stdout).toMatch(
      /sensors xyz-axis \(g\): accelerometer x-axis \(g\),y-axis \(g\),z-axis \(g\) in m\/s\^2 with gravity \(its name says g; converted\)/,
    );
    expect(stdout).toMatch(/xyz-axis \(deg\/s\): gyroscope .* in rad\/s \(its name says deg\/s; converted\)/);
    expect(stdout).not.toContain("warning");
  });

  it("are kept in the manifest, and each sensor is measured as a whole", async () => {
    const { folder, sensors, drift } = await openWatchedModel(at("walk"));
    expect(folder.manifest.data.sensors).toEqual(sensors.map(({ recordedIn: _, ...sensor }) => sensor));
    expect(sensors.map(({ kind, unit, recordedIn, gravity }) => ({ kind, unit, recordedIn, gravity }))).toEqual([
      { kind: "accelerometer", unit: "m/s^2", recordedIn: "g", gravity: true },
      { kind: "gyroscope", unit: "rad/s", recordedIn: "deg/s", gravity: null },
    ]);
    for (const signal of ["magnitude", "tempo", "roughness"]) {
      expect(Object.keys(drift.edges)).toContain(`xyz-axis (g) ${signal}`);
    }
  });

  it("are diagnosed if a batch has a different unit", async () => {
    await writeRecordings("batch.csv", metaWear(1), { users: 1, seed: 9 });
    const { result } = await check({ files: [at("batch.csv")], model: at("walk"), jobs: 1 });
    const causes = "likely_causes" in result ? result.likely_causes : [];
    expect(causes[0]).toMatchObject({
      kind: "unit",
      channels: ["x-axis (g)", "y-axis (g)", "z-axis (g)"],
      fault: "is in m/s^2 instead of g",
    });
  });
});

it("follow the config file, whose faults are reported before anything is trained", async () => {
  await writeRecordings(
    "named.csv",
    triad("A", (axis) => axis, 1),
  );
  writeFileSync(at("walk.yaml"), 'sensor: "wrist=linear:x,y,z[m/s^2]"\nnetwork: compact\n');
  const { exitCode, stdout } = await run("train", "named.csv", "--out", "named", "--config", "walk.yaml", ...training);
  expect(exitCode).toBe(0);
  expect(stdout.replace(/\s+/g, " ")).toContain(
    "sensors wrist: accelerometer x,y,z in m/s^2 without gravity (as given)",
  );
  const { sensors, drift } = await openWatchedModel(at("named"));
  expect(sensors).toEqual([
    { name: "wrist", kind: "accelerometer", channels: ["x", "y", "z"], unit: "m/s^2", gravity: false },
  ]);
  expect(Object.keys(drift.edges)).toEqual(["x", "y", "z", "wrist magnitude", "wrist tempo", "wrist roughness"]);
  const wrong = await run("train", "named.csv", "--out", "n2", "--sensor", "acc:x,y,q", ...tinyWords);
  expect(wrong.exitCode).toBe(2);
  expect(wrong.stderr).toContain('--sensor acc:x,y,q: there is no channel "q"');
});

it.each([
  [["acc:x,y,z", "gyr:z,y,x"], 'the channel "z" is in two sensors'],
  [["a=acc:x,y,z", "a=acc:u,v,w"], 'two sensors are called "a"'],
])("refuses %j", async (sensor, message) => {
  const values = (start: number) => Float64Array.from({ length: 400 }, (_, i) => start + Math.sin(i * start));
  await writeTable(at("six.csv"), [
    { name: "user", type: "string", values: Array.from({ length: 400 }, (_, i) => `p${i % 2}`) },
    { name: "activity", type: "string", values: Array.from({ length: 400 }, (_, i) => `a${Math.floor(i / 100) % 2}`) },
    ...["x", "y", "z", "u", "v", "w"].map((name, i): TableColumn => ({ name, type: "double", values: values(i + 1) })),
  ]);
  const options = { files: [at("six.csv")], out: at("six"), sensor, rate: 20, window: 16, network: "compact" as const };
  await expect(train({ ...options, sensor: [...sensor] })).rejects.toThrow(message);
});

describe("the sensors of a model folder", () => {
  beforeAll(() => {
    const old = mkdtempSync(at("old-"));
    unpackOldModel(old);
    renameSync(join(old, "walk"), at("walk85"));
  });
  const stored = { name: "A", kind: "accelerometer", channels: ["Ax", "Ay", "Az"], unit: "g", gravity: true };
  const withSensors = (sensors: readonly unknown[]): void => {
    changeJson<{ data: Record<string, unknown> }>(at("walk85"), "manifest.json", ({ data }) => {
      data.sensors = sensors;
    });
    reseal(at("walk85"));
  };

  it("are determined by column names if an earlier version wrote the folder", async () => {
    const { folder, sensors } = await openWatchedModel(at("walk85"));
    expect(folder.manifest.data.sensors).toBeUndefined();
    expect(sensors).toEqual([
      { name: "A", kind: "accelerometer", channels: ["Ax", "Ay", "Az"], unit: null, gravity: null },
    ]);
  });

  it("are unknown if a later version wrote kinds and units that this version does not know", async () => {
    withSensors([{ ...stored, unit: "furlong" }]);
    expect((await openWatchedModel(at("walk85"))).sensors).toEqual([{ ...stored, unit: null }]);
    withSensors([{ ...stored, kind: "strain gauge", unit: "N" }]);
    expect((await openWatchedModel(at("walk85"))).sensors).toEqual([{ ...stored, kind: "unknown", unit: null }]);
  });

  it.each([
    ["a channel that is not there", { channels: ["Ax", "Ay", "Bz"] }, 'the channel "Bz" is not in data.channels'],
    ["two axes", { channels: ["Ax", "Ay"] }, "data.sensors"],
    ["the same channel twice", { channels: ["Ax", "Ay", "Ay"] }, "data.sensors"],
  ])("are refused with %s", async (_, change, message) => {
    withSensors([{ ...stored, ...change }]);
    await expect(openWatchedModel(at("walk85"))).rejects.toThrow(message);
  });
});
