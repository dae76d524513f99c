import { describe, expect, it } from "vitest";
import { Rng } from "../../../src/random.ts";
import { decideSensors, type GivenSensor } from "../../../src/signals/sensors/decide-sensors.ts";
import type { Sensor } from "../../../src/signals/sensors/sensor.ts";
import { sensorsByName } from "../../../src/signals/sensors/sensors-by-name.ts";
import { type VectorPiece, vectorValues } from "../../../src/signals/sensors/vector-values.ts";
import { weighSensor } from "../../../src/signals/sensors/weigh-sensor.ts";

/** Seconds of data from a person who sits half of the time, with a mean magnitude at rest and movement around it. */
function pieces({
  rest,
  movement,
  noise = 0.002,
  person = "p",
}: {
  rest: number;
  movement: number;
  noise?: number;
  person?: string;
}): VectorPiece[] {
  const rng = Rng.fromSeed(5);
  return Array.from({ length: 40 }, (_, i): VectorPiece => {
    const [a, b, c] = [rng.normal(), rng.normal(), rng.normal()];
    const norm = Math.hypot(a, b, c);
    const size = i % 2 === 0 ? noise * Math.max(rest, movement) : movement / 3;
    const axis = (towards: number): Float32Array =>
      Float32Array.from({ length: 50 }, () => (rest * towards) / norm + size * rng.normal());
    return { person, axes: [axis(a), axis(b), axis(c)] };
  });
}

const weigh = (columns: readonly string[], own: readonly VectorPiece[]) =>
  weighSensor(sensorsByName(columns)[0]!, vectorValues(own));
const acc = ["acc_x", "acc_y", "acc_z"];

describe("values", () => {
  it("say what a vector measures at rest and how far it moves", () => {
    const values = vectorValues(pieces({ rest: 9.8, movement: 12 }))!;
    expect(values.rest).toBeCloseTo(9.8, 1);
    expect(values.steadiness).toBeGreaterThan(100);
    expect(values.movement).toBeGreaterThan(9);
    expect(vectorValues(pieces({ rest: 9.8, movement: 12 }).slice(0, 4))).toBeUndefined();
  });

  it.each([
    { columns: ["X [G]", "Y [G]", "Z [G]"], rest: 0.45, kind: "magnetometer", unit: "gauss" },
    { columns: ["X [G]", "Y [G]", "Z [G]"], rest: 1.01, kind: "accelerometer", unit: "g" },
    { columns: ["Mag_X", "Mag_Y", "Mag_Z"], rest: 48, kind: "magnetometer", unit: "uT" },
    { columns: ["Mag_X", "Mag_Y", "Mag_Z"], rest: 0.91, kind: "magnetometer", unit: null },
    { columns: ["GraX", "GraY", "GraZ"], rest: 9.81, kind: "gravity", unit: "m/s^2" },
    { columns: ["x", "y", "z"], rest: 4096, kind: "accelerometer", unit: null },
    { columns: ["x", "y", "z"], rest: 64.3, kind: "accelerometer", unit: null },
    { columns: ["x", "y", "z"], rest: 3, kind: "unknown", unit: null },
  ])("tell $columns.0 with $rest at rest as $kind in $unit", ({ columns, rest, kind, unit }) => {
    expect(weigh(columns, pieces({ rest, movement: rest })).sensor).toMatchObject({ kind, unit });
  });

  it("without gravity are not proposed as an accelerometer with it", () => {
    const still = pieces({ rest: 0.01, movement: 3 });
    const { doubts } = decideSensors(["x", "y", "z"], [], () => still);
    expect(doubts[0]!.option).toBe("linear:x,y,z[m/s^2]");
    expect(doubts[0]!.message).toContain("may be an acceleration without gravity (linear) or a gyroscope (gyr)");
  });

  it("of gravity are not hidden by zeros at the end, which may be the rest of other sensors", () => {
    const zeros = Array.from({ length: 20 }, (): VectorPiece => {
      const axis = new Float32Array(50);
      return { person: "p", axes: [axis, axis, axis] };
    });
    const filled = weigh(acc, [...pieces({ rest: 9.8, movement: 12 }), ...zeros]);
    expect(filled).toMatchObject({ sensor: { unit: "m/s^2", gravity: true } });
    expect(filled.doubt).toBeUndefined();
    const linear = weigh(acc, [...pieces({ rest: 0, movement: 12 }), ...zeros]);
    expect(linear.sensor).toMatchObject({ gravity: false });
  });

  it("without a constant length, which rest near 1 only by chance, are doubted", () => {
    // Someone who is never at rest, after gravity was removed: the mean over a second is as large as what happened in it.
    const rng = Rng.fromSeed(6);
    const restless = Array.from({ length: 40 }, (_, i): VectorPiece => {
      const size = [0.6, 1, 1.5][i % 3]!;
      const axis = (): Float32Array => {
        const mean = size * rng.normal();
        return Float32Array.from({ length: 50 }, () => mean + 0.6 * size * rng.normal());
      };
      return { person: "p", axes: [axis(), axis(), axis()] };
    });
    const values = vectorValues(restless)!;
    expect(values.rest).toBeGreaterThan(0.8);
    expect(values.rest).toBeLessThan(1.5);
    expect(values.variation).toBeGreaterThan(0.5);
    expect(values.movement).toBeLessThan(4);
    for (const unit of ["", " (m/s^2)"]) {
      const columns = ["x", "y", "z"].map((axis) => `acc_${axis}${unit}`);
      expect(weigh(columns, restless)).toMatchObject({
        sensor: { kind: "accelerometer", gravity: null },
        doubt: expect.stringMatching(/may be acceleration in g, or acceleration without gravity in m\/s\^2/),
      });
    }
    const named = weigh(["Linear Acc x (m/s^2)", "Linear Acc y (m/s^2)", "Linear Acc z (m/s^2)"], restless);
    expect(named).toMatchObject({ sensor: { unit: "m/s^2", gravity: false } });
    expect(named.doubt).toBeUndefined();
    const jogging = pieces({ rest: 1, movement: 6, noise: 0.1 });
    expect(weigh(acc, jogging).sensor).toMatchObject({ unit: "g", gravity: true });
  });

  it("of a converter, which are never below 0, are doubted as milli-g", () => {
    const readings = pieces({ rest: 67, movement: 40 }).map(({ person, axes }): VectorPiece => {
      const [x, y, z] = axes.map((axis) => axis.map((value) => 512 + Math.round(value)));
      return { person, axes: [x!, y!, z!] };
    });
    for (const columns of [acc, ["x", "y", "z"]])
      expect(weigh(columns, readings)).toMatchObject({
        sensor: { kind: "accelerometer", unit: "milli-g" },
        doubt: expect.stringContaining("may be readings of an analog-to-digital converter"),
      });
    expect(weigh(["acc_x (mg)", "acc_y (mg)", "acc_z (mg)"], readings).doubt).toBeUndefined();
    expect(weigh(acc, pieces({ rest: 1000, movement: 400 })).doubt).toBeUndefined();
  });

  it("of a gyroscope that no wearable reaches in deg/s are not in deg/s", () => {
    const counts = pieces({ rest: 20, movement: 60_000 });
    expect(weigh(["gx", "gy", "gz"], counts)).toMatchObject({
      sensor: { kind: "gyroscope", unit: null },
      doubt: expect.stringContaining("raw counts?"),
    });
    expect(weigh(["gyro_x (dps)", "gyro_y (dps)", "gyro_z (dps)"], counts)).toMatchObject({
      sensor: { unit: "deg/s" },
      doubt: expect.stringContaining("its name says deg/s"),
    });
    expect(weigh(["gyro_x [mdps]", "gyro_y [mdps]", "gyro_z [mdps]"], counts)).toMatchObject({
      sensor: { unit: "milli-deg/s" },
      because: expect.stringContaining("by its name"),
    });
    expect(weigh(["gx", "gy", "gz"], pieces({ rest: 1, movement: 1500 })).sensor.unit).toBe("deg/s");
  });

  it.each([
    ["acc_x (cm/s2)", 981, "cm/s^2"],
    ["acc_x [Gal]", 981, "cm/s^2"],
    ["acc_x (mm/s^2)", 9807, "mm/s^2"],
    ["acc_x (ug)", 1e6, "micro-g"],
    ["acc_x (mg)", 1000, "milli-g"],
    ["acc_x", 9807, null],
    ["acc_x (ft/s^2)", 32.2, "ft/s^2"],
    ["acc_x (km/h^2)", 127, null],
    ["acc_x [LSB]", 1024, null],
    ["raw_acc_x", 1, "g"],
  ])("at rest in %s of %i are in %s", (x, rest, unit) => {
    const columns = ["x", "y", "z"].map((axis) => x.replace("x", axis));
    expect(weigh(columns, pieces({ rest, movement: rest })).sensor).toMatchObject({ kind: "accelerometer", unit });
  });

  it.each([
    ["gyro_x (rpm)", 13, "rpm"],
    ["gyro_x (mrad/s)", 1400, "milli-rad/s"],
    ["gyro_x (rev/s)", 2, "rev/s"],
    ["gyro_x [LSB]", 1400, null],
    ["raw_gyro_x", 3, "rad/s"],
  ])("of a gyroscope in %s within %i are in %s", (x, movement, unit) => {
    const columns = ["x", "y", "z"].map((axis) => x.replace("x", axis));
    expect(weigh(columns, pieces({ rest: movement / 100, movement })).sensor).toMatchObject({
      kind: "gyroscope",
      unit,
    });
  });

  it("win over a single letter, and over the unit of a name", () => {
    expect(weigh(["gx", "gy", "gz"], pieces({ rest: 9.8, movement: 9 }))).toMatchObject({
      sensor: { kind: "accelerometer", unit: "m/s^2", gravity: true },
      doubt: expect.stringContaining("its name says that it is a gyroscope, but it measures 9.8"),
    });
    expect(weigh(["gyro_x", "gyro_y", "gyro_z"], pieces({ rest: 9.8, movement: 9 }))).toMatchObject({
      sensor: { kind: "gyroscope" },
      doubt: expect.stringContaining("as an accelerometer does in m/s^2"),
    });
    expect(weigh(["x-axis (g)", "y-axis (g)", "z-axis (g)"], pieces({ rest: 9.8, movement: 9 }))).toMatchObject({
      sensor: { kind: "accelerometer", unit: "m/s^2" },
      doubt: expect.stringMatching(/its name says g, but 9\.8\d* at rest is gravity in m\/s\^2/),
    });
    expect(weigh(["total_acc_x", "total_acc_y", "total_acc_z"], pieces({ rest: 0.05, movement: 18 }))).toMatchObject({
      sensor: { gravity: false, unit: "m/s^2" },
      doubt: expect.stringContaining("its name says that it includes gravity"),
    });
  });

  it("decide nothing if they cover too few seconds", () => {
    expect(weigh(acc, [])).toEqual({
      sensor: { name: "acc", kind: "accelerometer", channels: acc, unit: null, gravity: null },
      because: "by its name; there are too few values to check it",
    });
  });

  it("leave open what they cannot tell", () => {
    expect(weigh(acc, pieces({ rest: 3, movement: 45 })).doubt).toContain("whether it measures gravity");
    const inCounts = decideSensors(acc, [], () => pieces({ rest: 66, movement: 990 })).doubts;
    expect(inCounts.map(({ message, option }) => [message.includes("whether it measures gravity"), option])).toEqual([
      [true, "acc:acc_x,acc_y,acc_z[counts]"],
    ]);
    expect(weigh(["Gx", "Gy", "Gz"], pieces({ rest: 0.1, movement: 20 }))).toMatchObject({
      sensor: { kind: "gyroscope", unit: null },
      doubt: expect.stringContaining("its unit is not known"),
    });
    expect(weigh(["Gx (rad/s)", "Gy (rad/s)", "Gz (rad/s)"], pieces({ rest: 0.1, movement: 300 }))).toMatchObject({
      sensor: { unit: "rad/s" },
      doubt: expect.stringContaining("its name says rad/s"),
    });
  });
});

describe("decideSensors", () => {
  it("does not take a gyroscope's raw counts for deg/s", () => {
    const decide = (gyroscope: readonly string[], rest: number) =>
      decideSensors([...acc, ...gyroscope], [], ([x]) =>
        x === "acc_x" ? pieces({ rest, movement: rest }) : pieces({ rest: 0, movement: 900 }),
      );
    const names = (unit = ""): string[] => ["x", "y", "z"].map((axis) => `gyr_${axis}${unit}`);
    expect(decide(names(), 9.8).sensors[1]!.unit).toBe("deg/s");
    expect(decide(names(" (dps)"), 8192).sensors[1]!.unit).toBe("deg/s");
    const { sensors, doubts } = decide(names(), 8192);
    expect(sensors[1]).toMatchObject({ kind: "gyroscope", unit: null });
    expect(doubts.map(({ message }) => message)).toContainEqual(expect.stringContaining("probably does, too"));
    expect(decide(names(), 8300).doubts.map(({ option }) => option)).toEqual([
      "acc:acc_x,acc_y,acc_z[counts]",
      "gyr:gyr_x,gyr_y,gyr_z[counts]",
    ]);
  });

  it("takes values that are never below 0 for a converter's readings, of 10 bits or 12", () => {
    const readings = (offset: number, rest: number): VectorPiece[] =>
      pieces({ rest, movement: rest / 2 }).map(({ person, axes }) => {
        const [x, y, z] = axes.map((axis) => axis.map((value) => offset + Math.round(value)));
        return { person, axes: [x!, y!, z!] };
      });
    for (const [offset, rest] of [
      [512, 67],
      [2048, 410],
    ] as const) {
      for (const names of [acc, ["x", "y", "z"]]) {
        const { sensors, doubts } = decideSensors(names, [], () => readings(offset, rest));
        expect(sensors.map(({ unit }) => unit)).toEqual([null]);
        expect(doubts[0]!.message).toContain("reading at 0 g must be subtracted");
        expect(doubts[0]!.option).toBe(`acc:${names}[counts]`);
      }
    }
  });

  it("doubts rad/s without a unit in the name if the accelerometer hardly moves", () => {
    const decide = (unit: string, movement: number) =>
      decideSensors([...acc, ...["x", "y", "z"].map((axis) => `gyr_${axis}${unit}`)], [], ([x]) =>
        x === "acc_x" ? pieces({ rest: 9.8, movement }) : pieces({ rest: 0, movement: 2 }),
      ).doubts.map(({ message }) => message);
    expect(decide("", 0.3)).toEqual([expect.stringContaining("they may be in deg/s")]);
    expect(decide(" (rad/s)", 0.3)).toEqual([]);
    expect(decide("", 3)).toEqual([]);
  });

  const channels = ["acc_x", "acc_y", "acc_z", "a", "b", "c"];
  const given = (sensor: Partial<Sensor>, none = false): GivenSensor => ({
    none,
    sensor: { name: "", kind: "accelerometer", channels: ["a", "b", "c"], unit: null, gravity: null, ...sensor },
  });

  it("believes the user, and fills in what the user leaves open", () => {
    const of = (...told: GivenSensor[]) =>
      decideSensors(channels, told, ([x]) => pieces(x === "a" ? { rest: 1, movement: 1 } : { rest: 9.8, movement: 9 }))
        .sensors;
    expect(of()).toMatchObject([{ name: "acc", unit: "m/s^2" }]);
    expect(of(given({}))[1]).toEqual({
      name: "a b c",
      kind: "accelerometer",
      channels: ["a", "b", "c"],
      unit: "g",
      gravity: true,
      because: "as given; unit from the values",
    });
    expect(of(given({ unit: "milli-g", name: "ankle" }))[1]).toMatchObject({
      name: "ankle",
      unit: "milli-g",
      because: "as given",
    });
    expect(of(given({ kind: "gyroscope", unit: "deg/s" }))[1]).toMatchObject({
      kind: "gyroscope",
      unit: "deg/s",
      gravity: null,
    });
    expect(of({ ...given({}), counts: true })[1]).toMatchObject({ unit: null, gravity: true, because: "as given" });
    expect(of(given({ channels: ["acc_x", "acc_y", "acc_z"] }, true))).toEqual([]);
  });

  describe("an accelerometer in two units", () => {
    const inMetres = (...people: string[]) =>
      people.flatMap((person) => pieces({ rest: 9.8, movement: 9, noise: 0.02, person }));
    const inG = (...people: string[]) => people.flatMap((person) => pieces({ rest: 1, movement: 1, person }));
    const mixture = (channels: readonly string[], own: readonly VectorPiece[]) => {
      const { sensors, doubts, mixed } = decideSensors(channels, [], () => own);
      expect(sensors).toMatchObject([{ kind: "accelerometer", unit: null, gravity: null }]);
      expect(doubts).toEqual([]);
      return mixed[0];
    };

    it("is named with the people of each unit", () => {
      expect(mixture(acc, [...inMetres("ann", "bob"), ...inG("cy")])).toMatchObject({
        units: [
          { unit: "m/s^2", factor: 1, people: ["ann", "bob"] },
          { unit: "g", factor: 9.80665, people: ["cy"] },
        ],
        withoutGravity: [],
      });
    });

    it.each([16384, 2048, 256])("is named with the people of raw counts at %d per g", (counts) => {
      const inCounts = pieces({ rest: counts * 1.01, movement: counts, person: "cy" });
      expect(mixture(acc, [...inMetres("ann", "bob"), ...inCounts])).toMatchObject({
        units: [
          { unit: "m/s^2", factor: 1, people: ["ann", "bob"] },
          { unit: `counts at ${counts} per g`, factor: 9.80665 / counts, people: ["cy"] },
        ],
      });
    });

    it("is named with people whose gravity is not one in any unit, but only beside people in a usual unit", () => {
      const [odd, counts] = [12_000, 16_384].map((rest) => pieces({ rest, movement: rest, person: String(rest) }));
      expect(mixture(acc, [...inMetres("ann"), ...odd!])?.units).toEqual([
        { unit: "m/s^2", factor: 1, people: ["ann"] },
        { unit: "no usual unit", factor: null, people: ["12000"] },
      ]);
      expect(decideSensors(acc, [], () => [...odd!, ...counts!]).mixed).toEqual([]);
    });

    it.each([
      ["one without gravity", acc, 50],
      ["no accelerometer", ["x", "y", "z"], 12],
    ])("is named although the pooled values look like %s", (_, channels, movement) => {
      const people = ["ann", "bob"].flatMap((person) => pieces({ rest: 9.8, movement, noise: 0.02, person }));
      const own = [...people, ...inG("cy", "di")];
      expect(weigh(channels, own).sensor.gravity).not.toBe(true);
      expect(mixture(channels, own)?.units.map(({ unit }) => unit)).toEqual(["m/s^2", "g"]);
    });
  });

  it("names the people whose recordings contain no gravity, however many they are", () => {
    const linear = (...people: string[]) =>
      people.flatMap((person) => pieces({ rest: 0.1, movement: 12, person, noise: 0.001 }));
    const own = [...linear("ann", "bob", "cy"), ...pieces({ rest: 9.8, movement: 12, noise: 0.1, person: "di" })];
    expect(decideSensors(acc, [], () => own).mixed).toMatchObject([
      { units: [{ unit: "m/s^2", people: ["di"] }], withoutGravity: ["ann", "bob", "cy"] },
    ]);
    expect(decideSensors(acc, [], () => linear("ann", "bob")).mixed).toEqual([]);
  });
});
