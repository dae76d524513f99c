import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Sensor } from "../../../src/signals/sensors/sensor.ts";
import { sensorsByName } from "../../../src/signals/sensors/sensors-by-name.ts";
import { usualChannels } from "../../../src/signals/sensors/usual-channels.ts";
import { vendorHeaders } from "./vendor-headers.ts";

function written({ name, kind, unit, gravity, channels }: Sensor): string {
  const words = [name, kind, ...(unit === null ? [] : [unit])];
  if (gravity !== null) words.push(gravity ? "with" : "without");
  return `${words.join(" ")}: ${channels.map((channel) => channel.trim()).join(";")}`;
}

describe.each(vendorHeaders)("$source", ({ header, delimiter = ",", sensors, read }) => {
  const columns = header.split(delimiter);

  it("holds these sensors, by its names", () => {
    expect(sensorsByName(columns).map(written)).toEqual(sensors);
  });

  it.skipIf(read === undefined)("is read by one accelerometer and one gyroscope", () => {
    const { channels } = usualChannels(columns);
    expect(channels.filter((_, i) => i % 3 === 0)).toEqual(read);
  });
});

it.each([
  ["acc_x_milli_g", "accelerometer", "milli-g"],
  ["acc_x_m_s2", "accelerometer", "m/s^2"],
  ["acc_x_m_per_s2", "accelerometer", "m/s^2"],
  ["gyro_x_rad_per_sec", "gyroscope", "rad/s"],
  ["gyro_x_degrees_per_second", "gyroscope", "deg/s"],
])("%s has its unit in several words", (x, kind, unit) => {
  const [sensor] = sensorsByName(["_x", "_y", "_z"].map((axis) => x.replace("_x", axis)));
  expect(sensor).toMatchObject({ kind, unit });
});

it("reads accelerometers that are named only after places on the body, and no positions", () => {
  const axes = (name: string) => ["x", "y", "z"].map((axis) => `${name}_${axis}`);
  const harth = [...axes("back"), ...axes("thigh")];
  expect(usualChannels(harth)).toMatchObject({ channels: harth, areOnlyPlaces: true });
  expect(usualChannels([...harth, ...axes("acc")])).toMatchObject({ channels: axes("acc"), areOnlyPlaces: false });
  expect(usualChannels([...axes("left_knee"), ...axes("position")]).channels).toEqual([]);
});

it("names every sensor differently, even if the short names are equal", () => {
  const sensors = sensorsByName(["gX(°/s)", "gY(°/s)", "gZ(°/s)", "g_x", "g_y", "g_z"]);
  expect(sensors.map(({ name }) => name)).toEqual(["gXYZ(°/s)", "g_xyz"]);
});

it("prefers values as measured to filtered ones, and reads no changes of values", () => {
  const axes = (name: string) => ["x", "y", "z"].map((axis) => `${name}_${axis}`);
  const columns = [...axes("filt_acc"), ...axes("acc_jerk"), ...axes("delta_acc"), ...axes("raw_acc")];
  expect(usualChannels(columns)).toMatchObject({ channels: axes("raw_acc"), passedOver: [{ name: "filt_acc" }] });
  expect(usualChannels(columns.slice(0, 9)).channels).toEqual(axes("filt_acc"));
});

it("reads all sensors that a user gives, and none of those that the user says are none", () => {
  const columns = ["Ax", "Ay", "Az", "Gx", "Gy", "Gz", "x", "y", "z"];
  const given = (kind: Sensor["kind"], channels: Sensor["channels"], none = false) => ({
    none,
    sensor: { name: "", kind, channels, unit: null, gravity: null },
  });
  expect(usualChannels(columns, [given("accelerometer", ["x", "y", "z"])]).channels).toEqual([
    ...["x", "y", "z", "Gx", "Gy", "Gz"],
  ]);
  expect(usualChannels(columns, [given("unknown", ["Gx", "Gy", "Gz"], true)]).channels).toEqual(["Ax", "Ay", "Az"]);
  expect(usualChannels(columns, [given("magnetometer", ["x", "y", "z"])]).channels).toHaveLength(9);
});

// The code that reads, rotates and measures sensors once used these separate rules. Sensors on which the rules agreed must not
// change, including the names of signals, and every sensor that a rule found must still be found.
const accelerations = /^(la|(linear|user|total|body)[_\s-]?)?a(cc.*)?$/i;
const rotations = /^((total|body)[_\s-]?)?(g|gyr.*|rot.*|w|omega|angular[_\s-]?vel.*)$/i;
function measuredBefore(channels: readonly string[]): { stem: string; quantity: string; channels: string[] }[] {
  const byStem = Map.groupBy(channels, (name) => name.replace(/[_.\s-]?[xyz]$/i, ""));
  return [...byStem].flatMap(([stem, names]) => {
    if (names.length !== 3 || names.includes(stem)) return [];
    const quantity = accelerations.test(stem) ? "accelerometer" : rotations.test(stem) ? "gyroscope" : undefined;
    return quantity === undefined ? [] : [{ stem, quantity, channels: names }];
  });
}

describe("what was measured before", () => {
  const prefix = fc.constantFrom("", "linear", "user", "total", "body", "Body", "TOTAL");
  const stem = fc.constantFrom(
    ...[
      "A",
      "a",
      "acc",
      "Acc",
      "ACCEL",
      "accelerometer",
      "acceleration",
      "accWrist",
      "g",
      "G",
      "gyr",
      "Gyro",
      "gyroscope",
    ],
    ...["rot", "rotationRate", "rotation", "w", "W", "omega", "angularVelocity", "angular_velocity", "angular vel"],
  );
  const separator = fc.constantFrom("", "_", ".", " ", "-");
  const axes = fc.constantFrom(["x", "y", "z"], ["X", "Y", "Z"]);

  it("has the same name, kind and axes", () => {
    fc.assert(
      fc.property(prefix, separator, stem, separator, axes, (before, between, own, after, letters) => {
        const columns = [
          ...letters.map((axis) => `${before}${before === "" ? "" : between}${own}${after}${axis}`),
          "t",
        ];
        for (const { stem: name, quantity, channels } of measuredBefore(columns)) {
          expect(sensorsByName(columns)).toMatchObject([{ name, kind: quantity, channels }]);
        }
      }),
      { numRuns: 500 },
    );
  });

  it("comes in the order of the columns", () => {
    const columns = ["Gx", "Ax", "Gy", "Ay", "Gz", "Az"];
    expect(sensorsByName(columns).map(({ name }) => name)).toEqual(measuredBefore(columns).map(({ stem }) => stem));
  });
});

it("finds every three names that differ in x, y and z alone, but for quaternions and angles", () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 8 }), fc.string({ maxLength: 8 }), (before, after) => {
      const columns = ["x", "y", "z"].map((axis) => `${before}${axis}${after}`);
      fc.pre(!/quat|ori|att|eul|ang|roll|pitch|yaw|tilt|incl|rot|[qd°]|deg|rad|[xyz]/i.test(before + after));
      fc.pre(columns.every((column) => column.trim() === column));
      expect(sensorsByName(columns).map(({ channels }) => channels)).toEqual([columns]);
    }),
  );
});

it.each([
  [["pressure", "Ax", "Ay", "magnitude"]],
  [["quat_x", "quat_y", "quat_z"]],
  [["orientationX", "orientationY", "orientationZ"]],
  [["rotation_vector_x", "rotation_vector_y", "rotation_vector_z"]],
  [["euler.x", "euler.y", "euler.z"]],
  [["pose_x (deg)", "pose_y (deg)", "pose_z (deg)"]],
])("finds no sensor in %j", (columns) => {
  expect(sensorsByName(columns)).toEqual([]);
});

it.each([
  [["acc0", "acc1", "acc2", "gyro0", "gyro1", "gyro2"], "accelerometer acc, gyroscope gyro"],
  [["Accel Channel 1", "Accel Channel 2", "Accel Channel 3"], "accelerometer Accel Channel"],
  [["axis1", "axis2", "axis3"], "unknown axis"],
  [["values[0]", "values[1]", "values[2]"], "unknown values"],
  // Letters take precedence, and four numbers are not axes.
  [["acc_x", "acc_y", "acc_z", "acc1", "acc2", "acc3"], "accelerometer acc"],
  [["acc0", "acc1", "acc2", "acc3"], ""],
  [["acc1_temp", "acc2_temp", "acc3_temp", "ecg1", "ecg2", "ecg3", "a0", "a1", "a2"], ""],
])("finds numbered axes in %j", (columns, expected) => {
  expect(
    sensorsByName(columns)
      .map(({ kind, name }) => `${kind} ${name}`)
      .join(", "),
  ).toBe(expected);
});

it("joins axes in mixed case to one sensor", () => {
  const columns = ["ACC_X", "Acc_y", "acc_Z", "GYRO_x", "gyro_Y", "Gyro_Z"];
  expect(sensorsByName(columns).map(({ channels }) => channels)).toEqual([columns.slice(0, 3), columns.slice(3)]);
});

it("takes LA for the left arm beside a word for acceleration, and otherwise for linear acceleration", () => {
  const gravity = (form: string) => sensorsByName(["X", "Y", "Z"].map((axis) => form + axis))[0]!.gravity;
  expect([gravity("LA_Accelerometer"), gravity("LA_")]).toEqual([null, false]);
  const kinds = (...names: string[]) =>
    sensorsByName(names.flatMap((name) => ["x", "y", "z"].map((axis) => `${name}_${axis}`))).map(({ kind }) => kind);
  expect(kinds("lw", "lh", "la", "ra")).toEqual(["unknown", "unknown", "unknown", "unknown"]);
  expect(kinds("la", "ra")).toEqual(["accelerometer", "unknown"]);
});

it("takes A and G before a place for acceleration and angular velocity there, if both are", () => {
  const kinds = (...names: string[]) =>
    sensorsByName(names.flatMap((name) => ["x", "y", "z"].map((axis) => `${name}_${axis}`))).map(({ kind }) => kind);
  expect(kinds("ANeck", "GNeck")).toEqual(["accelerometer", "gyroscope"]);
  expect(kinds("ANeck")).toEqual(["unknown"]);
  expect(kinds("Apple", "Gpple")).toEqual(["unknown", "unknown"]);
});

it("reads names that consist of a unit and an axis, but not those of a single letter", () => {
  const kinds = (...columns: string[]) => sensorsByName(columns).map(({ kind, unit }) => [kind, unit]);
  expect(kinds("dpsX", "dpsY", "dpsZ")).toEqual([["gyroscope", "deg/s"]]);
  expect(kinds("rot_x", "rot_y", "rot_z", "rot_cos")).toEqual([]);
  expect(kinds("g_x", "g_y", "g_z")).toEqual([["gyroscope", null]]);
  expect(kinds("acc_lat", "acc_lon", "acc_vert")).toEqual([["accelerometer", null]]);
});

it("MAVLink's scaled values have the units of its documentation", () => {
  const names = ["acc", "gyro", "mag"].flatMap((kind) => ["x", "y", "z"].map((axis) => `SCALED_IMU2.${axis}${kind}`));
  expect(sensorsByName(names).map(({ kind, unit }) => [kind, unit])).toEqual([
    ["accelerometer", "milli-g"],
    ["gyroscope", "milli-rad/s"],
    ["magnetometer", "milligauss"],
  ]);
});
