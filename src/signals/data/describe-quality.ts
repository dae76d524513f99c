// Fills the quality report from the rows kept, in one pass over each column. Nothing here changes the data.

import type { ResolvedColumns } from "./column-roles.ts";
import type { QualityReport } from "./quality.ts";
import { pieces, type Stretch } from "./recordings.ts";
import { gapPeriods, medianOf, minimalGapSeconds } from "./sampling.ts";
import type { SelectedRows } from "./select-rows.ts";
import type { StoredRows } from "./stored-rows.ts";

export interface QualityInput {
  readonly rows: StoredRows;
  readonly columns: ResolvedColumns;
  readonly selected: SelectedRows;
  readonly fileRows: readonly { file: string; rows: number }[];
  readonly warnings: readonly string[];
}

/** A channel that rests on one value for this long counts as flat there. */
const flatRunSeconds = 1;

export function describeQuality(input: QualityInput): QualityReport {
  const { rows, columns, selected } = input;
  const { recordings, sampling } = rows;
  const rates = sampling.map((s) => rounded(1 / s.periodSeconds)).filter(Number.isFinite);
  const jitters = sampling.filter((s) => Number.isFinite(s.periodSeconds)).map((s) => rounded(s.jitter));
  const channels = describeChannels(input);
  const warnings = [...input.warnings];
  for (const [name, channel] of Object.entries(channels)) {
    if (channel.flat) warnings.push(`Channel ${name} has one value throughout (${channel.min}).`);
  }
  const perRecording = recordings.map(({ user, recording, start, end }, r) => ({
    user,
    recording,
    rows: end - start,
    seconds: 0,
    rate_hz: finiteOrNull(rounded(1 / sampling[r]!.periodSeconds)),
    jitter: rounded(sampling[r]!.jitter),
    gaps: sampling[r]!.gapRows.length,
  }));
  const [classes, persons] = [new Tally(), new Tally()];
  let [seconds, stretches] = [0, 0];
  for (const [r, stretch] of withRecording(rows)) {
    const { start, end, label, user } = stretch;
    const from = rows.time(start, start + 1)[0]!;
    const length = rows.time(end - 1, end)[0]! - from + periodOf(rows, r);
    seconds += length;
    stretches++;
    perRecording[r]!.seconds += length;
    classes.add(label, end - start, length);
    persons.add(user, end - start, length);
  }
  for (const [name, channel] of Object.entries(channels)) {
    if (!channel.flat && channel.flat_seconds > 0.1 * seconds) {
      const share = ((100 * channel.flat_seconds) / seconds).toFixed(0);
      warnings.push(`Channel ${name} stays on one value for ${share} % of the time: is the sensor stuck or saturated?`);
    }
  }
  return {
    rows: { read: selected.read, kept: selected.kept, dropped: { ...selected.dropped } },
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
    users: new Set(recordings.map((recording) => recording.user)).size,
    recordings: recordings.length,
    stretches,
    sampling: {
      rate_hz: rates.length > 0 ? medianOf(Float64Array.from(rates)) : null,
      rate_hz_min: least(rates),
      rate_hz_max: most(rates),
      jitter: jitters.length > 0 ? medianOf(Float64Array.from(jitters)) : 0,
      jitter_max: Math.max(0, most(jitters) ?? 0),
    },
    gaps: {
      count: sum(sampling.map((s) => s.gapRows.length)),
      seconds: rounded(sum(sampling.map((s) => s.gapSeconds))),
      longest_seconds: rounded(Math.max(0, most(sampling.map((s) => s.longestGapSeconds)) ?? 0)),
      rule: `a step longer than ${gapPeriods} median steps of its recording and than ${minimalGapSeconds} s`,
    },
    channels,
    classes: classes.rounded(),
    persons: persons.rounded(),
    per_recording: perRecording,
    warnings,
  };
}

/** Seconds a row stands for: the median step of its recording. */
function periodOf(rows: StoredRows, recording: number): number {
  return finiteOrNull(rows.sampling[recording]!.periodSeconds) ?? 0;
}

/** Each stretch with the index of its recording. */
function* withRecording(rows: StoredRows): Generator<[number, Stretch]> {
  let r = 0;
  for (const stretch of rows.stretches()) {
    while (rows.recordings[r]!.end <= stretch.start) r++;
    yield [r, stretch];
  }
}

function describeChannels({ rows, selected }: QualityInput): QualityReport["channels"] {
  const described: QualityReport["channels"] = {};
  for (const [c, name] of rows.channels.entries()) {
    let min = Number.POSITIVE_INFINITY;
    let max = Number.NEGATIVE_INFINITY;
    let flatSeconds = 0;
    for (const [r, { start, end }] of withRecording(rows)) {
      const step = periodOf(rows, r);
      const minimalRun = Math.max(2, Math.round(flatRunSeconds / step));
      let [run, last] = [0, Number.NaN];
      const endRun = (): void => {
        if (run >= minimalRun) flatSeconds += run * step;
      };
      for (const { from, to } of pieces(start, end)) {
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
      flat_seconds: rounded(flatSeconds),
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

  rounded(): Record<string, { rows: number; seconds: number }> {
    const entries = [...this.#counts].map(
      ([name, { rows, seconds }]) => [name, { rows, seconds: rounded(seconds) }] as const,
    );
    return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
  }
}

function least(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((a, b) => Math.min(a, b));
}

function most(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((a, b) => Math.max(a, b));
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** Nine digits and nine decimals; beyond that, sums of steps hold only rounding noise. */
function rounded(value: number): number {
  return Number(Number(value.toPrecision(9)).toFixed(9));
}

function finiteOrNull(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
