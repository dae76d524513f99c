// Writes the clean recording in a form, and returns the options that a user would need to read it.

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import type { ColumnOptions } from "../../../src/signals/data/named-columns.ts";
import { duckdbIdentifier, duckdbLiteral, openDuckdb } from "../../../src/signals/files/duckdb.ts";
import {
  type Activity,
  activities,
  gravity,
  people,
  rowsOfBout,
  type Sensor,
  startOf,
  valuesAt,
} from "./clean-recording.ts";
import { clockOf, dateOf, type WrittenClock } from "./clocks-of-forms.ts";
import type { Form } from "./form.ts";
import { zipArchive } from "./zip-archive.ts";

export interface WrittenForm {
  readonly files: readonly string[];
  readonly options: ColumnOptions;
  readonly rateHz: number | undefined;
  /** The value of `--units`. */
  readonly units: "stated" | "auto";
  /** Names of the people and activities as they are written to the file. */
  readonly people: readonly string[];
  readonly labels: Readonly<Record<Activity, string>>;
}

/** A row of the file, with a sample of one sensor or of both. */
interface Row {
  readonly person: number;
  readonly bout: number;
  readonly i: number;
  /** Seconds since the beginning of the person's first recording. */
  readonly t: number;
  readonly sensor: Sensor | "both";
}

interface Column {
  readonly name: string;
  /** Type of the column in Parquet. */
  readonly type: "VARCHAR" | "DOUBLE" | "BIGINT" | "TIMESTAMP";
  /** The text of a cell; undefined for a missing value. */
  readonly cell: (row: Row, n: number) => string | undefined;
}

const ids: Record<Form["ids"], readonly [string, string]> = {
  words: ["ann", "bob"],
  numbers: ["1", "2"],
  padded: ["001", "002"],
  days: ["2024-01-01", "2024-01-02"],
  "short days": ["01-02-20", "02-01-20"],
  times: ["09:15", "10:15"],
  exponents: ["1e5", "1e6"],
  decimals: ["1.5", "1.6"],
  "long numbers": ["9007199254740993", "9007199254740995"],
  accents: ["Zoë", "Jürgen"],
  commas: ["Doe, Ann", "Doe, Bob"],
};

const labelNames: Record<Form["labels"], Readonly<Record<Activity, string>>> = {
  words: { walking: "walking", sitting: "sitting" },
  numbers: { walking: "1", sitting: "2" },
  spaced: { walking: "walking (fast), outside", sitting: "sitting down" },
  booleans: { walking: "True", sitting: "False" },
};

const keyNames = [
  { user: "user", label: "activity", recording: "recording" },
  { user: "subject_id", label: "label", recording: "session" },
  { user: "Participant ID", label: "Class", recording: "Trial" },
] as const;

const unitFactors = {
  "m/s^2": 1,
  g: 1 / gravity,
  "milli-g": 1000 / gravity,
  "rad/s": 1,
  "deg/s": 180 / Math.PI,
} as const;
const bracketed = { "m/s^2": "m/s^2", g: "g", "milli-g": "mg", "rad/s": "rad/s", "deg/s": "deg/s" } as const;
const appended = { "m/s^2": "mps2", g: "g", "milli-g": "mg", "rad/s": "radps", "deg/s": "dps" } as const;

export function channelName(
  { channelNames, unit, acceleration, rotation }: Form,
  sensor: Sensor,
  axis: number,
): string {
  const [x, first] = ["xyz"[axis]!, sensor === "accelerometer"];
  const name = {
    letters: first ? `A${x}` : `G${x}`,
    snake: first ? `acc_${x}` : `gyro_${x}`,
    camel: first ? `acc${x.toUpperCase()}` : `gyr${x.toUpperCase()}`,
    words: first ? `Accelerometer ${x.toUpperCase()}` : `Gyroscope ${x.toUpperCase()}`,
    dotted: first ? `acceleration.${x}` : `rotationRate.${x}`,
    "axis first": first ? `x_acc`.replace("x", x) : `${x}_gyro`,
    capitals: first ? `ACC_${x.toUpperCase()}` : `GYR_${x.toUpperCase()}`,
  }[channelNames];
  const own = first ? acceleration : rotation;
  if (unit === "nowhere") return name;
  if (unit === "underscore") return `${name}_${appended[own]}`;
  return unit === "brackets" ? `${name} (${bracketed[own]})` : `${name} [${bracketed[own]}]`;
}

/** Whether a row contains missing-value markers; fewer than one row in a hundred does. */
const isMissing = ({ person, i }: Row): boolean => person === 0 && i % 131 === 37;
const marks = { none: "", empty: undefined, NaN: "NaN", NA: "NA", null: "null", hyphen: "-" } as const;

function rowsOf(form: Form): Row[] {
  const bouts = activities.flatMap((_, bout) => Array.from({ length: people }, (_, person) => ({ person, bout })));
  if (form.order === "blocks") bouts.sort((a, b) => a.person - b.person);
  const rows = bouts.map(({ person, bout }) => rowsOfOneBout(form, person, bout));
  if (form.order !== "interleaved") return rows.flat();
  return activities.flatMap((_, bout) => {
    const own = rows.filter(([first]) => first!.bout === bout);
    return own[0]!.flatMap((_, n) => own.map((each) => each[n]!));
  });
}

function rowsOfOneBout(form: Form, person: number, bout: number): Row[] {
  const { rateHz, layout, gyroscopeClock } = form;
  const rows: Row[] = [];
  const add = (i: number, sensor: Row["sensor"], shift = 0): void => {
    rows.push({ person, bout, i, t: startOf(bout) + (i + shift) / rateHz, sensor });
  };
  const count = rowsOfBout(rateHz);
  if (layout === "wide") {
    for (let i = 0; i < count; i++) add(i, "both");
    return rows;
  }
  const shifted = gyroscopeClock === "shifted" && !["none", "samples", "packets"].includes(form.clock);
  if (shifted) add(-1, "gyroscope", 0.6);
  for (let i = 0; i < count; i++) {
    add(i, "accelerometer");
    add(i, "gyroscope", shifted ? 0.6 : 0);
  }
  return rows;
}

function columnsOf(form: Form, clock: WrittenClock, sensor: Row["sensor"] | "long"): Column[] {
  const names = keyNames[form.keyNames];
  const text = (name: string, cell: (row: Row) => string | undefined): Column => ({ name, type: "VARCHAR", cell });
  const user = text(names.user, ({ person }) => ids[form.ids][person]!);
  const label = text(names.label, ({ bout }) => labelNames[form.labels][activities[bout]!]);
  const recording = text(names.recording, ({ person, bout }) => `r${person}${bout}`);
  const restarts = clock.relative && form.recording === "restarting" && form.split !== "recording in name";
  const time: Column = {
    name: clock.names[form.clockName % clock.names.length] ?? "",
    type: !clock.numeric
      ? /^iso (z|local|space)$/.test(form.clock)
        ? "TIMESTAMP"
        : "VARCHAR"
      : /\./.test(clock.cell(0, 0))
        ? "DOUBLE"
        : "BIGINT",
    cell: ({ t, bout, i }) => {
      const own = t + (clock.relative ? 1 : 0) - (restarts ? startOf(bout) : 0);
      const cell = clock.cell(own, i);
      return clock.numeric && form.decimals === "comma" ? cell.replace(".", ",") : cell;
    },
  };
  const keys = [
    ...(form.split === "person in name" ? [] : [user]),
    label,
    ...(form.recording === "none" || form.split === "recording in name" ? [] : [recording]),
  ];
  const times = [
    ...(form.clock === "date and time" ? [text("date", ({ t }) => dateOf(form, t))] : []),
    ...(form.clock === "none" ? [] : [time]),
  ];
  const sensorColumn = text("sensor", (row) => (row.sensor === "accelerometer" ? "Accelerometer" : "Gyroscope"));
  const channels = (
    sensor === "long" ? [null] : sensor === "both" ? (["accelerometer", "gyroscope"] as const) : [sensor]
  ).flatMap((own) => [0, 1, 2].map((axis) => channelColumn(form, own, axis)));
  const rest = [...channels, ...extraColumns(form)];
  const middle = sensor === "long" ? [sensorColumn] : [];
  switch (form.columnOrder) {
    case "keys first":
      return [...keys, ...times, ...middle, ...rest];
    case "time first":
      return [...times, ...middle, ...keys, ...rest];
    case "channels first":
      return [...rest, ...middle, ...times, ...keys];
    case "keys last":
      return [...times, ...middle, ...rest, ...keys];
    case "reversed":
      return [...keys, ...times, ...middle, ...channels.toReversed(), ...extraColumns(form)];
  }
}

/** @param own null for a column that both sensors share */
function channelColumn(form: Form, own: Sensor | null, axis: number): Column {
  const plain = own === null || (form.layout === "sensor files" && form.channelNames === "letters");
  const name = plain ? "xyz"[axis]! : channelName(form, own, axis);
  return {
    name,
    type: "DOUBLE",
    cell: (row) => {
      const sensor = own ?? (row.sensor as Sensor);
      if (form.missing !== "none" && sensor === "accelerometer" && axis === 1 && isMissing(row))
        return marks[form.missing];
      const unit = sensor === "accelerometer" ? form.acceleration : form.rotation;
      return numberText(valuesAt(sensor, row.person, activities[row.bout]!, row.t)[axis]! * unitFactors[unit], form);
    },
  };
}

function numberText(value: number, { numbers, decimals }: Form): string {
  const written = numbers === "exponent" ? value.toExponential(7) : value.toFixed(6);
  const signed = numbers === "signed" && value >= 0 ? `+${written}` : written;
  const padded = numbers === "padded" ? signed.padStart(14) : signed;
  return decimals === "comma" ? padded.replace(".", ",") : padded;
}

function extraColumns(form: Form): Column[] {
  const column = (name: string, cell: Column["cell"]): Column => ({ name, type: "VARCHAR", cell });
  const comma = (cell: string): string => (form.decimals === "comma" ? cell.replace(".", ",") : cell);
  switch (form.extra) {
    case "none":
      return [];
    case "row number":
      return [column("Unnamed: 0", (_, n) => String(n))];
    case "battery":
      return [column("battery", ({ i }) => String(99 - Math.floor(i / 200)))];
    case "note":
      return [column("note", ({ i }) => (i % 7 === 0 ? "ok, so far" : undefined))];
    case "magnetometer":
      return ["x", "y", "z"].map((axis, c) => ({
        ...column(`mag_${axis}`, ({ i, t }) => comma((20 + c + Math.sin(t + i)).toFixed(3))),
        type: "DOUBLE",
      }));
    case "empty column":
      return [column("comment", () => undefined)];
    case "device":
      return [column("device", ({ person }) => `watch-${person}`)];
    case "flag":
      return [column("flag", ({ i }) => String(Math.floor(i / 3) % 2))];
    case "counter":
      return [column("packet_index", ({ i }) => String((i + 5) % 5))];
    case "heart rate":
      return [column("heart_rate", ({ i }) => (i % 50 === 0 ? comma((70 + (i % 9)).toFixed(1)) : undefined))];
  }
}

const separators = { csv: ",", tsv: "\t", semicolon: ";", pipe: "|", spaces: " ", gz: ",", zip: "," } as const;
const endings = {
  csv: "csv",
  tsv: "tsv",
  semicolon: "csv",
  pipe: "txt",
  spaces: "txt",
  json: "json",
  jsonl: "jsonl",
  parquet: "parquet",
  gz: "csv.gz",
  zip: "csv",
} as const;

/** Returns the form with choices that exclude each other resolved. */
export function settledForm(form: Form): Form {
  const spaced = form.container === "spaces" && (/\s/.test(spacedTexts(form)) || form.extra === "note");
  const container = spaced ? "tsv" : form.container;
  const text = !["json", "jsonl", "parquet"].includes(container);
  const comma = ["tsv", "semicolon", "pipe", "spaces"].includes(container);
  return {
    ...form,
    container,
    decimals: comma ? form.decimals : "point",
    encoding: container === "parquet" || (!text && form.encoding === "crlf") ? "utf-8" : form.encoding,
    numbers: container === "parquet" || (container === "spaces" && form.numbers === "padded") ? "fixed" : form.numbers,
    missing:
      container === "spaces" && form.missing === "empty"
        ? "NaN"
        : container === "parquet" && form.missing !== "none"
          ? "empty"
          : form.missing,
    extra: container === "spaces" && ["empty column", "heart rate"].includes(form.extra) ? "none" : form.extra,
    unit:
      form.layout === "long" || (form.layout === "sensor files" && form.channelNames === "letters")
        ? "nowhere"
        : form.unit,
    gyroscopeClock: form.layout === "wide" ? "same" : form.gyroscopeClock,
  };
}

function spacedTexts(form: Form): string {
  const names = Object.values(keyNames[form.keyNames]).join("");
  const clock = clockOf(form);
  const channel = channelName(form, "accelerometer", 0);
  return `${names}${clock.names[form.clockName % clock.names.length] ?? ""}${clock.cell(1, 0)}${channel}${Object.values(ids[form.ids]).join("")}${Object.values(labelNames[form.labels]).join("")}${form.extra === "row number" ? " " : ""}`;
}

/** @param form a form that `settledForm` returned @param directory an empty folder */
export async function writeForm(form: Form, directory: string): Promise<WrittenForm> {
  const clock = clockOf(form);
  const tables = new Map<string, { columns: Column[]; rows: Row[] }>();
  for (const row of rowsOf(form)) {
    const sensor = form.layout === "sensor files" ? (row.sensor as Sensor) : undefined;
    const name = fileName(form, row, sensor);
    const known = tables.get(name);
    if (known !== undefined) known.rows.push(row);
    else
      tables.set(name, {
        columns: columnsOf(form, clock, form.layout === "long" ? "long" : (sensor ?? "both")),
        rows: [row],
      });
  }
  const contents: Record<string, Uint8Array> = {};
  for (const [name, { columns, rows }] of tables) contents[name] = await contentOf(form, columns, rows, directory);
  mkdirSync(directory, { recursive: true });
  const written = form.container === "zip" ? { "export.zip": zipArchive(contents) } : contents;
  for (const [name, content] of Object.entries(written)) writeFileSync(join(directory, name), content);
  const template =
    form.split === "person in name"
      ? { groupFromPath: form.layout === "sensor files" ? "*_{user}" : "sub_{user}" }
      : form.split === "recording in name"
        ? { recordingFromPath: form.layout === "sensor files" ? "*_{recording}" : "rec_{recording}" }
        : {};
  return {
    files: Object.keys(written).map((name) => join(directory, name)),
    options: { ...clock.options, ...template },
    rateHz: clock.needsRate ? form.rateHz : undefined,
    units: form.unit === "nowhere" ? "auto" : "stated",
    people: ids[form.ids],
    labels: labelNames[form.labels],
  };
}

function fileName(form: Form, { person, bout }: Row, sensor: Sensor | undefined): string {
  const ending = endings[form.container];
  const prefix = sensor === undefined ? undefined : sensor === "accelerometer" ? "Accelerometer" : "Gyroscope";
  switch (form.split) {
    case "one file":
      return `${prefix ?? "all"}.${ending}`;
    case "person column":
      return `${prefix ?? "part"}_${person}.${ending}`;
    case "person in name":
      return `${prefix ?? "sub"}_${ids[form.ids][person]}.${ending}`;
    case "recording in name":
      return `${prefix ?? "rec"}_${person}${bout}.${ending}`;
  }
}

async function contentOf(
  form: Form,
  columns: readonly Column[],
  rows: readonly Row[],
  directory: string,
): Promise<Uint8Array> {
  const cells = rows.map((row, n) => columns.map(({ cell }) => cell(row, n)));
  if (form.container === "parquet") return parquetOf(columns, cells, directory);
  const isNumber = columns.map(({ type }) => type === "DOUBLE" || type === "BIGINT");
  if (form.container === "json" || form.container === "jsonl") {
    const objects = cells.map((own) => {
      const entries = own.map((cell, c) => {
        const bare = cell !== undefined && isNumber[c] && form.numbers !== "quoted" && /^\s*[-+]?\d/.test(cell);
        return `${JSON.stringify(columns[c]!.name)}: ${cell === undefined ? "null" : bare ? cell.trim().replace(/^\+/, "") : JSON.stringify(cell)}`;
      });
      return `{${entries.join(", ")}}`;
    });
    return encoded(form.container === "json" ? `[${objects.join(",\n")}]\n` : `${objects.join("\n")}\n`, form);
  }
  const separator = separators[form.container];
  const quote = (cell: string): string =>
    cell.includes(separator) || cell.includes('"') ? `"${cell.replaceAll('"', '""')}"` : cell;
  const lines = [
    columns.map(({ name }) => quote(name)),
    ...cells.map((own) =>
      own.map((cell, c) =>
        cell === undefined ? "" : isNumber[c] && form.numbers === "quoted" ? `"${cell}"` : quote(cell),
      ),
    ),
  ].map((line) => line.join(separator));
  const text = encoded(lines.map((line) => `${line}${form.encoding === "crlf" ? "\r\n" : "\n"}`).join(""), form);
  return form.container === "gz" ? gzipSync(text) : text;
}

function encoded(text: string, { encoding }: Form): Uint8Array {
  if (encoding === "bom") return Buffer.from(`\ufeff${text}`);
  if (encoding !== "utf-16le" && encoding !== "utf-16be") return Buffer.from(text);
  const bytes = Buffer.from(`\ufeff${text}`, "utf16le");
  return encoding === "utf-16be" ? bytes.swap16() : bytes;
}

async function parquetOf(
  columns: readonly Column[],
  cells: readonly (readonly (string | undefined)[])[],
  directory: string,
): Promise<Uint8Array> {
  const { readFileSync, rmSync } = await import("node:fs");
  const database = await openDuckdb();
  const [from, to] = [join(directory, "table.jsonl"), join(directory, "table.parquet")];
  try {
    const lines = cells.map((own) => JSON.stringify(Object.fromEntries(own.map((cell, c) => [`c${c}`, cell ?? null]))));
    writeFileSync(from, lines.join("\n"));
    const types = columns.map((_, c) => `c${c}: 'VARCHAR'`).join(", ");
    const select = columns.map(({ name, type }, c) => `CAST(c${c} AS ${type}) AS ${duckdbIdentifier(name)}`).join(", ");
    await database.rows(
      `COPY (SELECT ${select} FROM read_json(${duckdbLiteral(from)}, format='newline_delimited', columns={${types}})) TO ${duckdbLiteral(to)} (FORMAT parquet)`,
    );
    return readFileSync(to);
  } finally {
    database.close();
    rmSync(from, { force: true });
    rmSync(to, { force: true });
  }
}
