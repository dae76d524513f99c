// Checks whether a later file has the columns that are in use. Other columns may differ from file to file.

import { DataFault } from "../../data-fault.ts";
import { isSameColumnButForUnit } from "../files/usual-column-names.ts";
import { sensorsByName } from "../sensors/sensors-by-name.ts";
import {
  type ColumnRoles,
  columnRoleOptions,
  columnRoleTitles,
  type RequiredColumns,
  resolveColumnRoles,
} from "./column-roles.ts";
import { commonFoldersOfPaths } from "./common-folders.ts";
import { listedColumns } from "./listed-columns.ts";
import type { ColumnOptions } from "./named-columns.ts";
import { sensorInPath } from "./sensor-in-path.ts";

/**
 * @param warn called for sensors that only the later file has
 * @throws DataFault if the later file lacks a column in use, or has a different column that fits one of the roles
 */
export function refuseOtherColumns(
  first: string,
  roles: ColumnRoles,
  file: string,
  names: readonly string[],
  { options, required, warn }: { options: ColumnOptions; required: RequiredColumns; warn: (message: string) => void },
): void {
  const used = [roles.label, roles.group, roles.recording, roles.time, ...roles.channels].filter(
    (name) => name !== null,
  );
  const lacks = used.filter((name) => !names.includes(name));
  if (lacks.length > 0) {
    const extra = names.filter((name) => !used.includes(name));
    throw new DataFault({
      code: "schema",
      message: `${file}: expected the columns of ${first}, but this file lacks ${lacks.join(", ")}${extra.length === 0 ? "" : ` and also has ${listedColumns(extra)}`}.`,
      advice: adviceOnOtherColumns(lacks, extra),
      file,
      expected: used.join(", "),
      found: names.join(", "),
    });
  }
  refuseOtherSensor(first, roles, file);
  const own = resolveColumnRoles(names, options, required, file, () => {});
  for (const role of ["label", "group", "recording", "time"] as const) {
    if (own[role] === roles[role]) continue;
    const there = roles[role] === null ? `${first} has none` : `it is "${roles[role]}" in ${first}`;
    throw new DataFault({
      code: "schema",
      message: `${file}: the column for the ${columnRoleTitles[role]} would be "${own[role]}" here, but ${there}.`,
      advice: `Specify a column that all files have with ${columnRoleOptions[role]}, or read the files one by one.`,
      file,
      expected: roles[role] ?? "no such column",
      found: own[role] ?? "no such column",
    });
  }
  const unread = own.channels.filter((name) => !roles.channels.includes(name));
  if (unread.length === 0) return;
  warn(`${file} also has ${unread.join(", ")}, which cannot be read, because ${first} has no such columns.`);
}

/** Rejects a file of another sensor if only the paths name the sensors, because both would be read as one. */
function refuseOtherSensor(first: string, { channels }: ColumnRoles, file: string): void {
  if (!sensorsByName(channels).some(({ kind }) => kind === "unknown")) return;
  const common = commonFoldersOfPaths([first, file]);
  const [sensor, other] = [sensorInPath(first, common), sensorInPath(file, common)];
  if (sensor === undefined || other === undefined || sensor.kind === other.kind) return;
  throw new DataFault({
    code: "schema",
    message: `${file}: expected the ${sensor.kind} as in ${first}, found the ${other.kind}, judging by the names of the files; their columns have the same names.`,
    advice:
      "Give the files of one sensor, or those of both sensors under names that differ only in the sensor, such as acc_1.csv and gyro_1.csv.",
    file,
    expected: sensor.kind,
    found: other.kind,
  });
}

function adviceOnOtherColumns(lacks: readonly string[], extra: readonly string[]): string {
  const isThere = (isSame: (name: string, other: string) => boolean): boolean =>
    lacks.every((name) => extra.some((other) => isSame(name, other)));
  if (isThere((name, other) => name.toLowerCase() === other.toLowerCase()))
    return "The names differ only in letter case: write them in the same way in all files.";
  if (isThere(isSameColumnButForUnit))
    return "The names differ only in their units: convert the files to one unit and to the same names first.";
  return "Give files with the same columns, or read the files one by one.";
}
