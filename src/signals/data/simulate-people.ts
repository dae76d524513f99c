// Simulates plausible wrist recordings of people who differ from each other, for demos and tests. The activities are not
// trivial, but can be learned. The recordings do not represent real people, and figures measured on them say nothing about real
// people.

import { UserError } from "../../errors.ts";
import { nearestName } from "../../nearest-name.ts";
import { Rng } from "../../random.ts";
import type { TableColumn } from "../files/write-table.ts";
import { drawGaitTraits, type SimulatedActivity, simulatedActivities } from "./gait-model.ts";
import { simulateRecording } from "./simulate-recording.ts";

export interface SimulationOptions {
  readonly users: number;
  /** Number in the first person's name (default 1); a different number yields different people. */
  readonly firstPerson?: number;
  /** Minutes per person, divided evenly among the activities. */
  readonly minutes: number;
  readonly seed: number;
  readonly samplingRateHz: number;
  /** One or more of `simulatedActivities` (default: all). */
  readonly activities?: readonly string[];
}

export interface Simulation {
  /** user, activity, recording, timestamp_s (seconds since the recording's start), Ax..Az (m/s^2), Gx..Gz (rad/s). */
  readonly columns: readonly TableColumn[];
  readonly rows: number;
  readonly activities: readonly SimulatedActivity[];
}

const channelNames = ["Ax", "Ay", "Az", "Gx", "Gy", "Gz"] as const;
/** Approximate length of the recordings that an activity's time is divided into. */
const recordingSeconds = 60;

/**
 * Simulates recordings. A person's signals depend only on the seed and the person's number, so adding people does not change
 * the others.
 * @throws UserError if an activity is unknown, or the minutes are too few for one sample of each activity
 */
export function simulatePeople(options: SimulationOptions): Simulation {
  const { users, firstPerson = 1, minutes, seed, samplingRateHz } = options;
  const activities = (options.activities ?? simulatedActivities).map(activityOfSimulatedPeople);
  const samples = Math.round((minutes * 60 * samplingRateHz) / activities.length);
  if (!(samples >= 1)) {
    throw new UserError(
      `--minutes ${minutes}: too short for a sample of each of the ${activities.length} activities.`,
      {
        advice: "Simulate more minutes, or fewer activities.",
      },
    );
  }
  const trials = Math.max(1, Math.round(samples / samplingRateHz / recordingSeconds));
  const rows = users * activities.length * samples;
  const text = { user: new Array<string>(rows), activity: new Array<string>(rows), recording: new Array<string>(rows) };
  const time = new Float64Array(rows);
  const channels = channelNames.map(() => new Float32Array(rows));
  const rng = Rng.fromSeed(seed);
  const last = firstPerson + users - 1;
  const digits = Math.max(2, String(last).length);
  let row = 0;
  for (let u = firstPerson; u <= last; u++) {
    const user = `person-${String(u).padStart(digits, "0")}`;
    const own = rng.split(user);
    const person = drawGaitTraits(own.split("traits"));
    for (const activity of activities) {
      for (let trial = 1; trial <= trials; trial++) {
        const recording = `${activity}-${trial}`;
        const length = Math.floor((samples * trial) / trials) - Math.floor((samples * (trial - 1)) / trials);
        simulateRecording(activity, person, samplingRateHz, channels, row, length, own.split(recording));
        text.user.fill(user, row, row + length);
        text.activity.fill(activity, row, row + length);
        text.recording.fill(recording, row, row + length);
        for (let i = 0; i < length; i++) time[row + i] = i / samplingRateHz;
        row += length;
      }
    }
  }
  const columns: TableColumn[] = [
    { name: "user", type: "string", values: text.user },
    { name: "activity", type: "string", values: text.activity },
    { name: "recording", type: "string", values: text.recording },
    { name: "timestamp_s", type: "double", values: time },
    ...channelNames.map((name, c): TableColumn => ({ name, type: "float", values: channels[c]! })),
  ];
  return { columns, rows, activities };
}

function activityOfSimulatedPeople(name: string): SimulatedActivity {
  const known = simulatedActivities.find((activity) => activity === name);
  if (known !== undefined) return known;
  const near = nearestName(name, simulatedActivities);
  throw new UserError(`The simulator has no activity "${name}"; choose from ${simulatedActivities.join(", ")}.`, {
    ...(near === undefined ? {} : { advice: `Did you mean "${near}"?` }),
  });
}
