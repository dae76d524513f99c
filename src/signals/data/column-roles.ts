// Decides which columns contain the label, the person, the recording, the time and the channels. Columns given by the user are
// used as they are; the others are found by their usual names. The commands report every choice, so that users notice wrong
// guesses.

import { type OnFault, throwDataFault } from "../../data-fault.ts";
import { UserError } from "../../errors.ts";
import { shellCommand } from "../../shell-words.ts";
import {
  type ColumnRole,
  isTimeOfArrival,
  usualColumnNames,
  usualColumnOfRole,
  usualTimeColumns,
} from "../files/usual-column-names.ts";
import { absentRoleColumn } from "./absent-column.ts";
import { resolveChannelRoles } from "./channel-roles.ts";
import { listedColumns } from "./listed-columns.ts";
import type { ColumnOptions } from "./named-columns.ts";
import { refuseAnnotations } from "./refuse-annotations.ts";
import { refuseReservedChannels } from "./reserved-names.ts";

/** The names of the columns in use, as in the file; null for a role without a column. */
export interface ResolvedColumns {
  /** Column with the activity of each sample. */
  readonly label: string | null;
  /** Column with the person who wore the sensor. */
  readonly group: string | null;
  /** Column with the recording that each sample belongs to. */
  readonly recording: string | null;
  /** Column with the time of each sample. */
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

/** Unit of a time column: seconds, fractions of a second, days, ticks of a given length, a date-time, or a count of samples. */
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
  label:
    ', list columns of 0 and 1 (--label walking,running), give a file of labels with --labels FILE, or take it from the names of folders or files: --label-from-path "{activity}/*"',
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
  const named = options.channels ?? options.modelChannels ?? [];
  if ((options.sensor ?? []).length === 0 && !named.some((name) => available.includes(name)))
    refuseAnnotations(file, available);
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
  for (const name of ["label", "group", "recording"] as const)
    warnOfOverriddenColumnRole(name, available, options, file, warn);
  refuseColumnInTwoRoles(columns);
  refuseReservedChannels(columns.channels, file);
  refuseColumnsWithoutRole(columns, options.pathColumns ?? []);
  return columns;
}

const pathOptions = { label: "labelFromPath", group: "groupFromPath", recording: "recordingFromPath" } as const;

/** Reports a column of the files that would be used if the path were not. */
function warnOfOverriddenColumnRole(
  role: keyof typeof pathOptions,
  available: readonly string[],
  options: ColumnOptions,
  file: string,
  warn: (message: string) => void,
): void {
  if (options[pathOptions[role]] === undefined) return;
  const own = usualColumnOfRole(
    available.filter((name) => name !== options[role]),
    role,
  );
  if (own === null) return;
  const option = `--${role}-from-path`;
  warn(
    `${file}: the ${columnRoleTitles[role]} is taken from the path (${option}), although the file has a column "${own}". To use the column, leave out ${option}.`,
  );
}

/**
 * Rejects ambiguous clocks; otherwise, a rate would be assumed even though the file contains the times.
 * @throws UserError if any column may contain the time of each sample
 */
export function refuseSeveralClockRoles(available: readonly string[], file: string): null {
  const possible = usualTimeColumns(available).sort((a, b) => Number(isTimeOfArrival(a)) - Number(isTimeOfArrival(b)));
  if (possible.length === 0) return null;
  throw new UserError(
    `${file}: each of these columns might contain the time of each sample: ${listedColumns(possible)}.`,
    {
      advice: `Choose one, such as ${shellCommand("--time", possible[0]!)}`,
    },
  );
}

function existingRoleColumn(available: readonly string[], name: string, file: string, option: string): string {
  if (available.includes(name)) return name;
  const { message, advice } = absentRoleColumn(available, name, file, option);
  throw new UserError(message, { advice });
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
        advice: `Specify another column for ${option}.`,
      });
    }
    roles.set(name, option);
  }
}
