// Completes the quality report based on the kept rows, without changing them.

import { withoutRoundingNoise } from "../../without-rounding-noise.ts";
import { channelContent, channelContentWarnings } from "./channel-content.ts";
import type { ResolvedColumns } from "./column-roles.ts";
import { exceededRangeWarnings } from "./exceeded-range.ts";
import { frozenRowsWarnings } from "./frozen-rows.ts";
import { heldValuesWarnings } from "./held-values.ts";
import { preparedValuesWarnings } from "./prepared-values.ts";
import type { QualityReport } from "./quality-report.ts";
import { gapPeriods, medianOfSampling, minimalGapSeconds, rateOfSampling } from "./sampling.ts";
import type { SelectedRows } from "./selected-rows.ts";
import type { StoredRows } from "./stored-rows.ts";
import { stretchesByRecording, stretchSeconds } from "./stretches.ts";

export interface QualityInput {
  readonly rows: StoredRows;
  readonly columns: ResolvedColumns;
  readonly selected: SelectedRows;
  readonly fileRows: readonly { file: string; rows: number }[];
  readonly warnings: readonly string[];
}

export function describeQuality(input: QualityInput): QualityReport {
  const { rows, columns, selected } = input;
  const { recordings, sampling } = rows;
  const rates = sampling.map((s) => withoutRoundingNoise(1 / s.periodSeconds)).filter(Number.isFinite);
  const jitters = sampling.filter((s) => Number.isFinite(s.periodSeconds)).map((s) => withoutRoundingNoise(s.jitter));
  const channels = describeChannelQuality(input);
  const perRecording = recordings.map(({ user, recording, start, end }, r) => ({
    user,
    recording,
    rows: end - start,
    seconds: 0,
    rate_hz: rateOfSampling(sampling[r]!),
    jitter: withoutRoundingNoise(sampling[r]!.jitter),
    gaps: sampling[r]!.gapRows.length,
  }));
  const [classes, persons] = [new Tally(), new Tally()];
  let [seconds, stretches] = [0, 0];
  for (const [r, stretch] of stretchesByRecording(rows)) {
    const { start, end, label, user } = stretch;
    const length = stretchSeconds(rows, r, stretch);
    seconds += length;
    stretches++;
    perRecording[r]!.seconds += length;
    classes.add(label, end - start, length);
    persons.add(user, end - start, length);
  }
  return {
    rows: { read: selected.read, kept: selected.kept, dropped: { ...selected.dropped } },
    ...(selected.unlabelled !== undefined && { unlabelled: selected.unlabelled }),
    files: input.fileRows.map((f) => ({ ...f })),
    columns: {
      label: columns.label,
      group: columns.group,
      recording: columns.recording,
      time: columns.time,
      time_unit: columns.timeUnit,
      channels: [...columns.channels],
    },
    seconds: withoutRoundingNoise(seconds),
    users: new Set(recordings.map((recording) => recording.user)).size,
    recordings: recordings.length,
    stretches,
    sampling: {
      rate_hz: rates.length > 0 ? medianOfSampling(Float64Array.from(rates)) : null,
      rate_hz_min: qualityMinimum(rates),
      rate_hz_max: qualityMaximum(rates),
      jitter: jitters.length > 0 ? medianOfSampling(Float64Array.from(jitters)) : 0,
      jitter_max: Math.max(0, qualityMaximum(jitters) ?? 0),
    },
    gaps: {
      count: qualitySum(sampling.map((s) => s.gapRows.length)),
      seconds: withoutRoundingNoise(qualitySum(sampling.map((s) => s.gapSeconds))),
      longest_seconds: withoutRoundingNoise(Math.max(0, qualityMaximum(sampling.map((s) => s.longestGapSeconds)) ?? 0)),
      rule: `a step longer than both ${gapPeriods} median steps of its recording and ${minimalGapSeconds} s`,
    },
    channels,
    classes: classes.roundedCounts(),
    persons: persons.roundedCounts(),
    per_recording: perRecording,
    warnings: [
      ...input.warnings,
      ...channelContentWarnings(channels, seconds),
      ...frozenRowsWarnings(rows, seconds),
      ...exceededRangeWarnings(rows),
      ...heldValuesWarnings(rows),
      ...preparedValuesWarnings(rows),
    ],
  };
}

function describeChannelQuality({ rows, selected }: QualityInput): QualityReport["channels"] {
  return Object.fromEntries(
    rows.channels.map((name, c) => {
      const { min, max, flat_seconds } = channelContent(rows, c);
      const [missing, infinite] = [selected.missing[c]!, selected.infinite[c]!];
      return [name, { missing, infinite, min, max, flat: min === max, flat_seconds }];
    }),
  );
}

/** Counts rows and seconds by name. */
class Tally {
  readonly #counts = new Map<string, { rows: number; seconds: number }>();

  add(name: string | null, rows: number, seconds: number): void {
    if (name === null) return;
    const entry = this.#counts.get(name) ?? { rows: 0, seconds: 0 };
    entry.rows += rows;
    entry.seconds += seconds;
    this.#counts.set(name, entry);
  }

  roundedCounts(): Record<string, { rows: number; seconds: number }> {
    const entries = [...this.#counts].map(
      ([name, { rows, seconds }]) => [name, { rows, seconds: withoutRoundingNoise(seconds) }] as const,
    );
    return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
  }
}

function qualityMinimum(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((a, b) => Math.min(a, b));
}

function qualityMaximum(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((a, b) => Math.max(a, b));
}

function qualitySum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
