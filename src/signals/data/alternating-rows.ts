// Detects recordings whose rows alternate between two recordings or sensors, with no column to tell them apart. Movement is
// smooth: a value is closer to the previous one than to the one two rows back. If rows alternate between two signals, a value
// is closer to the one two rows back. If the second signal has a lower rate, only some rows stand out: they are close to the
// last row that stood out, but far from both neighbours, which are close to each other.
//
// A much slower second signal has too few rows for that, but its rows are surplus: without such a row, the step from the
// previous row to the next would have its usual length. If surplus rows often stand out and others rarely do, the surplus rows
// belong to another signal. On a clock that jitters freely, a tenth of the rows may appear to be surplus, but these stand out
// as rarely as the others.
//
// The first measure (jumpiness) is the root mean square of the differences between consecutive rows, divided by that of the
// differences between rows two apart; the second is the share of rows that stand out. No recording in MotionSense, BFRB, UCI
// HAR or WISDM exceeds the lower limits (sensors-of-data-sets.full.test.ts). If a second device has a quarter of the first
// one's rate, it contributes a fifth of the rows. At low rates, genuine values also go back and forth from row to row, as when
// people jogging are recorded at 5 Hz.

import type { FaultDescription, OnFault } from "../../data-fault.ts";
import { percent } from "../../percent.ts";
import { exceedsGateLimit } from "./gate-limits.ts";
import type { StoredRows } from "./stored-rows.ts";

/** Limits for the jumpiness and for the share of rows that stand out, above which a recording is doubtful or is rejected. */
const limits = { jumpiness: { warn: 1.3, refuse: 3 }, outlying: { warn: 0.075, refuse: 0.15 } } as const;
/**
 * Limits for surplus rows from another signal: their minimum number, the minimum share of them that stand out, and the minimum
 * ratio of this share to the same share of the other rows. The limits were chosen on recordings of MotionSense, BFRB and
 * WISDM: if two of these are merged, one at a tenth of the other's rate, most pairs exceed the limits, and no single recording
 * exceeds them on a clock that jitters by a whole step (sensors-of-data-sets.full.test.ts).
 */
const surplus = { least: 20, outlying: 0.3, ratio: 3 } as const;
/** Largest difference, in usual steps, between the step around a surplus row and a usual step. */
const surplusTolerance = 0.3;
/** A row stands out if the squared distances to its neighbours exceed the one between these neighbours by this factor. */
const outlyingFactor = 4;
/** Minimum sampling rate of recordings to examine, in Hz. */
const leastRateHz = 8;
/** Number of rows to examine, from the middle of a recording; recordings with fewer than `least` rows are not examined. */
const rows = { least: 200, most: 3000 } as const;
/** Maximum number of recordings to examine, spread evenly over all of them. */
const mostRecordings = 100;

/**
 * Returns one warning about the first recording whose rows may alternate, or none.
 * @param onFault called if a recording's rows clearly alternate
 */
export function alternatingRowsWarnings(
  stored: Pick<StoredRows, "recordings" | "sampling" | "channels" | "time" | "values">,
  onFault: OnFault,
): string[] {
  const long = stored.recordings.filter(
    ({ start, end }, r) => end - start >= rows.least && 1 / stored.sampling[r]!.periodSeconds >= leastRateHz,
  );
  const stride = Math.ceil(long.length / mostRecordings);
  const found = long
    .filter((_, i) => i % stride === 0)
    .map(({ start, end, ...recording }) => {
      const length = Math.min(end - start, rows.most);
      const from = start + ((end - start - length) >> 1);
      const columns = stored.channels.map((_, c) => stored.values(c, from, from + length));
      return { ...recording, ...alternation(columns, stored.time(from, from + length)) };
    })
    .filter((own) => isAlternating(own, "warn"));
  const clear = found.filter((own) => isAlternating(own, "refuse"));
  if (clear.length > 0) {
    onFault(faultOfAlternatingRows(clear));
    return [];
  }
  return found.length === 0
    ? []
    : [
        `${describeAlternatingRows(found)}, as if rows from two sensors or recordings alternated. ${adviceOnAlternation}`,
      ];
}

const adviceOnAlternation =
  "If a column distinguishes the sensors or recordings, use --only, --pivot or --recording; otherwise write " +
  "each to its own file.";

interface Alternation {
  readonly jumpiness: number;
  /** Share of the rows that stand out, 0 to 1. */
  readonly outlying: number;
  /** Share of the surplus rows that stand out, and number of surplus rows; undefined if they do not differ from the others. */
  readonly slower: { readonly outlying: number; readonly rows: number; readonly examined: number } | undefined;
}

type NamedAlternation = Alternation & Pick<StoredRows["recordings"][number], "user" | "recording">;

function isAlternating({ jumpiness, outlying, slower }: Alternation, level: "warn" | "refuse"): boolean {
  if (slower !== undefined) return true;
  return exceedsGateLimit(jumpiness, limits.jumpiness[level]) || exceedsGateLimit(outlying, limits.outlying[level]);
}

function describeAlternatingRows(found: readonly NamedAlternation[]): string {
  const { recording, user, jumpiness, outlying, slower } = found[0]!;
  const others = found.length > 1 ? ` and ${found.length - 1} more` : "";
  const how = exceedsGateLimit(jumpiness, limits.jumpiness.warn)
    ? "the values jump back and forth from row to row"
    : slower !== undefined && !exceedsGateLimit(outlying, limits.outlying.refuse)
      ? `${slower.rows} of the ${slower.examined} rows examined come between two regular samples and differ from both`
      : `about ${percent(outlying, { decimals: 0 })} of the rows do not fit between their neighbours`;
  return `Recording "${recording}" of person "${user}"${others}: ${how}`;
}

function faultOfAlternatingRows(found: readonly NamedAlternation[]): FaultDescription {
  const expected = "the rows of one sensor";
  return {
    code: "time",
    message: `${describeAlternatingRows(found)}, so the rows of two sensors or recordings alternate.`,
    advice: adviceOnAlternation,
    expected,
    found: "rows of two",
  };
}

/** @param columns the values of each channel; each channel's squared differences are divided by its variance */
function alternation(columns: readonly Float32Array[], time: Float64Array): Alternation {
  const length = columns[0]?.length ?? 0;
  /** Squared distances between rows i - 1 and i, and between rows i - 1 and i + 1. */
  const [one, two] = [new Float64Array(length), new Float64Array(length)];
  const scales = columns.map((values) => {
    let sum = 0;
    for (let i = 0; i < length; i++) sum += values[i]!;
    const mean = sum / length;
    let variance = 0;
    for (let i = 0; i < length; i++) variance += (values[i]! - mean) ** 2;
    return variance > 0 ? 1 / variance : 0;
  });
  for (const [c, values] of columns.entries()) {
    for (let i = 1; i < length; i++) one[i]! += scales[c]! * (values[i]! - values[i - 1]!) ** 2;
    for (let i = 1; i + 1 < length; i++) two[i]! += scales[c]! * (values[i + 1]! - values[i - 1]!) ** 2;
  }
  let [last, outlying] = [-1, 0];
  for (let i = 1; i + 1 < length; i++) {
    const near = Math.min(one[i]!, one[i + 1]!);
    if (near <= outlyingFactor * two[i]!) continue;
    if (last >= 0) {
      const back = columns.reduce((sum, values, c) => sum + scales[c]! * (values[i]! - values[last]!) ** 2, 0);
      if (2 * back < near) outlying++;
    }
    last = i;
  }
  const sum = (values: Float64Array): number => values.reduce((total, value) => total + value, 0);
  return {
    jumpiness: Math.sqrt((sum(one) - one[1]!) / sum(two)),
    outlying: outlying / length,
    slower: slowerAlternatingSignal(time, (i) => Math.min(one[i]!, one[i + 1]!) > outlyingFactor * two[i]!),
  };
}

/** @param standsOut whether a row is far from both neighbours relative to the distance between them */
function slowerAlternatingSignal(time: Float64Array, standsOut: (row: number) => boolean): Alternation["slower"] {
  const { length } = time;
  const steps = new Float64Array(Math.max(0, length - 1));
  for (let i = 0; i < steps.length; i++) steps[i] = time[i + 1]! - time[i]!;
  steps.sort();
  const step = steps[length >> 1]!;
  const difference = (i: number): number => Math.abs(time[i + 1]! - time[i - 1]! - step);
  let [surplusRows, outlying, others, othersOutlying] = [0, 0, 0, 0];
  for (let i = 2; i + 2 < length; i++) {
    const own = difference(i);
    if (own <= surplusTolerance * step && own <= difference(i - 1) && own < difference(i + 1)) {
      surplusRows++;
      if (standsOut(i)) outlying++;
    } else if (own > 0.5 * step) {
      others++;
      if (standsOut(i)) othersOutlying++;
    }
  }
  const share = outlying / surplusRows;
  if (surplusRows < surplus.least || others === 0) return undefined;
  if (!(share >= surplus.outlying && share >= surplus.ratio * (othersOutlying / others))) return undefined;
  return { outlying: share, rows: surplusRows, examined: length };
}
