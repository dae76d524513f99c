// Fills in the quality report from the kept rows, in one pass over each column. Nothing here changes the data.

import type { ResolvedColumns } from "./column-roles.ts";
import type { QualityReport } from "./quality-report.ts";
import { recordingPieces, type Stretch } from "./recordings.ts";
import { gapPeriods, medianOfSampling, minimalGapSeconds } from "./sampling.ts";
import type { SelectedRows } from "./select-rows.ts";
import type { StoredRows } from "./stored-rows.ts";

export interface QualityInput {
  readonly rows: StoredRows;
  readonly columns: ResolvedColumns;
  readonly selected: SelectedRows;
  readonly fileRows: readonly { file: string; rows: number }[];
  readonly warnings: readonly string[];
}

/** A channel counts as flat only while it stays at one value for at least this long. */
const flatRunSeconds = 1;

export function describeQuality(input: QualityInput): QualityReport {
  const { rows, columns, selected } = input;
  const { recordings, sampling } = rows;
  const rates = sampling.map((s) => roundQuality(1 / s.periodSeconds)).filter(Number.isFinite);
  const jitters = sampling.filter((s) => Number.isFinite(s.periodSeconds)).map((s) => roundQuality(s.jitter));
  const channels = describeChannelQuality(input);
  const warnings = [...input.warnings];
  for (const [name, channel] of Object.entries(channels)) {
    if (channel.flat) warnings.push(`Channel ${name} is constant throughout (${channel.min}).`);
  }
  const perRecording = recordings.map(({ user, recording, start, end }, r) => ({
    user,
    recording,
    rows: end - start,
    seconds: 0,
    rate_hz: finiteQualityOrNull(roundQuality(1 / sampling[r]!.periodSeconds)),
    jitter: roundQuality(sampling[r]!.jitter),
    gaps: sampling[r]!.gapRows.length,
  }));
  const [classes, persons] = [new Tally(), new Tally()];
  let [seconds, stretches] = [0, 0];
  for (const [r, stretch] of qualityStretches(rows)) {
    const { start, end, label, user } = stretch;
    const from = rows.time(start, start + 1)[0]!;
    const length = rows.time(end - 1, end)[0]! - from + qualityRowSeconds(rows, r);
    seconds += length;
    stretches++;
    perRecording[r]!.seconds += length;
    classes.add(label, end - start, length);
    persons.add(user, end - start, length);
  }
  for (const [name, channel] of Object.entries(channels)) {
    if (!channel.flat && channel.flat_seconds > 0.1 * seconds) {
      const share = ((100 * channel.flat_seconds) / seconds).toFixed(0);
      warnings.push(
        `Channel ${name} is constant for ${share} % of the time. Check whether the sensor is stuck or saturated.`,
      );
    }
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
    seconds: roundQuality(seconds),
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
      seconds: roundQuality(qualitySum(sampling.map((s) => s.gapSeconds))),
      longest_seconds: roundQuality(Math.max(0, qualityMaximum(sampling.map((s) => s.longestGapSeconds)) ?? 0)),
      rule: `a step longer than both ${gapPeriods} median steps of its recording and ${minimalGapSeconds} s`,
    },
    channels,
    classes: classes.roundedCounts(),
    persons: persons.roundedCounts(),
    per_recording: perRecording,
    warnings,
  };
}

/** Seconds that a row represents: the median step of its recording. */
function qualityRowSeconds(rows: StoredRows, recording: number): number {
  return finiteQualityOrNull(rows.sampling[recording]!.periodSeconds) ?? 0;
}

/** Each stretch with the index of its recording. */
function* qualityStretches(rows: StoredRows): Generator<[number, Stretch]> {
  let r = 0;
  for (const stretch of rows.stretches()) {
    while (rows.recordings[r]!.end <= stretch.start) r++;
    yield [r, stretch];
  }
}

function describeChannelQuality({ rows, selected }: QualityInput): QualityReport["channels"] {
  const described: QualityReport["channels"] = {};
  for (const [c, name] of rows.channels.entries()) {
    let min = Number.POSITIVE_INFINITY;
    let max = Number.NEGATIVE_INFINITY;
    let flatSeconds = 0;
    for (const [r, { start, end }] of qualityStretches(rows)) {
      const step = qualityRowSeconds(rows, r);
      const minimalRun = Math.max(2, Math.round(flatRunSeconds / step));
      let [run, last] = [0, Number.NaN];
      const endRun = (): void => {
        if (run >= minimalRun) flatSeconds += run * step;
      };
      for (const { from, to } of recordingPieces(start, end)) {
        for (const value of rows.values(c, from, to)) {
          if (value < min) min = value;
          if (value > max) max = value;
          if (value === last) run++;
          else {
            endRun();
            [run, last] = [1, value];
          }
        }
      }
      endRun();
    }
    described[name] = {
      missing: selected.missing[c]!,
      infinite: selected.infinite[c]!,
      min,
      max,
      flat: min === max,
      flat_seconds: roundQuality(flatSeconds),
    };
  }
  return described;
}

/** Rows and seconds by name. */
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
      ([name, { rows, seconds }]) => [name, { rows, seconds: roundQuality(seconds) }] as const,
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

/** Rounds to nine significant digits and nine decimal places; beyond that, sums of steps contain only rounding noise. */
function roundQuality(value: number): number {
  return Number(Number(value.toPrecision(9)).toFixed(9));
}

function finiteQualityOrNull(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
