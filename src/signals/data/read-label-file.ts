// Reads labels from separate files, as exported by annotation tools: one row per annotation, with a label, a start, and an end
// or a duration. If there is neither an end nor a duration, a label holds until the next one. Columns are found by the names
// used in ELAN, BORIS, Audacity and spreadsheets.

import { UserError } from "../../errors.ts";
import { silent } from "../../reporter.ts";
import { type Database, duckdbIdentifier } from "../files/duckdb.ts";
import { findFiles, type SourceFile } from "../files/find-files.ts";
import type { ScratchFolder } from "../files/scratch-folder.ts";
import { isDateTimeInSchema, readTableSchema, type TableSchema } from "../files/table-schema.ts";
import { textClock } from "../files/text-clock.ts";
import { usualColumnOfRole } from "../files/usual-column-names.ts";
import { listedColumns } from "./listed-columns.ts";
import { localTimeConverter } from "./local-time.ts";
import { columnsOfUnnamedLabelFile } from "./unnamed-label-file.ts";

export interface Annotation {
  readonly label: string | null;
  /** On the file's clock. */
  readonly start: number;
  readonly end: number | null;
  readonly person: string | null;
  readonly recording: string | null;
  /** Index of its file. */
  readonly file: number;
}

export interface LabelFiles {
  readonly paths: readonly string[];
  /** Name of the label column. */
  readonly column: string;
  readonly annotations: readonly Annotation[];
  /** Whether annotations identify people, and whether they identify recordings. */
  readonly named: { readonly person: boolean; readonly recording: boolean };
  /**
   * Form of the times: date-times, numbers in a unit given in the column's name, sample numbers, or numbers in an unknown unit.
   */
  readonly clock: "date-time" | "seconds" | "samples" | "numbers";
}

export interface LabelFileOptions {
  readonly label?: string | undefined;
  readonly group?: string | undefined;
  readonly recording?: string | undefined;
  readonly timeFormat?: string | undefined;
  readonly timeZone?: string | undefined;
  readonly scratch: ScratchFolder;
  readonly warn: (message: string) => void;
}

const labelNames = [
  ...["label", "labels", "activity", "class", "annotation", "behavior", "behaviour", "event", "value", "state", "code"],
  ...[
    "annotation value",
    "activity name",
    "activity type",
    "activity id",
    "activity type id",
    "name",
    "description",
    "tier",
    "text",
    "note",
    "comment",
  ],
];
const startName = /^(?:t |time |samples? )?(?:begin|start|onset|from)/;
const endName = /^(?:t |time |samples? )?(?:end|stop|offset|to|until|finish)/;
const durationName = /^(?:duration|dur|length)/;
const countsSamples = /(?:^|[^a-z])(?:samples?|index|idx|rows?)(?:$|[^a-z])|[a-z](?:Sample|Index|Row)s?$/;
const recordingNames = /^(?:media file|observation id|file ?name|media)/;

/** @throws UserError if a file is not a table of labels */
export async function readLabelFiles(
  database: Database,
  pattern: string,
  options: LabelFileOptions,
): Promise<LabelFiles> {
  if (/^[a-z][a-z0-9+.-]+:\/\//i.test(pattern)) {
    throw new UserError(`--labels ${pattern}: expected a local file with labels.`, {
      advice: "Copy the file to this machine first: labels are not downloaded.",
    });
  }
  const found = await findFiles(database, [pattern], { ...silent, warn: options.warn });
  const files: Omit<LabelFiles, "paths">[] = [];
  for (const [f, file] of found.entries()) files.push(await readLabelFile(database, file, f, options));
  const first = files[0]!;
  for (const [f, { clock }] of files.entries()) {
    if (clock === first.clock) continue;
    throw new UserError(
      `${found[f]!.path}: its labels have a different kind of time from those in ${found[0]!.path}.`,
      { advice: "Give all label files the same kind of time." },
    );
  }
  return {
    ...first,
    paths: found.map(({ path }) => path),
    annotations: files.flatMap(({ annotations }) => annotations),
    named: {
      person: files.every(({ named }) => named.person),
      recording: files.every(({ named }) => named.recording),
    },
  };
}

async function readLabelFile(
  database: Database,
  source: SourceFile,
  file: number,
  options: LabelFileOptions,
): Promise<Omit<LabelFiles, "paths">> {
  const columns = await columnsOfUnnamedLabelFile(source);
  const { readableFiles } = await import("../files/readable-files.ts");
  const [readable, ...more] = await readableFiles(database, [source], {
    columns,
    scratch: options.scratch,
    warn: options.warn,
  });
  if (readable === undefined || more.length > 0) {
    throw new UserError(`--labels ${source.path}: expected one table, found ${more.length + 1}.`, {
      advice: "Unpack the archive, and give the file with the labels.",
    });
  }
  const schema = await readTableSchema(database, readable);
  const names = rolesOfLabelFile(source.path, schema, options);
  const { start, end, duration } = await readTimesOfLabels(database, source.path, schema, names, options.timeFormat);
  // In other files, a cell that is not a number causes an error that gives its row.
  const numbers = new Set(
    readable.decimalCommaWith === undefined || !start.numbers
      ? []
      : [names.start, names.end ?? names.duration].filter((name) => name !== undefined),
  );
  const text = (name: string | undefined): string =>
    name === undefined ? "NULL" : `nullif(trim(CAST(${duckdbIdentifier(name)} AS VARCHAR)), '')`;
  const rows = await database.rows(
    `SELECT ${text(names.label)} AS label, ${text(names.group)} AS person, ${text(names.recording)} AS recording, ${start.sql} AS start, ${end?.sql ?? "NULL"} AS stop, ${duration?.sql ?? "NULL"} AS duration FROM ${schema.source(numbers, null)}`,
  );
  const factor = start.numbers ? unitOfLabelFileTimes(names.start) : undefined;
  const endFactor = (end ?? duration)?.numbers
    ? (unitOfLabelFileTimes(names.end ?? names.duration!) ?? factor ?? 1)
    : 1;
  const toUtc = options.timeZone === undefined ? undefined : localTimeConverter(options.timeZone);
  const utc = (seconds: number): number => (toUtc === undefined || !start.isLocal ? seconds : toUtc(seconds, seconds));
  const annotations = rows.flatMap((row, i): Annotation[] => {
    const times = timesOfLabel(row, { factor: factor ?? 1, endFactor, utc });
    const where = `${source.path}: the label "${row.label}" in data row ${i + 1}`;
    if (times === null) {
      if (row.label === null) return [];
      throw new UserError(`${where} has no time in "${names.start}".`, { advice: "Give every label a start time." });
    }
    if (times.end !== null && times.end < times.start) {
      const last = row.stop ?? Number(row.start) + Number(row.duration);
      const numbers = start.numbers ? `: it lasts from ${row.start} to ${last}` : "";
      throw new UserError(`${where} ends before it begins${numbers}.`, {
        advice: "Correct the row, or rename the columns to start and end.",
      });
    }
    const named = (value: unknown): string | null => (value === null ? null : String(value));
    const label = named(row.label);
    return [{ label, ...times, person: named(row.person), recording: named(row.recording), file }];
  });
  if (annotations.length === 0) {
    throw new UserError(`${source.path}: the file has no labels.`, {
      advice: "Export the file again, or leave out --labels.",
    });
  }
  return {
    column: names.label,
    annotations,
    named: { person: names.group !== undefined, recording: names.recording !== undefined },
    clock: !start.numbers
      ? "date-time"
      : factor !== undefined
        ? "seconds"
        : countsSamples.test(names.start)
          ? "samples"
          : "numbers",
  };
}

/** How to read a column of times, or of durations. */
interface LabelTimeReading {
  /** An expression for the number as written, or for the seconds of a date-time since 1970; NULL if it cannot be read. */
  readonly sql: string;
  readonly numbers: boolean;
  /** Whether the column holds dates and times on a local clock, without an offset from UTC. */
  readonly isLocal: boolean;
}

/** @throws UserError if one of start and end is a number, and the other is a date-time */
async function readTimesOfLabels(
  database: Database,
  file: string,
  schema: TableSchema,
  names: Pick<LabelRoles, "start" | "end" | "duration">,
  timeFormat: string | undefined,
): Promise<Record<"start", LabelTimeReading> & Partial<Record<"end" | "duration", LabelTimeReading>>> {
  const reading = async (column: string): Promise<LabelTimeReading> => {
    const own = await textClock({ database, file, schema, column, warn: () => {} }, timeFormat);
    const type = schema.types.get(column)!;
    const name = duckdbIdentifier(column);
    const sql = own.isDateTime === true && isDateTimeInSchema(type) ? `epoch(CAST(${name} AS ${type}))` : own.sql;
    const isLocal = own.local && own.wrapsAfter === undefined;
    return { sql: `TRY_CAST(${sql} AS DOUBLE)`, numbers: own.numbers, isLocal };
  };
  const start = await reading(names.start);
  if (names.end === undefined) {
    return names.duration === undefined ? { start } : { start, duration: await reading(names.duration) };
  }
  const end = await reading(names.end);
  if (end.numbers !== start.numbers) {
    throw new UserError(`${file}: "${names.start}" and "${names.end}" are times of different kinds.`, {
      advice: "Write both as numbers, or both as date-times.",
    });
  }
  return { start, end };
}

/** Returns the row's times on the file's clock, or null if the row has no start. The end is null if the row does not give it. */
function timesOfLabel(
  { start, stop, duration }: Record<string, unknown>,
  {
    factor,
    endFactor,
    utc,
  }: {
    /** Seconds per unit of the starts; 1 if the unit is unknown. */
    readonly factor: number;
    /** The same for the ends or durations. */
    readonly endFactor: number;
    readonly utc: (seconds: number) => number;
  },
): Pick<Annotation, "start" | "end"> | null {
  const at = Number(start ?? Number.NaN);
  if (!Number.isFinite(at)) return null;
  const from = utc(at * factor);
  if (stop !== null) return { start: from, end: utc(Number(stop) * endFactor) };
  return { start: from, end: duration === null ? null : from + Number(duration) * endFactor };
}

interface LabelRoles {
  readonly label: string;
  readonly start: string;
  readonly end: string | undefined;
  readonly duration: string | undefined;
  readonly group: string | undefined;
  readonly recording: string | undefined;
}

function plainLabelFileName(name: string): string {
  return name
    .replace(/([a-z])([A-Z])/g, "$1 $2")
    .toLowerCase()
    .replace(/[^a-z0-9.]+/g, " ")
    .trim();
}

/** Whether columns hold labels with their starts and ends, or BORIS's events (a behavior, its status and its time). */
export function areNamesOfLabels(names: readonly string[]): boolean {
  const plain = names.map(plainLabelFileName);
  const has = (form: RegExp): boolean => plain.some((name) => form.test(name));
  const isTimed = has(startName) && (has(endName) || has(durationName));
  const isOfEvents = has(/^behaviou?r$/) && has(/^(status|behaviou?r type)$/) && has(/^time$/);
  return isOfEvents || (isTimed && plain.some((name) => labelNames.includes(name)));
}

function rolesOfLabelFile(path: string, { names }: TableSchema, options: LabelFileOptions): LabelRoles {
  const plain = plainLabelFileName;
  const timed = (form: RegExp): string | undefined => {
    const own = names.filter((name) => form.test(plain(name)));
    return (
      own.find((name) => unitOfLabelFileTimes(name) === 1) ??
      own.find((name) => !/\d|hh|msec/.test(plain(name))) ??
      own[0]
    );
  };
  const given = (name: string | undefined): string | undefined =>
    name !== undefined && names.includes(name) ? name : undefined;
  const start = timed(startName) ?? usualColumnOfRole(names, "time");
  if (start == null) {
    throw new UserError(
      `--labels ${path}: no column with the start of each label was found among ${listedColumns(names)}.`,
      {
        advice:
          "Call the columns label, start and end (and user or recording, if there are several). If the file has one label per row of the recording instead, add them to its rows as another column: paste -d, recording.csv labels.csv > labelled.csv",
      },
    );
  }
  const [end, duration] = [timed(endName), timed(durationName)];
  const group = given(options.group) ?? usualColumnOfRole(names, "group") ?? undefined;
  const recording =
    given(options.recording) ??
    usualColumnOfRole(names, "recording") ??
    names.find((name) => recordingNames.test(plain(name)));
  const taken = new Set([start, end, duration, group, recording]);
  const free = names.filter((name) => !taken.has(name) && !/^(begin|start|end|stop|duration)/.test(plain(name)));
  const label =
    given(options.label) ??
    labelNames.flatMap((usual) => free.filter((name) => plain(name) === usual))[0] ??
    (free.length === 1 ? free[0] : undefined);
  if (label === undefined) {
    throw new UserError(`--labels ${path}: no column with labels was found among ${listedColumns(names)}.`, {
      advice: "Name it with --label COLUMN",
    });
  }
  return { label, start, end, duration, group: group === label ? undefined : group, recording };
}

/** Returns the seconds per unit if the column's name contains a unit. */
function unitOfLabelFileTimes(name: string): number | undefined {
  if (/ss\.ms|\bss\b|[\s_([]s(?:ec(?:onds?)?)?[\])]?$|seconds?$|[\s_]sec$/i.test(name)) return 1;
  if (/msec|millis|[\s_([]ms[\])]?$/i.test(name)) return 1e-3;
  return undefined;
}
