// npx node bench/drift-causes.ts [--sets motionsense,wisdm_watch] [--half 0] [--seed 1] [--keep .cache/drift-days]: how often
// the first cause that check names is the right one. Each person's stream has a past of ten batches of one minute with bouts of
// 20-120 s; then a fault begins, and six batches are judged. Counted are those that alarm or look unfamiliar, of which causes
// are asked.

import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { tableLines } from "../src/interfaces/cli/table.ts";
import type { Culprit } from "../src/monitoring/drift/culprit.ts";
import { newDriftState } from "../src/monitoring/drift/drift-state.ts";
import { likelyCauses } from "../src/monitoring/drift/likely-causes.ts";
import { rateRemedies } from "../src/monitoring/drift/remedies.ts";
import { lostSensorSamplesFault, sensorRateFault, stuckSensorFault } from "../src/monitoring/drift/sensor-faults.ts";
import { decideVerdict } from "../src/monitoring/drift/verdict.ts";
import type { ClassSummaries } from "../src/monitoring/summaries/class-summaries.ts";
import { measuredColumns } from "../src/monitoring/summaries/measure-batch.ts";
import type { Columns } from "../src/monitoring/summaries/summarize.ts";
import { measureWithoutFaults } from "../src/pipelines/measure-without-faults.ts";
import { runsOfWindowChunk } from "../src/signals/preprocessing/window-chunks.ts";
import { type Sensor, unitFactor } from "../src/signals/sensors/sensor.ts";
import { Rng } from "../src/stats/random.ts";
import { columnsOfBatch, drawStream, summarizeBatches, windowsOfBatch } from "./day-streams.ts";
import { type DriftHalf, driftSets, isDriftSetPresent, openDriftHalf } from "./drift-sets.ts";

const past = 10;
const faulty = 6;
const seconds = 60;

interface Fault {
  readonly name: string;
  /** The kind that should be named; null if "not known" is the only right answer. */
  readonly kind: Culprit["kind"] | null;
  /** The channels that should be named (default: any). */
  readonly channels?: readonly string[];
  readonly change: (columns: Columns) => Columns;
}

const { values } = parseArgs({
  options: {
    sets: { type: "string", default: "motionsense,wisdm_watch" },
    half: { type: "string", default: "0" },
    seed: { type: "string", default: "1" },
    keep: { type: "string", default: join(fileURLToPath(new URL("..", import.meta.url)), ".cache", "drift-days") },
  },
});

for (const set of values.sets.split(",")) {
  if (driftSets[set] === undefined) throw new Error(`--sets: expected some of ${Object.keys(driftSets)}, got ${set}`);
  if (isDriftSetPresent(set)) await measure(set);
  else console.log(`${set} is not at ../shared/data: nothing measured.`);
}

async function measure(set: string): Promise<void> {
  const half = await openDriftHalf(set, values.half === "1" ? 1 : 0, values.keep);
  const rng = Rng.fromSeed(Number(values.seed));
  const { rate } = half.model.watched.config;
  const streams = await Promise.all(
    half.users.map(async (user) => {
      const plan = { user, day: [20, 120] as const, batches: past + faulty, samplingRateHz: rate };
      const stream = drawStream(half.recordings, { ...plan, size: Math.round(seconds * rate) }, rng.split(user));
      return {
        stream,
        healthy: await summarizeBatches(
          half.model,
          stream.slice(0, past).map((rows) => columnsOfBatch(half.recordings, rows)),
        ),
      };
    }),
  );
  const rows: string[][] = [];
  for (const fault of faultsOf(half)) {
    const counts = { strange: 0, right: 0, none: 0, wrong: new Map<string, number>() };
    for (const { stream, healthy } of streams) {
      for (const causes of await causesInStream(half, healthy, stream.slice(past), fault)) {
        if (causes === null) continue;
        counts.strange++;
        const [first] = causes;
        if (first === undefined) counts.none++;
        else if (isRight(first, fault)) counts.right++;
        else counts.wrong.set(first.kind, (counts.wrong.get(first.kind) ?? 0) + 1);
      }
    }
    const share = (count: number): string =>
      counts.strange === 0 ? "" : `${Math.round((100 * count) / counts.strange)} %`;
    const wrong = [...counts.wrong].map(([kind, count]) => `${kind} ${share(count)}`).join(", ");
    const batches = `${counts.strange} of ${streams.length * faulty}`;
    rows.push([fault.name, batches, share(counts.right), share(counts.none), wrong]);
  }
  console.log(`\n${set}: ${half.users.length} people, ${faulty} batches of ${seconds} s with each fault`);
  const headers = ["fault", "alarm or unfamiliar", "right", "not known", "wrong"];
  console.log(tableLines({ headers, rows }).join("\n"));
  await half.model.close();
}

function isRight({ kind, channels }: Culprit, fault: Fault): boolean {
  return kind === fault.kind && (fault.channels?.join() ?? channels.join()) === channels.join();
}

/** Faults of the first sensor of each kind, and of the first channel. */
function faultsOf({ model: { watched } }: DriftHalf): Fault[] {
  const { channels } = watched.model;
  const [first] = channels;
  const scaled = (names: readonly string[], factor: number) => (columns: Columns) => ({
    ...columns,
    ...Object.fromEntries(names.map((name) => [name, columns[name]!.map((x) => x * factor)])),
  });
  const changed = (names: readonly string[], change: (column: Float32Array) => Float32Array) => (columns: Columns) => ({
    ...columns,
    ...Object.fromEntries(names.map((name) => [name, change(columns[name]!)])),
  });
  const sensors = watched.sensors.filter(({ kind }) => kind === "accelerometer" || kind === "gyroscope");
  const units = sensors.map(({ name, kind, unit, channels: axes }: Sensor): Fault => {
    const [usual, other] = kind === "accelerometer" ? (["m/s^2", "g"] as const) : (["rad/s", "deg/s"] as const);
    const [from, to] = unit === other ? [other, usual] : [usual, other];
    return {
      name: `${name} in ${to} instead of ${from}`,
      kind: "unit",
      channels: axes,
      change: scaled(axes, unitFactor(kind, from, to)),
    };
  });
  const flips = sensors.map(
    ({ channels: axes }): Fault => ({
      name: `${axes[0]} flipped`,
      kind: "flipped axis",
      channels: [axes[0]],
      change: scaled([axes[0]], -1),
    }),
  );
  const swapped = sensors.slice(0, 1).map(
    ({ channels: [x, y] }): Fault => ({
      name: `${x} and ${y} swapped`,
      kind: "swapped axes",
      channels: [x, y],
      change: (columns) => ({ ...columns, [x]: columns[y]!, [y]: columns[x]! }),
    }),
  );
  const shift = 0.6 * watched.baseline.per_channel[first!]!.std;
  const burst = Math.max(1, Math.round(0.08 * watched.config.rate));
  return [
    { name: "none", kind: null, change: (columns) => columns },
    ...units,
    ...flips,
    ...swapped,
    ...[1 / 3, 1].map(
      (share): Fault => ({
        name: `${first} stuck for ${share === 1 ? "all" : "a third"}`,
        kind: "stuck channel",
        channels: [first!],
        change: changed([first!], (column) => stuckSensorFault(column, share)),
      }),
    ),
    ...rateRemedies(channels).map(({ fault }, i): Fault => {
      const factor = [0.5, 0.8, 1.25, 2][i]!;
      return {
        name: fault,
        kind: "sampling rate",
        change: changed(channels, (column) => sensorRateFault(column, factor)),
      };
    }),
    {
      name: `${first} offset by .6 sd`,
      kind: null,
      change: changed([first!], (column) => column.map((x) => x + shift)),
    },
    { name: `${first} times 1.2`, kind: null, change: scaled([first!], 1.2) },
    {
      name: "10 % lost",
      kind: null,
      change: (columns) => lostSensorSamplesFault(columns, 0.1, burst, Rng.fromSeed(1)),
    },
  ];
}

/** The causes of each batch; null if it neither alarms nor looks unfamiliar. */
async function causesInStream(
  { model, recordings }: DriftHalf,
  healthy: readonly ClassSummaries[],
  batches: readonly Int32Array[],
  fault: Fault,
): Promise<(Culprit[] | null)[]> {
  const { watched } = model;
  const size = watched.model.calibration.reference_batches;
  let state = newDriftState;
  const accepted: ClassSummaries[] = [];
  const memory = () => ({ rolling: accepted.slice(-size), anchor: accepted.slice(0, size) });
  const judge = (batch: ClassSummaries) => {
    const before = { past: memory(), state };
    const judged = decideVerdict(batch, before.past, state, watched.model);
    state = judged.state;
    if (judged.judgement.verdict === "normal" && !judged.judgement.doubtful) accepted.push(batch);
    return { ...judged.judgement, ...before };
  };
  for (const batch of healthy) judge(batch);
  const answers: (Culprit[] | null)[] = [];
  for (const rows of batches) {
    const changed = fault.change(columnsOfBatch(recordings, rows));
    const windows = windowsOfBatch(recordings.channels, changed, watched.config);
    const columns = measuredColumns(windows);
    const [byClass] = await summarizeBatches(model, [changed]);
    const { verdict, unfamiliar, comparisons, past: own, state: before } = judge(byClass!);
    if (verdict === "normal" && !unfamiliar) {
      answers.push(null);
      continue;
    }
    const undone = await measureWithoutFaults({ windows, runs: runsOfWindowChunk(windows) }, columns, 1, model);
    answers.push(likelyCauses({ columns, undone, comparisons }, own, before, watched.model));
  }
  return answers;
}
