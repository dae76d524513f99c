// Measures the facts about each recording that `inspect` reports besides its quality: the start and end of its clock, the
// duration of each activity, and the acceleration at rest, which should show gravity.

import type { Sensor } from "../sensors/sensor.ts";
import { type VectorPiece, vectorValues } from "../sensors/vector-values.ts";
import type { StoredRecording, StoredRows } from "./stored-rows.ts";

/** Facts about one recording besides its quality. */
export interface RecordingFacts {
  /** The person who wore the sensors. */
  user: string;
  /** Name of the recording. */
  recording: string;
  /** Time of the first row in seconds, on the recording's own clock. */
  start_s: number;
  /** Time of the last row, in seconds. */
  end_s: number;
  /** Seconds by activity; rows without a label count under "". */
  labels: Record<string, number>;
  /**
   * Median magnitude of the vector of each accelerometer and gravity sensor, in the file's unit, over the stillest tenth of the
   * recording; null if the recording is too short.
   */
  at_rest: Record<string, number | null>;
}

/** Maximum number of one-second pieces per recording; more would barely change a median. */
const mostPieces = 300;

export function recordingFacts(rows: StoredRows, sensors: readonly Sensor[]): RecordingFacts[] {
  const labels: Record<string, number>[] = rows.recordings.map(() => ({}));
  let r = 0;
  for (const { start, end, label } of rows.stretches()) {
    while (rows.recordings[r]!.end <= start) r++;
    const period = rows.sampling[r]!.periodSeconds;
    const seconds = Number.isNaN(period) ? 0 : rows.time(end - 1, end)[0]! - rows.time(start, start + 1)[0]! + period;
    labels[r]![label ?? ""] = (labels[r]![label ?? ""] ?? 0) + seconds;
  }
  const accelerometers = sensors.filter(({ kind }) => kind === "accelerometer" || kind === "gravity");
  return rows.recordings.map((recording, i) => {
    const { user, start, end } = recording;
    const ofLabels = Object.entries(labels[i]!).map(([name, seconds]) => [name, roundFact(seconds)]);
    const atRest = accelerometers.map((sensor) => [sensor.name, recordedLengthAtRest(rows, recording, i, sensor)]);
    return {
      user,
      recording: recording.recording,
      start_s: rows.time(start, start + 1)[0]!,
      end_s: rows.time(end - 1, end)[0]!,
      labels: Object.fromEntries(ofLabels),
      at_rest: Object.fromEntries(atRest),
    };
  });
}

function recordedLengthAtRest(
  rows: StoredRows,
  recording: StoredRecording,
  r: number,
  { channels }: Sensor,
): number | null {
  const { user, start, end } = recording;
  const length = Math.max(2, Math.round(1 / rows.sampling[r]!.periodSeconds));
  if (!(end - start >= length)) return null;
  const columns = channels.map((name) => rows.channels.indexOf(name));
  const count = Math.floor((end - start) / length);
  const stride = Math.ceil(count / mostPieces);
  const pieces: VectorPiece[] = [];
  for (let i = 0; i < count; i += stride) {
    const from = start + i * length;
    const [x, y, z] = columns.map((c) => rows.values(c, from, from + length));
    pieces.push({ person: user, axes: [x!, y!, z!] });
  }
  const values = vectorValues(pieces);
  return values === undefined ? null : roundFact(values.rest);
}

function roundFact(value: number): number {
  return Number(Number(value.toPrecision(6)).toFixed(9));
}
