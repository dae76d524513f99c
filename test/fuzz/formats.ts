// The formats that are fuzzed (with Parquet separate from CSV, and including exports from apps), each with a mutator and the
// code that reads it. An input is a set of named files; a target reads them from a directory and either succeeds or throws.

import { cpSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { openGatedBatch } from "../../src/monitoring/streams/gate-batch.ts";
import { openWatchedModel, type WatchedModel } from "../../src/monitoring/streams/watched-model.ts";
import { readConfigFile, resolveRetrainConfig, type TrainConfig } from "../../src/options/resolve-config.ts";
import { resolveTrainConfig } from "../../src/options/resolve-train-config.ts";
import { check } from "../../src/pipelines/check.ts";
import { listModels } from "../../src/pipelines/models.ts";
import { predict } from "../../src/pipelines/predict.ts";
import { prepareTraining } from "../../src/pipelines/prepare-training.ts";
import { sync } from "../../src/pipelines/sync.ts";
import type { Rng } from "../../src/random.ts";
import { readTrackingLog } from "../../src/report/tracking-log.ts";
import { silent } from "../../src/reporter.ts";
import { duckdbLiteral, openDuckdb } from "../../src/signals/files/duckdb.ts";
import { canonicalJsonToHash, sha256Bytes } from "../../src/storage/hash.ts";
import { modelFiles, trackingFile } from "../../src/storage/model-folder.ts";
import { exportsFormat } from "./exports-format.ts";
import {
  byteMutations,
  jsonMutations,
  jsonOf,
  jsonTextMutations,
  lineMutations,
  type Mutation,
  nastyKeys,
  nastyTexts,
  pick,
  several,
} from "./mutate.ts";

export type Files = Readonly<Record<string, Uint8Array | string>>;

export interface Format {
  readonly name: string;
  /** The files that make up one input, by name. */
  mutate(rng: Rng): Files;
  /** Reads and uses an input with the product's code; `directory` contains only the input. */
  use(directory: string, files: Files, rng: Rng): Promise<void>;
}

/** The valid files that are mutated to make inputs: a trained model, a batch, and Parquet files of many kinds. */
export interface Base {
  readonly directory: string;
  /** The address of a tracking server. */
  readonly server: string;
}

export const formatNames = [
  "csv",
  "exports",
  "devices",
  "parquet",
  "manifest",
  "baseline",
  "tracking",
  "config",
] as const;
export type FormatName = (typeof formatNames)[number];

const trainOptions = { rate: 20, window: 40, folds: 2, network: "compact" } as const;

function trainConfig(file: string): TrainConfig {
  return resolveTrainConfig({ files: [file], out: "unused", ...trainOptions });
}

export async function openFormat(name: FormatName, base: Base): Promise<Format> {
  switch (name) {
    case "csv":
      return csvFormat(base);
    case "exports":
    case "devices":
      return exportsFormat(name);
    case "parquet":
      return parquetFormat(base);
    case "manifest":
      return modelFileFormat(base, modelFiles.manifest);
    case "baseline":
      return modelFileFormat(base, modelFiles.baseline);
    case "tracking":
      return trackingFormat(base);
    case "config":
      return configFormat();
    default:
      return name satisfies never;
  }
}

/**
 * Reads the input as `train` does, applies the quality gate of `check`, and sometimes runs `predict` and `check` completely,
 * including their output files.
 */
function tableUser({ directory: base }: Base): (directory: string, name: string, rng: Rng) => Promise<void> {
  const model = join(base, "model");
  let opened: Promise<WatchedModel> | undefined;
  return async (directory, name, rng) => {
    const file = join(directory, name);
    const kind = rng.integer(20);
    if (kind === 0) {
      const out = join(directory, "predictions.csv");
      await predict({ files: [file], model, out, jobs: 1 });
      const lines = readFileSync(out, "utf8").trimEnd().split("\n");
      if (!lines[0]!.startsWith("user,recording,start_s")) throw new Error("the predictions have no header");
      return;
    }
    if (kind === 1) {
      const copy = join(directory, "model");
      cpSync(model, copy, { recursive: true });
      await check({ files: [file], model: copy, jobs: 1 });
      return;
    }
    if (kind < 11) await prepareTraining(trainConfig(file), silent);
    else {
      opened ??= openWatchedModel(model);
      const gated = await openGatedBatch([file], { columns: {} }, await opened);
      if (gated.accepted) gated.opened.rows.close();
    }
  };
}

const cellMutation: Mutation<string> = (text, rng) => {
  const lines = text.split("\n");
  const i = rng.integer(lines.length);
  const cells = lines[i]!.split(",");
  return lines.with(i, cells.with(rng.integer(cells.length), pick(nastyTexts, rng)).join(",")).join("\n");
};

const columnMutation: Mutation<string> = (text, rng) => {
  const lines = text.split("\n");
  const width = lines[0]!.split(",").length;
  const column = rng.integer(width);
  const values = pick(
    [
      () => pick(nastyTexts, rng),
      (own: string) => `${own}${pick(["e300", "e-300", "000000000", "ms", "%"], rng)}`,
      (own: string) => `-${own}`,
      (_: string, i: number) => String(1.7e18 + i * 5e7),
      (_: string, i: number) => new Date(1.7e12 + i * 50).toISOString(),
      (_: string, i: number) => String(i % 2 === 0 ? 1e308 : -1e308),
      () => "",
    ],
    rng,
  );
  return lines
    .map((line, i) => (i === 0 || line === "" ? line : changedCell(line, column, (own) => values(own, i))))
    .join("\n");
};

function changedCell(line: string, column: number, change: (cell: string) => string): string {
  const cells = line.split(",");
  return column < cells.length ? cells.with(column, change(cells[column]!)).join(",") : line;
}

const headerMutation: Mutation<string> = (text, rng) => {
  const [header = "", ...rows] = text.split("\n");
  const cells = header.split(",");
  const column = rng.integer(cells.length);
  const named = pick(
    [
      () => cells.with(column, pick(nastyKeys, rng)),
      () => cells.with(column, pick(cells, rng)),
      () => cells.with(column, pick(nastyTexts, rng)),
      () => cells.toSpliced(column, 1),
      () => cells.toReversed(),
      () => [...cells, ...Array.from({ length: 2000 }, (_, i) => `c${i}`)],
      () => cells.map((cell) => cell.toUpperCase()),
    ],
    rng,
  )();
  return [named.join(","), ...rows].join("\n");
};

const textMutations: readonly Mutation<string>[] = [
  ...lineMutations,
  ...[cellMutation, cellMutation, cellMutation, columnMutation, columnMutation, headerMutation, headerMutation],
  (text) => text.replaceAll(",", ";"),
  (text) => text.replaceAll(",", "\t"),
  (text) => text.replaceAll(/([^,\n]+)/g, '"$1"'),
  (text) => text.split("\n").slice(0, 1).join("\n"),
];

async function csvFormat(base: Base): Promise<Format> {
  const use = tableUser(base);
  const text = readFileSync(join(base.directory, "batch.csv"), "utf8");
  return {
    name: "csv",
    mutate: (rng) => {
      const own = several(text, textMutations, rng, 3);
      const encode = pick([utf8, utf8, utf8, utf8, (value: string) => Buffer.from(value, "utf16le")], rng);
      const bytes = rng.integer(3) === 0 ? several(encode(own), byteMutations, rng, 3) : encode(own);
      const name = pick(["in.csv", "in.csv", "in.csv", "in.tsv", "in.csv.gz"], rng);
      if (!name.endsWith(".gz") || rng.integer(4) === 0) return { [name]: bytes };
      const zipped = gzipSync(bytes, { level: 1 });
      return { [name]: rng.integer(2) === 0 ? zipped : several(zipped, byteMutations, rng, 2) };
    },
    use: (directory, files, rng) => use(directory, Object.keys(files)[0]!, rng),
  };
}

function utf8(text: string): Uint8Array {
  return Buffer.from(text);
}

/** Parquet files with types and encodings that a recorder might write, valid and invalid. */
export async function writeParquetBases(directory: string): Promise<void> {
  const database = await openDuckdb();
  const source = `read_csv(${duckdbLiteral(join(directory, "batch.csv"))})`;
  const selections: Record<string, string> = {
    plain: "*",
    floats: "* REPLACE (Ax::FLOAT AS Ax, Ay::FLOAT AS Ay)",
    decimals: "* REPLACE (Ax::DECIMAL(18, 6) AS Ax)",
    integers: "* REPLACE ((timestamp_s * 1000)::BIGINT AS timestamp_s, Gx::SMALLINT AS Gx)",
    times: "* REPLACE (make_timestamp((timestamp_s * 1e6)::BIGINT) AS timestamp_s)",
    zones: "* REPLACE (make_timestamp((timestamp_s * 1e6)::BIGINT)::TIMESTAMPTZ AS timestamp_s)",
    lists: "* REPLACE ([Ax, Ay] AS Ax)",
    structs: "* REPLACE ({'x': Ax} AS Ax)",
    maps: "* REPLACE (MAP {activity: Ax} AS Ax)",
    blobs: "* REPLACE (activity::BLOB AS activity)",
    enums: "* REPLACE (activity::ENUM('walking', 'sitting', 'jogging') AS activity)",
    booleans: "* REPLACE (Ax > 0 AS Ax)",
    uuids: "* REPLACE (uuid() AS user)",
    intervals: "* REPLACE (to_seconds(timestamp_s::BIGINT) AS timestamp_s)",
    nulls: "* REPLACE (NULL AS Ax)",
    hugeints: "* REPLACE (Ax::HUGEINT AS Ax)",
    texts: "* REPLACE (Ax::VARCHAR AS Ax)",
    long: "* REPLACE (repeat('x', 20000) AS recording)",
    wide: `*, ${Array.from({ length: 300 }, (_, i) => `${i} AS c${i}`).join(", ")}`,
  };
  const options = ["COMPRESSION zstd", "COMPRESSION uncompressed", "COMPRESSION snappy, ROW_GROUP_SIZE 2048"];
  try {
    for (const [i, [name, columns]] of Object.entries(selections).entries()) {
      for (const option of i === 0 ? options : [options[i % 3]!]) {
        const path = join(directory, "parquet", `${name}-${options.indexOf(option)}.parquet`);
        await database.connection.run(
          `COPY (SELECT ${columns} FROM ${source}) TO ${duckdbLiteral(path)} (FORMAT parquet, ${option})`,
        );
      }
    }
  } finally {
    database.close();
  }
}

/** Mutations of the footer, of the footer's length, which is stored before the last four bytes, and of the pages before it. */
const parquetMutations: readonly Mutation<Uint8Array>[] = [
  (bytes, rng) => {
    const footer =
      bytes.length < 12 ? 0 : new DataView(bytes.buffer, bytes.byteOffset).getUint32(bytes.length - 8, true);
    const start = Math.max(0, bytes.length - 8 - footer);
    const copy = Uint8Array.from(bytes);
    const position = start + rng.integer(Math.max(1, bytes.length - start));
    if (position < copy.length) copy[position] = rng.integer(256);
    return copy;
  },
  (bytes, rng) => {
    const copy = Uint8Array.from(bytes);
    for (let i = 0; i < 4 && copy.length > 8; i++) copy[copy.length - 8 + i] = pick([0, 1, 0x7f, 0xff], rng);
    return copy;
  },
  (bytes, rng) => {
    const copy = Uint8Array.from(bytes);
    if (copy.length > 400) copy[4 + rng.integer(396)] = rng.integer(256);
    return copy;
  },
];

async function parquetFormat(base: Base): Promise<Format> {
  const use = tableUser(base);
  const folder = join(base.directory, "parquet");
  const bases = readdirSync(folder).map((name) => readFileSync(join(folder, name)));
  const mutations = [...parquetMutations, ...parquetMutations, ...parquetMutations, ...byteMutations];
  return {
    name: "parquet",
    // One file in twenty stays undamaged, because its types alone may cause errors.
    mutate: (rng) => {
      const bytes = pick(bases, rng);
      return { "in.parquet": rng.integer(20) === 0 ? bytes : several<Uint8Array>(bytes, mutations, rng, 3) };
    },
    use: (directory, _files, rng) => use(directory, "in.parquet", rng),
  };
}

/**
 * Returns a format that mutates a JSON file of a model folder; in half of the inputs, all hashes that cover the file are
 * corrected.
 */
async function modelFileFormat(base: Base, name: string): Promise<Format> {
  const model = join(base.directory, "model");
  const manifestText = readFileSync(join(model, modelFiles.manifest), "utf8");
  const value: unknown = JSON.parse(readFileSync(join(model, name), "utf8"));
  const others = readdirSync(model).filter((file) => file !== name && file !== modelFiles.manifest);
  return {
    name,
    mutate: (rng) => {
      if (rng.integer(5) === 0) {
        const text = several(jsonOf(value, 2), jsonTextMutations, rng, 2);
        const damaged =
          rng.integer(2) === 0 ? text : Buffer.from(several<Uint8Array>(Buffer.from(text), byteMutations, rng, 2));
        return name === modelFiles.manifest
          ? { [name]: damaged }
          : { [name]: damaged, [modelFiles.manifest]: manifestText };
      }
      const mutated = several(value, jsonMutations, rng);
      const seal = rng.integer(2) === 0;
      if (name === modelFiles.manifest) return { [name]: jsonOf(seal ? sealed(mutated, "manifest_hash") : mutated) };
      const text = jsonOf(seal ? sealed(mutated, "content_hash") : mutated);
      const manifest = JSON.parse(manifestText);
      manifest.files[name] = sha256Bytes(text);
      return { [name]: text, [modelFiles.manifest]: seal ? jsonOf(sealed(manifest, "manifest_hash")) : manifestText };
    },
    use: async (directory, _files, rng) => {
      for (const file of others) cpSync(join(model, file), join(directory, file));
      await openWatchedModel(directory);
      await listModels(join(directory, ".."));
      // Opening the folder succeeded, so `check` must be able to use it.
      const [batch, out] = [join(base.directory, "batch.csv"), join(directory, "predictions.csv")];
      const kind = rng.integer(8);
      if (kind < 2) await check({ files: [batch], model: directory, jobs: 1 });
      if (kind === 2) await predict({ files: [batch], model: directory, out, jobs: 1 });
    },
  };
}

/** Returns the JSON value with its hash corrected to match its other keys. */
function sealed(value: unknown, key: string): unknown {
  const read: unknown = JSON.parse(jsonOf(value) || "null");
  if (typeof read !== "object" || read === null || Array.isArray(read)) return value;
  const rest = Object.fromEntries(Object.entries(read).filter(([name]) => name !== key));
  const entries = Object.entries(Object(value)).filter(([name]) => name !== key);
  return Object.fromEntries([...entries, [key, sha256Bytes(canonicalJsonToHash(rest))]]);
}

async function trackingFormat(base: Base): Promise<Format> {
  const model = join(base.directory, "model");
  const lines = readFileSync(join(model, trackingFile), "utf8").trimEnd().split("\n");
  const others = readdirSync(model).filter((file) => file !== trackingFile);
  return {
    name: trackingFile,
    mutate: (rng) => {
      let own = lines;
      for (let left = 1 + rng.integer(3); left > 0; left--) {
        const i = rng.integer(own.length);
        own = own.with(
          i,
          jsonOf(several<unknown>(JSON.parse(own[i]!.replaceAll("1e999", "0")), jsonMutations, rng, 2)),
        );
      }
      const text = `${own.join("\n")}\n`;
      if (rng.integer(3) > 0) return { [trackingFile]: text };
      const damaged = several(text, jsonTextMutations, rng, 2);
      return {
        [trackingFile]:
          rng.integer(2) === 0 ? damaged : several<Uint8Array>(Buffer.from(damaged), byteMutations, rng, 2),
      };
    },
    use: async (directory, _files, rng) => {
      await readTrackingLog(join(directory, trackingFile));
      if (rng.integer(10) > 0) return;
      for (const file of others) cpSync(join(model, file), join(directory, file));
      await sync({ directory, tracking: base.server }, { patienceMs: 2000 });
    },
  };
}

const yaml = `# How walk is trained
rate: 50
window: 100
overlap: 0.5
network: compact
channels: [Ax, Ay, Az]
epochs: 12
batch-size: 64
learning-rate: 1e-3
split: group
folds: 5
label: activity
group: "user"
seed: 42
`;

const yamlMutations: readonly Mutation<string>[] = [
  ...lineMutations,
  (text, rng) => text.replace(/: .*/, () => `: ${pick(nastyTexts, rng)}`),
  (text, rng) => {
    const lines = text.split("\n");
    const i = rng.integer(lines.length);
    return lines
      .with(
        i,
        lines[i]!.replace(/:.*/, () => `: ${pick(yamlValues, rng)}`),
      )
      .join("\n");
  },
  (text, rng) => `${text}${pick(nastyKeys, rng) || '""'}: ${pick(yamlValues, rng)}\n`,
  (text, rng) => `${pick(yamlHeads, rng)}\n${text}`,
  (text, rng) => text.replaceAll(/^([a-z-]+):/gm, (own) => (rng.integer(8) === 0 ? pick(nastyKeys, rng) + own : own)),
];

const yamlValues: readonly string[] = [
  ...[
    "&a [*a]",
    "&a {x: *a}",
    "*undefined",
    "!!binary aGVsbG8=",
    "!!js/function 'function(){}'",
    "!!set {a, b}",
    "!!omap [a: 1]",
  ],
  ...[
    "!!timestamp 2026-05-04",
    "!<tag:x> 1",
    "{<<: {a: 1}}",
    "0o777",
    "0xFFFFFFFFFFFFFFFFFF",
    "1e999",
    ".inf",
    ".nan",
    "-.inf",
  ],
  ...[
    "| \n  text",
    "> \n  text",
    "[[[[[1]]]]]",
    `${"[".repeat(3000)}${"]".repeat(3000)}`,
    `${"{a: ".repeat(2000)}1${"}".repeat(2000)}`,
  ],
  ...[
    "? [a] : b",
    "{[a]: b}",
    "'",
    '"\\x00"',
    '"\\ud800"',
    "@x",
    "`x`",
    "%x",
    "12:30:45",
    "yes",
    "~",
    "- a",
    "{a: 1, a: 2}",
  ],
  ...["&b [1,2,3,4,5,6,7,8]", "[*b, *b, *b, *b, *b]", "x".repeat(5000)],
];

const yamlHeads: readonly string[] = [
  ...[
    "%YAML 1.1\n---",
    "%TAG ! tag:x,2026:\n---",
    "---\n---",
    "...",
    "? - a\n: b",
    "<<: {rate: 3}",
    "- a",
    "{}",
    "null",
    "3",
    "'text'",
  ],
  "a: &a [x, x, x, x, x, x, x, x]\nb: &b [*a, *a, *a, *a, *a, *a]\nc: &c [*b, *b, *b, *b, *b, *b]\nd: [*c, *c, *c, *c, *c, *c]",
  ...[
    "{",
    "[",
    "---\nrate: 3\n---\nrate: 4",
    "\t- x",
    "__proto__: {polluted: true}",
    "constructor: {prototype: {polluted: true}}",
  ],
];

function configFormat(): Format {
  const json = jsonOf({ rate: 50, window: 100, channels: ["Ax", "Ay"], "batch-size": 64, learningRate: 0.001 });
  return {
    name: "config",
    mutate: (rng) => {
      const isJson = rng.integer(4) === 0;
      const text = isJson
        ? several(jsonOf(several<unknown>(JSON.parse(json), jsonMutations, rng, 2)), jsonTextMutations, rng, 1)
        : several(yaml, yamlMutations, rng);
      const bytes: Uint8Array = Buffer.from(text);
      return { "walk.yaml": rng.integer(4) === 0 ? several(bytes, byteMutations, rng, 2) : bytes };
    },
    use: async (directory, _files, rng) => {
      const file = await readConfigFile(join(directory, "walk.yaml"));
      const given = { files: ["r.parquet"], out: "unused" };
      if (rng.integer(5) > 0) resolveTrainConfig(given, file);
      else resolveRetrainConfig({ ...given, model: "m" }, file);
    },
  };
}

/** Returns the path of every file in a directory and its subdirectories, relative to the directory. */
export function listing(directory: string): string[] {
  return readdirSync(directory, { recursive: true, encoding: "utf8" })
    .filter((name) => statSync(join(directory, name), { throwIfNoEntry: false })?.isFile() === true)
    .sort();
}

export function writeFiles(directory: string, files: Files): void {
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, name)), { recursive: true });
    writeFileSync(join(directory, name), content);
  }
}
