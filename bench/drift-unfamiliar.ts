// npx node bench/drift-unfamiliar.ts [--sets motionsense,wisdm_watch,bfrb_samsung] [--half 0] [--seed 1] [--alpha .05]
// [--keep .cache/drift-days]: checks whether `--alpha .05` has a false-alarm rate of .05. The script measures the share
// of drift-free batches that look unfamiliar, by person, set and batch length, for people who were used neither to train nor to
// calibrate the network. A person's share is the mean over all kinds of days. Intervals cover 95 % and come from resampling
// people within each set.

import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { tableLines } from "../src/interfaces/cli/table.ts";
import { compare } from "../src/monitoring/drift/comparison.ts";
import { percent } from "../src/percent.ts";
import { Rng } from "../src/random.ts";
import { columnsOfBatch, drawStream, measureBatch, type StreamDay } from "./day-streams.ts";
import { type DriftHalf, driftSets, isDriftSetPresent, openDriftHalf } from "./drift-sets.ts";

const days: Readonly<Record<string, StreamDay>> = {
  "4-20 s": [4, 20],
  "20-120 s": [20, 120],
  "60-300 s": [60, 300],
  recorded: "recorded",
};
/** Seconds per batch, and the maximum number of batches of that length in a stream. */
const lengths: readonly (readonly [seconds: number, batches: number])[] = [
  [60, 30],
  [300, 12],
];

const { values } = parseArgs({
  options: {
    sets: { type: "string", default: Object.keys(driftSets).join(",") },
    half: { type: "string", default: "0" },
    seed: { type: "string", default: "1" },
    alpha: { type: "string", default: ".05" },
    keep: { type: "string", default: join(fileURLToPath(new URL("..", import.meta.url)), ".cache", "drift-days") },
  },
});
const alpha = Number(values.alpha);
const rng = Rng.fromSeed(Number(values.seed));

/** Each person's share of batches that look unfamiliar, by batch length and set. */
const shares = new Map<number, Map<string, number[]>>(lengths.map(([seconds]) => [seconds, new Map()]));
for (const set of values.sets.split(",")) {
  if (driftSets[set] === undefined) throw new Error(`--sets: expected some of ${Object.keys(driftSets)}, got ${set}`);
  if (!isDriftSetPresent(set)) {
    console.log(`${set} is not at ../shared/data: nothing measured.`);
    continue;
  }
  const half = await openDriftHalf(set, values.half === "1" ? 1 : 0, values.keep);
  for (const [seconds, batches] of lengths) {
    shares.get(seconds)!.set(set, await unfamiliarShares(set, half, seconds, batches));
  }
  await half.model.close();
}

const rows = [...shares].flatMap(([seconds, sets]) => {
  const row = (name: string, of: readonly (readonly number[])[]): string[] => {
    const drawn = Array.from({ length: 4000 }, () =>
      mean(of.flatMap((people) => people.map(() => people[rng.integer(people.length)]!))),
    ).sort((a, b) => a - b);
    const [low, high] = [0.025, 0.975].map((p) => percent(drawn[Math.floor(p * drawn.length)]!, { decimals: 1 }));
    const all = of.flat();
    const often = all.filter((share) => share > 0.5).length;
    return [
      `${seconds} s`,
      name,
      `${all.length}`,
      percent(mean(all), { decimals: 1 }),
      `${low} to ${high}`,
      `${often}`,
    ];
  };
  return [...[...sets].map(([set, people]) => row(set, [people])), row("all", [...sets.values()])];
});
const headers = ["batch", "set", "people", `p <= ${alpha}`, "95 % interval", "people with most batches"];
console.log(tableLines({ headers, rows }).join("\n"));

async function unfamiliarShares(set: string, half: DriftHalf, seconds: number, batches: number): Promise<number[]> {
  const { model, recordings, users } = half;
  const { model: drift, config } = model.watched;
  const kinds = Object.entries(days).filter(([, day]) => driftSets[set]!.hasBouts || day === "recorded");
  const people: number[] = [];
  for (const user of users) {
    const ofDays: number[] = [];
    for (const [name, day] of kinds) {
      const plan = { user, day, batches, size: Math.round(seconds * config.rate), samplingRateHz: config.rate };
      const stream = drawStream(recordings, plan, rng.split(`${set} ${seconds} ${name} ${user}`));
      if (stream.length === 0) continue;
      const ps: number[] = [];
      for (const rows of stream) {
        const { measurement } = await measureBatch(model, columnsOfBatch(recordings, rows));
        ps.push(compare("baseline", drift.byClass, measurement.byClass, drift)?.pValue?.p ?? 1);
      }
      ofDays.push(ps.filter((p) => p <= alpha).length / ps.length);
    }
    if (ofDays.length > 0) people.push(mean(ofDays));
  }
  return people;
}

function mean(numbers: readonly number[]): number {
  return numbers.reduce((sum, value) => sum + value, 0) / numbers.length;
}
