// For any data, each command's result conforms to its published schema without being corrected first: no share is above 1, and
// no value is NaN. test/interfaces/cli/json-answers.full.test.ts tests the output of the real commands.
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { driftBenchResultSchema } from "../../scripts/answer-schemas.ts";
import {
  classificationMetrics,
  classificationMetricsSchema,
} from "../../src/learning/evaluation/classification-metrics.ts";
import { cohenKappa } from "../../src/learning/evaluation/cohen-kappa.ts";
import { f1ScoresByClass, macroMeanF1 } from "../../src/learning/evaluation/f1.ts";
import { metricsSummary, metricsSummarySchema } from "../../src/learning/evaluation/metrics-summary.ts";
import { describeCurriculumCycle } from "../../src/learning/training/curriculum.ts";
import {
  compareAtGate,
  holdoutPromotionRules,
  proxyPromotionRules,
} from "../../src/learning/training/promotion-gate.ts";
import { comparisonSchema, cycleSchema, gateRuleSchema } from "../../src/learning/training/retrain-report.ts";
import { baselineStatsSchema } from "../../src/monitoring/drift/baseline-stats.ts";
import { baselineStatsFaults } from "../../src/monitoring/drift/baseline-stats-faults.ts";
import {
  benchFiguresOfChange,
  benchFiguresWithoutDrift,
  type DriftBenchResult,
} from "../../src/monitoring/drift/bench-figures.ts";
import { baselineFromDescribedValues, describeValues } from "../../src/monitoring/drift/describe-values.ts";
import type { DriftVerdict } from "../../src/monitoring/drift/drift-state.ts";
import { judgeBatch } from "../../src/monitoring/streams/judge-batch.ts";
import { rollingReference, rollingReferenceSchema } from "../../src/monitoring/streams/rolling-reference.ts";
import { type StreamState, streamSchemas } from "../../src/monitoring/streams/stream-state.ts";
import type { Judge } from "../../src/monitoring/streams/watched-model.ts";
import { batchFiguresOf } from "../../src/monitoring/summaries/batch-figures.ts";
import type { BatchMeasurement } from "../../src/monitoring/summaries/batch-measurement.ts";
import { decodeMeasurement, encodeMeasurement } from "../../src/monitoring/summaries/measurement-codec.ts";
import type { CheckConfig } from "../../src/options/resolve-config.ts";
import type { CheckResult } from "../../src/pipelines/check.ts";
import { predictionColumns } from "../../src/pipelines/prediction-columns.ts";
import {
  channels,
  type GeneratedBatch,
  generatedBatch,
  judgeOf,
  type Knowledge,
  measured,
} from "./generated-stream.ts";

/** Expects a value that is written and read back as JSON to conform to its schema, without keys that the schema lacks. */
function throughJson<T>(schema: z.ZodType<T>, value: T): T {
  const written: unknown = JSON.parse(JSON.stringify(value));
  const read = schema.parse(written);
  expect(read).toEqual(written);
  return read;
}

const checkedAt = "2026-01-01T00:00:00.000Z";

/** Judges a stream of batches. Each answer, and everything that is stored about it, is written, read back and validated. */
function answersTo(
  stream: readonly GeneratedBatch[],
  judge: Judge,
  { thresholds, accept }: Pick<CheckConfig, "thresholds" | "accept">,
): CheckResult[] {
  const size = judge.monitored.referenceBatches;
  const accepted: BatchMeasurement[] = [];
  let evidence: StreamState | null = null;
  return stream.map((generated, i) => {
    const memory = {
      rolling: accepted.slice(-size),
      anchor: accepted.slice(0, size),
      evidence,
      batchesBefore: i,
    };
    const config = { thresholds, alpha: 0.05, arl: 500, accept };
    const facts = { batchId: `${i}`, stream: "s", modelVersion: "1", checkedAt };
    const decision = judgeBatch(measured(generated, judge), memory, judge, config, facts);
    if (decision.verdict === "rejected") throw new Error("expected a judged batch");
    const result = throughJson(streamSchemas.result, decision.result);
    if (result.verdict === "rejected") throw new Error("expected a judged batch");
    const { share = Number.NaN, value, alarm_at, raised_by } = result.evidence;
    expect(share).toBe(value / alarm_at);
    expect(result.verdict === "normal" ? share <= 1 : share >= 1).toBe(true);
    expect(raised_by === null).toBe(result.verdict === "normal");
    for (const { channel, channels } of result.comparisons) {
      const scores = Object.values(channels).map(({ score }) => score ?? Number.NEGATIVE_INFINITY);
      expect(channels[channel]!.score).toBe(Math.max(...scores));
    }
    evidence = throughJson(streamSchemas.evidence, decision.evidence);
    const summary = decodeMeasurement(encodeMeasurement(decision.summary), judge.monitored.shape);
    if (result.entered_references) accepted.push(summary);
    const batches = accepted.slice(-size).map(({ byClass }, b) => ({
      batchId: `${b}`,
      timestamp: checkedAt,
      figures: batchFiguresOf(byClass),
    }));
    throughJson(
      rollingReferenceSchema,
      rollingReference({ stream: "s", channels, referenceBatches: size, lastUpdated: checkedAt, batches }),
    );
    return result;
  });
}

describe.each<[Knowledge, number]>([
  ["people", 2],
  ["people", 40],
  ["bouts", 6],
  ["effective sample size", 6],
  ["constants", 6],
])("check, by what %s tell of %i classes", (knowledge, nClasses) => {
  const judge = judgeOf(nClasses, knowledge);

  it.each(["calibrated", "fixed"] as const)("conforms to its schema with %s thresholds", (thresholds) => {
    const stream = fc.array(generatedBatch(nClasses), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(stream, fc.boolean(), (batches, accept) => void answersTo(batches, judge, { thresholds, accept })),
      { numRuns: 40 },
    );
  });
});

it("check's result conforms to its schema for a batch with classes that the stream's past does not contain", () => {
  const batch = (counts: readonly number[]): GeneratedBatch => ({
    stretches: counts.flatMap((n, label) => new Array(n).fill({ label, rows: 4, kind: "usual" })),
    assurance: "sure",
    seed: 1,
    times: 1,
  });
  const stream = [...new Array(5).fill(batch([9, 18, 1, 0, 0, 0])), batch([0, 0, 0, 17, 13, 5])];
  const results = answersTo(stream, judgeOf(6, "bouts"), { thresholds: "calibrated", accept: true });
  const against = { anchor: { mix_shift: 1 }, rolling: { mix_shift: 1 } };
  expect(results.at(-1)).toMatchObject({ signals: { against } });
});

/** An arbitrary that generates rows of float32 probabilities, and true labels. */
const predictions = (nClasses: number): fc.Arbitrary<{ probabilities: Float32Array; truth: Int32Array }> => {
  const weight = fc.oneof(fc.constant(0), fc.constant(1), fc.double({ min: 1e-12, max: 1, noNaN: true }));
  const row = fc.array(weight, { minLength: nClasses, maxLength: nClasses }).map((weights) => {
    const sum = weights.reduce((total, value) => total + value, 0);
    return weights.map((value) => (sum === 0 ? 1 / nClasses : value / sum));
  });
  return fc.array(fc.tuple(row, fc.nat({ max: nClasses - 1 })), { minLength: 1, maxLength: 60 }).map((rows) => ({
    probabilities: Float32Array.from(rows.flatMap(([values]) => values)),
    truth: Int32Array.from(rows, ([, label]) => label),
  }));
};
const anyPredictions = fc
  .constantFrom(2, 3, 6, 49)
  .chain((nClasses) => predictions(nClasses).map((rows) => ({ nClasses, ...rows })));
const namesOf = (nClasses: number): string[] => Array.from({ length: nClasses }, (_, k) => `class ${k}`);

it("cv_report's metrics and their summary conform to their schemas", () => {
  fc.assert(
    fc.property(anyPredictions, ({ nClasses, probabilities, truth }) => {
      const metrics = classificationMetrics(truth, probabilities, namesOf(nClasses));
      throughJson(classificationMetricsSchema, metrics);
      throughJson(metricsSummarySchema, metricsSummary([metrics, metrics]));
    }),
  );
});

it("kappa and F1 conform to their schema for extreme counts", () => {
  const count = fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 2 ** 31 }));
  const square = (nClasses: number): fc.Arbitrary<number[]> =>
    fc.array(count, { minLength: nClasses ** 2, maxLength: nClasses ** 2 });
  const agreements = fc.oneof(
    fc.constantFrom(2, 3, 7).chain(square),
    // Every window gets the other of two classes, which is the lowest possible agreement.
    fc.tuple(count, count).map(([a, b]) => [0, a, b, 0]),
  );
  fc.assert(
    fc.property(agreements, (counts) => {
      fc.pre(counts.some((n) => n > 0));
      const nClasses = Math.sqrt(counts.length);
      const kappa = cohenKappa(Float64Array.from(counts), nClasses) ?? 0;
      const f1 = macroMeanF1(f1ScoresByClass(Float64Array.from(counts), nClasses));
      expect(kappa >= -1 && kappa <= 1 && f1 >= 0 && f1 <= 1, `${kappa} ${f1}`).toBe(true);
    }),
    { numRuns: 2000 },
  );
});

it("predict's columns conform to their schema", () => {
  fc.assert(
    fc.property(anyPredictions, ({ nClasses, probabilities }) => {
      const columns = predictionColumns("label", probabilities, namesOf(nClasses));
      for (const { name, values } of columns.slice(1)) {
        const most = name === "entropy" ? Math.fround(Math.log(nClasses)) + 1e-6 : 1;
        for (const value of Array.from(values, Number))
          expect(value >= 0 && value <= most, `${name} ${value}`).toBe(true);
      }
    }),
  );
});

it("retrain_report's cycles and comparison conform to their schemas", () => {
  fc.assert(
    fc.property(
      anyPredictions,
      fc.array(fc.integer({ min: 0, max: 1e9 }), { minLength: 49, maxLength: 49 }),
      ({ nClasses, probabilities, truth }, many) => {
        const classes = namesOf(nClasses);
        const counts = Array.from({ length: nClasses }, (_, k) => truth.filter((label) => label === k).length);
        // If possible, no selected window belongs to a labelled class.
        const labelledCounts = counts.map((n, k) => (n === 0 ? many[k]! + 1 : 0));
        const fit = { weights: null, holdout: probabilities, unlabelled: probabilities };
        const selection = {
          rows: Int32Array.from(truth.keys()),
          labels: truth,
          thresholds: counts.map(() => 1),
          counts,
        };
        const data = { classes, labelledCounts, holdoutLabels: truth, truth };
        const chosen = labelledCounts.some((n) => n > 0) ? selection : null;
        throughJson(cycleSchema, describeCurriculumCycle(data, 1, 1, chosen, fit, fit));
        const groups = truth.map((_, i) => i % 2);
        const networks = { champion: probabilities, candidate: probabilities.toReversed() };
        const comparison = compareAtGate(truth, groups, ["a", "b"], nClasses, networks, 12);
        throughJson(comparisonSchema, comparison);
        throughJson(z.array(gateRuleSchema), holdoutPromotionRules(1, comparison));
      },
    ),
  );
});

it("retrain's rules on unlabelled windows conform to their schema", () => {
  const share = fc.double({ min: 0, max: 1, noNaN: true });
  const proxies = fc.record({
    mean_confidence: share,
    mean_entropy: share,
    flip_rate: fc.option(share),
    drift: share,
  });
  fc.assert(
    fc.property(proxies, proxies, (champion, candidate) => {
      throughJson(z.array(gateRuleSchema), proxyPromotionRules(champion, candidate));
    }),
  );
});

it("drift-bench's figures conform to their schema for any verdicts", () => {
  const verdict = fc.constantFrom<DriftVerdict>("normal", "gradual_drift", "sudden_change");
  const streams = fc
    .integer({ min: 2, max: 40 })
    .chain((batches) =>
      fc.tuple(
        fc.array(fc.array(verdict, { minLength: batches, maxLength: batches }), { minLength: 1, maxLength: 12 }),
        fc.integer({ min: 1, max: batches - 1 }),
      ),
    );
  const byJudge = <F>(figures: F): Record<keyof DriftBenchResult["no_drift"], F> => ({
    tidemark: figures,
    constants: figures,
    "KS p-value": figures,
    "every 100": figures,
  });
  fc.assert(
    fc.property(streams, verdict, ([verdicts, changeAt], expected) => {
      const still = benchFiguresWithoutDrift(verdicts);
      const figures = byJudge(benchFiguresOfChange(verdicts, { changeAt, expected }));
      throughJson(driftBenchResultSchema, {
        people: ["ann"],
        batch_seconds: 15,
        batches: verdicts[0]!.length,
        change_at: changeAt,
        streams: verdicts.length,
        day: changeAt % 2 === 0 ? "recorded" : { bout_seconds: [20, 120] },
        seed: 1,
        arl: 500,
        no_drift: byJudge(still),
        other_mix: byJudge(still),
        no_drift_by_person: byJudge([still]),
        changes: [{ name: "x", expected, figures }],
        warnings: [],
      });
    }),
  );
});

it("baseline_stats accepts the statistics of any values but constants, which cannot be compared with anything", () => {
  const values = fc.oneof(
    fc.float({ noNaN: true, noDefaultInfinity: true }),
    fc.constantFrom(0, -0, 1, 3.4e38, -3.4e38, 1e-45, 16_777_216, 16_777_217),
  );
  const columns = fc.oneof(
    fc.array(values, { minLength: 1, maxLength: 200 }),
    // A column of two adjacent numbers, one of which occurs once, so that the mean is close to one end of the range.
    fc
      .tuple(values, fc.integer({ min: 1, max: 5000 }))
      .map(([x, n]) => [...new Array<number>(n).fill(x), x * (1 + 2e-7)]),
  );
  fc.assert(
    fc.property(columns, (column) => {
      const values = Float32Array.from(column);
      fc.pre(values.every(Number.isFinite));
      const baseline = baselineFromDescribedValues(
        describeValues(["x"], () => values),
        {
          sourceFile: "f",
          scalerPath: "scaler.json",
          scalerHash: `sha256:${"0".repeat(64)}`,
          modelVersion: "1",
          createdAt: new Date(checkedAt),
        },
      );
      throughJson(baselineStatsSchema, baseline);
      const constant = values.every((value) => value === values[0]);
      const faults = baselineStatsFaults(JSON.parse(JSON.stringify(baseline)));
      expect(constant ? faults.filter((fault) => !/constant|ascending/.test(fault)) : faults).toEqual([]);
    }),
  );
});
