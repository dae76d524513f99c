// Tests people whose recordings use different units, and sensors whose axes do.
import { expect, test } from "vitest";
import { findSensors } from "../../../src/signals/data/find-sensors.ts";
import { openRecordings } from "../../../src/signals/data/open-recordings.ts";
import { refuseUnitsWithinPeople } from "../../../src/signals/data/refuse-units-within-people.ts";
import { folderOf } from "./tables.ts";

const postures = [
  [0, 0, 9.8],
  [0, 9.8, 0],
  [9.8, 0, 0],
  [5.66, 5.66, 5.66],
] as const;

/**
 * Checks four recordings per person, each of twelve seconds at 20 Hz, and each in a different posture. The accelerations are
 * multiplied by `factor`.
 */
async function check(factor: (person: string, recording: number, axis: number) => number, sensor: string[] = []) {
  const lines = ["ann", "bob"].flatMap((person) =>
    postures.flatMap((mean, r) =>
      Array.from({ length: 240 }, (_, i) => {
        const axes = mean.map((at, a) => (at + 0.05 * Math.sin(i * (a + 2))) * factor(person, r, a));
        return [person, `r${r}`, i / 20, ...axes.map((value) => value.toFixed(6))].join(",");
      }),
    ),
  );
  const { path } = folderOf({ "a.csv": ["user,recording,time_s,acc_x,acc_y,acc_z", ...lines, ""].join("\n") });
  const { rows } = await openRecordings([path("a.csv")], { requireLabels: false });
  try {
    refuseUnitsWithinPeople(rows, findSensors(rows, sensor).sensors);
  } finally {
    rows.close();
  }
}

const g = 9.80665;

test("recordings in one unit are accepted, whatever the posture and the unit", async () => {
  for (const unit of [1, 1 / g, 1000 / g, 16384 / g]) await check(() => unit);
});

test("one recording of a person in g is named, unless the unit is given", async () => {
  const one = (person: string, recording: number): number => (person === "bob" && recording === 2 ? 1 / g : 1);
  await expect(check(one)).rejects.toThrow(
    'its units differ between recordings of person "bob"; judging by the values at rest, m/s^2 in recording "r0": 9.8 at rest; g in recording "r2": 0.999 at rest.',
  );
  await check(one, ["acc:acc_x,acc_y,acc_z[m/s^2]"]);
});

test("one axis in a different unit is named", async () => {
  await expect(check((_, __, axis) => (axis === 1 ? 1 / g : 1))).rejects.toThrow(
    "acc_y seems to be in g, but the other axes in m/s^2",
  );
  await expect(check((_, __, axis) => (axis === 2 ? 1 : 1 / g))).rejects.toThrow(
    "acc_z seems to be in m/s^2, but the other axes in g",
  );
});
