// NannyML, Evidently and river judge the same raw batches, each in a Python process that receives them as .npy files.
// bench/peers/drift_peers.py describes how the peers are installed and used.

import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Columns } from "../src/monitoring/summaries/summarize.ts";
import type { Rng } from "../src/random.ts";
import { columnsOfBatch } from "./day-streams.ts";
import type { InjectedFault } from "./drift-injections.ts";
import { type DriftHalf, readEvenRecordings } from "./drift-sets.ts";
import { batchSeconds, type DayStream, faultyBatches, pastBatches } from "./drift-simulation.ts";
import { findPython } from "./peer.ts";

const peers = ["nannyml", "evidently", "river"] as const;
/** Maximum number of batches of a healthy stream that peers judge. Judging all of them would take too long. */
const healthyBatches = 30;

/** Whether each batch raised an alarm; null for a batch that was not judged. */
export type PeerAlarms = readonly (boolean | null)[];

export interface PeerRun {
  readonly user: string;
  /** Null without a fault. */
  readonly fault: string | null;
  readonly alarms: PeerAlarms;
}

export interface PeerFigures {
  readonly judges: readonly { readonly name: string; readonly version: string; readonly runs: readonly PeerRun[] }[];
  /** For each missing peer, the reason it was not measured. */
  readonly skipped: readonly string[];
}

interface PeerStream extends Omit<PeerRun, "alarms"> {
  readonly batches: readonly Columns[];
}

/** Faults that peers judge, as examples of all faults. */
export function isForPeers({ name }: InjectedFault): boolean {
  return /^offset of (0\.6|1) sd|^accelerometer in|^one channel stuck|accelerometer axis|rate x 0\.8|noise/.test(name);
}

export async function watchPeers(
  half: DriftHalf,
  streams: readonly DayStream[],
  faults: readonly InjectedFault[],
  rng: Rng,
): Promise<PeerFigures> {
  const { model, trainedOn } = half;
  const { rate } = model.watched.config;
  const { channels } = model.watched.model;
  const directory = mkdtempSync(join(tmpdir(), "tidemark-peers-"));
  try {
    const recordings = await readEvenRecordings(trainedOn, rate);
    const rows = Int32Array.from(recordings.values[0]!.keys());
    writeFileSync(join(directory, "training.npy"), npy(channels, [columnsOfBatch(recordings, rows)]));
    const judged = streams
      .filter(({ batches }) => batches.length >= pastBatches + faultyBatches)
      .flatMap((stream) => [healthy(stream), ...faults.map((fault) => faulty(stream, fault, rng))]);
    writeFileSync(
      join(directory, "batches.npy"),
      npy(
        channels,
        judged.flatMap(({ batches }) => batches),
      ),
    );
    let at = 0;
    const ranges = judged.map(({ batches }) =>
      batches.map((columns) => {
        const from = at;
        at += columns[channels[0]!]!.length;
        return [from, at];
      }),
    );
    const request = { batch_rows: Math.round(batchSeconds * rate), past: pastBatches, channels, streams: ranges };
    const whole = { ...request, healthy: judged.map(({ fault }) => fault === null) };
    writeFileSync(join(directory, "request.json"), JSON.stringify(whole));
    const [judges, skipped]: [PeerFigures["judges"][number][], string[]] = [[], []];
    for (const peer of peers) {
      const answer = askPeer(peer, directory);
      if (typeof answer === "string") skipped.push(answer);
      else {
        for (const [name, alarms] of Object.entries(answer.judges)) {
          const runs = judged.map(({ user, fault }, i) => ({ user, fault, alarms: alarms[i]! }));
          judges.push({ name, version: answer.version, runs });
        }
      }
    }
    return { judges, skipped };
  } finally {
    rmSync(directory, { recursive: true });
  }
}

function healthy({ user, columns, batches }: DayStream): PeerStream {
  const count = Math.min(healthyBatches, batches.length);
  return { user, fault: null, batches: Array.from({ length: count }, (_, batch) => columns(batch)) };
}

function faulty({ user, columns }: DayStream, fault: InjectedFault, rng: Rng): PeerStream {
  const { change } = fault.begin(rng.split(`${fault.name} ${user}`));
  const batches = Array.from({ length: pastBatches + faultyBatches }, (_, batch) =>
    batch < pastBatches ? columns(batch) : change(columns(batch), batch - pastBatches + 1),
  );
  return { user, fault: fault.name, batches };
}

interface PeerAnswer {
  readonly version: string;
  readonly judges: Readonly<Record<string, readonly PeerAlarms[]>>;
}

/** @returns a sentence with the reason if the peer is not installed */
function askPeer(peer: (typeof peers)[number], directory: string): PeerAnswer | string {
  const python = findPython({ module: peer, environmentVariable: "TIDEMARK_DRIFT_PYTHON" });
  if (python === undefined) return `${peer} is not installed in TIDEMARK_DRIFT_PYTHON, .venv or python3`;
  const script = fileURLToPath(new URL("peers/drift_peers.py", import.meta.url));
  const env = { ...process.env, OMP_NUM_THREADS: "1", PYTHONDONTWRITEBYTECODE: "1" };
  const { status, stdout, stderr } = spawnSync(python, [script, peer, directory], {
    encoding: "utf8",
    env,
    maxBuffer: 1 << 28,
  });
  if (status !== 0) return `${peer} failed: ${stderr.trim().split("\n").at(-1)}`;
  return JSON.parse(stdout.trim().split("\n").at(-1)!) as PeerAnswer;
}

/** Writes a NumPy file of float32 [rows, channels]: magic, version 1.0, length of the header, header, values. */
function npy(channels: readonly string[], batches: readonly Columns[]): Buffer {
  const rows = batches.reduce((sum, columns) => sum + columns[channels[0]!]!.length, 0);
  const values = new Float32Array(rows * channels.length);
  let at = 0;
  for (const columns of batches) {
    const own = channels.map((name) => columns[name]!);
    for (let i = 0; i < own[0]!.length; i++) for (const column of own) values[at++] = column[i]!;
  }
  const shape = `{'descr': '<f4', 'fortran_order': False, 'shape': (${rows}, ${channels.length}), }`;
  const header = shape.padEnd(Math.ceil((shape.length + 11) / 64) * 64 - 11);
  const start = Buffer.from(`\x93NUMPY\x01\x00\x00\x00${header}\n`, "latin1");
  start.writeUInt16LE(header.length + 1, 8);
  return Buffer.concat([start, Buffer.from(values.buffer)]);
}
