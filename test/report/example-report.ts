// An artificial cross-validation report from a seeded generator, with the structure of a real report but meaningless values.

import { classificationMetrics } from "../../src/learning/evaluation/classification-metrics.ts";
import { metricsSummary } from "../../src/learning/evaluation/metrics-summary.ts";
import type { BaselineStats } from "../../src/monitoring/drift/baseline-stats.ts";
import { Rng } from "../../src/random.ts";
import type { HistoryRow } from "../../src/report/history-row.ts";
import type { ReportInput } from "../../src/report/train-html.ts";

export interface ExampleOptions {
  users: readonly string[];
  classes: readonly string[];
  channels: readonly string[];
  folds: number;
  warnings?: string[];
}

export const ordinary: ExampleOptions = {
  users: Array.from({ length: 24 }, (_, i) => String(i + 1)),
  classes: ["downstairs", "jogging", "sitting", "standing", "upstairs", "walking"],
  channels: ["Ax", "Ay", "Az", "Gx", "Gy", "Gz"],
  folds: 5,
};

const createdAt = "2026-05-04T03:02:01.000Z";
const windowsAUser = 120;

export function exampleReport({ users, classes, channels, folds, warnings = [] }: ExampleOptions): ReportInput {
  const rng = Rng.fromSeed(7);
  const foldOf = users.map((_, u) => (u % folds) + 1);
  const perUser = users.map(() => predictions(rng, classes.length, 2 + 4 * rng.uniform()));
  const gather = (keep: (user: number) => boolean, power = 1): ReturnType<typeof classificationMetrics> => {
    const parts = perUser.filter((_, u) => keep(u));
    const probabilities = parts.flatMap((part) => part.rows.flatMap((row) => sharpen(row, power)));
    return classificationMetrics(
      Int32Array.from(parts.flatMap((part) => part.truth)),
      Float32Array.from(probabilities),
      classes,
    );
  };
  const userReports = users.map((user, u) => ({ user, fold: foldOf[u]!, metrics: gather((other) => other === u) }));
  const usersOf = (fold: number): string[] => users.filter((_, u) => foldOf[u] === fold);
  const foldReports = Array.from({ length: folds }, (_, i) => ({
    fold: i + 1,
    test_users: usersOf(i + 1),
    n_train: windowsAUser * 14,
    n_validation: windowsAUser * 5,
    n_test: windowsAUser * usersOf(i + 1).length,
    best_epoch: 9 + i,
    epochs: 24 + i,
    seconds: 321.5 + 10 * i,
    metrics: gather((u) => foldOf[u] === i + 1),
  }));
  const worst = userReports.reduce((a, b) => (b.metrics.macro_f1 < a.metrics.macro_f1 ? b : a));
  const rowsAndSeconds = { rows: 9000, seconds: 180 };
  return {
    cvReport: {
      schema_version: 1,
      created_at: createdAt,
      model_version: "walk-20260504-0302-1f2e3d4c",
      data_fingerprint: `sha256:${"0f".repeat(32)}`,
      config: { files: ["recordings.parquet"], out: "models/walk", rate: 50, window: 200, overlap: 0.5, seed: 42 },
      classes: [...classes],
      channels: [...channels],
      quality: {
        rows: {
          read: 1_402_600,
          kept: 1_402_573,
          dropped: {
            missing_label: 20,
            missing_person: 0,
            missing_recording: 0,
            missing_time: 0,
            missing_values: 7,
            duplicate_time: 0,
          },
        },
        files: [{ file: "recordings.parquet", rows: 1_402_600 }],
        columns: {
          label: "activity",
          group: "user",
          recording: "recording",
          time: "timestamp_s",
          time_unit: "s",
          channels: [...channels],
        },
        seconds: 28_051.5,
        users: users.length,
        recordings: 359,
        stretches: 359,
        sampling: { rate_hz: 50, rate_hz_min: 49.8, rate_hz_max: 50.1, jitter: 0.001, jitter_max: 0.02 },
        gaps: { count: 3, seconds: 4.2, longest_seconds: 2.1, rule: "longer than 5 steps" },
        channels: Object.fromEntries(
          channels.map((name) => [
            name,
            { missing: 2, infinite: 0, min: -19.61, max: 22.4, flat: false, flat_seconds: 0 },
          ]),
        ),
        classes: Object.fromEntries(classes.map((name) => [name, rowsAndSeconds])),
        persons: Object.fromEntries(users.map((name) => [name, rowsAndSeconds])),
        per_recording: [],
        warnings: [],
      },
      windows: {
        total: windowsAUser * users.length,
        per_class: Object.fromEntries(classes.map((name) => [name, 480])),
        per_user: Object.fromEntries(users.map((name) => [name, windowsAUser])),
        dropped: [{ reason: "stretch shorter than a window", stretches: 4, samples: 512 }],
      },
      leakage: {
        split: "group",
        no_shared_person: true,
        no_overlapping_range: true,
        folds: foldReports.map(({ fold, test_users }) => {
          const others = users.filter((user) => !test_users.includes(user));
          return {
            fold,
            train_users: others.filter((_, i) => i % 4 !== 0),
            validation_users: others.filter((_, i) => i % 4 === 0),
            test_users,
            shared_users: [],
            shared_validation_users: [],
            overlapping_windows: 0,
            overlapping_validation_windows: 0,
            smallest_gap_seconds: null,
          };
        }),
      },
      folds: foldReports,
      users: userReports,
      pooled: gather(() => true),
      pooled_calibrated: gather(() => true, 1.6),
      summary: {
        over_folds: metricsSummary(foldReports.map((fold) => fold.metrics)),
        over_users: metricsSummary(userReports.map((user) => user.metrics)),
        worst_user: { user: worst.user, macro_f1: worst.metrics.macro_f1, accuracy: worst.metrics.accuracy },
      },
      temperature: 0.625,
      final_fit: { epochs: 11, seconds: 245.1, n_windows: windowsAUser * users.length },
      warnings,
    },
    baseline: exampleBaseline(channels, rng),
    history: [
      ...foldReports.flatMap(({ fold, epochs }) => epochRows(`fold-${fold}`, epochs, rng)),
      ...epochRows("final", 11, rng).map((row) => ({
        ...row,
        val_loss: null,
        val_accuracy: null,
        val_macro_f1: null,
        best: false,
      })),
    ],
  };
}

function predictions(rng: Rng, nClasses: number, skill: number): { truth: number[]; rows: number[][] } {
  const truth = Array.from({ length: windowsAUser }, (_, i) => i % nClasses);
  const rows = truth.map((label) =>
    softmax(Array.from({ length: nClasses }, (_, k) => rng.normal() + (k === label ? skill : 0))),
  );
  return { truth, rows };
}

function softmax(logits: readonly number[]): number[] {
  const exponentials = logits.map(Math.exp);
  const sum = exponentials.reduce((total, value) => total + value, 0);
  return exponentials.map((value) => value / sum);
}

function sharpen(row: readonly number[], power: number): number[] {
  return softmax(row.map((p) => power * Math.log(p)));
}

function epochRows(fit: string, epochs: number, rng: Rng): HistoryRow[] {
  return Array.from({ length: epochs }, (_, i) => ({
    fit,
    epoch: i + 1,
    loss: 0.1 + 1.2 * Math.exp(-i / 4),
    accuracy: 0.97 - 0.5 * Math.exp(-i / 4),
    val_loss: 0.25 + Math.exp(-i / 3) + 0.1 * rng.uniform(),
    val_accuracy: 0.94 - 0.4 * Math.exp(-i / 3),
    val_macro_f1: 0.93 - 0.4 * Math.exp(-i / 3) - 0.03 * rng.uniform(),
    learning_rate: 0.001,
    seconds: 12.5,
    best: i < 9,
  }));
}

function exampleBaseline(channels: readonly string[], rng: Rng): BaselineStats {
  const edges = Array.from({ length: 51 }, (_, i) => -20 + 0.8 * i);
  return {
    created_at: createdAt,
    source_file: "recordings.parquet",
    n_samples: 1_402_573,
    sensor_columns: channels,
    per_channel: Object.fromEntries(
      channels.map((name) => {
        const centre = 10 * rng.uniform() - 5;
        const counts = edges
          .slice(1)
          .map((edge) => Math.round(1e5 * Math.exp(-(((edge - 0.4 - centre) / 4) ** 2) / 2)));
        return [
          name,
          {
            mean: centre,
            std: 4,
            min: -19.61,
            max: 19.61,
            percentile_5: centre - 6.58,
            percentile_25: centre - 2.7,
            percentile_50: centre,
            percentile_75: centre + 2.7,
            percentile_95: centre + 6.58,
            histogram: { counts, bin_edges: edges },
          },
        ];
      }),
    ),
    scaler_path: "scaler.json",
    scaler_hash: `sha256:${"ab".repeat(32)}`,
    model_version: "walk-20260504-0302-1f2e3d4c",
  };
}
