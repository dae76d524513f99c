// Decides which columns contain the label, the person, the recording, the time and the channels. Columns given by the user are
// used as they are; the others are found by their usual names. Reports every choice, so that users notice wrong guesses.

import { type FaultDescription, type OnFault, throwDataFault } from "../../data-fault.ts";
import { UserError } from "../../errors.ts";
import { nearestName } from "../../nearest-name.ts";
import { shellCommand } from "../../shell-words.ts";
import { refuseNumberedSamples } from "../files/refuse-wide-rows.ts";
import {
  type ColumnRole,
  isSameColumnButForUnit,
  usualColumnNames,
  usualColumnOfRole,
  usualTimeColumns,
} from "../files/usual-column-names.ts";
import { sensorsByName } from "../sensors/sensors-by-name.ts";
import { usualChannels } from "../sensors/usual-channels.ts";
import { givenSensors } from "./given-sensors.ts";
import { listedColumns } from "./listed-columns.ts";
import type { ColumnOptions } from "./named-columns.ts";
import { refuseReservedChannels } from "./reserved-names.ts";

/** The names of the columns in use, as in the file; null for a role without a column. */
export interface ResolvedColumns {
  /** Activity of the sample. */
  readonly label: string | null;
  /** Column with the person who wore the sensor. */
  readonly group: string | null;
  /** One uninterrupted recording. */
  readonly recording: string | null;
  /** Time of the sample. */
  readonly time: string | null;
  /**
   * Unit of the times: s, ms, us or ns (numbers in that unit), days (serial days of a spreadsheet), ticks (numbers in a unit
   * given by the user), timestamp (a date-time), index (a count of rows or samples). If the files' units differ, this is the
   * first file's unit.
   */
  readonly timeUnit: TimeUnit;
  /** Sensor columns, in order. */
  readonly channels: readonly string[];
}

export type ColumnRoles = Omit<ResolvedColumns, "timeUnit">;

/** Unit of a time column: seconds, fractions of a second, days, a date-time, or a count of samples. */
export type TimeUnit = "s" | "ms" | "us" | "ns" | "days" | "ticks" | "timestamp" | "index";

/**
 * Whether a label column and a person column are required; with `if found`, a label column is read only if it has a usual name.
 */
export interface RequiredColumns {
  readonly label: boolean | "if found";
  readonly group: boolean;
}

export const columnRoleTitles: Record<ColumnRole, string> = {
  label: "activity label",
  group: "person",
  recording: "recording",
  time: "time",
};

export const columnRoleOptions: Record<ColumnRole, string> = {
  label: "--label",
  group: "--group",
  recording: "--recording",
  time: "--time",
};

/** Advice on taking labels and people from paths, because tables exported by apps contain neither. */
const elsewhere: Record<ColumnRole, string> = {
  label: ', or take it from the names of folders or files: --label-from-path "{activity}/*"',
  group: ', or take it from the names of folders or files: --group-from-path "{person}/*"',
  recording: "",
  time: "",
};

/**
 * @param available columns of the files, in file order
 * @param required roles that must have a column; an optional label column is used only if the user gives it
 * @param onFault called for each given or expected channel that is missing; if it does not throw, the other channels
 * are returned
 * @param warn called for columns that were found but not used
 * @throws UserError if a column is missing (the message suggests the closest name), if no column is found for a role, or if one
 * column has two roles
 */
export function resolveColumnRoles(
  available: readonly string[],
  options: ColumnOptions,
  required: RequiredColumns,
  file: string,
  onFault: OnFault = throwDataFault,
  warn: (message: string) => void = () => {},
): ColumnRoles {
  const role = (name: ColumnRole, mustExist: boolean): string | null => {
    const given = options[name];
    if (given !== undefined) return existingRoleColumn(available, given, file, `--${name}`);
    const found = usualColumnOfRole(available, name);
    if (found === null && mustExist) {
      throw new UserError(
        `${file}: no column for the ${columnRoleTitles[name]} was found among ${listedColumns(available)} (looked for ${usualColumnNames[name].slice(0, 6).join(", ")}, ...).`,
        { advice: `Name it with --${name} COLUMN${elsewhere[name]}.` },
      );
    }
    return found;
  };
  const columns = {
    label: required.label !== false || options.label !== undefined ? role("label", required.label === true) : null,
    group: role("group", required.group),
    recording: role("recording", false),
    time: role("time", false) ?? refuseSeveralClockRoles(available, file),
    channels: resolveChannelRoles(available, options, file, { onFault, warn }),
  };
  refuseColumnInTwoRoles(columns);
  refuseReservedChannels(columns.channels, file);
  refuseColumnsWithoutRole(columns, options.pathColumns ?? []);
  return columns;
}

/** Rejects ambiguous clocks; otherwise, a rate would be assumed even though the file contains the times. */
function refuseSeveralClockRoles(available: readonly string[], file: string): null {
  const late = (name: string): number => Number(/arriv|receiv|system|phone|server/i.test(name));
  const possible = usualTimeColumns(available).sort((a, b) => late(a) - late(b));
  if (possible.length === 0) return null;
  throw new UserError(`${file}: each of these columns may hold the time of a sample: ${listedColumns(possible)}.`, {
    advice: `Choose one, such as ${shellCommand("--time", possible[0]!)}`,
  });
}

function resolveChannelRoles(
  available: readonly string[],
  { channels: given, modelChannels: expected, sensor = [] }: ColumnOptions,
  file: string,
  { onFault, warn }: { onFault: OnFault; warn: (message: string) => void },
): readonly string[] {
  const names = given ?? expected;
  if (names === undefined) return resolveUsualChannelRoles(available, sensor, file, warn);
  return names.filter((name) => {
    const found = available.includes(name);
    if (!found)
      onFault(
        given
          ? absentRoleColumn(available, name, file, "--channels")
          : lackingChannelRole(available, name, file, names),
      );
    return found;
  });
}

function existingRoleColumn(available: readonly string[], name: string, file: string, option: string): string {
  if (available.includes(name)) return name;
  const { message, advice } = absentRoleColumn(available, name, file, option);
  throw new UserError(message, { advice });
}

function absentRoleColumn(
  available: readonly string[],
  name: string,
  file: string,
  option: string,
): FaultDescription & { advice: string } {
  const near = nearestColumnForRole(available, name);
  return {
    code: "schema",
    message: `${file}: there is no column "${name}" (${option}); the columns are ${listedColumns(available)}.`,
    advice: near === undefined ? "Name one of these columns." : `Did you mean "${near}"?`,
    file,
    column: name,
    expected: `a column "${name}"`,
    found: listedColumns(available),
  };
}

function lackingChannelRole(
  available: readonly string[],
  name: string,
  file: string,
  expected: readonly string[],
): FaultDescription {
  const near = nearestColumnForRole(
    available.filter((column) => !expected.includes(column)),
    name,
  );
  return {
    code: "schema",
    message: `${file}: the model expects a channel "${name}", which is not among the columns ${listedColumns(available)}.`,
    advice: adviceOnLackingRole(available, expected, near),
    file,
    column: name,
    expected: `a column "${name}"`,
    found: listedColumns(available),
  };
}

function adviceOnLackingRole(
  available: readonly string[],
  expected: readonly string[],
  near: string | undefined,
): string {
  const alike = expected.map((name) => available.find((column) => isSameColumnButForUnit(column, name)));
  if (alike.every((column) => column !== undefined)) {
    return (
      `The names differ only in their units: ${shellCommand("--channels", alike.join(","))}. ` +
      "If the columns are in different units than in training, and their names do not give the units, add " +
      "--units, such as --units acc=m/s^2."
    );
  }
  return (
    `${near === undefined ? "" : `The nearest name is "${near}". `}If channels have other names, list them with ` +
    `--channels, in the model's order: ${expected.join(",")}`
  );
}

function nearestColumnForRole(available: readonly string[], name: string): string | undefined {
  return available.find((column) => column.toLowerCase() === name.toLowerCase()) ?? nearestName(name, available);
}

/** Returns the channels of the sensors given by the user, and of an accelerometer and a gyroscope found by name. */
function resolveUsualChannelRoles(
  available: readonly string[],
  given: readonly string[],
  file: string,
  warn: (message: string) => void,
): readonly string[] {
  const { channels, passedOver } = usualChannels(available, givenSensors(given, available));
  refuseWindowsAsColumns(channels.slice(0, 3), passedOver, file);
  refuseStatisticColumns(channels, file);
  for (const { kind, channels: axes } of passedOver) {
    warn(
      `There is another ${kind}, which is not read: ${axes.join(", ")}. To read it as well, name all channels with --channels.`,
    );
  }
  if (channels.length > 0) return channels;
  refuseNumberedSamples(file, available);
  throw new UserError(
    `${file}: no sensor channels were found among ${listedColumns(available)} (looked for Ax, Ay, Az, Gx, Gy, Gz; acc_x, gyro_x and the like).`,
    { advice: adviceOnChannelRoles(available) },
  );
}

/**
 * Minimum number of numbered copies of a sensor for them to count as the samples of a window; no one wears that many devices.
 */
const fewestSamples = 12;

/** Rejects rows that contain whole windows, because the first sample of each window would be read as the signal. */
function refuseWindowsAsColumns(
  first: readonly string[],
  others: readonly { readonly channels: readonly string[] }[],
  file: string,
): void {
  const unnumbered = (channels: readonly string[]): string =>
    channels.map((name) => name.replace(/\d+(?=\D*$)/, "#")).join(",");
  const own = unnumbered(first);
  const numbered = others.filter(({ channels }) => unnumbered(channels) === own);
  if (!own.includes("#") || numbered.length + 1 < fewestSamples) return;
  throw new UserError(
    `${file}: each row holds a window of ${numbered.length + 1} samples, from ${first.join(", ")} to ${numbered.at(-1)!.channels.join(", ")}; expected one sample per row.`,
    { advice: "Use the recordings that the windows were cut from, or write each sample into a row of its own." },
  );
}

/** Matches names of statistics over a window, such as Acc X-mean, GyrX_std and AvgAccX, in which words are separated. */
const statisticName =
  /(?:^|[^a-z])(mean|median|avg|average|std|stdev|var|min|max|iqr|mad|rms|skew|kurt|energy|entropy)(?:[^a-z]|$)/i;

function isStatisticColumn(name: string): boolean {
  return statisticName.test(name.replace(/([a-z])(?=[A-Z])/g, "$1 "));
}

/** Rejects per-window statistics, because they would be read as samples. */
function refuseStatisticColumns(channels: readonly string[], file: string): void {
  if (channels.length === 0 || !channels.every(isStatisticColumn)) return;
  throw new UserError(
    `${file}: expected the samples of sensors, found statistics of windows, such as ${channels.slice(0, 3).join(", ")}.`,
    {
      advice: `Use the recordings that the statistics were computed from. If these columns are samples, name them: ${shellCommand("--channels", channels.join(","))}`,
    },
  );
}

/** Matches the names of values that summarise an epoch: Euclidean norms, angles, counts and MIMS units. */
const summaryName = /enmo|^anglez$|samplerate|counts?$|^vm$|mims/i;

function adviceOnChannelRoles(available: readonly string[]): string {
  const axes = columnsOfRepeatedAxisRole(available);
  if (axes !== undefined)
    return `Two columns are named ${JSON.stringify(axes.find((name) => available.includes(`${name}_1`)))}. If the second is the axis that is missing, add ${shellCommand("--channels", axes.join(","))}`;
  if (available.some((column) => summaryName.test(column)))
    return "These columns look like summaries of epochs. Export the acceleration of each axis, often called raw data.";
  const vectors = sensorsByName(available).map(({ channels }) => channels.join(","));
  const [first] = vectors;
  // Axes may be named after the body instead of by letters, such as AccV, AccML and AccAP.
  const accelerations = available.filter((column) => /acc/i.test(column));
  if (first === undefined && accelerations.length === 3)
    return `Name them with --channels. Perhaps these are the axes of an accelerometer: ${shellCommand("--channels", accelerations.join(","))}`;
  const numbered = available
    .filter((column) => /1(?=\D*$)/.test(column))
    .map((column) => [1, 2, 3].map((axis) => column.replace(/1(?=\D*$)/, String(axis))))
    .find((axes) => axes.every((name) => available.includes(name)));
  if (first === undefined && numbered !== undefined)
    return `Name them with --channels. Perhaps these are the axes of a sensor: ${shellCommand("--channels", numbered.join(","))}`;
  if (first === undefined) return "Name them with --channels COLUMN,COLUMN,...";
  return `Name them with --channels. These are vectors: ${vectors.join("; ")}. For the first: ${shellCommand("--channels", first)}`;
}

/** Returns a sensor's columns if one of its axes is named like another, as in the header X, Y, X. */
function columnsOfRepeatedAxisRole(available: readonly string[]): readonly string[] | undefined {
  for (const column of available) {
    const base = column.replace(/_1$/, "");
    if (base === column || !available.includes(base)) continue;
    for (const axis of ["x", "y", "z"]) {
      const renamed = base.replace(/[xyz](?=[^xyz]*$)/i, (letter) => (letter >= "a" ? axis : axis.toUpperCase()));
      const names = available.map((name) => (name === column ? renamed : name));
      const sensor = sensorsByName(names).find(({ channels }) => channels.includes(renamed));
      if (sensor !== undefined) return sensor.channels.map((name) => available[names.indexOf(name)]!);
    }
  }
  return undefined;
}

function refuseColumnsWithoutRole({ label, group, recording }: ColumnRoles, names: readonly string[]): void {
  const unused = names.find((name) => ![label, group, recording].includes(name));
  if (unused === undefined) return;
  throw new UserError(`--path-columns names "${unused}", but this column is not used as person, recording or label.`, {
    advice: `Give it a role with --group, --recording or ${shellCommand("--label", unused)}, or leave it out of --path-columns.`,
  });
}

function refuseColumnInTwoRoles(columns: ColumnRoles): void {
  const roles = new Map<string, string>();
  const used: [string, string | null][] = [
    ["--label", columns.label],
    ["--group", columns.group],
    ["--recording", columns.recording],
    ["--time", columns.time],
    ...columns.channels.map((name): [string, string] => ["--channels", name]),
  ];
  for (const [option, name] of used) {
    if (name === null) continue;
    const other = roles.get(name);
    if (other !== undefined) {
      const twice = other === option ? `twice in ${option}` : `for ${other} and for ${option}`;
      throw new UserError(`The column "${name}" is used ${twice}, but a column can have only one role.`, {
        advice: `Name another column for ${option}.`,
      });
    }
    roles.set(name, option);
  }
}
