// Rejects gyroscopes whose unit differs between the recordings of one person, which would otherwise look like one gyroscope
// that turns very differently from recording to recording. Each recording is compared with the accelerometer that moved with
// it; see unit-of-rotation.ts. No person in MotionSense, BFRB, UCI HAR or WISDM is rejected
// (sensors-of-data-sets.full.test.ts).

import { UserError } from "../../errors.ts";
import { shellCommand } from "../../shell-words.ts";
import { accelerometerBeside } from "../sensors/decide-sensors.ts";
import { type Sensor, unitFactor } from "../sensors/sensor.ts";
import { unitOfRotation } from "../sensors/unit-of-rotation.ts";
import { type VectorPiece, type VectorValues, vectorValues } from "../sensors/vector-values.ts";
import type { DecidedSensor } from "./find-sensors.ts";
import type { StoredRecording, StoredRows } from "./stored-rows.ts";

/** Maximum number of evenly spread recordings to examine, and of one-second pieces per recording; arbitrary. */
const [mostRecordings, mostPieces] = [1000, 20];
const leastPieceRows = 8;
/**
 * Minimum factor between the rotation per acceleration in recordings with different units, which is 57 on average; arbitrary.
 */
const leastFactor = 15;

interface Turning {
  readonly recording: StoredRecording;
  readonly unit: "rad/s" | "deg/s";
  /** Rotation per acceleration, in the file's unit of rotation per m/s^2. */
  readonly ratio: number;
  readonly reach: number;
}

/** @throws UserError if the values reveal two units in one person's recordings */
export function refuseRotationUnits(rows: StoredRows, sensors: readonly DecidedSensor[]): void {
  for (const sensor of sensors) {
    const accelerometer = accelerometerBeside(sensor, sensors);
    if (sensor.because === "as given" || accelerometer === undefined || accelerometer.unit === null) continue;
    const metres = unitFactor("accelerometer", accelerometer.unit, "m/s^2");
    const stride = Math.ceil(rows.recordings.length / mostRecordings);
    const found = rows.recordings
      .filter((_, r) => r % stride === 0)
      .flatMap((recording): Turning[] => {
        const rotation = valuesForRotationUnits(rows, recording, sensor);
        const acceleration = valuesForRotationUnits(rows, recording, accelerometer);
        if (rotation === undefined || acceleration === undefined) return [];
        const movement = acceleration.movement * metres;
        const unit = unitOfRotation(rotation, { movement });
        const ratio = rotation.movement / movement;
        return unit === undefined ? [] : [{ recording, unit, ratio, reach: rotation.reach }];
      });
    for (const own of Map.groupBy(found, ({ recording }) => recording.user).values())
      refuseTwoRotationUnits(sensor, own);
  }
}

function refuseTwoRotationUnits({ name, channels }: DecidedSensor, found: readonly Turning[]): void {
  const [radians, degrees] = (["rad/s", "deg/s"] as const).map((unit) =>
    found.filter((own) => own.unit === unit).sort((a, b) => a.ratio - b.ratio),
  ) as [Turning[], Turning[]];
  const [one, other] = [radians[radians.length >> 1], degrees[degrees.length >> 1]];
  if (one === undefined || other === undefined || other.ratio < leastFactor * one.ratio) return;
  const describe = ({ recording, unit, reach }: Turning): string =>
    `${unit} in recording "${recording.recording}", where 99 % of the values lie within ${Number(reach.toPrecision(3))}`;
  throw new UserError(
    `Sensor ${name} (${channels.join(", ")}): its units differ between recordings of person "${one.recording.user}"; judging by the accelerometer beside it, ${describe(one)}; ${describe(other)}.`,
    {
      advice: `Export all recordings of a person in one unit, or leave out those in other units. If one unit is right for all values, state it with ${shellCommand("--sensor", `gyr:${channels.join(",")}[rad/s]`)}`,
    },
  );
}

function valuesForRotationUnits(
  rows: StoredRows,
  { user, start, end }: StoredRecording,
  { channels }: Sensor,
): VectorValues | undefined {
  const seconds = end - start < 2 ? 0 : rows.time(end - 1, end)[0]! - rows.time(start, start + 1)[0]!;
  const length = Math.max(leastPieceRows, Math.round((end - start) / seconds));
  const count = Math.floor((end - start) / length);
  const every = Math.ceil(count / mostPieces);
  const indexes = channels.map((name) => rows.channels.indexOf(name));
  const pieces: VectorPiece[] = [];
  for (let i = 0; i < count; i += every) {
    const from = start + i * length;
    const [x, y, z] = indexes.map((c) => rows.values(c, from, from + length));
    pieces.push({ person: user, axes: [x!, y!, z!] });
  }
  return vectorValues(pieces);
}
