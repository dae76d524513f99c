// Tests the values that retrain_report.json may contain: shares from 0 to 1, and numbers of at least 0.
import { describe, expect, it } from "vitest";
import { comparisonSchema, cycleSchema, retrainReportSchema } from "../../../src/learning/training/retrain-report.ts";

const cycle = {
  cycle: 1,
  share: 0.2,
  selection: {
    total: 3,
    per_class: { walk: 3 },
    thresholds: { walk: 0.9, sit: null },
    share_shift: 0.1,
    truth: { accuracy: 0.5, per_class: { walk: { precision: 1, recall: null } } },
  },
  holdout: { n: 4, accuracy: 0.5, macro_f1: 0.5, expected_calibration_error: 0.1, log_loss: 0.7 },
  unlabelled: {
    mean_confidence: 0.8,
    mean_entropy: 0.3,
    predicted: { walk: 5 },
    flipped: 0.1,
    macro_f1: null,
    accuracy: 0.5,
  },
};
const comparison = {
  people: [{ person: "ann", windows: 4, champion_macro_f1: 0.5, candidate_macro_f1: 0.6 }],
  champion_macro_f1: 0.5,
  candidate_macro_f1: 0.6,
  mean_difference: 0.1,
  interval: [0, 0.2],
  cycles: 2,
  chance: 0.1,
};
const proxies = { mean_confidence: 0.8, mean_entropy: 0.3, flip_rate: null, drift: 0.1 };
const report = {
  schema_version: 1,
  created_at: "2026-01-01T00:00:00Z",
  champion: "a",
  candidate: null,
  config: {},
  classes: ["walk"],
  labelled: { people: ["ann"], windows: 1 },
  holdout: { people: ["bob"], windows: 1 },
  unlabelled: { files: ["u.csv"], fingerprint: "f", windows: 1 },
  cycles: [cycle],
  winner: 1,
  stopped: "cycles",
  comparison,
  proxies: { champion: proxies, candidate: proxies },
  gate: { passed: true, rules: [{ name: "winner", passed: true, value: 1, limit: null, about: "" }] },
  seconds: 0,
  warnings: [],
};

/** Returns the document with the value at a path replaced. */
function changed(value: unknown, [key, ...rest]: readonly string[], to: unknown): unknown {
  if (key === undefined) return to;
  if (Array.isArray(value)) return value.map((item, i) => (`${i}` === key ? changed(item, rest, to) : item));
  return { ...(value as object), [key]: changed((value as Record<string, unknown>)[key], rest, to) };
}

const accepts = (path: string, ...values: number[]): boolean[] =>
  values.map((value) => retrainReportSchema.safeParse(changed(report, path.split("."), value)).success);

it("describes what a run writes", () => {
  expect(retrainReportSchema.parse(report)).toEqual(report);
  expect(cycleSchema.safeParse(cycle).success && comparisonSchema.safeParse(comparison).success).toBe(true);
});

describe("what it holds", () => {
  it.each([
    ...["cycles.0.share", "cycles.0.selection.share_shift", "cycles.0.selection.truth.accuracy"],
    ...["cycles.0.selection.thresholds.walk", "cycles.0.holdout.macro_f1", "cycles.0.unlabelled.mean_entropy"],
    ...["comparison.people.0.champion_macro_f1", "proxies.champion.drift"],
  ])("%s is a share", (path) => {
    expect(accepts(path, 0, 1, -0.01, 1.01)).toEqual([true, true, false, false]);
  });

  it.each([
    ...["cycles.0.cycle", "cycles.0.selection.total", "cycles.0.holdout.n", "winner", "labelled.windows"],
    ...["cycles.0.unlabelled.predicted.walk", "comparison.people.0.windows"],
  ])("%s is a whole number from 0", (path) => {
    expect(accepts(path, 0, 7, -1, 0.5)).toEqual([true, true, false, false]);
  });

  it.each(["cycles.0.holdout.log_loss", "comparison.chance", "seconds"])("%s is not negative", (path) => {
    expect(accepts(path, 0, 3.5, -1e-9)).toEqual([true, true, false]);
  });

  it("counts at least one cycle, has version 1, and a known reason to stop", () => {
    expect(accepts("comparison.cycles", 1, 9, 0)).toEqual([true, true, false]);
    expect(accepts("schema_version", 1, 2, 0.5)).toEqual([true, false, false]);
    expect(retrainReportSchema.safeParse({ ...report, stopped: "bored" }).success).toBe(false);
    expect(retrainReportSchema.safeParse({ ...report, stopped: "adabn" }).success).toBe(true);
  });
});
