// A larger fault must never be harder to detect, even though it makes the network mistake one activity for another. Simulated
// people sit, stand and walk; the network distinguishes these activities by mean and spread, so an offset makes it classify
// sitting as standing.
import { describe, expect, it } from "vitest";
import { calibrate } from "../../../src/monitoring/drift/calibrate.ts";
import type { DriftModel } from "../../../src/monitoring/drift/comparison.ts";
import { type DriftState, newDriftState } from "../../../src/monitoring/drift/drift-state.ts";
import type { Group } from "../../../src/monitoring/drift/rehearsal.ts";
import { decideVerdict } from "../../../src/monitoring/drift/verdict.ts";
import { baselineReference, baselineReferenceGrids } from "../../../src/monitoring/summaries/baseline-reference.ts";
import {
  type ClassSummaries,
  mergeClassSummaries,
  summarizeByClass,
} from "../../../src/monitoring/summaries/class-summaries.ts";
import { type Columns, Summarizer } from "../../../src/monitoring/summaries/summarize.ts";
import { Rng } from "../../../src/random.ts";
import { moments } from "../../../src/stats/moments.ts";

const activities = { sitting: [0, 0.3], standing: [1.5, 0.3], walking: [0.7, 1.2] } as const;
type Activity = keyof typeof activities;
const names = Object.keys(activities) as Activity[];
const channels = ["x", "y"];
const [seconds, rate] = [10, 10];
const [healthy, faulty, seeds] = [12, 10, 12];

function chunkOf(activity: Activity, person: Rng, session: Rng, rng: Rng): Columns {
  const [mean, spread] = activities[activity];
  return Object.fromEntries(
    channels.map((name) => {
      const center = mean + 0.3 * person.split(name).normal() + 0.1 * session.split(name).normal();
      return [name, Float32Array.from({ length: seconds * rate }, () => center + spread * rng.normal())];
    }),
  );
}

/** The class that the network predicts for a chunk. */
function classOf({ x }: Columns): number {
  const mean = x!.reduce((sum, v) => sum + v, 0) / x!.length;
  const spread = Math.sqrt(x!.reduce((sum, v) => sum + (v - mean) ** 2, 0) / x!.length);
  return spread > 0.7 ? 2 : mean < 0.75 ? 0 : 1;
}

const root = Rng.fromSeed(5);
const raw = Array.from({ length: 14 }, (_, p) =>
  names.flatMap((label) =>
    Array.from({ length: 4 }, (_, recording) =>
      Array.from({ length: 6 }, (_, c) => ({
        label,
        recording: `${label} ${recording}`,
        columns: chunkOf(
          label,
          root.split(`${p}`),
          root.split(`${p} ${label} ${recording}`),
          root.split(`${p} ${label} ${recording} ${c}`),
        ),
      })),
    ).flat(),
  ),
);
const baseline = baselineReference(
  Object.fromEntries(
    channels.map((name) => [name, Float32Array.from(raw.flat().flatMap(({ columns }) => [...columns[name]!]))]),
  ),
);
const summarizer = new Summarizer(baselineReferenceGrids(baseline));
const summarize = (columns: Columns): ClassSummaries => {
  const rows = columns.x!.length;
  return summarizeByClass(summarizer, columns, new Int32Array(rows).fill(classOf(columns)), names.length);
};
const groups = raw.map(
  (chunks, p): Group => ({
    name: `${p}`,
    chunks: chunks.map(({ label, recording, columns }) => ({ label, recording, summary: summarize(columns) })),
  }),
);
const model: DriftModel = {
  channels,
  baseline,
  byClass: mergeClassSummaries(groups.flatMap(({ chunks }) => chunks.map(({ summary }) => summary))),
  calibration: calibrate(baseline, groups, {
    chunkSeconds: seconds,
    samplingRateHz: rate,
    lengthsSeconds: [10, 60],
    nullBatches: 420,
    day: { boutSeconds: [10, 120] },
    statistic: "ksByClass",
    rng: Rng.fromSeed(1),
  }),
  samplingRateHz: rate,
};

type Fault = (columns: Columns, rng: Rng) => Columns;

/** Returns ln(1 + evidence) after the last faulty batch, and whether the fault was detected. */
function judged(seed: number, fault: Fault): { evidence: number; seen: boolean } {
  const person = Rng.fromSeed(1000 + seed);
  const accepted: ClassSummaries[] = [];
  let state: DriftState = newDriftState;
  let [activity, left] = [names[0]!, 0];
  let [evidence, seen] = [0, false];
  for (let batch = 0; batch < healthy + faulty; batch++) {
    const session = person.split(`session ${batch}`);
    const chunks = Array.from({ length: 6 }, (_, i) => {
      const rng = session.split(`chunk ${i}`);
      if (left === 0) {
        [activity, left] = [names[rng.split("activity").integer(names.length)]!, 2 + rng.split("bout").integer(10)];
      }
      left--;
      const columns = chunkOf(activity, person, session.split(activity), rng.split("values"));
      return summarize(batch < healthy ? columns : fault(columns, rng.split("fault")));
    });
    const current = mergeClassSummaries(chunks);
    const size = model.calibration.reference_batches;
    const past = { rolling: accepted.slice(-size), anchor: accepted.slice(0, size) };
    const { judgement, state: after } = decideVerdict(current, past, state, model);
    state = after;
    if (judgement.verdict === "normal" && !judgement.doubtful) accepted.push(current);
    if (batch >= healthy && judgement.verdict !== "normal") seen = true;
    evidence = Math.log1p(judgement.strength.value);
  }
  return { evidence, seen };
}

const deviation = baseline.x!.summary.std;
const onX =
  (change: (v: number, rng: Rng) => number): Fault =>
  (columns, rng) => ({ ...columns, x: columns.x!.map((v) => change(v, rng)) });
const faults: Readonly<Record<string, { sizes: readonly number[]; of: (size: number) => Fault }>> = {
  offset: { sizes: [0, 0.3, 0.6, 1, 2, 4], of: (size) => onX((v) => v + size * deviation) },
  gain: { sizes: [1, 1.2, 1.5, 2, 4], of: (size) => onX((v) => v * size) },
  noise: { sizes: [0, 0.3, 0.6, 1, 2], of: (size) => onX((v, rng) => v + size * deviation * rng.normal()) },
};

describe("as a fault grows", () => {
  it.each(Object.entries(faults))("a larger %s is never harder to detect than a smaller one", (_, { sizes, of }) => {
    const measured = sizes.map((size) => Array.from({ length: seeds }, (_, seed) => judged(seed, of(size))));
    const [alarmed, ...seen] = measured.map((streams) => streams.filter((stream) => stream.seen).length);
    expect(alarmed, "healthy streams").toBeLessThanOrEqual(1);
    expect(seen.at(-1)).toBe(seeds);
    expect(seen).toEqual(seen.toSorted((a, b) => a - b));
    for (const [i, larger] of measured.slice(1).entries()) {
      const gains = moments(larger.map(({ evidence }, seed) => evidence - measured[i]![seed]!.evidence));
      expect(gains.mean).toBeGreaterThan((-2 * gains.std) / Math.sqrt(seeds));
    }
    const mean = (streams: readonly { evidence: number }[]): number => moments(streams.map((own) => own.evidence)).mean;
    expect(mean(measured.at(-1)!)).toBeGreaterThan(mean(measured[0]!) + 5);
  });
});
