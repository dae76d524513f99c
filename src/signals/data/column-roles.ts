// Decides which column has which role. Columns that the user names are used as given; the others are found by their usual names.
// Every choice is reported, so that users notice a wrong guess.

import { nearestName, UserError } from "../../errors.ts";
import { shellCommand } from "../../shell-words.ts";
import { sensorsByName } from "../sensors/sensors-by-name.ts";
import { usualChannels } from "../sensors/usual-channels.ts";
import { type FaultDescription, type OnFault, throwDataFault } from "./data-fault.ts";
import { fixedSplitOf, type SplitSide } from "./fixed-split.ts";
import { givenSensors } from "./given-sensors.ts";
import { refuseReservedChannels } from "./reserved-names.ts";

export interface ColumnOptions {
  readonly label?: string;
  readonly group?: string;
  readonly recording?: string;
  readonly time?: string;
  readonly channels?: readonly string[];
  /** The model's channels, in the model's order; they are read if `channels` is not given. */
  readonly modelChannels?: readonly string[];
  /** Sensors as in `--sensor`; their channels are read if `channels` is not given. */
  readonly sensor?: readonly string[];
  /** Columns taken from the names of folders (`user=ann`), not from the files. */
  readonly pathColumns?: readonly string[];
  /** Path templates. The part of a path in place of {name} is the person, recording or label of the whole file. */
  readonly groupFromPath?: string;
  readonly recordingFromPath?: string;
  readonly labelFromPath?: string;
  /** A file that maps labels to classes; see `readLabelMap`. */
  readonly map?: string;
  /** Labels to leave out. */
  readonly exclude?: readonly string[];
  /** A file with labels and their times, or a pattern of such files; its label column is then the one that `label` names. */
  readonly labels?: string;
  /** Whether those times are on the recordings' clock, or count from the start of each recording. */
  readonly labelsClock?: "recording" | "start";
  /** Names of all columns in order, for files without a line of names. */
  readonly columns?: readonly string[];
  /** The column that says which sensor or device a row comes from. The rows of all of these are joined by time. */
  readonly pivot?: string;
  /** Rows to read, each as COLUMN=VALUE. */
  readonly only?: readonly string[];
  /** A fixed split, as in `--split column:NAME`, of which one side is read. Other kinds of split do not affect reading. */
  readonly split?: string;
  /** The side of that split. Default: train. */
  readonly side?: SplitSide;
  /** strptime format of the times, as in `--time-format`. */
  readonly timeFormat?: string;
  /** Unit of numeric times, as in `--time-unit`. */
  readonly timeUnit?: string;
  /** Time zone of local times, as in `--time-zone`. */
  readonly timeZone?: string;
}

/** The columns in use, by their names in the file; null if there is none. */
export interface ResolvedColumns {
  /** Activity of the sample. */
  readonly label: string | null;
  /** Person who wore the sensor. */
  readonly group: string | null;
  /** One uninterrupted recording. */
  readonly recording: string | null;
  /** Time of the sample. */
  readonly time: string | null;
  /**
   * One of: s, ms, us, ns (numbers in that unit), days (serial days of a spreadsheet), ticks (numbers in a unit that the user
   * gave), timestamp (a date-time), index (a count of rows or samples). If files differ, this is the unit of the first.
   */
  readonly timeUnit: TimeUnit;
  /** Sensor columns, in order. */
  readonly channels: readonly string[];
}

export type ColumnRoles = Omit<ResolvedColumns, "timeUnit">;

/** Unit of a time column: a number of seconds, parts of it or days, a date-time, or a count of samples. */
export type TimeUnit = "s" | "ms" | "us" | "ns" | "days" | "ticks" | "timestamp" | "index";

/** Whether a label column and a person column are required; `if found` reads a label column only if it has a usual name. */
export interface RequiredColumns {
  readonly label: boolean | "if found";
  readonly group: boolean;
}

type Role = "label" | "group" | "recording" | "time";

export const columnRoleTitles: Record<Role, string> = {
  label: "activity label",
  group: "person",
  recording: "recording",
  time: "time",
};

export const columnRoleOptions: Record<Role, string> = {
  label: "--label",
  group: "--group",
  recording: "--recording",
  time: "--time",
};

/** Usual names, most likely first, compared without case, spaces and punctuation. */
const usualNames: Record<Role, readonly string[]> = {
  label: ["activity", "label", "class", "activityname", "activitylabel", "activityid", "target", "y"],
  group: [
    ...["user", "userid", "subject", "subjectid", "participant", "participantid", "person", "personid"],
    ...["group", "volunteer", "patient", "wearer", "pid", "sub", "id"],
  ],
  recording: ["recording", "recordingid", "session", "sessionid", "trial", "trialid", "experiment", "file", "filename"],
  time: [
    ...["timestamps", "timestamp", "times", "time", "timestampms", "timems", "timestampus", "timeus"],
    ...["timestampns", "timens", "datetime", "seconds", "secondselapsed", "elapsed", "elapsedtime", "epoch", "t", "ts"],
    ...["epoc", "unixtime", "unixtimestamp", "epochtime", "systemtime", "sampletime", "timeelapsed", "dateandtime"],
    ...["elapsedseconds", "timesinceepoch", "clock", "date", "createdat"],
  ],
};

/** Advice on roles that a path may state, because tables that apps export contain neither labels nor people. */
const elsewhere: Record<Role, string> = {
  label: ', or take it from the names of folders or files: --label-from-path "{activity}/*"',
  group: ', or take it from the names of folders or files: --group-from-path "{person}/*"',
  recording: "",
  time: "",
};

/**
 * @param available columns of the files, in file order
 * @param required which roles must have a column; an optional label column is used only if the user names it
 * @param onFault called for each given or expected channel that is missing; if it does not throw, the other channels are returned
 * @param warn called for columns that were found but not used
 * @throws UserError if a column is missing (the message suggests the closest name), no column is found for a role, or a
 *   column has two roles
 */
export function resolveColumnRoles(
  available: readonly string[],
  options: ColumnOptions,
  required: RequiredColumns,
  file: string,
  onFault: OnFault = throwDataFault,
  warn: (message: string) => void = () => {},
): ColumnRoles {
  const role = (name: Role, mustExist: boolean): string | null => {
    const given = options[name];
    if (given !== undefined) return existingRoleColumn(available, given, file, `--${name}`);
    const found = findRoleColumn(available, name);
    if (found === null && mustExist) {
      throw new UserError(
        `${file}: no column for the ${columnRoleTitles[name]} was found among ${listColumnNames(available)} (looked for ${usualNames[name].slice(0, 6).join(", ")}, ...).`,
        { advice: `Name it with --${name} COLUMN${elsewhere[name]}.` },
      );
    }
    return found;
  };
  const columns = {
    label: required.label !== false || options.label !== undefined ? role("label", required.label === true) : null,
    group: role("group", required.group),
    recording: role("recording", false),
    time: role("time", false) ?? refuseSeveralClocks(available, file),
    channels: resolveChannelColumns(available, options, file, { onFault, warn }),
  };
  refuseColumnInTwoRoles(columns);
  refuseReservedChannels(columns.channels, file);
  refuseColumnsWithoutRole(columns, options.pathColumns ?? []);
  return columns;
}

/** Otherwise, a rate would be assumed although the file contains the times. */
function refuseSeveralClocks(available: readonly string[], file: string): null {
  const possible = columnsNamedLikeTimes(available);
  if (possible.length === 0) return null;
  throw new UserError(`${file}: each of these columns may hold the time of a sample: ${listColumnNames(possible)}.`, {
    advice: `Choose one, such as ${shellCommand("--time", possible[0]!)}`,
  });
}

function resolveChannelColumns(
  available: readonly string[],
  { channels: given, modelChannels: expected, sensor = [] }: ColumnOptions,
  file: string,
  { onFault, warn }: { onFault: OnFault; warn: (message: string) => void },
): readonly string[] {
  const names = given ?? expected;
  if (names === undefined) return findChannelColumns(available, sensor, file, warn);
  return names.filter((name) => {
    const found = available.includes(name);
    if (!found)
      onFault(
        given
          ? absentRoleColumn(available, name, file, "--channels")
          : lackingChannelColumn(available, name, file, names),
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
  const near = nearestColumnName(available, name);
  return {
    code: "schema",
    message: `${file}: there is no column "${name}" (${option}); the columns are ${listColumnNames(available)}.`,
    advice: near === undefined ? "Name one of these columns." : `Did you mean "${near}"?`,
    file,
    column: name,
    expected: `a column "${name}"`,
    found: listColumnNames(available),
  };
}

function lackingChannelColumn(
  available: readonly string[],
  name: string,
  file: string,
  expected: readonly string[],
): FaultDescription {
  const near = nearestColumnName(
    available.filter((column) => !expected.includes(column)),
    name,
  );
  return {
    code: "schema",
    message: `${file}: the model expects a channel "${name}", which is not among the columns ${listColumnNames(available)}.`,
    advice:
      `${near === undefined ? "" : `The nearest name is "${near}". `}If channels have other names, list them with ` +
      `--channels, in the model's order: ${expected.join(",")}`,
    file,
    column: name,
    expected: `a column "${name}"`,
    found: listColumnNames(available),
  };
}

function nearestColumnName(available: readonly string[], name: string): string | undefined {
  return available.find((column) => column.toLowerCase() === name.toLowerCase()) ?? nearestName(name, available);
}

/** The column with the role's most likely usual name. */
export function findRoleColumn(available: readonly string[], role: Role): string | null {
  const isAxis = available.some((column) => normaliseColumnName(withoutUnit(column)) === "x");
  for (const usual of usualNames[role]) {
    if (usual === "y" && isAxis) continue;
    const match =
      available.find((column) => normaliseColumnName(column) === usual) ??
      available.find((column) => normaliseColumnName(withoutUnit(column)) === usual);
    if (match !== undefined) return match;
  }
  if (role !== "time") return null;
  // The last word may be a unit: t_us.
  const bare = (column: string): string =>
    normaliseColumnName(column.replace(/[\s_-](s|secs?|seconds|ms|millis|[uµμ]s|micros|ns|nanos)$/i, ""));
  for (const usual of usualNames.time) {
    const match = available.find((column) => bare(column) === usual);
    if (match !== undefined) return match;
  }
  const possible = columnsNamedLikeTimes(available);
  const ofSensor = possible.filter((column) => /acc|motion|sensor/i.test(column));
  return ofSensor[0] ?? (possible.length === 1 ? possible[0]! : null);
}

const timeWord =
  /^(times?|timestamps?|datetime|elapsed|epoch?|millis|micros|nanos|(milli|micro|nano)seconds?|zeit|temps|tiempo|tempo|tid|aika)$/;

/** Columns whose names have a word for time, such as "Time since start in ms" or accelerometerTimestamp_sinceReboot(s). */
export function columnsNamedLikeTimes(available: readonly string[]): string[] {
  return available.filter((column) => {
    const words = column
      .replace(/([a-z])([A-Z])/g, "$1 $2")
      .toLowerCase()
      .split(/[^\p{L}]+/u);
    return words.some((word) => timeWord.test(word)) && !words.includes("zone");
  });
}

function withoutUnit(column: string): string {
  return column.replace(/[([{].*$/, "");
}

/** The channels of the sensors that the user specifies, and of an accelerometer and a gyroscope found by name. */
function findChannelColumns(
  available: readonly string[],
  given: readonly string[],
  file: string,
  warn: (message: string) => void,
): readonly string[] {
  const { channels, passedOver } = usualChannels(available, givenSensors(given, available));
  for (const { kind, channels: axes } of passedOver) {
    warn(
      `There is another ${kind}, which is not read: ${axes.join(", ")}. To read it as well, name all channels with --channels.`,
    );
  }
  if (channels.length > 0) return channels;
  throw new UserError(
    `${file}: no sensor channels were found among ${listColumnNames(available)} (looked for Ax, Ay, Az, Gx, Gy, Gz; acc_x, gyro_x and the like).`,
    { advice: adviceOnChannels(available) },
  );
}

/** Names of values that sum up an epoch: Euclidean norms, angles, counts and MIMS units. */
const summaryName = /\benmo\b|^anglez$|samplerate|counts?$|^vm$|mims/i;

function adviceOnChannels(available: readonly string[]): string {
  if (available.some((column) => summaryName.test(column)))
    return "These columns look like summaries of epochs. Export the accelerations of each axis, which devices call raw data.";
  const vectors = sensorsByName(available).map(({ channels }) => channels.join(","));
  const [first] = vectors;
  if (first === undefined) return "Name them with --channels COLUMN,COLUMN,...";
  return `Name them with --channels. These are vectors: ${vectors.join("; ")}. For the first: ${shellCommand("--channels", first)}`;
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

function normaliseColumnName(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, "");
}

/** Formats the first twenty names for a message. */
export function listColumnNames(names: readonly string[]): string {
  const shown = names.slice(0, 20).join(", ");
  return names.length > 20 ? `${shown}, ... (${names.length} in all)` : shown;
}

/** Columns that a user may name. */
export type NamedColumns = Pick<
  ColumnOptions,
  "label" | "group" | "recording" | "time" | "timeFormat" | "timeUnit" | "timeZone"
> & {
  channels?: string[];
  sensor?: string[];
  pathColumns?: string[];
  groupFromPath?: string;
  recordingFromPath?: string;
  labelFromPath?: string;
  map?: string;
  exclude?: string[];
  labels?: string;
  labelsClock?: "recording" | "start";
  columns?: string[];
  pivot?: string;
  only?: string[];
  split?: string;
};

/** Only the columns that the user named, without any that are detected. */
export function namedColumnRoles(named: NamedColumns): NamedColumns {
  const { groupFromPath, recordingFromPath, labelFromPath, map, exclude, timeFormat, timeUnit, timeZone } = named;
  const { labels, labelsClock } = named;
  const { label, group, recording, time, channels, sensor, pathColumns, columns, pivot, only, split } = named;
  return {
    ...(label !== undefined && { label }),
    ...(group !== undefined && { group }),
    ...(recording !== undefined && { recording }),
    ...(time !== undefined && { time }),
    ...(channels !== undefined && { channels }),
    ...(sensor !== undefined && { sensor }),
    ...(pathColumns !== undefined && { pathColumns }),
    ...(groupFromPath !== undefined && { groupFromPath }),
    ...(recordingFromPath !== undefined && { recordingFromPath }),
    ...(labelFromPath !== undefined && { labelFromPath }),
    ...(map !== undefined && { map }),
    ...(exclude !== undefined && { exclude }),
    ...(labels !== undefined && { labels }),
    ...(labels !== undefined && labelsClock !== undefined && { labelsClock }),
    ...(columns !== undefined && { columns }),
    ...(pivot !== undefined && { pivot }),
    ...(only !== undefined && { only }),
    ...(split !== undefined && fixedSplitOf(split) !== undefined && { split }),
    ...(timeFormat !== undefined && { timeFormat }),
    ...(timeUnit !== undefined && { timeUnit }),
    ...(timeZone !== undefined && { timeZone }),
  };
}
