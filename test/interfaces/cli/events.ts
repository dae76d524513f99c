// The events of one short training run, for renderer tests.
import type { TrainEvent, TrainSummary } from "../../../src/pipelines/train-events.ts";

type Metrics = Extract<TrainEvent, { type: "fold" }>["metrics"];

function metrics(n: number, score: number): Metrics {
  return {
    n,
    accuracy: score + 0.01,
    macro_f1: score,
    weighted_f1: score + 0.005,
    kappa: score - 0.02,
    log_loss: 0.2,
    expected_calibration_error: 0.031,
    reliability: [],
    confusion_matrix: [],
    per_class: {
      walking: { precision: 0.9, recall: 0.95, f1: 0.924, support: 700 },
      sitting: { precision: 1, recall: 0.99, f1: 0.995, support: 534 },
    },
  };
}

const spread = { mean: 0.9432, sd: 0.0121 };
const spreads = {
  accuracy: spread,
  macro_f1: spread,
  weighted_f1: spread,
  kappa: { mean: 0.92, sd: null },
  log_loss: spread,
  expected_calibration_error: spread,
};
const summary: TrainSummary = {
  over_folds: spreads,
  over_users: spreads,
  worst_user: { user: "mallory", macro_f1: 0.61, accuracy: 0.62 },
};

export const warning = "channel Ax is flat";

/** Two folds that run at the same time, followed by the final fit. */
export const events: readonly TrainEvent[] = [
  {
    type: "data",
    files: ["a.csv"],
    rows: 1_402_573,
    users: 24,
    recordings: 359,
    windows: 1234,
    classes: { walking: 700, sitting: 534 },
    channels: ["Ax", "Ay", "Az"],
    sensors: [
      {
        name: "A",
        kind: "accelerometer",
        channels: ["Ax", "Ay", "Az"],
        unit: "m/s^2",
        gravity: true,
        because: "by its values: 9.81 at rest",
      },
    ],
    conversions: [{ channels: ["Ax", "Ay", "Az"], from: "g", to: "m/s^2", factor: 9.80665 }],
    samplingRateHz: 50,
    windowSize: 200,
    columns: {
      label: "activity",
      group: "user",
      recording: null,
      time: "timestamp_s",
      timeUnit: "s",
      channels: ["Ax", "Ay", "Az"],
    },
    quality: {
      rows: {
        read: 1_402_600,
        kept: 1_402_573,
        dropped: {
          missing_label: 27,
          missing_person: 0,
          missing_recording: 0,
          missing_time: 0,
          missing_values: 0,
          duplicate_time: 0,
        },
      },
      files: [],
      seconds: 28_051,
      users: 24,
      recordings: 359,
      stretches: 360,
      columns: {
        label: "activity",
        group: "user",
        recording: null,
        time: "timestamp_s",
        time_unit: "s",
        channels: ["Ax", "Ay", "Az"],
      },
      sampling: { rate_hz: 50, rate_hz_min: 50, rate_hz_max: 50, jitter: 0, jitter_max: 0 },
      gaps: { count: 2, seconds: 3, longest_seconds: 2, rule: "" },
      channels: { Ax: { missing: 0, infinite: 0, min: -1, max: 1, flat: false, flat_seconds: 0 } },
      classes: {},
      persons: {},
      per_recording: [],
      warnings: [],
    },
    dropped: {
      shortStretches: { stretches: 3, samples: 412 },
      remainders: { stretches: 350, samples: 17_112 },
      unknownClass: { stretches: 0, samples: 0 },
    },
    labelChanges: { windows: 1500, crossing: 300, mostly: 90, majority: 280, used: 0 },
  },
  {
    type: "split",
    split: "stratified",
    warnings: ["it leaks"],
    testSet: null,
    folds: [
      { fold: 1, testUsers: ["alice", "mallory"], trainWindows: 800, validationWindows: 200, testWindows: 234 },
      { fold: 2, testUsers: ["bob"], trainWindows: 900, validationWindows: 234, testWindows: 100 },
    ],
  },
  { type: "batch", fit: "fold-1", epoch: 1, epochs: 100, step: 5, steps: 10, loss: 1.5, windowsPerSecond: 400 },
  { type: "batch", fit: "fold-2", epoch: 1, epochs: 100, step: 4, steps: 10, loss: 1.25, windowsPerSecond: 412 },
  {
    type: "epoch",
    fit: "fold-1",
    epoch: 1,
    epochs: 100,
    loss: 1.2,
    accuracy: 0.6,
    valLoss: 0.9,
    valAccuracy: 0.8,
    valMacroF1: 0.79,
    learningRate: 0.001,
    seconds: 4,
    windowsPerSecond: 400,
    best: true,
    secondsLeft: 242,
  },
  { type: "checkpoint", path: "m.partial/run.json", resumeCommand: "tidemark train a.csv --out m --resume" },
  { type: "fold", fold: 1, folds: 2, bestEpoch: 1, epochs: 1, seconds: 72, metrics: metrics(234, 0.94) },
  { type: "fold", fold: 2, folds: 2, bestEpoch: 1, epochs: 1, seconds: 75, metrics: metrics(100, 0.95) },
  {
    type: "cross-validation",
    summary,
    pooled: metrics(1234, 0.945),
    users: [
      { user: "alice", fold: 1, metrics: metrics(117, 0.97) },
      { user: "mallory", fold: 1, metrics: metrics(117, 0.61) },
      { user: "bob", fold: 2, metrics: metrics(1000, 0.95) },
    ],
  },
  {
    type: "epoch",
    fit: "final",
    epoch: 1,
    epochs: 3,
    loss: 0.5,
    accuracy: 0.9,
    valLoss: null,
    valAccuracy: null,
    valMacroF1: null,
    learningRate: 0.0005,
    seconds: 4,
    windowsPerSecond: 800,
    best: false,
    secondsLeft: null,
  },
  { type: "final", epochs: 3, seconds: 12.2 },
  { type: "calibration", done: 0, secondsLeft: null },
  { type: "calibration", done: 0.24, secondsLeft: 30.2 },
  { type: "calibration", done: 0.26, secondsLeft: 29.1 },
  { type: "calibration", done: 1, secondsLeft: 0 },
  {
    type: "done",
    out: "m",
    report: "m/report.html",
    day: { bout_seconds: [15, 300] },
    largestChanges: { at_rest: 0.39, turning: 0.62 },
    runLength: {
      asked: 500,
      at_least: 310,
      confidence: 0.95,
      people: 28,
      seconds: 60,
      days: [
        { day: { bout_seconds: [15, 300] }, batches: 2752, alarms: 1 },
        { day: { bout_seconds: [600, 600] }, batches: 2561, alarms: 4 },
      ],
    },
    seconds: 190,
    summary,
    joined: {
      line: "walk",
      model: "m",
      champion: "walk",
      comparison: {
        first: "walk",
        second: "m",
        on: "cross-validation",
        paired: {
          people: [
            { person: "p1", first: 0.9, second: 0.95 },
            { person: "p2", first: 0.8, second: 0.83 },
          ],
          first: 0.85,
          second: 0.89,
          difference: 0.04,
          interval: { low: 0.03, high: 0.05 },
          verdict: "better",
        },
      },
      warnings: [],
    },
  },
];
