// npx node bench/drift-monitor.ts [--seed N] [--seconds 60]: the monitor on people it was not calibrated on. Of 24 people 16 give
// baseline and calibration; streams of the other 8 run without drift, and with a step of 0.6 sd or a ramp of 0.02 sd a batch
// in one channel. Prints, for the monitor and for the textbook's constants on the same streams, false alarms, delays and how
// often the label is right five batches after the alarm. Labels stand in for predicted classes.

import { parseArgs } from "node:util";
import { calibrate } from "../src/monitoring/drift/calibrate.ts";
import type { DriftModel } from "../src/monitoring/drift/comparison.ts";
import { type DriftVerdict, newDriftState } from "../src/monitoring/drift/drift-state.ts";
import { type DriftOptions, decideVerdict } from "../src/monitoring/drift/verdict.ts";
import { baselineReferenceGrids } from "../src/monitoring/summaries/baseline-reference.ts";
import type { ClassSummaries } from "../src/monitoring/summaries/class-summaries.ts";
import { Summarizer } from "../src/monitoring/summaries/summarize.ts";
import { Rng } from "../src/stats/random.ts";
import {
  baselineOf,
  byClassOf,
  chunkSeconds,
  drawSession,
  groupsOf,
  type RawPerson,
  readPeople,
  samplingRateHz,
  summarizeChunks,
  withoutRecordings,
} from "./drift-recordings.ts";

const changeAt = 15;
const size = 5;

interface Run {
  readonly channel: string;
  /** Batches that alarmed, of all. */
  readonly alarmed: number;
  readonly batches: number;
  /** Batches from the change to the alarm, 1 for the first changed one; null without an alarm. */
  readonly delay: number | null;
  readonly falseAlarms: number;
  readonly label: DriftVerdict | null;
  /** Of the p-values before the change, by reference. */
  readonly ps: readonly { reference: string; p: number }[];
}

interface Plan {
  readonly batches: number;
  readonly chunks: number;
  readonly channel: string;
  /** In standard deviations of the baseline. */
  readonly shift: (batch: number) => number;
}

function drawStream(person: RawPerson, { baseline }: DriftModel, plan: Plan, rng: Rng): ClassSummaries[] {
  const summarizer = new Summarizer(baselineReferenceGrids(baseline));
  return Array.from({ length: plan.batches }, (_, batch) => {
    const shift = plan.shift(batch) * baseline[plan.channel]!.summary.std;
    return summarizeChunks(drawSession(person, plan.chunks, rng), summarizer, (values, name) =>
      name === plan.channel && shift !== 0 ? values.map((value) => value + shift) : values,
    );
  });
}

function runStream(stream: readonly ClassSummaries[], channel: string, model: DriftModel, options: DriftOptions): Run {
  const accepted: ClassSummaries[] = [];
  let state = newDriftState;
  let delay: number | null = null;
  let label: DriftVerdict | null = null;
  let [falseAlarms, alarmedBatches, alarmedBefore] = [0, 0, false];
  const ps: { reference: string; p: number }[] = [];
  for (const [batch, summary] of stream.entries()) {
    const past = { rolling: accepted.slice(-size), anchor: accepted.slice(0, size) };
    const { judgement, state: next } = decideVerdict(summary, past, state, model, options);
    state = next;
    const alarmed = judgement.verdict !== "normal";
    if (alarmed) alarmedBatches++;
    if (!alarmed && !judgement.doubtful) accepted.push(summary);
    for (const { reference, pValue } of judgement.comparisons) {
      if (batch < changeAt && pValue !== null) ps.push({ reference, p: pValue.p });
    }
    if (alarmed && !alarmedBefore && batch < changeAt) falseAlarms++;
    if (alarmed && batch >= changeAt && !(alarmedBefore && delay === null)) {
      delay ??= batch - changeAt + 1;
      if (batch === changeAt + delay + 4) label = judgement.verdict;
    }
    alarmedBefore = alarmed;
  }
  return { channel, alarmed: alarmedBatches, batches: stream.length, delay, falseAlarms, label, ps };
}

const judges: Readonly<Record<string, DriftOptions>> = { monitor: {}, constants: { thresholds: "fixed" } };

const { values } = parseArgs({ options: { seed: { type: "string", default: "1" }, seconds: { type: "string" } } });
if (withoutRecordings) console.log("MotionSense is not at ../shared/data: nothing measured.");
else await main(Number(values.seed), values.seconds === undefined ? [60, 300] : [Number(values.seconds)]);

async function main(seed: number, lengths: readonly number[]): Promise<void> {
  const rng = Rng.fromSeed(seed);
  const people = rng.split("people").shuffle([...(await readPeople())]);
  const [train, test] = [people.slice(0, 16), people.slice(16)];
  const baseline = baselineOf(train);
  const groups = groupsOf(train, baseline);
  const calibration = calibrate(baseline, groups, { chunkSeconds, samplingRateHz, rng: rng.split("calibration") });
  for (const [kind, { statistic, seen }] of Object.entries(calibration.kinds)) console.log(kind, statistic, seen);
  const channels = Object.keys(train[0]!.chunks[0]!.columns);
  const model: DriftModel = { channels, baseline, byClass: byClassOf(groups), calibration, samplingRateHz };
  for (const seconds of lengths) {
    const chunks = Math.round(seconds / chunkSeconds);
    const changes: [string, DriftVerdict, (batch: number) => number][] = [
      ["no drift", "normal", () => 0],
      ["step of 0.6 sd", "sudden_change", (batch) => (batch < changeAt ? 0 : 0.6)],
      ["step of 1.5 sd", "sudden_change", (batch) => (batch < changeAt ? 0 : 1.5)],
      ["ramp of 0.02 sd a batch", "gradual_drift", (batch) => 0.02 * Math.max(0, batch - changeAt + 1)],
      ["ramp of 0.1 sd a batch", "gradual_drift", (batch) => 0.1 * Math.max(0, batch - changeAt + 1)],
    ];
    console.log(`\nbatches of ${seconds} s, the change in batch ${changeAt}`);
    for (const [name, expected, shift] of changes) {
      const streams = test.flatMap((person) =>
        Object.keys(person.chunks[0]!.columns).map((channel) => {
          const plan = { batches: 60, chunks, channel, shift };
          return { channel, stream: drawStream(person, model, plan, rng.split(`${name} ${person.name} ${channel}`)) };
        }),
      );
      for (const [judgeName, options] of Object.entries(judges)) {
        const runs = streams.map(({ stream, channel }) => runStream(stream, channel, model, options));
        const figures = expected === "normal" ? withoutChange(runs) : withChange(runs, expected);
        console.log(`  ${name.padEnd(24)} ${judgeName.padEnd(10)} ${figures}`);
      }
    }
  }
}

function withoutChange(runs: readonly Run[]): string {
  const alarmed = runs.filter(({ falseAlarms, delay }) => falseAlarms > 0 || delay !== null).length;
  const low = [
    ...Map.groupBy(
      runs.flatMap(({ ps }) => ps),
      ({ reference }) => reference,
    ),
  ].map(([reference, ps]) => `${reference} ${percent(ps.filter(({ p }) => p <= 0.05).length / ps.length)}`);
  const batches = runs.reduce((sum, run) => sum + run.batches, 0);
  const alarms = runs.reduce((sum, run) => sum + run.alarmed, 0);
  return `${percent(alarms / batches)} of batches alarm, ${percent(alarmed / runs.length)} of streams; p <= .05: ${low.join(", ")}`;
}

function withChange(runs: readonly Run[], expected: DriftVerdict): string {
  const delays = runs.map(({ delay }) => delay ?? Number.POSITIVE_INFINITY).sort((a, b) => a - b);
  const labelled = runs.filter(({ label }) => label !== null);
  const right = labelled.filter(({ label }) => label === expected).length / labelled.length;
  const seen = Object.entries(Object.groupBy(runs, ({ channel }) => channel)).map(
    ([channel, own]) => `${channel} ${percent(own!.filter(({ delay }) => delay !== null).length / own!.length)}`,
  );
  return `median delay ${delays[delays.length >> 1]}, within 5: ${within(delays, 5)}, within 25: ${within(delays, 25)}, label right ${percent(right)} of ${labelled.length}; seen: ${seen.join(" ")}`;
}

function within(delays: readonly number[], batches: number): string {
  return percent(delays.filter((delay) => delay <= batches).length / delays.length);
}

function percent(share: number): string {
  return `${Math.round(100 * share)} %`;
}
