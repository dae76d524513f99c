// Applies labels from separate files to recordings: finds the annotations of each recording, checks that both use the same
// clock, and reports labels that do not fit.

import { counted } from "../../counted.ts";
import { UserError } from "../../errors.ts";
import { listedNames } from "../../listed-names.ts";
import type { TimeUnit } from "./column-roles.ts";
import { type LabelledRows, labelRows } from "./label-rows.ts";
import { type LabelInterval, type LabelSegment, labelSegments } from "./label-segments.ts";
import type { Annotation, LabelFiles } from "./read-label-file.ts";
import type { RowStore } from "./row-store.ts";
import { spellingKey } from "./spellings.ts";
import type { StoredRecording, StoredRows } from "./stored-rows.ts";

export interface LabellingOptions {
  /** Whether the recordings are one side of a fixed split, so that some labels may belong to the other side. */
  readonly oneSide: boolean;
  /** Whether the labels' times count from the first row of each recording rather than following its clock. */
  readonly fromStart: boolean;
  /** Unit of the recordings' time column. */
  readonly timeUnit: TimeUnit;
  /** Class of a label; null if it is left out. */
  readonly classOf: (label: string) => string | null;
  /** Spelling of a person. */
  readonly personOf: (name: string) => string;
  /** A store that only labelled rows are copied to; undefined to keep all rows. */
  readonly labelledOnly: RowStore | undefined;
  readonly warn: (message: string) => void;
}

const numberUnits = [1, 1e-3, 1e-6, 1e-9];
const unitFactors: Partial<Record<TimeUnit, number>> = { s: 1, ms: 1e-3, us: 1e-6, ns: 1e-9 };
/** Minimum share of the annotations that must fall within recordings for a time unit to be accepted. */
const leastFitting = 0.5;
/** Minimum share of the longest recording that the labels must span for a time unit to be accepted. */
const leastSpread = 0.02;
const quarterHour = 900;
const mostShift = 14 * 3600;

interface Span {
  readonly from: number;
  readonly to: number;
}

/** @throws UserError if the labels do not fit the recordings' clocks, or cannot be assigned to recordings */
export function labelRecordings(rows: StoredRows, files: LabelFiles, options: LabellingOptions): LabelledRows {
  const { fromStart, labelledOnly, warn } = options;
  const owned = annotationsOfRecordings(rows.recordings, files, options);
  const spans = rows.recordings.map(({ start, end }): Span => {
    const [from, to] = [rows.time(start, start + 1)[0]!, rows.time(end - 1, end)[0]!];
    return fromStart ? { from: 0, to: to - from } : { from, to };
  });
  const factor = factorToLabelRecordings(rows, files, { owned, spans }, options);
  const used = new Set<Annotation>();
  let [overlapping, overlappingSeconds] = [0, 0];
  const unlabelled: string[] = [];
  const segmentsOf = rows.recordings.map(({ start, recording, user }, r): readonly LabelSegment[] => {
    const { from, to } = spans[r]!;
    const own = owned[r]!.filter(({ start: at, end }) => at * factor <= to && (end ?? Infinity) * factor >= from);
    for (const annotation of own) used.add(annotation);
    const zero = fromStart ? rows.time(start, start + 1)[0]! : 0;
    const intervals = own.map(({ label, start: at, end }): LabelInterval => {
      const known = label === null ? null : options.classOf(label);
      return { label: known, start: zero + at * factor, end: end === null ? null : zero + end * factor };
    });
    const found = labelSegments(intervals);
    overlapping += found.overlapping;
    overlappingSeconds += found.overlappingSeconds;
    if (found.segments.length === 0) unlabelled.push(`${recording} of ${user}`);
    return found.segments;
  });
  const name = listedNames(files.paths, 3);
  if (overlapping > 0) {
    warn(
      `${name}: ${counted(overlapping, "label")} overlap others in time. The ${formatLabelSeconds(overlappingSeconds)} that several labels claim get none, because a row can have only one label.`,
    );
  }
  if (unlabelled.length > 0) warn(`${name}: no label falls within the recordings ${listedNames(unlabelled)}.`);
  const named = new Set(owned.flat());
  const outside = [...named].filter((annotation) => annotation.label !== null && !used.has(annotation));
  if (outside.length > 0) {
    const shown = outside.slice(0, 3).map(({ label, start }) => `"${label}" at ${formatLabelTime(start * factor)}`);
    warn(
      `${name}: ${outside.length} of ${counted(files.annotations.length, "label")} lie outside of all recordings that they name, such as ${shown.join(", ")}. They are not used.`,
    );
  }
  return labelRows(rows, segmentsOf, labelledOnly);
}

/** Returns, for each recording, the annotations that may belong to it. */
function annotationsOfRecordings(
  recordings: readonly StoredRecording[],
  { annotations, named, paths }: LabelFiles,
  { personOf, fromStart, oneSide, warn }: LabellingOptions,
): Annotation[][] {
  const stem = (name: string): string => spellingKey(name.replace(/^.*[/\\]/, "").replace(/(\.[a-z]\w{0,4})+$/i, ""));
  const fileStems = paths.map((path) =>
    stem(path).replace(/(labels?|annotations?|events?|activit(y|ies)|behaviou?rs?|marks?)$/, ""),
  );
  const byFile = paths.length > 1 && !named.person && !named.recording;
  const people = new Set(recordings.map(({ user }) => user));
  const names = new Set(recordings.map(({ recording }) => stem(recording)));
  const strangers = named.person
    ? new Set(annotations.flatMap(({ person }) => (person === null || people.has(personOf(person)) ? [] : [person])))
    : new Set<string>();
  const unknown = named.recording
    ? new Set(
        annotations.flatMap(({ recording, person }) => {
          const isStranger = person !== null && strangers.has(person);
          return recording === null || isStranger || names.has(stem(recording)) ? [] : [recording];
        }),
      )
    : new Set<string>();
  const label = listedNames(paths, 3);
  const told = (found: Set<string>, kind: string, ours: Iterable<string>): void => {
    if (found.size === 0 || oneSide) return;
    warn(
      `${label}: labels of the ${kind} ${listedNames([...found])} are not used, because no recording has that name; the recordings have ${listedNames([...ours])}.`,
    );
  };
  told(strangers, "person", people);
  told(unknown, "recording", new Set(recordings.map(({ recording }) => recording)));
  if (!named.person && !named.recording && !byFile) refuseAmbiguouslyLabelledRecordings(recordings, label, fromStart);
  const owned = recordings.map(({ user, recording }) =>
    annotations.filter((annotation) => {
      if (byFile) return [stem(recording), stem(user)].includes(fileStems[annotation.file]!);
      if (annotation.person !== null && personOf(annotation.person) !== user) return false;
      return annotation.recording === null || stem(annotation.recording) === stem(recording);
    }),
  );
  if (owned.some((own) => own.length > 0)) return owned;
  throw new UserError(`--labels ${label}: no label belongs to any of the recordings.`, {
    advice: `The recordings are ${listedNames(recordings.map(({ user, recording }) => `${recording} of ${user}`))}. Identify the recordings in a column called user or recording${byFile ? ", or in the names of the files" : ""}.`,
  });
}

/**
 * Rejects labels that name neither a person nor a recording if there are several people or, with times from the start of each
 * recording, several recordings, because the labels cannot be assigned.
 */
function refuseAmbiguouslyLabelledRecordings(
  recordings: readonly StoredRecording[],
  label: string,
  fromStart: boolean,
): void {
  if (recordings.length < 2 || (!fromStart && new Set(recordings.map(({ user }) => user)).size < 2)) return;
  const [one, other] = recordings;
  throw new UserError(
    `--labels ${label}: the labels name neither a person nor a recording, but there are several recordings, such as ${one!.recording} of ${one!.user} and ${other!.recording} of ${other!.user}.`,
    {
      advice:
        "Add a column called user or recording to the labels, or give one file of labels per recording, named after it.",
    },
  );
}

/** Returns the seconds per unit of the labels' times. @throws UserError if no unit makes the labels fit */
function factorToLabelRecordings(
  rows: StoredRows,
  { clock, annotations, paths }: LabelFiles,
  { owned, spans }: { owned: readonly (readonly Annotation[])[]; spans: readonly Span[] },
  { fromStart, timeUnit, warn }: LabellingOptions,
): number {
  const own = unitFactors[timeUnit];
  const matched = owned.reduce((sum, { length }) => sum + length, 0);
  const fitting = (factor: number, shift = 0): number =>
    owned.reduce((sum, list, r) => {
      const { from, to } = spans[r]!;
      const inside = list.filter(({ start, end }) => {
        const at = start * factor + shift;
        return at <= to && (end === null ? at >= from : end * factor + shift >= from);
      });
      return sum + inside.length;
    }, 0) / matched;
  const [first, last] = [
    annotations.reduce((least, { start }) => Math.min(least, start), Number.POSITIVE_INFINITY),
    annotations.reduce((most, { start, end }) => Math.max(most, end ?? start), Number.NEGATIVE_INFINITY),
  ];
  const longest = spans.reduce((most, { from, to }) => Math.max(most, to - from), 0);
  // If the unit is too small, all labels would fall into the first moments of a recording that begins at 0.
  const isSpread = (factor: number): boolean => (last - first) * factor >= leastSpread * longest;
  const units = clock === "numbers" ? [...new Set([...(own === undefined ? [] : [own]), ...numberUnits])] : [1];
  const factors = units.filter((factor) => factor === 1 || factor === own || isSpread(factor));
  const fit = factors.filter((factor) => fitting(factor) >= leastFitting).sort((a, b) => b - a);
  const found = own !== undefined && fit.includes(own) && isSpread(own) ? own : fit[0];
  if (found !== undefined) {
    if (fit.length > 1 && found !== 1) {
      const unit = Object.keys(unitFactors).find((name) => unitFactors[name as TimeUnit] === found);
      warn(
        `${listedNames(paths, 3)}: the times of the labels are read in ${unit}, as in the recordings. If the unit is wrong, put the correct one into the column's name (start_s, start_ms).`,
      );
    }
    return found;
  }
  const best = factors.reduce((a, b) => (fitting(b) > fitting(a) ? b : a));
  if (fitting(best) > 0) return best;
  const shown = own !== undefined && first * own > 1e8 ? own : 1;
  const begin = spans.reduce((least, { from }) => Math.min(least, from), Number.POSITIVE_INFINITY);
  const finish = spans.reduce((most, { to }) => Math.max(most, to), Number.NEGATIVE_INFINITY);
  const isFromStart = !fromStart && fitLabelsFromStart(owned, rows, factors);
  const shift = Array.from({ length: (2 * mostShift) / quarterHour + 1 }, (_, i) => i * quarterHour - mostShift)
    .sort((a, b) => Math.abs(a) - Math.abs(b))
    .find((by) => fitting(best, by) >= 0.9);
  const advice = isFromStart
    ? "The labels seem to count from the start of each recording: add --labels-clock start."
    : shift !== undefined
      ? `The labels would fit if they were ${Math.abs(shift) / 3600} h ${shift > 0 ? "later" : "earlier"}: give the zone of local times with --time-zone, or correct one of the clocks.`
      : "Give the labels on the recordings' clock, or in seconds from the start of each recording with --labels-clock start.";
  throw new UserError(
    `--labels ${listedNames(paths, 3)}: no label falls within a recording. The labels run from ${formatLabelTime(first * shown)} to ${formatLabelTime(last * shown)}, the recordings from ${formatLabelTime(begin)} to ${formatLabelTime(finish)}.`,
    { advice },
  );
}

function fitLabelsFromStart(
  owned: readonly (readonly Annotation[])[],
  rows: StoredRows,
  factors: readonly number[],
): boolean {
  const total = owned.reduce((sum, { length }) => sum + length, 0);
  return factors.some((factor) => {
    const inside = owned.reduce((sum, list, r) => {
      const { start, end } = rows.recordings[r]!;
      const length = rows.time(end - 1, end)[0]! - rows.time(start, start + 1)[0]!;
      return sum + list.filter(({ start: at }) => at >= 0 && at * factor <= length).length;
    }, 0);
    return inside >= 0.9 * total;
  });
}

/** Formats a time in seconds, or as a date if it counts from 1970. */
function formatLabelTime(at: number): string {
  return at > 1e8 && at < 1e10 ? new Date(1000 * at).toISOString() : formatLabelSeconds(at);
}

function formatLabelSeconds(value: number): string {
  return `${Number(value.toPrecision(9)).toLocaleString("en")} s`;
}
