// Fills the quality report from the rows that stayed. One pass over each column; nothing here changes the data.

import type { ResolvedColumns } from "./column-roles.ts";
import type { QualityReport } from "./quality.ts";
import type { Recordings, Stretch } from "./recordings.ts";
import { gapPeriods, medianOf, minimalGapSeconds, type Sampling } from "./sampling.ts";
import type { RecordingRows, SelectedRows } from "./select-rows.ts";

export interface QualityInput {
  readonly recordings: Omit<Recordings, "fingerprint">;
  readonly columns: ResolvedColumns;
  readonly selected: SelectedRows;
  readonly sampling: readonly Sampling[];
  readonly fileRows: readonly { file: string; rows: number }[];
  readonly warnings: readonly string[];
}

/** A channel that rests on one value for this long is called flat there. */
const flatRunSeconds = 1;

export function describeQuality(input: QualityInput): QualityReport {
  const { recordings, columns, selected, sampling } = input;
  const stretches = recordings.stretches;
  const period = periodOf(selected.recordings, sampling);
  const length = (s: Stretch): number => recordings.time[s.end - 1]! - recordings.time[s.start]! + period(s.start);
  const rates = sampling.map((s) => rounded(1 / s.periodSeconds)).filter(Number.isFinite);
  const jitters = sampling.filter((s) => Number.isFinite(s.periodSeconds)).map((s) => rounded(s.jitter));
  const channels = describeChannels(input, period);
  const warnings = [...input.warnings];
  for (const [name, channel] of Object.entries(channels)) {
    if (channel.flat) warnings.push(`Channel ${name} has one value throughout (${channel.min}).`);
  }
  const seconds = sum(stretches.map(length));
  for (const [name, channel] of Object.entries(channels)) {
    if (!channel.flat && channel.flat_seconds > 0.1 * seconds) {
      const share = ((100 * channel.flat_seconds) / seconds).toFixed(0);
      warnings.push(`Channel ${name} rests on one value for ${share} % of the time: a stuck or saturated sensor?`);
    }
  }
  const perRecording = selected.recordings.map((recording, r) => ({
    user: recording.user,
    recording: recording.recording,
    rows: recording.end - recording.start,
    seconds: 0,
    rate_hz: finiteOrNull(rounded(1 / sampling[r]!.periodSeconds)),
    jitter: rounded(sampling[r]!.jitter),
    gaps: sampling[r]!.gapRows.length,
  }));
  let r = 0;
  for (const stretch of stretches) {
    while (selected.recordings[r]!.end <= stretch.start) r++;
    perRecording[r]!.seconds += length(stretch);
  }
  return {
    rows: {
      read: sum(input.fileRows.map((f) => f.rows)),
      kept: selected.order.length,
      dropped: { ...selected.dropped },
    },
    files: input.fileRows.map((f) => ({ ...f })),
    columns: {
      label: columns.label,
      group: columns.group,
      recording: columns.recording,
      time: columns.time,
      time_unit: columns.timeUnit,
      channels: [...columns.channels],
    },
    seconds: rounded(seconds),
    users: new Set(selected.recordings.map((recording) => recording.user)).size,
    recordings: selected.recordings.length,
    stretches: stretches.length,
    sampling: {
      rate_hz: rates.length > 0 ? medianOf(Float64Array.from(rates)) : null,
      rate_hz_min: rates.length > 0 ? Math.min(...rates) : null,
      rate_hz_max: rates.length > 0 ? Math.max(...rates) : null,
      jitter: jitters.length > 0 ? medianOf(Float64Array.from(jitters)) : 0,
      jitter_max: Math.max(0, ...jitters),
    },
    gaps: {
      count: sum(sampling.map((s) => s.gapRows.length)),
      seconds: rounded(sum(sampling.map((s) => s.gapSeconds))),
      longest_seconds: rounded(Math.max(0, ...sampling.map((s) => s.longestGapSeconds))),
      rule: `a step longer than ${gapPeriods} median steps of its recording and than ${minimalGapSeconds} s`,
    },
    channels,
    classes: tally(stretches, (s) => s.label, length),
    persons: tally(stretches, (s) => s.user, length),
    per_recording: perRecording,
    warnings,
  };
}

/** Seconds a row stands for: the median step of its recording. Asked in row order within a pass. */
function periodOf(recordings: readonly RecordingRows[], sampling: readonly Sampling[]): (row: number) => number {
  let r = 0;
  return (row) => {
    if (recordings[r]!.start > row) r = 0;
    while (recordings[r]!.end <= row) r++;
    return finiteOrNull(sampling[r]!.periodSeconds) ?? 0;
  };
}

function describeChannels(input: QualityInput, period: (row: number) => number): QualityReport["channels"] {
  const { recordings, selected } = input;
  const described: QualityReport["channels"] = {};
  for (const [c, name] of recordings.channels.entries()) {
    const values = recordings.values[c]!;
    let min = Number.POSITIVE_INFINITY;
    let max = Number.NEGATIVE_INFINITY;
    let flatSeconds = 0;
    for (const { start, end } of recordings.stretches) {
      const step = period(start);
      const minimalRun = Math.max(2, Math.round(flatRunSeconds / step));
      let runStart = start;
      for (let i = start; i < end; i++) {
        const value = values[i]!;
        if (value < min) min = value;
        if (value > max) max = value;
        if (value !== values[runStart]!) {
          if (i - runStart >= minimalRun) flatSeconds += (i - runStart) * step;
          runStart = i;
        }
      }
      if (end - runStart >= minimalRun) flatSeconds += (end - runStart) * step;
    }
    described[name] = {
      missing: selected.missing[c]!,
      infinite: selected.infinite[c]!,
      min,
      max,
      flat: min === max,
      flat_seconds: rounded(flatSeconds),
    };
  }
  return described;
}

function tally(
  stretches: readonly Stretch[],
  nameOf: (stretch: Stretch) => string | null,
  length: (stretch: Stretch) => number,
): Record<string, { rows: number; seconds: number }> {
  const counts = new Map<string, { rows: number; seconds: number }>();
  for (const stretch of stretches) {
    const name = nameOf(stretch);
    if (name === null) continue;
    const entry = counts.get(name) ?? { rows: 0, seconds: 0 };
    entry.rows += stretch.end - stretch.start;
    entry.seconds += length(stretch);
    counts.set(name, entry);
  }
  for (const entry of counts.values()) entry.seconds = rounded(entry.seconds);
  return Object.fromEntries([...counts].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** Nine digits and nine decimals: the noise of adding steps is no information. */
function rounded(value: number): number {
  return Number(Number(value.toPrecision(9)).toFixed(9));
}

function finiteOrNull(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
