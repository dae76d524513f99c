import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { UserError } from "../../../src/errors.ts";
import { readRecordings } from "../../../src/signals/data/read-recordings.ts";
import { type Simulation, simulatePeople } from "../../../src/signals/data/simulate-people.ts";
import { writeTable } from "../../../src/signals/files/write-table.ts";
import { folderOf } from "./tables.ts";

const options = { users: 3, minutes: 1.2, seed: 11, samplingRateHz: 50 };

function channel(simulation: Simulation, name: string): Float32Array {
  return simulation.columns.find((column) => column.name === name)!.values as Float32Array;
}

/** Rows of one activity as [Ax, Ay, Az, Gx, Gy, Gz]. */
function rowsOf(simulation: Simulation, activity: string): number[][] {
  const labels = simulation.columns.find((column) => column.name === "activity")!.values;
  const channels = ["Ax", "Ay", "Az", "Gx", "Gy", "Gz"].map((name) => channel(simulation, name));
  const rows: number[][] = [];
  for (let i = 0; i < labels.length; i++) if (labels[i] === activity) rows.push(channels.map((values) => values[i]!));
  return rows;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

describe("simulate", () => {
  test("equal seeds give equal bytes, other seeds other signals", async () => {
    const folder = folderOf({});
    for (const [name, seed] of [
      ["a", 11],
      ["b", 11],
      ["c", 12],
    ] as const) {
      await writeTable(folder.path(`${name}.csv`), simulatePeople({ ...options, seed }).columns);
    }
    const bytes = (name: string): Buffer => readFileSync(folder.path(`${name}.csv`));
    expect(bytes("a").equals(bytes("b"))).toBe(true);
    expect(bytes("a").equals(bytes("c"))).toBe(false);
  });

  test("more people leave the first ones as they were", () => {
    const few = channel(simulatePeople({ ...options, users: 1 }), "Gy");
    const more = channel(simulatePeople({ ...options, users: 2 }), "Gy");
    expect(more.subarray(0, few.length)).toEqual(few);
  });

  test("writes recordings that pass every check of the reader", async () => {
    const folder = folderOf({});
    const simulation = simulatePeople({ ...options, minutes: 9 });
    await writeTable(folder.path("s.parquet"), simulation.columns);
    await writeTable(folder.path("s.csv"), simulation.columns);
    const { quality, columns, recordings } = await readRecordings([folder.path("s.parquet")], { requireLabels: true });
    expect(quality).toMatchObject({
      rows: { read: 3 * 9 * 60 * 50, kept: simulation.rows },
      users: 3,
      recordings: 3 * 6 * 2,
      stretches: 36,
      seconds: 1620,
      sampling: { rate_hz: 50 },
      warnings: [],
    });
    expect(Object.keys(quality.classes)).toEqual([...simulation.activities].sort());
    expect(columns.timeUnit).toBe("s");
    const fromCsv = await readRecordings([folder.path("s.csv")], { requireLabels: true });
    expect(fromCsv.recordings.fingerprint).toBe(recordings.fingerprint);
  });

  test("simulates only gravity and almost no rotation at rest", () => {
    const simulation = simulatePeople({ ...options, users: 6 });
    for (const activity of ["sitting", "standing"]) {
      const rows = rowsOf(simulation, activity);
      expect(Math.abs(mean(rows.map(([x, y, z]) => Math.hypot(x!, y!, z!))) - 9.81)).toBeLessThan(0.15);
      expect(mean(rows.map(([, , , x, y, z]) => Math.hypot(x!, y!, z!)))).toBeLessThan(0.35);
    }
  });

  test("gait repeats with the step, and jogging moves most", () => {
    const simulation = simulatePeople({ ...options, users: 6, minutes: 6 });
    const spread = (activity: string): number => {
      const lengths = rowsOf(simulation, activity).map(([x, y, z]) => Math.hypot(x!, y!, z!));
      const centre = mean(lengths);
      return Math.sqrt(mean(lengths.map((length) => (length - centre) ** 2)));
    };
    const order = ["jogging", "downstairs", "walking", "upstairs", "sitting"].map(spread);
    expect(order).toEqual([...order].sort((a, b) => b - a));
    expect(order[0]!).toBeGreaterThan(4);
    expect(order[4]!).toBeLessThan(0.5);

    // While a person walks, the strongest frequency of |a| is a multiple of half of the step frequency (1.9 Hz).
    const lengths = rowsOf(simulatePeople({ ...options, users: 1, minutes: 6 }), "walking")
      .slice(0, 1000)
      .map(([x, y, z]) => Math.hypot(x!, y!, z!));
    const centre = mean(lengths);
    const power = Array.from({ length: 100 }, (_, k) => {
      let [re, im] = [0, 0];
      for (const [i, length] of lengths.entries()) {
        re += (length - centre) * Math.cos((2 * Math.PI * k * i) / 1000);
        im += (length - centre) * Math.sin((2 * Math.PI * k * i) / 1000);
      }
      return re * re + im * im;
    });
    const strongest = power.indexOf(Math.max(...power)) / 20;
    const multiple = strongest / (1.9 / 2);
    expect(strongest).toBeGreaterThan(0.7);
    expect(strongest).toBeLessThan(6.5);
    expect(Math.abs(multiple - Math.round(multiple)) / multiple).toBeLessThan(0.2);
  });

  test("simulates the chosen activities in turn, and refuses unknown ones with the nearest name", () => {
    expect(simulatePeople({ ...options, activities: ["jogging", "sitting"] }).activities).toEqual([
      "jogging",
      "sitting",
    ]);
    expect(() => simulatePeople({ ...options, activities: ["wlaking"] })).toThrow(UserError);
    expect(() => simulatePeople({ ...options, activities: ["wlaking"] })).toThrow(/no activity "wlaking"/);
    expect(() => simulatePeople({ ...options, minutes: 0.0001 })).toThrow(/too short for a sample/);
  });
});
