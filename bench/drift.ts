// npm run bench -- --only drift: what the monitor answers on days that its calibration did not draw, for people whom neither
// the network nor the calibration knows. Each part's answers are cached, so an interrupted run goes on where it stopped.

import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { DriftCache, judgingCommit } from "./drift-cache.ts";
import {
  type DriftPart,
  driftDays,
  driftParts,
  judgeNames,
  measureDriftSet,
  type SetFigures,
} from "./drift-measure.ts";
import { driftSets, isDriftSetPresent, openDriftHalf } from "./drift-sets.ts";
import { batchesPerStream, batchSeconds, pastBatches } from "./drift-simulation.ts";
import {
  accuracyTable,
  causeTable,
  coldStartTable,
  detectionTable,
  falseAlarmTable,
  markdownTable,
  nameTable,
  plainTable,
  recoveryTable,
  type TitledTable,
} from "./drift-tables.ts";

type OptionName = "sets" | "half" | "seed" | "keep" | "days" | "parts";

export const driftOptions: Readonly<Record<OptionName, { readonly type: "string"; readonly default: string }>> = {
  sets: { type: "string", default: Object.keys(driftSets).join(",") },
  half: { type: "string", default: "0" },
  seed: { type: "string", default: "1" },
  keep: { type: "string", default: join(fileURLToPath(new URL("..", import.meta.url)), ".cache", "drift") },
  days: { type: "string", default: Object.keys(driftDays).join(",") },
  parts: { type: "string", default: driftParts.join(",") },
};

export type DriftBenchOptions = Readonly<Record<OptionName, string>> & { readonly markdown: boolean };

export async function benchmarkDrift(options: DriftBenchOptions): Promise<void> {
  const parts = someOf(options.parts, driftParts, "--parts");
  const days = someOf(options.days, Object.keys(driftDays), "--days");
  const sets = someOf(options.sets, Object.keys(driftSets), "--sets");
  const half = Number(someOf(options.half, ["0", "1"], "--half")[0]) as 0 | 1;
  const seed = Number(options.seed);
  if (!Number.isSafeInteger(seed)) throw new Error(`--seed: expected a whole number, got ${options.seed}`);
  const layout = options.markdown ? markdownTable : plainTable;
  console.log(
    `Half ${half}, seed ${seed}, commit ${judgingCommit()}. Streams of at most ${batchesPerStream} batches of ${batchSeconds} s; a fault begins after ${pastBatches}. In parentheses: 90 % intervals by bootstrap over people.`,
  );
  for (const set of sets) {
    if (!isDriftSetPresent(set)) {
      console.log(`\n${set}: not measured, because it is not at ../shared/data.`);
      continue;
    }
    const opened = await openDriftHalf(set, half, options.keep);
    const cache = new DriftCache(join(options.keep, "figures"), opened.model.watched.folder.directory, seed);
    const figures = await measureDriftSet({ set, half: opened, parts, days, seed, cache });
    await opened.model.close();
    for (const table of tablesOf(figures, parts)) console.log(`\n${layout(table)}`);
  }
}

function tablesOf(figures: SetFigures, parts: readonly DriftPart[]): TitledTable[] {
  const tables: Record<DriftPart, () => TitledTable[]> = {
    "false-alarms": () => [falseAlarmTable(figures)],
    detection: () => judgeNames.slice(0, 2).map((judge) => detectionTable(figures, judge)),
    names: () => [nameTable(figures)],
    causes: () => [causeTable(figures)],
    recovery: () => [recoveryTable(figures)],
    "cold-start": () => [coldStartTable(figures)],
    accuracy: () => [accuracyTable(figures)],
  };
  return parts.flatMap((part) => tables[part]()).filter(({ rows }) => rows.length > 0);
}

function someOf<T extends string>(text: string, known: readonly T[], option: string): T[] {
  return text.split(",").map((word) => {
    const found = known.find((name) => name === word);
    if (found === undefined) throw new Error(`${option}: expected some of ${known.join(", ")}, got ${word}`);
    return found;
  });
}
