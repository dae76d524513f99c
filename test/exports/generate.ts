// Writes the export folders in this directory from shapes.ts, and the table in docs/devices.md from all folders:
// npx node test/exports/generate.ts

import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { kebabCase } from "../../src/letter-case.ts";
import { type Shape, type ShapeFile, shapes } from "./shapes.ts";

const here: string = import.meta.dirname;
const rows = 64;
const start = Date.UTC(2024, 4, 4, 10) / 1000;
const g = 9.80665;

/** The expected result of reading an export, which is stored next to its files. */
export interface Export {
  readonly device: string;
  readonly source: string;
  /** Names or patterns of the export's files. */
  readonly files: readonly string[];
  /** Reading options in camelCase. */
  readonly options: Readonly<Record<string, unknown>>;
  readonly expect:
    | {
        readonly channels: readonly string[];
        readonly rate_hz: number;
        readonly people: readonly string[] | null;
        /** The expected tenth row, in the file's units; null stands for any value. */
        readonly row: readonly number[];
      }
    | { readonly refused: string };
}

/** Returns a key's value in row i as text. */
function exportValue(key: string, i: number, hz: number): string {
  if (key.startsWith("'")) return key.slice(1);
  const t = i / hz;
  const date = new Date((start + t) * 1000).toISOString();
  const fraction = ((start + t) % 1).toFixed(3).slice(2);
  const [day, time] = [date.slice(0, 10), `${date.slice(11, 19)}.${fraction}`];
  const axis = "xyz".indexOf(key.at(-1)!);
  const acceleration = [0.31 * Math.sin(2 * t + 0.1), 0.24 * Math.cos(3 * t), 0.95 + 0.08 * Math.sin(4 * t)];
  const turning = [0.9 * Math.sin(3 * t), 0.5 * Math.cos(2 * t), 0.2 + 0.3 * Math.sin(t)];
  const sensors: Record<string, (axis: number) => string> = {
    a: (c) => acceleration[c]!.toFixed(6),
    A: (c) => (g * acceleration[c]!).toFixed(5),
    am: (c) => (1000 * acceleration[c]!).toFixed(2),
    ai: (c) => (1000 * acceleration[c]!).toFixed(0),
    e: (c) => (64 * acceleration[c]!).toFixed(0),
    l: (c) => (acceleration[c]! - (c === 2 ? 1 : 0)).toFixed(6),
    g: (c) => turning[c]!.toFixed(6),
    G: (c) => ((180 / Math.PI) * turning[c]!).toFixed(4),
    gi: (c) => (1000 * turning[c]!).toFixed(0),
    m: (c) => [31.2, -4.5, 40.1][c]!.toFixed(1),
  };
  const others: Record<string, () => string> = {
    t: () => t.toFixed(6),
    t_ms: () => (1000 * t).toFixed(0),
    t_us: () => (1e6 * t).toFixed(0),
    t_ns: () => (1e9 * t).toFixed(0),
    e: () => (start + t).toFixed(4),
    e_whole: () => String(Math.floor(start + t)),
    part_ms: () => String(Math.round(1000 * t) % 1000),
    e_ms: () => (1000 * (start + t)).toFixed(0),
    e_us: () => (1e6 * (start + t)).toFixed(0),
    e_ns: () => `${start + Math.floor(t)}${((t % 1) * 1e9).toFixed(0).padStart(9, "0")}`,
    iso_utc: () => `${day} ${time} UTC`,
    iso_t: () => `${day}T${time}`,
    iso_space: () => `${day} ${time}`,
    iso_tz: () => `${day}T${time}+02:00`,
    q_t: () => `'${Math.floor(t / 60)}:${(t % 60).toFixed(3).padStart(6, "0")}'`,
    iso_z: () => `${day}T${time}Z`,
    iso_us: () => `${day} ${time}000`,
    iso_off: () => `${day} ${time} +0200`,
    oxford: () => `${day} ${time}+0100 [Europe/London]`,
    genea: () => `${day} ${time.replace(".", ":")}`,
    us: () => `5/13/2024 ${time}`,
    meta: () => `${day}T${time.replaceAll(":", ".")}`,
    tod: () => time,
    chinese: () => `${day.replaceAll("-", "/")} 上午 ${time}`,
    korean: () => `${day.replaceAll("-", ". ")}. 오전 ${time}`,
    dotnet: () => `/Date(${(1000 * (start + t)).toFixed(0)})/`,
    t_unit: () => `${(1000 * t).toFixed(0)} ms`,
    t_iso: () => `PT${t.toFixed(2)}S`,
    t_min: () => (t / 60).toFixed(8),
    unpadded: () => `2024-5-4 10:0:${Math.floor(t)}:${Math.round((t % 1) * 1000)}`,
    vector: () => `"[${["Ax", "Ay", "Az"].map((part) => exportValue(part, i, hz)).join(", ")}]"`,
    first: () => String(Number(i < 30)),
    second: () => String(Number(i >= 30)),
    i: () => String(i),
    person: () => (i === 0 ? "S01" : ""),
    trial: () => (i < 32 ? "1" : "2"),
    t_trial: () => ((i % 32) / hz).toFixed(6),
    one: () => "1",
    zero: () => "0",
    temp: () => (24 + i / 100).toFixed(2),
  };
  const other = others[key];
  if (other !== undefined) return other();
  const sensor = sensors[key.slice(0, -1)];
  if (sensor === undefined || axis < 0) throw new Error(`unknown value ${key}`);
  return sensor(axis);
}

function columnsOf(text: string): [name: string, key: string][] {
  return text.split("|").map((column) => {
    const at = column.lastIndexOf("=");
    return [column.slice(0, at), column.slice(at + 1)];
  });
}

function contentOf(file: ShapeFile, hz: number): string | Buffer {
  const { separator = ",", lineEnd = "\n" } = file;
  const columns = columnsOf(file.columns);
  const all = [columns, ...(file.others ?? []).map(columnsOf)];
  const records = Array.from({ length: rows }, (_, i) =>
    all.map((own) => own.map(([, key]) => exportValue(key, i, hz))),
  ).flat();
  if (file.json !== undefined) {
    const values = records.map((own) =>
      own.map((value) => (Number.isFinite(Number(value)) && value.length < 16 ? Number(value) : value)),
    );
    const names = columns.map(([name]) => name);
    const objects = values.map((own) => Object.fromEntries(own.map((value, c) => [names[c]!, value])));
    const mongo = (value: string | number): unknown =>
      typeof value === "number" ? { $numberDouble: String(value) } : { $date: value };
    const content: Record<typeof file.json, () => string> = {
      array: () => `[${objects.map((own) => JSON.stringify(own)).join(",\n")}]`,
      lines: () => objects.map((own) => JSON.stringify(own)).join("\n"),
      lists: () => JSON.stringify([names, ...values]),
      buffers: () => {
        const buffers = names.map((name, c) => [name, { size: 0, updateMode: "full", buffer: values.map((own) => own[c]) }]);
        return JSON.stringify({ buffer: Object.fromEntries(buffers), status: { measuring: false } });
      },
      data: () => JSON.stringify({ data: values }),
      split: () => JSON.stringify({ columns: names, index: [...values.keys()], data: values }),
      columns: () => JSON.stringify(Object.fromEntries(names.map((name, c) => [name, { ...values.map((own) => own[c]) }]))),
      mongo: () =>
        values
          .map((own, i) => {
            const cells = own.map((value, c) => [names[c]!, mongo(value)] as const);
            return JSON.stringify({ _id: { $oid: String(i).padStart(24, "0") }, ...Object.fromEntries(cells) });
          })
          .join("\n"),
    };
    return `${content[file.json]()}\n`;
  }
  if (file.blocks === true)
    return records.map((own) => `${own.map((value, c) => `${columns[c]![0]}: ${value}\n`).join("")}\n`).join("");
  const written = records.map((values) =>
    values
      .map((value) => (file.decimalComma === true && /^-?\d+\.\d+$/.test(value) ? value.replace(".", ",") : value))
      .join(separator),
  );
  const names = file.bare === true ? [] : [columns.map(([name]) => name).join(separator)];
  const text = `${[...(file.before ?? []), ...names, ...(file.units ?? []), ...written].join(lineEnd)}${lineEnd}`;
  return file.encoding === "utf16le" ? Buffer.from(`\ufeff${text}`, "utf16le") : text;
}

function exportOf(shape: Shape): Export {
  const { device, source, options = {}, hz } = shape;
  const read = Object.entries(shape.read ?? {});
  const value = (key: string): number => {
    const written = Number(exportValue(key, 9, hz));
    return /^e[xyz]$/.test(key) ? written / 64 : written;
  };
  return {
    device,
    source,
    files: Object.keys(shape.files),
    options,
    expect:
      shape.refused === undefined
        ? {
            channels: read.map(([name]) => name),
            rate_hz: hz,
            people: shape.people ?? null,
            row: read.map(([, key]) => value(key)),
          }
        : { refused: shape.refused },
  };
}

/** Returns all exports in this directory, sorted by name. */
export function storedExports(): [name: string, own: Export][] {
  return readdirSync(here, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && existsSync(join(here, entry.name, "export.json")))
    .map(({ name }): [string, Export] => [name, JSON.parse(readFileSync(join(here, name, "export.json"), "utf8"))])
    .sort(([, a], [, b]) => a.device.localeCompare(b.device, "en"));
}

/** Returns the table of docs/devices.md. */
export function devicesTable(exports: readonly (readonly [name: string, own: Export])[]): string {
  const lines = exports.map(([name, { device, source, options, expect }]) => {
    const given = Object.entries(options).map(
      ([key, value]) => `\`--${kebabCase(key)} ${[value].flat().join(",")}\``,
    );
    const what =
      "refused" in expect ? "rejected, with a message" : `${expect.channels.length} channels at ${expect.rate_hz} Hz`;
    return `| ${device} | ${what} | ${given.join(" ") || "none"} | ${source} | \`${name}\` |`;
  });
  return [
    "| export | read as | options | layout described in | test |",
    "| --- | --- | --- | --- | --- |",
    ...lines,
  ].join("\n");
}

export const devicesPage: string = join(here, "..", "..", "docs", "devices.md");
export const tableMarks: readonly [string, string] = [
  "<!-- npx node test/exports/generate.ts -->",
  "<!-- end of the table -->",
];

if (import.meta.main) {
  for (const shape of shapes) {
    const folder = join(here, shape.name);
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder);
    for (const [name, file] of Object.entries(shape.files))
      writeFileSync(join(folder, name), contentOf(file, shape.hz));
    writeFileSync(join(folder, "export.json"), `${JSON.stringify(exportOf(shape), null, 2)}\n`);
  }
  const page = readFileSync(devicesPage, "utf8");
  const [from, to] = tableMarks;
  const table = devicesTable(storedExports());
  writeFileSync(
    devicesPage,
    `${page.slice(0, page.indexOf(from) + from.length)}\n${table}\n${page.slice(page.indexOf(to))}`,
  );
}
