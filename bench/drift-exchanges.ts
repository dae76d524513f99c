// npx node bench/drift-exchanges.ts [--sets motionsense,wisdm_watch] [--half 0] [--keep .cache/drift-days]: exchanges columns of
// the accelerometer and the gyroscope, one of each or all, in the first minute of three recordings per person, and counts which
// causes the rules for impossible values name.

import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { tableLines } from "../src/interfaces/cli/table.ts";
import { impossibleSensors } from "../src/monitoring/drift/impossible-sensors.ts";
import type { Columns } from "../src/monitoring/summaries/summarize.ts";
import { sensorKindsTurningTogether } from "../src/signals/sensors/sensor.ts";
import { columnsOfBatch } from "./day-streams.ts";
import { isDriftSetPresent, openDriftHalf } from "./drift-sets.ts";

const { values } = parseArgs({
  options: {
    sets: { type: "string", default: "motionsense,wisdm_watch" },
    half: { type: "string", default: "0" },
    keep: { type: "string", default: join(fileURLToPath(new URL("..", import.meta.url)), ".cache", "drift-days") },
  },
});
const recordingsPerPerson = 3;
const seconds = 60;

const outcomes = ["not seen", "right columns", "columns open", "wrong columns", "missing gravity", "unit", "no cause"];
const rows: string[][] = [];
for (const set of values.sets.split(",")) {
  if (!isDriftSetPresent(set)) {
    console.log(`${set} is not at ../shared/data: nothing measured.`);
    continue;
  }
  const half = await openDriftHalf(set, values.half === "1" ? 1 : 0, values.keep);
  rows.push(...countsOf(set, half));
  await half.model.close();
}
console.log(tableLines({ headers: ["set", "exchanged", "minutes", ...outcomes], rows }).join("\n"));

function countsOf(set: string, { model, recordings, users }: Awaited<ReturnType<typeof openDriftHalf>>): string[][] {
  const { model: drift, config, sensors } = model.watched;
  const turning = sensorKindsTurningTogether(sensors);
  if (turning === null) throw new Error(`${set}: expected an accelerometer and a gyroscope`);
  const [own, other] = [turning.accelerometer.channels, turning.gyroscope.channels];
  const exchanges: readonly (readonly [kind: string, pairs: readonly (readonly [string, string])[]])[] = [
    ["nothing", []],
    ["all columns", own.map((name, i) => [name, other[i]!] as const)],
    ...own.flatMap((a) => other.map((g) => ["one column of each", [[a, g]]] as const)),
  ];
  const minutes = users.flatMap((user) =>
    recordings.stretches
      .filter((stretch) => stretch.user === user && stretch.end - stretch.start >= seconds * config.rate)
      .slice(0, recordingsPerPerson)
      .map(({ start }) =>
        columnsOfBatch(
          recordings,
          Int32Array.from({ length: seconds * config.rate }, (_, i) => start + i),
        ),
      ),
  );
  const counts = new Map<string, Map<string, number>>();
  for (const [kind, pairs] of exchanges) {
    const ofKind = counts.get(kind) ?? new Map<string, number>();
    counts.set(kind, ofKind);
    for (const columns of minutes) {
      const found = outcomeOf(
        impossibleSensors(exchanged(columns, pairs), sensors, config.rate, drift.baseline),
        pairs,
      );
      ofKind.set(found, (ofKind.get(found) ?? 0) + 1);
    }
  }
  return [...counts].map(([kind, ofKind]) => {
    const total = [...ofKind.values()].reduce((sum, n) => sum + n, 0);
    return [set, kind, `${total}`, ...outcomes.map((name) => `${ofKind.get(name) ?? 0}`)];
  });
}

function exchanged(columns: Columns, pairs: readonly (readonly [string, string])[]): Columns {
  return Object.fromEntries([
    ...Object.entries(columns),
    ...pairs.flatMap(([a, g]) => [[a, columns[g]!] as const, [g, columns[a]!] as const]),
  ]);
}

function outcomeOf(
  found: ReturnType<typeof impossibleSensors>,
  pairs: readonly (readonly [string, string])[],
): (typeof outcomes)[number] {
  if (found.length === 0) return "not seen";
  const cause = found.map((impossible) => impossible.cause).find((known) => known !== null);
  if (cause === undefined) return "no cause";
  if (cause.kind !== "swapped axes") return cause.kind === "gravity" ? "missing gravity" : "unit";
  if (cause.fault.startsWith("include")) return "columns open";
  const moved = pairs.length === 1 ? pairs[0]! : pairs.map(([a]) => a);
  return cause.channels.join() === moved.join() ? "right columns" : "wrong columns";
}
