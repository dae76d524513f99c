// Finds stretches in which no channel changes at all. Even a sensor at rest measures noise, so a device or an export has probably
// lost data there and repeated the last row. In the recordings of MotionSense, WISDM and BFRB, no such stretch lasts a second.

import { durationText } from "../../duration-text.ts";
import { percent } from "../../percent.ts";
import { piecesOfRecordings } from "./recordings.ts";
import type { SampledRows } from "./sampled-rows.ts";
import { stretchesByRecording, stretchStepSeconds } from "./stretches.ts";

/** Minimum length of a stretch, in seconds; arbitrary. */
const leastSeconds = 1;
/** Minimum share of the time for a warning; arbitrary. */
const leastShare = 0.001;

/** @param seconds length of all stretches, in seconds */
export function frozenRowsWarnings(rows: SampledRows, seconds: number): string[] {
  const frozen = secondsWithoutChange(rows);
  const total = frozen.reduce((sum, own) => sum + own, 0);
  if (total === 0 || total < leastShare * seconds) return [];
  const longest = frozen.indexOf(Math.max(...frozen));
  const { user, recording } = rows.recordings[longest]!;
  const others = frozen.filter((own) => own > 0).length - 1;
  const where = `recording "${recording}" of person "${user}"${others > 0 ? `, and ${others} more` : ""}`;
  return [
    `No channel changes during ${durationText(total)} (${percent(total / seconds, { significant: 2 })} of the time), in stretches of a second or longer (${where}). Even a sensor at rest measures noise, so data was probably lost there, and the last row repeated.`,
  ];
}

/** Returns the time in each recording, in seconds, during which no channel changes for at least `leastSeconds`. */
function secondsWithoutChange(rows: SampledRows): number[] {
  const { length } = rows.channels;
  const frozen = rows.recordings.map(() => 0);
  const last = new Float32Array(length);
  for (const [r, { start, end }] of stretchesByRecording(rows)) {
    const step = stretchStepSeconds(rows, r);
    const least = Math.max(2, Math.round(leastSeconds / step));
    last.fill(Number.NaN);
    let run = 0;
    for (const { from, to } of piecesOfRecordings(start, end)) {
      const values = rows.channels.map((_, c) => rows.values(c, from, to));
      for (let i = 0; i < to - from; i++) {
        let c = 0;
        while (c < length && values[c]![i] === last[c]) c++;
        if (c === length) {
          run++;
          continue;
        }
        if (run >= least) frozen[r]! += run * step;
        run = 1;
        for (; c < length; c++) last[c] = values[c]![i]!;
      }
    }
    if (run >= least) frozen[r]! += run * step;
  }
  return frozen;
}
