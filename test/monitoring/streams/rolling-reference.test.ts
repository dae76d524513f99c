import { expect, it } from "vitest";
import {
  emptyRollingReference,
  rollingReference,
  rollingReferenceSchema,
} from "../../../src/monitoring/streams/rolling-reference.ts";
import type { BatchSummary } from "../../../src/monitoring/summaries/batch-summary.ts";
import { Summarizer } from "../../../src/monitoring/summaries/summarize.ts";
import { batchSummarySchema } from "../../../src/monitoring/summaries/summary-schemas.ts";
import { Rng } from "../../../src/random.ts";
import { moments } from "../../../src/stats/moments.ts";

const channels = ["Ax", "Gz"];
const summarizer = new Summarizer({ Ax: [0], Gz: [-1, 0, 1] });
const time = (day: number): string => `2026-11-${10 + day}T05:00:00.000Z`;

function reference(batches: readonly BatchSummary[]) {
  return rollingReference({
    stream: "left wrist",
    channels,
    referenceBatches: 5,
    lastUpdated: time(9),
    batches: batches.map((summary, i) => ({ batchId: `b${i}`, timestamp: time(i), figures: summary })),
  });
}

it("contains each batch's moments, and those of all samples together", () => {
  const rng = Rng.fromSeed(1);
  const batches = [100, 700, 30].map((n, i) => ({
    Ax: Float32Array.from({ length: n }, () => i + rng.normal()),
    Gz: Float32Array.from({ length: n }, () => 3 * rng.normal()),
  }));
  const { aggregated, ...rest } = reference(batches.map((columns) => summarizer.summarize(columns)));
  expect(rest).toMatchObject({ stream: "left wrist", last_updated: time(9), window_size: 5 });
  expect(rest.batches.map(({ batch_id, timestamp }) => [batch_id, timestamp])).toEqual([
    ["b0", time(0)],
    ["b1", time(1)],
    ["b2", time(2)],
  ]);
  for (const name of ["Ax", "Gz"] as const) {
    for (const [i, batch] of batches.entries()) {
      const { mean, std } = moments(batch[name]);
      expect(rest.batches[i]!.per_channel_mean[name]).toBeCloseTo(mean, 10);
      expect(rest.batches[i]!.per_channel_std[name]).toBeCloseTo(std, 10);
    }
    const pooled = moments(batches.flatMap((batch) => [...batch[name]]));
    expect(aggregated.rolling_mean[name]).toBeCloseTo(pooled.mean, 10);
    expect(aggregated.rolling_std[name]).toBeCloseTo(pooled.std, 10);
  }
  expect(aggregated.trend).toEqual({ Ax: "stable", Gz: "stable" });
});

it("detects the channel that drifts", () => {
  const rng = Rng.fromSeed(2);
  const normals = (mean: number): Float32Array => Float32Array.from({ length: 500 }, () => mean + rng.normal());
  const walk = [0, 1, 2, 3, 4].map((i) => summarizer.summarize({ Ax: normals(-i / 2), Gz: normals(i % 2) }));
  expect(reference(walk).aggregated.trend).toEqual({ Ax: "falling", Gz: "stable" });
});

it("leaves out the figures of a channel without values", () => {
  const nothing = summarizer.summarize({ Ax: Float32Array.of(Number.NaN), Gz: Float32Array.of(1, 3) });
  const { batches, aggregated } = reference([nothing]);
  expect(batches[0]!.per_channel_mean).toEqual({ Gz: 2 });
  expect(aggregated).toEqual({
    rolling_mean: { Gz: 2 },
    rolling_std: { Gz: 1 },
    trend: { Ax: "stable", Gz: "stable" },
  });
});

it("contains only channels, not the signals computed from them", () => {
  const wider = new Summarizer({ Ax: [0], Gz: [-1, 0, 1], "A magnitude": [9] });
  const three = { Ax: Float32Array.of(1, 2), Gz: Float32Array.of(3, 4), "A magnitude": Float32Array.of(9, 10) };
  const { batches, aggregated } = reference([wider.summarize(three)]);
  for (const byName of [batches[0]!.per_channel_mean, batches[0]!.per_channel_std, ...Object.values(aggregated)]) {
    expect(Object.keys(byName)).toEqual(["Ax", "Gz"]);
  }
});

it("is the empty form if no batch is left, and says since when", () => {
  expect(reference([])).toEqual({ ...emptyRollingReference(channels), stream: "left wrist", last_updated: time(9) });
});

it("agrees with its schema, and a summary with the schema it is read back by", () => {
  const summary = summarizer.summarize({ Ax: Float32Array.of(-1, 2), Gz: Float32Array.of(5, Number.NaN) });
  const parsed = (value: unknown): unknown => JSON.parse(JSON.stringify(value));
  expect(rollingReferenceSchema.parse(parsed(reference([summary])))).toEqual(reference([summary]));
  expect(rollingReferenceSchema.parse(parsed(emptyRollingReference(channels)))).toEqual(
    emptyRollingReference(channels),
  );
  expect(batchSummarySchema.parse(parsed(summary))).toEqual(summary);
  expect(batchSummarySchema.safeParse({ Ax: { ...summary.Ax, n: 3 } }).success).toBe(false);
  expect(batchSummarySchema.safeParse(parsed({ Ax: { ...summary.Ax, mean: Number.NaN } })).success).toBe(false);
});
