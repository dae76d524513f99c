// Checks streams of a sensor whose gyroscope exactly measures the rotation of gravity, until the gyroscope's gain changes.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, it } from "vitest";
import { check } from "../../src/pipelines/check.ts";
import { train } from "../../src/pipelines/train.ts";
import { Rng } from "../../src/random.ts";
import { fileDirectory, tinyOptions } from "./tiny-run.ts";

const directory = fileDirectory();
const at = (name: string): string => join(directory, name);
const samplingRateHz = 20;
type Axes = [number, number, number];

/** Returns the rows of a minute in which the sensor rotates about changing axes, slowly or fast. */
function turningRows(rng: Rng, activity: "slow" | "fast", gain = 1): string[] {
  const speed = activity === "slow" ? 0.5 : 1.5;
  let rates: Axes = [0, 0, 0];
  let gravity: Axes = [0, 0, 9.81];
  return Array.from({ length: 60 * samplingRateHz }, (_, i) => {
    rates = rates.map((rate) => 0.95 * rate + 0.3 * speed * (rng.uniform() * 2 - 1)) as Axes;
    const [p, q, r] = rates.map((rate) => rate / samplingRateHz) as Axes;
    const [x, y, z] = gravity;
    const turned = [x + y * r - z * q, y + z * p - x * r, z + x * q - y * p];
    const length = Math.hypot(...turned);
    const noise = (): number => 0.05 * (rng.uniform() - 0.5);
    const row = [...gravity.map((value) => value + noise()), ...rates.map((rate) => gain * rate + noise() / 10)];
    gravity = turned.map((value) => (9.81 * value) / length) as Axes;
    return `${i / samplingRateHz},${row.map((value) => value.toFixed(5)).join(",")}`;
  });
}

const header = "timestamp_s,Ax,Ay,Az,Gx,Gy,Gz";

beforeAll(async () => {
  const rng = Rng.fromSeed(5);
  const rows = ["ann", "ben", "eve", "joe", "kim", "lea"].flatMap((user) =>
    (["slow", "fast"] as const).flatMap((activity) =>
      turningRows(rng, activity).map((row) => `${user},${activity},${user}-${activity},${row}`),
    ),
  );
  writeFileSync(at("people.csv"), `user,activity,recording,${header}\n${rows.join("\n")}\n`);
  await train({ ...tinyOptions, files: [at("people.csv")], out: at("model") });
}, 120_000);

interface Checked {
  readonly verdict: string;
  readonly message: string | undefined;
}

/** Checks a stream whose gyroscope has the gain `gain` from the ninth to the sixteenth batch. */
async function checkStream(stream: string, gain: number): Promise<Checked[]> {
  const rng = Rng.fromSeed(6);
  const checked: Checked[] = [];
  for (let batch = 1; batch <= 20; batch++) {
    const file = at(`${stream}-${batch}.csv`);
    const isFaulty = batch > 8 && batch <= 16;
    const rows = turningRows(rng, batch % 2 === 0 ? "slow" : "fast", isFaulty ? gain : 1);
    writeFileSync(file, `${header}\n${rows.join("\n")}\n`);

    const { result } = await check({ files: [file], model: at("model"), stream, batchId: `${batch}` });
    if (result.verdict === "rejected") throw new Error(result.reasons[0]!.message);
    checked.push({ verdict: result.verdict, message: result.impossible?.[0]?.message });
  }
  return checked;
}

it("raises an alarm while the gain of the gyroscope has changed, and not before", async () => {
  const checked = await checkStream("wrist-1", 1.2);
  const verdicts = checked.map(({ verdict }) => verdict);
  expect(verdicts.slice(0, 8)).not.toContain("sudden_change");
  expect(verdicts.slice(11, 16)).toEqual(Array(5).fill("sudden_change"));
  expect(checked[15]!.message).toMatch(/^G: gravity now turns 0\.8[345] times as far as the gyroscope measures/);
  expect(verdicts.slice(-2)).toEqual(["normal", "normal"]);
}, 120_000);

it("raises no alarm if it does not change", async () => {
  const checked = await checkStream("wrist-2", 1);
  expect(new Set(checked.map(({ verdict }) => verdict))).toEqual(new Set(["normal"]));
}, 120_000);
