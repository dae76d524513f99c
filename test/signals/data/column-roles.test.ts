import { describe, expect, test } from "vitest";
import { throwDataFault } from "../../../src/data-fault.ts";
import { resolveColumnRoles } from "../../../src/signals/data/column-roles.ts";
import { type ColumnRole, usualColumnNames, usualColumnOfRole } from "../../../src/signals/files/usual-column-names.ts";

describe("the clock of an export whose time column has an uncommon name", () => {
  test.each([
    ["Time since start in ms", "ACCELEROMETER X (m/s²)"],
    ["accelerometerTimestamp_sinceReboot(s)", "locationTimestamp_since1970(s)"],
    ["HEADER_TIME_STAMP", "X_ACCELERATION"],
    ["accel_time_list", "accel_x_list"],
    ["Creation_Time", "Arrival_Time"],
    ["Zeit (s)", "Beschleunigung x (m/s²)"],
  ])("%s", (time, other) => {
    expect(usualColumnOfRole([other, time], "time")).toBe(time);
  });

  test("is asked for if several columns may be meant, instead of assuming a rate", () => {
    const columns = ["Arrival_Time", "Creation_Time", "Log_Time", "acc_x", "acc_y", "acc_z"];
    const resolve = () => resolveColumnRoles(columns, {}, { label: false, group: false }, "a.csv");
    expect(resolve).toThrow(
      "a.csv: each of these columns might contain the time of each sample: Creation_Time, Log_Time, Arrival_Time.",
    );
    expect(
      resolveColumnRoles(columns, { time: "Creation_Time" }, { label: false, group: false }, "a.csv"),
    ).toMatchObject({ time: "Creation_Time" });
  });
});

test("a column for the person comes before a group or an id", () => {
  expect(usualColumnOfRole(["group", "id", "patient_code"], "group")).toBe("patient_code");
  expect(usualColumnOfRole(["id", "group"], "group")).toBe("group");
  expect(usualColumnOfRole(["group", "Subject code"], "group")).toBe("Subject code");
  expect(usualColumnOfRole(["time", "Subject code"], "group")).toBeNull();
});

test("each usual name is found", () => {
  for (const [role, names] of Object.entries(usualColumnNames))
    for (const name of names) expect(usualColumnOfRole([name], role as ColumnRole)).toBe(name);
});

test("an axis is no label, with or without its unit", () => {
  expect(usualColumnOfRole(["Time (s)", "X (m/s^2)", "Y (m/s^2)", "Z (m/s^2)"], "label")).toBeNull();
  expect(usualColumnOfRole(["time", "x", "y", "z"], "label")).toBeNull();
  expect(usualColumnOfRole(["time", "acc_x", "y"], "label")).toBe("y");
});

test.each([
  ["Proband", "Aktivität", "Zeitstempel"],
  ["sujet", "activité", "horodatage"],
  ["sujeto", "actividad", "tiempo"],
  ["soggetto", "attività", "tempo"],
  ["sujeito", "atividade", "tempo"],
  ["proefpersoon", "activiteit", "tijd"],
  ["PatientID", "behaviour", "ms"],
])("finds columns named in other words: %s, %s, %s", (group, label, time) => {
  expect(
    resolveColumnRoles([time, group, label, "acc_x", "acc_y", "acc_z"], {}, { label: true, group: true }, "a.csv"),
  ).toMatchObject({
    group,
    label,
    time,
  });
});

test("names columns of a gyroscope that are not read, because their names do not give its axes", () => {
  const warnings: string[] = [];
  const rotation = ["rotation_m11", "rotation_m12", "rotation_m13", "rot_roll", "rot_pitch", "rot_yaw"];
  const columns = ["time", "acc_x", "acc_y", "acc_z", "gyro_roll", "gyro_pitch", "gyro_yaw", ...rotation];
  const required = { label: false, group: false };
  const { channels } = resolveColumnRoles(columns, {}, required, "a.csv", undefined, (message) =>
    warnings.push(message),
  );
  expect(channels).toEqual(["acc_x", "acc_y", "acc_z"]);
  expect(warnings).toEqual([
    expect.stringMatching(
      /gyro_roll, gyro_pitch, gyro_yaw are named like a gyroscope.*--sensor gyr:gyro_roll,gyro_pitch,gyro_yaw/,
    ),
  ]);
});

test("names axes that are not read, because their names give no sensor", () => {
  const warnings: string[] = [];
  const columns = ["time_A", "x_A", "y_A", "z_A", "time_R", "x_R", "y_R", "z_R"];
  const required = { label: false, group: false };
  resolveColumnRoles(columns, { time: "time_A" }, required, "a.csv", undefined, (message) => warnings.push(message));
  expect(warnings).toEqual([expect.stringMatching(/x_R, y_R, z_R are named like the axes.*--sensor gyr:x_R,y_R,z_R/)]);
});

test.each([
  [
    ["time", "acc_x", "acc_y", "acc_z", "RotationX", "RotationY", "RotationZ"],
    "RotationX, RotationY, RotationZ are read as",
  ],
  [["time", "ML", "AP", "VT", "gyro_x", "gyro_y", "gyro_z"], "other columns (ML, AP, VT) are not those"],
  [
    ["time", "acc_magnitude", "gyro_x", "gyro_y", "gyro_z"],
    "only a gyroscope is read, because the names of the other columns (acc_magnitude) are not",
  ],
  [
    [
      "Time",
      "Acceleration.forward",
      "Acceleration.side",
      "Acceleration.up",
      "Rotation.roll",
      "Rotation.pitch",
      "Rotation.yaw",
    ],
    "add --sensor gyr:Rotation.roll,Rotation.pitch,Rotation.yaw",
  ],
])("a sensor that is left out is named: %s", (columns, expected) => {
  const warnings: string[] = [];
  resolveColumnRoles(columns, {}, { label: false, group: false }, "a.csv", throwDataFault, (message) =>
    warnings.push(message),
  );
  expect(warnings.join("\n")).toContain(expected);
});

test("sensors of a kind that are not read are named in one warning", () => {
  const channels = ["torso", "arm", "leg"].flatMap((place) => ["x", "y", "z"].map((axis) => `${place}_acc_${axis}`));
  const warnings: string[] = [];
  const warn = (message: string): void => void warnings.push(message);
  const required = { label: false, group: false };
  resolveColumnRoles(["time", ...channels], {}, required, "a.csv", throwDataFault, warn);
  expect(warnings).toEqual([
    "There are 2 other accelerometers, which are not read: arm_acc_x, arm_acc_y, arm_acc_z; leg_acc_x, leg_acc_y, leg_acc_z. To read them as well, list all channels with --channels.",
  ]);
});

test("a missing label may be in a file of its own", () => {
  const resolve = () =>
    resolveColumnRoles(["time", "acc_x", "acc_y", "acc_z"], {}, { label: true, group: false }, "a.csv");
  expect(resolve).toThrow(expect.objectContaining({ advice: expect.stringContaining("--labels FILE") }));
});
