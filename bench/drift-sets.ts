// The recordings that the drift benchmarks use. A fixed hash splits the people in each set into two halves. A network is
// trained on one half with `tidemark train`, and streams are drawn from the other half. Constants are chosen on streams from
// the tuning half (half 1) and tested on streams from the test half (half 0).

import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type ModelHandle, openModelHandle } from "../src/pipelines/model-handle.ts";
import { readRecordings } from "../src/signals/data/read-recordings.ts";
import type { Recordings } from "../src/signals/data/recordings.ts";
import { resample } from "../src/signals/data/resample.ts";
import { duckdbLiteral, openDuckdb } from "../src/signals/files/duckdb.ts";

interface DriftSet {
  readonly options: readonly string[];
  /** SQL expression for the label, if it is not the `activity` column. */
  readonly label?: string;
  /** Whether the set's recordings can be combined into days with bouts of any length. */
  readonly hasBouts: boolean;
}

export const driftSets: Readonly<Record<string, DriftSet>> = {
  motionsense: { options: ["--epochs", "15"], hasBouts: true },
  wisdm_watch: { options: ["--rate", "20", "--window", "100", "--epochs", "25"], hasBouts: true },
  bfrb_samsung: {
    options: ["--rate", "10", "--window", "40", "--epochs", "30"],
    label: "CASE WHEN activity = 'none' THEN 'none' ELSE 'bfrb' END",
    hasBouts: false,
  },
};

/** Network that the published figures are for. */
export const defaultNetwork = "compact";

const data = fileURLToPath(new URL("../../shared/data/", import.meta.url));
const command = fileURLToPath(new URL("../src/interfaces/cli/main.ts", import.meta.url));
const fileOf = (set: string): string => join(data, set, `${set}.parquet`);

export function isDriftSetPresent(set: string): boolean {
  return existsSync(fileOf(set));
}

/** A model that was trained on one half of a set's people, and the recordings of the other half. */
export interface DriftHalf {
  readonly model: ModelHandle;
  readonly recordings: Recordings;
  readonly users: readonly string[];
  /** The recordings that the model was trained on. */
  readonly trainedOn: string;
}

/**
 * @param judged the half that contains the people whose streams are drawn
 * @param directory folder for files and models, which are created only once
 * @param network network to train, as `tidemark train` names it
 */
export async function openDriftHalf(
  set: string,
  judged: 0 | 1,
  directory: string,
  network: string = defaultNetwork,
): Promise<DriftHalf> {
  mkdirSync(directory, { recursive: true });
  const at = (half: number): string => join(directory, `${set}-${half}`);
  for (const half of [0, 1]) await writeHalf(set, half, `${at(half)}.parquet`);
  const recordingsOfModel = `${at(1 - judged)}.parquet`;
  const trained = network === defaultNetwork ? at(1 - judged) : `${at(1 - judged)}-${network}`;
  if (!existsSync(join(trained, "manifest.json"))) {
    const words = ["train", recordingsOfModel, "--out", trained, "--network", network, "--folds", "4"];
    const resume = existsSync(`${trained}.partial`) ? ["--resume"] : [];
    execFileSync(process.execPath, [command, ...words, ...driftSets[set]!.options, ...resume], { stdio: "inherit" });
  }
  const model = await openModelHandle(trained);
  const recordings = await readEvenRecordings(`${at(judged)}.parquet`, model.watched.config.rate);
  const users = [...new Set(recordings.stretches.map(({ user }) => user))];
  return { model, recordings, users, trainedOn: recordingsOfModel };
}

/** Reads labelled recordings at the network's rate. */
export async function readEvenRecordings(path: string, rate: number): Promise<Recordings> {
  const { recordings } = await readRecordings([path], { requireLabels: true, nominalRateHz: rate });
  return evenRecordings(recordings, rate);
}

/**
 * Returns every stretch at the network's rate, as `check` resamples it. Interpolation smooths a signal, so without
 * resampling the streams would be rougher than the training data.
 */
function evenRecordings(recordings: Recordings, rate: number): Recordings {
  const parts = recordings.stretches.map((stretch) => resample(recordings, stretch, rate));
  let rows = 0;
  const stretches = parts.map(({ length }, i) => {
    const start = rows;
    rows += length;
    return { ...recordings.stretches[i]!, start, end: rows };
  });
  const values = recordings.channels.map((_, c) => {
    const column = new Float32Array(rows);
    for (const [i, part] of parts.entries()) column.set(part.values[c]!, stretches[i]!.start);
    return column;
  });
  const time = new Float64Array(rows);
  for (const [i, { startTime, length }] of parts.entries()) {
    for (let row = 0; row < length; row++) time[stretches[i]!.start + row] = startTime + row / rate;
  }
  return { ...recordings, values, time, stretches };
}

async function writeHalf(set: string, half: number, path: string): Promise<void> {
  if (existsSync(path)) return;
  const database = await openDuckdb();
  const source = `read_parquet(${duckdbLiteral(fileOf(set))}, file_row_number = true)`;
  const people = (await database.rows(`SELECT DISTINCT "user" FROM ${source}`)).map(({ user }) => String(user));
  const hash = (user: string): string => createHash("sha256").update(`${set}/${user}`).digest("hex");
  const ordered = people.sort((a, b) => (hash(a) < hash(b) ? -1 : 1));
  const middle = Math.ceil(ordered.length / 2);
  const own = half === 0 ? ordered.slice(0, middle) : ordered.slice(middle);
  const { label } = driftSets[set]!;
  const columns = `* EXCLUDE (file_row_number)${label === undefined ? "" : ` REPLACE (${label} AS activity)`}`;
  await database.connection.run(
    `COPY (SELECT ${columns} FROM ${source} WHERE "user"::VARCHAR IN (${own.map(duckdbLiteral).join()}) ORDER BY file_row_number) TO ${duckdbLiteral(path)}`,
  );
  database.close();
}
