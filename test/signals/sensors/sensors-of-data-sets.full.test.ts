// Verifies the limits in weigh-sensor.ts on recordings of real people: for every person in four data sets, and in every usual
// unit, the sensors must be recognised as the data set's README describes them, whatever the columns are called.
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { throwDataFault } from "../../../src/data-fault.ts";
import { Rng } from "../../../src/random.ts";
import { alternatingRowsWarnings } from "../../../src/signals/data/alternating-rows.ts";
import { CopiedContentFinder, findCopiedContent } from "../../../src/signals/data/copied-content.ts";
import { exceededRangeWarnings } from "../../../src/signals/data/exceeded-range.ts";
import { findSensors } from "../../../src/signals/data/find-sensors.ts";
import { type OpenedRecordings, openRecordings } from "../../../src/signals/data/open-recordings.ts";
import type { Stretch } from "../../../src/signals/data/recordings.ts";
import { refuseRotationUnits } from "../../../src/signals/data/refuse-rotation-units.ts";
import { refuseUnitsWithinPeople } from "../../../src/signals/data/refuse-units-within-people.ts";
import { sensorsByName } from "../../../src/signals/sensors/sensors-by-name.ts";
import { unitOfRotation } from "../../../src/signals/sensors/unit-of-rotation.ts";
import { mostVariation, type VectorPiece, vectorValues } from "../../../src/signals/sensors/vector-values.ts";
import { type WeighedSensor, weighSensor } from "../../../src/signals/sensors/weigh-sensor.ts";

const directory = fileURLToPath(new URL("../../../../shared/data/", import.meta.url));
const pathOf = (name: string): string => `${directory}${name}/${name}.parquet`;

const named = (x: string, y: string, z: string) => sensorsByName([x, y, z])[0]!;
const scaled = (pieces: readonly VectorPiece[], factor: number): VectorPiece[] =>
  pieces.map(({ person, axes: [x, y, z] }) => {
    const times = (values: Float32Array): Float32Array => values.map((value) => value * factor);
    return { person, axes: [times(x), times(y), times(z)] };
  });
/** Simulates a device that removes gravity: subtracts each second's mean, and adds a small bias. */
const withoutGravity = (pieces: readonly VectorPiece[]): VectorPiece[] =>
  pieces.map(({ person, axes }) => {
    const [x, y, z] = axes.map((values) => {
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
      return values.map((value) => value - mean + 0.02);
    });
    return { person, axes: [x!, y!, z!] };
  });
/** Removes gravity as phones do: it is a low-passed acceleration, here with a time constant of half a second. */
const highPass = (values: Float32Array, secondLength: number): Float32Array => {
  const keep = Math.exp(-2 / secondLength);
  let gravity = values[0]!;
  return values.map((value) => {
    gravity = keep * gravity + (1 - keep) * value;
    return value - gravity;
  });
};
const weigh = (columns: readonly [string, string, string], pieces: readonly VectorPiece[]): WeighedSensor =>
  weighSensor(named(...columns), vectorValues(pieces));

/** Maximum number of pieces per person, which are evenly spaced. */
const piecesOfPerson = 60;

describe.each([
  { name: "motionsense", recording: "recording", windowsOverlap: false },
  { name: "bfrb_samsung", recording: "recording", windowsOverlap: false },
  { name: "uci_har", recording: "window_id", windowsOverlap: true },
  { name: "wisdm_watch", recording: "recording", windowsOverlap: false },
])("$name", ({ name, recording, windowsOverlap }) => {
  describe.skipIf(!existsSync(pathOf(name)))("(skipped without ../shared/data)", () => {
    let opened: OpenedRecordings;
    let acceleration: VectorPiece[];
    let highPassed: VectorPiece[];
    let rotation: VectorPiece[];
    const ofPeople = (pieces: readonly VectorPiece[]): (readonly VectorPiece[])[] => [
      ...Map.groupBy(pieces, ({ person }) => person).values(),
    ];
    beforeAll(async () => {
      const columns = { group: "user", recording, channels: ["Ax", "Ay", "Az", "Gx", "Gy", "Gz"] };
      opened = await openRecordings([pathOf(name)], { columns, requireLabels: false, nominalRateHz: 50 });
      const piecesOf = (first: number, filter = (values: Float32Array, _: number) => values): VectorPiece[] => {
        const { rows } = opened;
        const places = rows.recordings.flatMap(({ user, start, end }, r) => {
          const length = Math.round(1 / rows.sampling[r]!.periodSeconds);
          const count = Math.floor((end - start) / length);
          return Array.from({ length: count }, (_, i) => ({ user, start, from: start + i * length, length }));
        });
        return [...Map.groupBy(places, ({ user }) => user).values()].flatMap((own) => {
          const stride = Math.ceil(own.length / piecesOfPerson);
          return own
            .filter((_, i) => i % stride === 0)
            .map(({ user, start, from, length }): VectorPiece => {
              const before = Math.max(start, from - 5 * length);
              const [x, y, z] = [0, 1, 2].map((axis) =>
                filter(rows.values(first + axis, before, from + length), length).subarray(from - before),
              );
              return { person: user, axes: [x!, y!, z!] };
            });
        });
      };
      [acceleration, highPassed, rotation] = [piecesOf(0), piecesOf(0, highPass), piecesOf(3)];
    });
    afterAll(() => opened.rows.close());

    it.each([
      { unit: "m/s^2", factor: 1 },
      { unit: "g", factor: 1 / 9.80665 },
      { unit: "milli-g", factor: 1000 / 9.80665 },
    ])("recognises every person's accelerometer in $unit, with a name or without", ({ unit, factor }) => {
      for (const pieces of [acceleration, ...ofPeople(acceleration)].map((own) => scaled(own, factor))) {
        for (const columns of [
          ["Ax", "Ay", "Az"],
          ["x", "y", "z"],
          ["linear_x", "linear_y", "linear_z"],
        ] as const) {
          const { sensor, doubt } = weigh(columns, pieces);
          expect(sensor).toMatchObject({ kind: "accelerometer", unit, gravity: true });
          expect(doubt).toBeUndefined();
        }
        const { sensor, doubt } = weigh(["acc_x (g)", "acc_y (g)", "acc_z (g)"], pieces);
        expect(sensor).toMatchObject({ kind: "accelerometer", unit, gravity: true });
        if (unit === "g") expect(doubt).toBeUndefined();
        else expect(doubt).toContain(`is gravity in ${unit}`);
      }
    });

    // The windows of UCI HAR are too short for a filter with a time constant of half a second.
    it.skipIf(windowsOverlap)(
      "keeps the length of every person's mean acceleration constant only with gravity, while the person moves",
      () => {
        const { rest } = vectorValues(acceleration)!;
        const moving = acceleration.filter((own) => vectorValues(Array(5).fill(own))!.movement > 0.2 * rest);
        const people = ofPeople(moving).filter((own) => own.length >= 5);
        expect(people.length).toBeGreaterThan(5);
        for (const own of people) {
          expect(vectorValues(own)!.variation).toBeLessThan(mostVariation - 0.1);
          const linear = own.map((piece) => highPassed[acceleration.indexOf(piece)]!);
          expect(vectorValues(linear)!.variation).toBeGreaterThan(mostVariation);
        }
      },
    );

    it("recognises every person's accelerometer in raw counts", () => {
      for (const pieces of ofPeople(acceleration).map((own) => scaled(own, 16_384 / 9.80665))) {
        expect(weigh(["acc_x", "acc_y", "acc_z"], pieces).sensor).toMatchObject({ unit: null, gravity: true });
      }
      const all = scaled(acceleration, 64 / 9.80665);
      expect(weigh(["x", "y", "z"], all)).toMatchObject({
        sensor: { kind: "accelerometer", unit: null, gravity: true },
      });
    });

    it("finds a single unit for all of a person's recordings and axes", () => {
      const { sensors } = findSensors(opened.rows, []);
      expect(sensors.filter(({ kind }) => kind === "accelerometer")).toHaveLength(1);
      refuseUnitsWithinPeople(opened.rows, sensors);
      refuseRotationUnits(opened.rows, sensors);
    });

    it.each([
      { unit: "rad/s", factor: 1 },
      { unit: "deg/s", factor: 180 / Math.PI },
    ])("recognises every person's gyroscope in $unit", ({ unit, factor }) => {
      for (const pieces of [rotation, ...ofPeople(rotation)].map((own) => scaled(own, factor))) {
        const { sensor, doubt } = weigh(["Gx", "Gy", "Gz"], pieces);
        expect(sensor).toMatchObject({ kind: "gyroscope", unit, gravity: null });
        expect(doubt).toBeUndefined();
        const { sensor: nameless } = weigh(["x", "y", "z"], pieces);
        expect(nameless.kind).toBe("unknown");
      }
    });

    it("finds the unit of every person's gyroscope, next to an accelerometer with or without gravity", () => {
      for (const accelerometer of [acceleration, withoutGravity(acceleration)]) {
        const besides = ofPeople(accelerometer).map((own) => vectorValues(own)!);
        for (const [p, own] of ofPeople(rotation).entries()) {
          expect(unitOfRotation(vectorValues(own)!, besides[p]!)).toBe("rad/s");
          expect(unitOfRotation(vectorValues(scaled(own, 180 / Math.PI))!, besides[p]!)).toBe("deg/s");
        }
      }
    });

    it("finds no repeated data, but windows that overlap", () => {
      const { rows } = opened;
      const { repeated } = findCopiedContent(rows);
      if (windowsOverlap) expect(repeated.length).toBeGreaterThan(50);
      else expect(repeated).toEqual([]);
      for (const { person, recordings } of repeated) {
        const [first, again] = recordings.map((name) =>
          rows.recordings.find((other) => other.user === person && other.recording === name),
        );
        const half = (first!.end - first!.start) / 2;
        for (const c of rows.channels.keys())
          expect(rows.values(c, again!.start, again!.start + half)).toEqual(
            rows.values(c, first!.end - half, first!.end),
          );
      }
    });

    it("finds no copies among the people, but altered copies of them", () => {
      const { rows } = opened;
      expect(findCopiedContent(rows).copies).toEqual([]);
      const people = [...Map.groupBy(rows.recordings, ({ user }) => user)].slice(0, 4);
      for (const [person, recordings] of people) {
        let [kept, number] = [0, 0];
        const own: Stretch[] = [];
        const pieces: number[] = [];
        for (const { recording, start, end } of recordings.filter((_, r) => r % 2 === 0)) {
          const length = Math.min(end - start, 3000);
          own.push({
            user: "copy",
            recording: `${recording}-${number++}`,
            label: null,
            start: kept,
            end: kept + length,
          });
          pieces.push(start);
          kept += length;
          if (kept > 9000) break;
        }
        const values = (c: number, start: number, end: number): Float32Array => {
          const s = own.findLastIndex((stretch) => stretch.start <= start);
          const from = pieces[s]! + start - own[s]!.start;
          const axis = c < 3 ? (c + 2) % 3 : c;
          return rows.values(axis, from, from + end - start).map((value) => Number((-value / 9.80665).toFixed(3)));
        };
        const finder = new CopiedContentFinder();
        finder.add(rows);
        finder.add({ channels: rows.channels, stretches: () => own, time: (from, to) => rows.time(from, to), values });
        const found = finder.found();
        expect(found).toMatchObject([{ people: [person, "copy"] }]);
        expect(found[0]!.factor).toBeCloseTo(1 / 9.80665, 2);
      }
    });

    it("finds no values that overflow, and none that are clipped, except by accelerometers with a range of 2 g", () => {
      const warnings = exceededRangeWarnings(opened.rows);
      expect(warnings).toHaveLength(name === "wisdm_watch" ? 3 : 0);
      for (const [i, axis] of ["Ax", "Ay", "Az"].slice(0, warnings.length).entries()) {
        expect(warnings[i]).toMatch(new RegExp(`^Channel ${axis} is clipped: .*exactly -?19\\.`));
      }
      const twoG = [19, 20.2];
      const clipped = opened.rows.recordings.filter((recording) => {
        const { channels } = opened.rows;
        const values = opened.rows.values.bind(opened.rows);
        const found = exceededRangeWarnings({ channels, recordings: [recording], values }).join(" ");
        for (const [, limit] of found.matchAll(/(?:exactly|or) -?([\d.]+) /g)) {
          expect(Number(limit)).toBeGreaterThan(twoG[0]!);
          expect(Number(limit)).toBeLessThan(twoG[1]!);
        }
        return found !== "";
      });
      expect(clipped.every(({ recording }) => name === "wisdm_watch" && /_[ABCM]$/.test(recording))).toBe(true);
    });

    it("finds most overflows if a tenth of the values exceed the range", () => {
      const { rows } = opened;
      const long = rows.recordings.filter(({ start, end }) => end - start >= 1000);
      const found = long.slice(0, 40).flatMap((recording) => {
        const own = rows.values(0, recording.start, recording.end);
        const limit = own.map(Math.abs).sort()[Math.floor(0.9 * own.length)]!;
        if (!(Math.max(...own.map(Math.abs)) > 1.2 * limit)) return [];
        const values = (_: number, from: number, to: number): Float32Array =>
          rows.values(0, from, to).map((value) => value - 2 * limit * Math.round(value / (2 * limit)));
        return [exceededRangeWarnings({ channels: ["Ax"], recordings: [recording], values }).length];
      });
      expect(found.filter((warnings) => warnings === 1).length).toBeGreaterThanOrEqual(0.8 * found.length);
    });

    it("finds no rows that alternate", () => {
      expect(alternatingRowsWarnings(opened.rows, throwDataFault)).toEqual([]);
    });

    it("finds the rows of a second device at a tenth of the rate, and none in a recording with a jittering clock", () => {
      const { rows } = opened;
      const long = rows.recordings.flatMap((recording) =>
        Array.from({ length: Math.floor((recording.end - recording.start) / 1000) }, (_, i) => {
          const start = recording.start + 1000 * i;
          return { ...recording, start, end: start + 1000 };
        }),
      );
      const rng = Rng.fromSeed(3);
      /**
       * Merges the rows of one recording with a tenth as many rows of another, if one is given, and returns whether a warning
       * says that rows alternate. Times are in whole steps of the clock.
       */
      const alternate = (one: number, other: number | undefined, jitter: (row: number) => number): boolean => {
        const own = rows.channels.map((_, c) => rows.values(c, long[one]!.start, long[one]!.start + 1000).slice());
        const merged = own[0]!.length;
        let clock = 0;
        const samples = Array.from({ length: merged }, (_, i) => {
          clock += jitter(i);
          return { time: clock, values: own.map((values) => values[i]!) };
        });
        if (other !== undefined) {
          const { start } = long[other]!;
          const others = rows.channels.map((_, c) => rows.values(c, start, start + 1000).slice());
          for (let i = 0; i < merged; i += 10)
            samples.push({ time: i + 1 + rng.uniform(), values: others.map((values) => values[i]!) });
          samples.sort((a, b) => a.time - b.time);
        }
        const stored = {
          channels: rows.channels,
          recordings: [{ ...long[one]!, start: 0, end: samples.length }],
          sampling: [{ ...rows.sampling[0]!, periodSeconds: 0.02 }],
          time: (from: number, to: number) => Float64Array.from(samples.slice(from, to), ({ time }) => time),
          values: (c: number, from: number, to: number) =>
            Float32Array.from(samples.slice(from, to), ({ values }) => values[c]!),
        };
        let found = false;
        alternatingRowsWarnings(stored, () => {
          found = true;
        });
        return found;
      };
      // The recordings in UCI HAR are windows.
      if (name === "uci_har") return;
      const some = Array.from({ length: 20 }, (_, i) => Math.floor((i * long.length) / 20));
      const regular = (): number => 1;
      const random = (): number => -Math.log(1 - rng.uniform());
      expect(some.filter((one) => alternate(one, undefined, random))).toEqual([]);
      const found = some.filter((one, i) => alternate(one, some[(i + 7) % 20]!, regular));
      expect(found.length).toBeGreaterThanOrEqual(14);
    });

    it("finds that gravity has been removed, by person, and the unit of all people together", () => {
      const linear = withoutGravity(acceleration);
      for (const pieces of ofPeople(linear)) {
        expect(weigh(["acc_x", "acc_y", "acc_z"], pieces).sensor.gravity).toBe(false);
        expect(weigh(["userAcceleration.x", "userAcceleration.y", "userAcceleration.z"], pieces).sensor.unit).not.toBe(
          "g",
        );
      }
      expect(weigh(["acc_x", "acc_y", "acc_z"], linear).sensor).toMatchObject({ unit: "m/s^2", gravity: false });
      const inG = weigh(["acc_x", "acc_y", "acc_z"], scaled(linear, 1 / 9.80665));
      expect(inG.sensor.gravity).toBe(false);
      expect(inG.sensor.unit).not.toBe("m/s^2");
      if (inG.sensor.unit === null) expect(inG.doubt).toContain("may be in m/s^2 or in g");
    });
  });
});
