// npx node bench/drift-days.ts [--sets motionsense,wisdm_watch,bfrb_samsung] [--half 0] [--seed 1] [--keep .cache/drift-days]: false
// alarms and detection on days that nobody tuned the calibration to. Streams of people whom neither the network nor its
// calibration saw have 60 batches of one minute; their bouts last 4-20, 20-120, 60-120 or 60-300 s, or they are in recorded order.
// Intervals are 90 % by bootstrap over people.

import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { tableLines } from "../src/interfaces/cli/table.ts";
import type { DriftModel } from "../src/monitoring/drift/comparison.ts";
import { newDriftState } from "../src/monitoring/drift/drift-state.ts";
import { decideVerdict } from "../src/monitoring/drift/verdict.ts";
import type { ClassSummaries } from "../src/monitoring/summaries/class-summaries.ts";
import { Rng } from "../src/stats/random.ts";
import { type Change, drawStream, type StreamDay, summarizeStream } from "./day-streams.ts";
import { type DriftHalf, driftSets, isDriftSetPresent, openDriftHalf } from "./drift-sets.ts";
import { median } from "./measurement.ts";

const batches = 60;
const seconds = 60;
const changeAt = 15;
const shiftSd = 0.6;
/** Batches after the change within which it must be seen. */
const within = 12;
const days: Readonly<Record<string, StreamDay>> = {
  "bouts of 4-20 s": [4, 20],
  "bouts of 20-120 s": [20, 120],
  "bouts of 60-120 s": [60, 120],
  "bouts of 60-300 s": [60, 300],
  "recorded order": "recorded",
};

const { values } = parseArgs({
  options: {
    sets: { type: "string", default: Object.keys(driftSets).join(",") },
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
  const rows: string[][] = [];
  for (const [name, day] of Object.entries(days)) {
    if (!driftSets[set]!.hasBouts && day !== "recorded") continue;
    const still = await judgeStreams(half, day, rng.split(name));
    const changed = day === "recorded" ? null : await judgeStreams(half, day, rng.split(name), shiftOneChannel(half));
    rows.push([
      name,
      ...falseAlarms(still, rng.split(`${name} bootstrap`)),
      ...(changed === null ? ["", ""] : detection(changed)),
    ]);
  }
  console.log(`\n${set}: ${half.users.length} people, streams of at most ${batches} batches of ${seconds} s`);
  const headers = ["day", "batches in alarm", "streams that alarm", `${shiftSd} sd seen`, "median delay"];
  console.log(tableLines({ headers, rows }).join("\n"));
  await half.model.close();
}

/** @param changes by number of the stream */
async function judgeStreams(
  { model, recordings, users }: DriftHalf,
  day: StreamDay,
  rng: Rng,
  changes?: (stream: number) => Change,
): Promise<boolean[][]> {
  const { rate } = model.watched.config;
  const verdicts: boolean[][] = [];
  for (const [i, user] of users.entries()) {
    const plan = { user, day, batches, size: Math.round(seconds * rate), samplingRateHz: rate };
    const stream = drawStream(recordings, plan, rng.split(user));
    if (stream.length === 0) continue;
    verdicts.push(alarmsOf(await summarizeStream(model, recordings, stream, changes?.(i)), model.watched.model));
  }
  return verdicts;
}

/** Each stream's channel is the next one. */
function shiftOneChannel({ model, recordings }: DriftHalf): (stream: number) => Change {
  const { channels } = recordings;
  return (stream) => {
    const moved = stream % channels.length;
    const shift = shiftSd * model.watched.baseline.per_channel[channels[moved]!]!.std;
    return (columns, batch) =>
      columns.map((column, c) => (c === moved && batch >= changeAt ? column.map((x) => x + shift) : column));
  };
}

/** Whether each batch is in alarm, with the rules by which batches enter the references. */
function alarmsOf(stream: readonly ClassSummaries[], model: DriftModel): boolean[] {
  const size = model.calibration.reference_batches;
  const accepted: ClassSummaries[] = [];
  let state = newDriftState;
  return stream.map((batch) => {
    const past = { rolling: accepted.slice(-size), anchor: accepted.slice(0, size) };
    const judged = decideVerdict(batch, past, state, model);
    state = judged.state;
    const alarmed = judged.judgement.verdict !== "normal";
    if (!alarmed && !judged.judgement.doubtful) accepted.push(batch);
    return alarmed;
  });
}

function falseAlarms(streams: readonly (readonly boolean[])[], rng: Rng): string[] {
  const share = (some: typeof streams): number => {
    const all = some.flat();
    return all.filter(Boolean).length / all.length;
  };
  const drawn = Array.from({ length: 1000 }, () => share(streams.map(() => streams[rng.integer(streams.length)]!)));
  const [low, high] = [0.05, 0.95].map((p) => drawn.sort((a, b) => a - b)[Math.floor(p * drawn.length)]!);
  const alarmed = streams.filter((stream) => stream.includes(true)).length;
  return [`${percent(share(streams))} (${percent(low!)} to ${percent(high!)})`, `${alarmed} of ${streams.length}`];
}

/** Streams without an alarm before the change. */
function detection(streams: readonly (readonly boolean[])[]): string[] {
  const usable = streams.filter((stream) => !stream.slice(0, changeAt).includes(true));
  const delays = usable.map((stream) => {
    const at = stream.indexOf(true);
    return at < 0 ? Number.POSITIVE_INFINITY : at - changeAt + 1;
  });
  const seen = delays.filter((delay) => delay <= within).length;
  return [`${seen} of ${usable.length} within ${within}`, `${median(delays)} batches`];
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
