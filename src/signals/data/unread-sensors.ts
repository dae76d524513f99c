// Warns about sensors that may be in a table but are not read, because their names do not say enough.

import { shellCommand } from "../../shell-words.ts";
import { usualColumnOfRole } from "../files/usual-column-names.ts";
import { isBareRotation } from "../sensors/bare-rotation.ts";
import { isGravityBesideRotation } from "../sensors/letter-pairs.ts";
import type { SensorKind } from "../sensors/sensor.ts";
import { sensorKindByColumnName, sensorsByName } from "../sensors/sensors-by-name.ts";
import { listedColumns } from "./listed-columns.ts";

/**
 * Warns about columns whose names belong to a sensor but do not give its axes, such as gyro_roll and Gyro_Sagittal, about axes
 * whose names give no sensor, such as x_R beside an accelerometer, and about names that leave open whether they are angles or
 * angular velocities.
 * @param of.given sensors as in `--sensor`
 */
export function warnOfUnreadSensors(
  available: readonly string[],
  {
    channels,
    given,
    file,
    warn,
  }: {
    readonly channels: readonly string[];
    readonly given: readonly string[];
    readonly file: string;
    readonly warn: (message: string) => void;
  },
): void {
  const rotation = sensorsByName(channels).find((sensor) => sensor.kind === "gyroscope" && isBareRotation(sensor));
  if (rotation !== undefined && given.length === 0) {
    warn(
      `${file}: ${rotation.channels.join(", ")} are read as angular velocities. If they are angles, list the other channels with --channels.`,
    );
  }
  const sensors = sensorsByName(available);
  const gravity = sensors.find(isGravityBesideRotation);
  const beside = sensors.find(({ kind, channels: [x] }) => kind === "gyroscope" && channels.includes(x));
  if (gravity !== undefined && beside !== undefined && given.length === 0) {
    const [turns, down] = [beside, gravity].map((sensor) => sensor.channels.join(", "));
    warn(
      `${file}: ${turns} are read as angular velocities, because ${down} beside them are taken for gravity. If ${down} are angular velocities, add ${shellCommand("--sensor", `gyr:${gravity.channels.join(",")}`)}`,
    );
  }
  const found = new Set(sensors.map(({ kind }) => kind));
  const isOther = (kind: SensorKind): boolean => kind !== "gyroscope" && kind !== "magnetometer";
  if (found.has("gyroscope") && !sensors.some(({ kind }) => isOther(kind))) {
    const taken = new Set(sensors.flatMap(({ channels }) => channels));
    const roles = new Set(
      (["label", "group", "recording", "time"] as const).map((role) => usualColumnOfRole(available, role)),
    );
    const others = available.filter((column) => !taken.has(column) && !roles.has(column));
    if (others.length >= 3 || others.some((column) => /acc/i.test(column)))
      warn(
        `${file}: only a gyroscope is read, because the names of the other columns (${listedColumns(others)}) are not those of the three axes of an accelerometer. If they hold one, add --sensor acc:COLUMN,COLUMN,COLUMN`,
      );
  }
  if (found.has("accelerometer") && !found.has("gyroscope") && given.length === 0)
    for (const { kind, channels: axes } of sensors) {
      if (kind !== "unknown" || axes.some((axis) => channels.includes(axis))) continue;
      warn(
        `${file}: ${axes.join(", ")} are named like the axes of a sensor, but not after one, so they are not read. If they are angular velocities, add ${shellCommand("--sensor", `gyr:${axes.join(",")}`)}`,
      );
    }
  const isGyroscopeNamed =
    found.has("gyroscope") || available.some((column) => sensorKindByColumnName(column) === "gyroscope");
  const turns = isGyroscopeNamed ? undefined : columnsOfTurns(available);
  if (turns !== undefined) {
    warn(
      `${file}: ${turns.join(", ")} may be angular velocities or angles, so they are not read. If they are angular velocities, add ${shellCommand("--sensor", `gyr:${turns.join(",")}`)}`,
    );
  }
  for (const [kind, option] of [
    ["accelerometer", "acc"],
    ["gyroscope", "gyr"],
  ] as const) {
    const unread = found.has(kind) ? [] : available.filter((column) => sensorKindByColumnName(column) === kind);
    if (unread.length < 3) continue;
    const how =
      unread.length === 3 ? ` If they are, add ${shellCommand("--sensor", `${option}:${unread.join(",")}`)}` : "";
    warn(
      `${file}: ${listedColumns(unread)} are named like a${kind === "accelerometer" ? "n" : ""} ${kind}, but their names do not say which are its axes, so they are not read.${how}`,
    );
  }
}

/** Finds three columns such as Rotation.roll, Rotation.pitch and Rotation.yaw. */
function columnsOfTurns(available: readonly string[]): readonly string[] | undefined {
  for (const column of available) {
    if (!/rot(?:ation)?(?![a-z]).*roll/i.test(column)) continue;
    const axes = ["roll", "pitch", "yaw"].map((word) =>
      available.find((name) => name.toLowerCase() === column.toLowerCase().replace("roll", word)),
    );
    if (axes.every((name) => name !== undefined)) return axes;
  }
  return undefined;
}
