// Finds channels in which a movement exceeded the range of the sensor or of the numbers that hold its values. A sensor repeats
// its largest value until the movement is back within its range (clipping). Numbers of fixed size continue at the other end of
// their range (overflow): +32767 is followed by -32768.
//
// In a clipped recording, at least as many values are equal to an extreme as lie near it; otherwise, extremes are rare. Peaks
// of values rounded to a few levels look clipped, too, and are not examined. A movement seldom crosses its own range in a
// single step, and hardly ever in both directions; values that overflow do so each time. Both limits were chosen on recordings
// in MotionSense, BFRB, UCI HAR and WISDM (sensors-of-data-sets.full.test.ts): only WISDM's watches, whose range is 2 g, clip
// movements such as jogging, and no values overflow.

import { counted } from "../../counted.ts";
import { float32Text } from "../../float32-text.ts";
import { percent } from "../../percent.ts";
import { piecesOfRecordings } from "./recordings.ts";
import type { StoredRows } from "./stored-rows.ts";

/**
 * Clipping: minimum number of times that two or more consecutive values are equal to an extreme, the share of the range that is
 * near it, and the minimum number of different values. Without clipping, extremes of the four data sets repeat at most twice;
 * if rounded to a tenth or a twentieth of g, their recordings that look clipped have at most 19 different values.
 */
const clipped = { leastRuns: 10, near: 0.05, leastLevels: 30 } as const;
/**
 * Overflow: minimum step, as a share of the range; minimum number of such steps in each direction; and maximum distance of the
 * range's middle from zero, as a share of the range, because the numbers are signed. Recordings of the four data sets have at
 * most two such steps. If a tenth of their values overflow, 97 % have at least four; if a fiftieth, 78 %.
 */
const overflow = { step: 0.85, leastSteps: 4, mostOffset: 0.1 } as const;

type Rows = Pick<StoredRows, "recordings" | "channels" | "values">;

/** One side of a channel's range in one recording. */
interface Extreme {
  readonly limit: number;
  /** Number of values that are equal to the limit. */
  readonly at: number;
}

interface RangeOfRecording {
  readonly user: string;
  readonly recording: string;
  readonly rows: number;
  readonly lowest: number;
  readonly highest: number;
  /** Limits at which values were clipped. */
  readonly clippedAt: readonly Extreme[];
  /** Number of steps from one end of the range to the other; 0 if the values do not overflow. */
  readonly overflows: number;
}

/** Returns at most one warning per channel about clipping, and one about overflow. */
export function exceededRangeWarnings(rows: Rows): string[] {
  return rows.channels.flatMap((channel, c) => {
    const found = rows.recordings.map((recording) => rangeOfRecording(rows, c, recording));
    const warnings: string[] = [];
    const share = ({ clippedAt, rows: all }: RangeOfRecording): number => countAt(clippedAt) / all;
    const cut = found.filter(({ clippedAt }) => clippedAt.length > 0).toSorted((a, b) => share(b) - share(a));
    if (cut.length > 0) {
      const limits = cut[0]!.clippedAt.map(({ limit }) => float32Text(limit)).join(" or ");
      warnings.push(
        `Channel ${channel} is clipped: ${percent(share(cut[0]!), { decimals: 1 })} of the values are exactly ${limits} (${nameRecordings(cut)}). The movement exceeds the sensor's range, so its peaks are missing.`,
      );
    }
    const over = found.filter(({ overflows }) => overflows > 0).toSorted((a, b) => b.overflows - a.overflows);
    if (over.length > 0) {
      const { overflows, lowest, highest } = over[0]!;
      warnings.push(
        `Channel ${channel} jumps ${counted(overflows, "time")} between ${float32Text(lowest)} and ${float32Text(highest)} (${nameRecordings(over)}), as numbers do when they overflow, and angles after a full turn. Record with a larger range, or repair the export.`,
      );
    }
    return warnings;
  });
}

function rangeOfRecording(rows: Rows, c: number, recording: Rows["recordings"][number]): RangeOfRecording {
  const { user, recording: name, start, end } = recording;
  const pieces = function* (): Generator<Float32Array> {
    for (const { from, to } of piecesOfRecordings(start, end)) yield rows.values(c, from, to);
  };
  let [lowest, highest] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const values of pieces()) {
    for (let i = 0; i < values.length; i++) {
      const value = values[i]!;
      if (value < lowest) lowest = value;
      if (value > highest) highest = value;
    }
  }
  const range = highest - lowest;
  const sides = [lowest, highest].map((limit) => ({ limit, at: 0, near: 0, runs: 0 }));
  const [low, high] = [sides[0]!, sides[1]!];
  const [belowLow, aboveHigh] = [lowest + clipped.near * range, highest - clipped.near * range];
  let [up, down, last, before] = [0, 0, Number.NaN, Number.NaN];
  for (const values of pieces()) {
    for (let i = 0; i < values.length; i++) {
      const value = values[i]!;
      if (value - last > overflow.step * range) up++;
      else if (last - value > overflow.step * range) down++;
      const side = value <= belowLow ? low : value >= aboveHigh ? high : undefined;
      if (side !== undefined) {
        if (value !== side.limit) side.near++;
        else {
          side.at++;
          if (last === value && before !== value) side.runs++;
        }
      }
      before = last;
      last = value;
    }
  }
  // Loggers fill lost samples with zeros.
  const clippedAt = sides.filter(({ limit, at, near, runs }) => limit !== 0 && runs >= clipped.leastRuns && at >= near);
  const isCoarse = clippedAt.length > 0 && !hasLevels(pieces(), clipped.leastLevels);
  const isSigned = Math.abs(lowest + highest) / 2 <= overflow.mostOffset * range;
  const isOver = isSigned && clippedAt.length === 0 && Math.min(up, down) >= overflow.leastSteps;
  const overflows = isOver ? up + down : 0;
  return { user, recording: name, rows: end - start, lowest, highest, clippedAt: isCoarse ? [] : clippedAt, overflows };
}

function hasLevels(pieces: Iterable<Float32Array>, least: number): boolean {
  const levels = new Set<number>();
  for (const values of pieces) {
    for (const value of values) {
      levels.add(value);
      if (levels.size >= least) return true;
    }
  }
  return false;
}

function countAt(extremes: readonly Extreme[]): number {
  return extremes.reduce((sum, { at }) => sum + at, 0);
}

function nameRecordings(found: readonly RangeOfRecording[]): string {
  const { user, recording } = found[0]!;
  const others = found.length > 1 ? `, and ${counted(found.length - 1, "more recording")}` : "";
  return `recording "${recording}" of person "${user}"${others}`;
}
