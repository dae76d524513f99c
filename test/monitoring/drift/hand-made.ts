// A model and batches in which every number is chosen: one channel, whose mean and spread are independent of its counts, and
// null scores that determine the p-values of batches. The KS distance of a batch from a reference without rows in the far bin
// is the batch's share of rows in this bin.

import type { CalibrationRung, KindCalibration } from "../../../src/monitoring/drift/calibration.ts";
import type { Comparison, DriftModel, ReferenceKind } from "../../../src/monitoring/drift/comparison.ts";
import type { PValue } from "../../../src/monitoring/drift/null-scores.ts";
import type { Past } from "../../../src/monitoring/drift/verdict.ts";
import type { ChannelSummary } from "../../../src/monitoring/summaries/batch-summary.ts";
import type { ClassSummaries } from "../../../src/monitoring/summaries/class-summaries.ts";

export const rows = 10_000;
const referenceBatches = 5;

export interface Chosen {
  readonly rows?: number;
  /** Share of the rows that lie in the far bin, in which references have no rows. */
  readonly away?: number;
  readonly mean?: number;
  readonly std?: number;
}

export function channelOf({ rows: n = rows, away = 0, mean = 0, std = 1 }: Chosen = {}): ChannelSummary {
  const counts = [0, n - Math.round(n * away), Math.round(n * away)];
  return { n, missing: 0, mean, std, min: 0, max: 1, counts, excessBelow: 0, excessAbove: 0 };
}

export const batchOf = (chosen: Chosen = {}): ClassSummaries => [{ x: channelOf(chosen) }];

/** References with the maximum number of batches, and without rows in the far bin. */
export const past: Past = {
  rolling: Array.from({ length: referenceBatches }, () => batchOf()),
  anchor: Array.from({ length: referenceBatches }, () => batchOf()),
};

/** The null scores are .005, .010, ..., .995, so k of 199 are at least as high as 1 - (k + .5) / 200, and p = (k + 1) / 200. */
const scores = [Array.from({ length: 199 }, (_, i) => (i + 1) / 200)];
export const awayFor = (p: number): number => 1 - (200 * p - 0.5) / 200;

/**
 * A rung whose `seconds` are the effective length of a batch of `rows` rows that is compared with five batches of the same
 * length.
 */
export const rung: CalibrationRung = {
  seconds: rows / 10,
  scores,
  standard: { x: { ks: [0, 1], logSdRatio: [0, 1] } },
  reach: 100,
  false_alarms: null,
  evidence_factor: 1,
};
const kind = (rungs: readonly CalibrationRung[]): KindCalibration => ({
  apart: "recordings",
  statistic: "ks",
  seen: null,
  rungs,
});

interface Rungs {
  readonly own?: readonly CalibrationRung[];
  readonly baseline?: readonly CalibrationRung[];
}

export function modelOf({ own = [rung], baseline = [] }: Rungs = {}): DriftModel {
  const summary = channelOf({ rows: 1e9 });
  const kinds = {
    ...(own.length === 0 ? {} : { own_past: kind(own) }),
    ...(baseline.length === 0 ? {} : { baseline: kind(baseline) }),
  };
  return {
    channels: ["x"],
    baseline: { x: { edges: [0, 0.5], summary } },
    byClass: [{ x: summary }],
    samplingRateHz: 10,
    calibration: { reference_batches: referenceBatches, kinds, correlation_seconds: { x: 1 } },
  };
}

/** A p-value obtained from 199 batches of 20 people. */
export function pValueOf(p: number): PValue {
  return { p, extrapolated: p, resolution: 1 / 200, asHigh: 0, nullBatches: 199, people: 20, withinLadder: true };
}

/** A comparison with this p-value. Its other values are ordinary unless `chosen` replaces them. */
export function comparisonOf(reference: ReferenceKind, p: number, chosen: Partial<Comparison> = {}): Comparison {
  return {
    reference,
    method: reference === "baseline" ? "people" : "recordings",
    statistics: {},
    seconds: 60,
    unseenShare: 0,
    score: { score: 0, channel: "x", statistic: "ks" },
    pValue: pValueOf(p),
    usual: null,
    excess: 0,
    learned: 0,
    far: null,
    beyond: false,
    impossible: false,
    channelScores: {},
    findings: [],
    evidenceFactor: 1,
    ...chosen,
  };
}
