// `train` converts units given in column names, and every later command applies the same conversions.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { duckdbLiteral, openDuckdb } from "../../src/signals/files/duckdb.ts";
import { resident } from "./resident.ts";
import { fileDirectory, simulateTiny, tinyWords } from "./tiny-run.ts";

const directory = fileDirectory();
const run = resident(directory);
const at = (name: string): string => join(directory, name);

async function copy(to: string, select: string): Promise<void> {
  const database = await openDuckdb();
  try {
    await database.rows(`COPY (SELECT ${select} FROM ${duckdbLiteral(at("r.parquet"))}) TO ${duckdbLiteral(at(to))}`);
  } finally {
    database.close();
  }
}

const keys = `"user", activity, recording, timestamp_s`;
/** A SELECT list that gives the simulated sensors different names and units. */
const sensors = (acc: string, by: string, gyr: string, gyrBy: string): string =>
  [
    keys,
    ...["x", "y", "z"].map((axis) => `A${axis} * ${by} AS "${acc.replace("?", axis)}"`),
    ...["x", "y", "z"].map((axis) => `G${axis} * ${gyrBy} AS "${gyr.replace("?", axis)}"`),
  ].join(", ");
const toG = "(1 / 9.80665)";
const toDegrees = "degrees(1)";
const named = ["acc_? (g)", "gyro_? (deg/s)"] as const;
const axesOf = (...names: string[]): string =>
  names.flatMap((name) => ["x", "y", "z"].map((axis) => name.replace("?", axis))).join(",");
const flat = (text: string): string => text.replace(/\s+/g, " ");
const manifestOf = (model: string) => JSON.parse(readFileSync(at(`${model}/manifest.json`), "utf8"));
const words = [...tinyWords, "--epochs", "1"];

async function confidences(file: string): Promise<number[]> {
  const database = await openDuckdb();
  try {
    const rows = await database.rows(`SELECT confidence FROM ${duckdbLiteral(at(file))}`);
    return rows.map(({ confidence }) => Number(confidence));
  } finally {
    database.close();
  }
}

beforeAll(async () => {
  await simulateTiny(at("r.parquet"), { users: 4 });
  await copy("g.csv", sensors(named[0], toG, named[1], toDegrees));
  const { exitCode, stdout, stderr } = await run("train", "g.csv", "--out", "walk", ...words);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
  expect(stdout).toMatch(/^converted +acc_x \(g\),acc_y \(g\),acc_z \(g\) from g to m\/s\^2 \(times 9\.80665\)$/m);
});

describe("a model of recordings whose names state g and deg/s", () => {
  it("is one of m/s^2 and rad/s, in the manifest, the baseline and on devices", () => {
    const { data, config } = manifestOf("walk");
    expect(config.units).toBe("stated");
    expect(data.conversions).toEqual([
      { channels: axesOf("acc_? (g)").split(","), from: "g", to: "m/s^2", factor: 9.80665 },
      { channels: axesOf("gyro_? (deg/s)").split(","), from: "deg/s", to: "rad/s", factor: Math.PI / 180 },
    ]);
    const device = JSON.parse(readFileSync(at("walk/device.json"), "utf8"));
    for (const of of [data.sensors, device.sensors])
      expect(of.map(({ unit }: { unit: string }) => unit)).toEqual(["m/s^2", "rad/s"]);
    const { per_channel } = JSON.parse(readFileSync(at("walk/baseline_stats.json"), "utf8"));
    expect(per_channel["acc_z (g)"].max).toBeGreaterThan(9.8);
  });

  it("predicts the same for files in g, in m/s^2 by their names, and in a unit that --units names", async () => {
    await copy("metres.csv", sensors("acc_? (m/s^2)", "1", "gyro_? (rad/s)", "1"));
    await copy("bare.csv", sensors("a?", "(1000 / 9.80665)", "w?", "1"));
    const columns = axesOf("acc_? (m/s^2)", "gyro_? (rad/s)");
    for (const [file, ...given] of [
      ["g.csv"],
      ["metres.csv", "--channels", columns],
      ["bare.csv", "--channels", axesOf("a?", "w?"), "--units", "acc=mg,gyr=rad/s"],
    ] as [string, ...string[]][]) {
      const out = `${file}.parquet`;
      const { exitCode, stderr } = await run("predict", file, "--model", "walk", "--out", out, ...given);
      expect({ file, exitCode }).toEqual({ file, exitCode: 0 });
      expect(flat(stderr)).toMatch(
        file === "g.csv"
          ? /^$/
          : /(converted from .* to the model's \S+|in the model's \S+, so not converted), as (their names say|--units says)/,
      );
    }
    const [g, ...others] = await Promise.all(["g", "metres", "bare"].map((name) => confidences(`${name}.csv.parquet`)));
    for (const other of others) for (const [w, one] of other.entries()) expect(one).toBeCloseTo(g![w]!, 3);
  });

  it("reports an undeclared unit change as a fault, and names it in the units of the files", async () => {
    await copy("undeclared.csv", `${sensors(named[0], "1", named[1], toDegrees)}`);
    const { exitCode, stdout } = await run("check", "undeclared.csv", "--model", "walk", "--json");
    expect(exitCode).toBe(11);
    expect(stdout).toMatch(/acc averages 9\d\.?\d* m\/s\^2 over most seconds, but gravity alone is 9\.81 m\/s\^2/);
  });

  it("is recalibrated from the same values", async () => {
    const { exitCode, stdout } = await run("baseline", "recalibrate", "walk", "--json");
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ people: 4, changed: false });
  });

  it("refuses acceleration without gravity, by name", async () => {
    await copy("linear.csv", sensors("userAcceleration.?", "1", "rotationRate.?", "1"));
    const given = ["--channels", axesOf("userAcceleration.?", "rotationRate.?"), "--model", "walk"];
    const said =
      /by their names, they hold acceleration without gravity; the model learned from acceleration with gravity/;
    const checked = await run("check", "linear.csv", ...given);
    expect(checked.exitCode).toBe(12);
    expect(flat(checked.stdout)).toMatch(said);
    for (const [command, ...more] of [["predict", "--out", "p.csv"], ["evaluate"]] as [string, ...string[]][]) {
      const { exitCode, stderr } = await run(command, "linear.csv", ...given, ...more);
      expect({ command, exitCode }).toEqual({ command, exitCode: 2 });
      expect(flat(stderr)).toMatch(said);
    }
    const swapped = ["--channels", axesOf("rotationRate.?", "userAcceleration.?"), "--model", "walk"];
    const { stdout } = await run("check", "linear.csv", ...swapped, "--batch-id", "swapped");
    expect(flat(stdout)).toMatch(/they hold angular velocity; the model learned from acceleration with gravity/);
  });
});

describe("inspect, as train", () => {
  const inspect = async (...given: string[]) => {
    const { exitCode, stdout } = await run(
      "inspect",
      ...given,
      "--json",
      "--rate",
      "20",
      "--window",
      "40",
      "--folds",
      "2",
    );
    return { exitCode, ...JSON.parse(stdout) };
  };
  const someInG = (share: string): string => `if("user" IN ('person-01', 'person-02'), ${share}, 1)`;

  it("reports a unit that only the values reveal, and converts it on request", async () => {
    await copy("values.csv", sensors("a?", toG, "w?", "1"));
    const kept = await inspect("values.csv");
    expect(kept.conversions).toEqual([]);
    expect(flat(kept.warnings.join())).toMatch(
      /seems to be in g, but only its values show this, so it was not converted.*--units auto/,
    );
    for (const units of ["auto", "acc=g"]) {
      const { conversions, warnings } = await inspect("values.csv", "--units", units);
      expect(conversions).toMatchObject([{ channels: ["ax", "ay", "az"], from: "g", to: "m/s^2" }]);
      expect(warnings).toEqual([]);
    }
    expect((await inspect("values.csv", "--units", "keep")).warnings).toEqual([]);
    expect(await inspect("g.csv", "--units", "keep")).toMatchObject({ conversions: [], refusal: null });
  });

  it("warns of a declared unit that the values at rest contradict", async () => {
    await copy("metres-only.csv", sensors("a?", "1", "w?", "1"));
    const { conversions, warnings } = await inspect("metres-only.csv", "--units", "acc=g");
    expect(conversions).toMatchObject([{ from: "g", to: "m/s^2" }]);
    expect(warnings.join()).toMatch(/--units says g, but it seems to be in m\/s\^2 \(by its values: \S+ at rest\)/);
    expect((await inspect("metres-only.csv", "--units", "acc=m/s^2")).warnings).toEqual([]);
  });

  it("rejects recordings with mixed units, and converts them person by person with --units auto", async () => {
    await copy("mixed.csv", sensors("a?", someInG(toG), "w?", "1"));
    const refused = await inspect("mixed.csv");
    expect(refused).toMatchObject({ exitCode: 2, refusal: { message: expect.stringContaining("units differ") } });
    expect(refused.refusal.advice).toContain("--units auto");
    expect(await inspect("mixed.csv", "--units", "auto")).toMatchObject({
      exitCode: 0,
      refusal: null,
      conversions: [{ from: "g", people: ["person-01", "person-02"] }],
    });
    const three = `CASE "user" WHEN 'person-01' THEN ${toG} WHEN 'person-02' THEN 0.001 ELSE 1 END`;
    await copy("three.csv", sensors("a?", three, "w?", "1"));
    expect(await inspect("three.csv", "--units", "auto")).toMatchObject({
      exitCode: 2,
      refusal: { message: expect.stringContaining("the values of person-02 do not show their unit") },
    });
  });

  it("takes rate and window from the recordings", async () => {
    const { exitCode, stdout } = await run("inspect", "g.csv", "--folds", "2", "--json");
    const { windows, warnings } = JSON.parse(stdout);
    expect({ exitCode, windows, warnings }).toMatchObject({
      exitCode: 0,
      windows: { sampling_rate_hz: 20, window_size: 80 },
      warnings: [],
    });
  });

  it("rejects units that fit no sensor", async () => {
    for (const [units, said] of [
      [
        "acc=deg/s",
        '--units acc=deg/s: expected one of m/s^2, g, milli-g, micro-g, cm/s^2, mm/s^2, ft/s^2, got "deg/s"',
      ],
      ["hand=g", "--units hand=g: expected a sensor that was found: acc (accelerometer), gyro (gyroscope)"],
      ["auto,keep", "--units auto,keep: expected only one of auto and keep"],
      ["acc=g,acc=mg", "--units acc=mg: acc (accelerometer) already has the unit g"],
    ] as const)
      expect(await inspect("g.csv", "--units", units)).toMatchObject({ exitCode: 2, refusal: { message: said } });
  });
});
