// Reads frozen baselines from files that are damaged in a single place. The message must name this place.
import { describe, expect, it } from "vitest";
import type { CalibrationRung, KindCalibration } from "../../../src/monitoring/drift/calibration.ts";
import { calibrationSchema } from "../../../src/monitoring/drift/calibration.ts";
import {
  type DriftBaseline,
  driftBaselineFaults,
  modelOfDriftBaseline,
  referenceOfDriftBaseline,
} from "../../../src/monitoring/drift/drift-baseline.ts";
import type { ChannelSummary } from "../../../src/monitoring/summaries/batch-summary.ts";
import { modelSignals } from "../../../src/monitoring/summaries/model-signals.ts";
import { channelOf, modelOf, rung } from "./hand-made.ts";

const kind: KindCalibration = { ...modelOf().calibration.kinds.own_past!, rungs: [rung, { ...rung, seconds: 2000 }] };
const summary = channelOf({ rows: 20 });
const whole: DriftBaseline = {
  sampling_rate_hz: 10,
  classes: ["sit", "walk"],
  edges: { x: [0, 0.5] },
  by_class: [{ x: summary }, null],
  signals: modelSignals(Float32Array.of(0.9, 0.1, 0.3, 0.7, 0.6, 0.4), 2, [0, 1, 1]),
  calibration: { reference_batches: 5, kinds: { baseline: kind, own_past: kind }, correlation_seconds: null },
  accuracy: null,
};
const faults = (change: Partial<DriftBaseline>): string[] => driftBaselineFaults({ ...whole, ...change }, ["x"], []);
const channel = (change: Partial<ChannelSummary>): string[] =>
  faults({ by_class: [{ x: { ...summary, ...change } }, null] });
const signals = (change: Partial<DriftBaseline["signals"]>): string[] =>
  faults({ signals: { ...whole.signals, ...change } });
const calibration = (change: Partial<DriftBaseline["calibration"]>): string[] =>
  faults({ calibration: { ...whole.calibration, ...change } });
const ladder = (rungs: readonly CalibrationRung[]): string[] =>
  calibration({ kinds: { baseline: kind, own_past: { ...kind, rungs } } });

it("has no fault as it was made", () => {
  expect(faults({})).toEqual([]);
  expect(modelOfDriftBaseline(whole, ["x"])).toMatchObject({ samplingRateHz: 10, byClass: whole.by_class });
  expect(referenceOfDriftBaseline(whole).x!.edges).toEqual([0, 0.5]);
});

it.each<[string, readonly string[], readonly string[]]>([
  [
    "a different number of classes",
    faults({ by_class: [{ x: summary }] }),
    ["drift.by_class: expected 2 classes, got 1"],
  ],
  ["no class", faults({ by_class: [null, null] }), ["drift.by_class: expected at least one class with samples"]],
  [
    "a grid of what is no channel",
    faults({ edges: { x: [0, 0.5], z: [0, 0.5] }, by_class: [{ x: summary, z: summary }, null] }),
    ["drift.edges.z: expected a sensor column, or a signal computed from sensor columns"],
  ],
  ["no grid", faults({ edges: {} }).slice(0, 1), ['drift.edges.x: missing, although "x" is a sensor column']],
  ["falling edges", faults({ edges: { x: [0.5, 0] } }), ["drift.edges.x: expected ascending edges, got 0 after 0.5"]],
  ["equal edges", faults({ edges: { x: [0.5, 0.5] } }), ["drift.edges.x: expected ascending edges, got 0.5 after 0.5"]],
  ["a grid of other bins", faults({ edges: { x: [0, 0.5, 1] } }), ["drift.by_class.0.x: expected 4 counts, got 3"]],
  [
    "a class without the channel",
    faults({ by_class: [{}, null] }),
    ["drift.by_class.0.x: expected 3 counts, got none"],
  ],
  ["a mean beyond float32", channel({ mean: 1e39 }), ["drift.by_class.0.x: expected numbers in the range of float32"]],
  [
    "a maximum beyond float32",
    channel({ max: 1e39 }),
    ["drift.by_class.0.x: expected numbers in the range of float32"],
  ],
  [
    "endless distances below",
    channel({ excessBelow: 1e61 }),
    ["drift.by_class.0.x: expected summed distances of at most 1e+60"],
  ],
  [
    "endless distances above",
    channel({ excessAbove: 1e61 }),
    ["drift.by_class.0.x: expected summed distances of at most 1e+60"],
  ],
])("finds %s", (_, found, expected) => {
  expect(found).toEqual(expected);
});

describe("what the network said", () => {
  const { classCounts, confidence } = whole.signals;

  it("is counted for each class and window, once", () => {
    expect(classCounts).toEqual([2, 1]);
    expect(signals({ classCounts: [2, 2] })).toEqual([
      "drift.signals.class_counts: expected counts that sum to 3 (windows), got 4",
    ]);
    expect(signals({ classCounts: [1, 1, 1] })).toEqual(["drift.signals.class_counts: expected 2 counts, got 3"]);
    const more = confidence.counts.map((count, bin) => (bin === 0 ? count + 1 : count));
    expect(signals({ confidence: { ...confidence, counts: more } })).toEqual([
      "drift.signals.confidence.counts: expected counts that sum to 3 (windows), got 4",
    ]);
    const fewer = [confidence.counts[0]! + confidence.counts[1]!, ...confidence.counts.slice(2)];
    expect(signals({ confidence: { ...confidence, counts: fewer } })).toEqual([
      `drift.signals.confidence.counts: expected ${confidence.counts.length}, got ${fewer.length}`,
    ]);
  });

  it("is at most a million millionths per window, with flips among the pairs", () => {
    expect(signals({ confidence: { ...confidence, millionths: 3e6 } })).toEqual([]);
    expect(signals({ confidence: { ...confidence, millionths: 3e6 + 1 } })).toEqual([
      "drift.signals.confidence.millionths: expected at most a million per window",
    ]);
    const pairs = ["drift.signals: expected at most 3 pairs, and no more flips than pairs"];
    expect(signals({ pairs: 3, flips: 3 })).toEqual([]);
    expect(signals({ pairs: 2, flips: 3 })).toEqual(pairs);
    expect(signals({ pairs: 4, flips: 1 })).toEqual(pairs);
  });
});

describe("a calibration", () => {
  const path = "drift.calibration";

  it("is of the channels that have edges", () => {
    const y = { ...rung, standard: { ...rung.standard, y: rung.standard.x! } };
    expect(ladder([y])).toEqual([
      `${path}.kinds.own_past.rungs.0.standard.y: expected edges for this name in drift.edges, found none`,
    ]);
    expect(ladder([{ ...rung, standard: {} }])).toEqual([
      `${path}.kinds.own_past.rungs.0.standard: expected at least one channel`,
    ]);
    expect(calibration({ correlation_seconds: { x: 1, y: 1 } })).toEqual([
      `${path}.correlation_seconds.y: expected edges for this name in drift.edges, found none`,
    ]);
  });

  it("grows from rung to rung, and knows on each what its score is made of", () => {
    const rungs = `${path}.kinds.own_past.rungs`;
    expect(ladder([rung, rung])).toEqual([`${rungs}.1.seconds: expected more seconds than in the previous rung`]);
    expect(ladder([rung, { ...rung, seconds: 2000, standard: { x: { ks: [0, 1] } } }])).toEqual([
      `${rungs}.1.standard.x.log_sd_ratio: missing`,
    ]);
    expect(ladder([rung, { ...rung, seconds: 2000, standard: {} }])).toEqual([
      `${rungs}.1.standard.x.ks: missing`,
      `${rungs}.1.standard.x.log_sd_ratio: missing`,
    ]);
  });

  it("needs correlations of all channels only if a kind is missing", () => {
    const missing = [`${path}.correlation_seconds.x: missing, although it has edges`];
    expect(calibration({ correlation_seconds: {} })).toEqual([]);
    expect(calibration({ correlation_seconds: {}, kinds: { baseline: kind } })).toEqual(missing);
    expect(calibration({ correlation_seconds: {}, kinds: { own_past: kind } })).toEqual(missing);
    expect(calibration({ correlation_seconds: { x: 1 }, kinds: {} })).toEqual([]);
    expect(calibration({ correlation_seconds: null, kinds: {} })).toEqual([]);
  });

  it("is read from a file within bounds from which nothing overflows", () => {
    const { calibration: known } = whole;
    const accepts = (change: object): boolean => calibrationSchema.safeParse({ ...known, ...change }).success;
    const withRung = (change: object): boolean =>
      accepts({ kinds: { own_past: { ...kind, rungs: [{ ...rung, ...change }] } } });
    expect(accepts({})).toBe(true);
    expect([1, 10_000, 0, 10_001, 1.5].map((reference_batches) => accepts({ reference_batches }))).toEqual([
      ...[true, true, false, false, false],
    ]);
    expect([1, 1e100, 0.9, 1e101].map((evidence_factor) => withRung({ evidence_factor }))).toEqual([
      ...[true, true, false, false],
    ]);
    const alarms = (share: number): boolean =>
      withRung({ false_alarms: { p_at_most_5_percent: share, p_at_most_1_percent: 0, beyond_reach: 0 } });
    expect([0, 1, -0.1, 1.1].map(alarms)).toEqual([true, true, false, false]);
    expect([1e60, -1e60, 1e61, -1e61].map((reach) => withRung({ reach }))).toEqual([true, true, false, false]);
    expect(accepts({ kinds: { own_past: { ...kind, rungs: [] } } })).toBe(false);
    const withKind = (change: object): boolean => accepts({ kinds: { own_past: { ...kind, ...change } } });
    const mix = (from_classes: number, to_classes: number | null): boolean =>
      withKind({ mixes: [{ from_classes, to_classes, rungs: [rung] }] });
    expect([0, 1e6, -0.1, 1.1e6].map((from) => mix(from, null))).toEqual([true, true, false, false]);
    expect([0.1, 1e6, 0, 1.1e6].map((to) => mix(0, to))).toEqual([true, true, false, false]);
    const streams = (seconds: number, evidence_factor: number): boolean =>
      withKind({ streams: [{ seconds, evidence_factor }] });
    expect([0.1, 1e9, 0, 1.1e9].map((seconds) => streams(seconds, 2))).toEqual([true, true, false, false]);
    expect([1, 1e100, 0.9, 1e101].map((factor) => streams(60, factor))).toEqual([true, true, false, false]);
    expect(withKind({ streams: [] })).toBe(false);
    const days = (shortest: number, longest: number): boolean =>
      accepts({ day: { bout_seconds: [shortest, longest] } });
    expect([0.1, 1e9, 0, 1.1e9].map((bout) => days(bout, 300))).toEqual([true, true, false, false]);
    expect([0.1, 1e9, 0, 1.1e9].map((bout) => days(0.1, bout))).toEqual([true, true, false, false]);
    expect([accepts({ day: "recorded" }), accepts({ day: "drawn" })]).toEqual([true, false]);
    expect([1, 1e9, 0, 1e10].map((x) => accepts({ correlation_seconds: { x } }))).toEqual([true, true, false, false]);
  });
});
