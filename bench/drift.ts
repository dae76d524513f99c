// npm run bench -- --only drift: measures the monitor's answers on days unlike those that its calibration drew, for people who
// were used neither to train nor to calibrate the network. The answers for each part are cached, so an
// interrupted run continues where it stopped.

import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { shellCommand } from "../src/shell-words.ts";
import { driftBars } from "./drift-bars.ts";
import { DriftCache, judgingCommit } from "./drift-cache.ts";
import { driftSection, driftSummary, writeDriftDocument } from "./drift-document.ts";
import {
  type DriftPart,
  driftDays,
  driftParts,
  judgeNames,
  measureDriftSet,
  type SetFigures,
} from "./drift-measure.ts";
import { peerTable } from "./drift-peer-table.ts";
import { defaultNetwork, driftSets, isDriftSetPresent, openDriftHalf } from "./drift-sets.ts";
import { batchesPerStream, batchSeconds, pastBatches } from "./drift-simulation.ts";
import {
  accuracyTable,
  causeTable,
  coldStartTable,
  detectionTable,
  falseAlarmTable,
  nameTable,
  recoveryTable,
} from "./drift-tables.ts";
import { plain } from "./figures.ts";
import { isMet } from "./measurement.ts";
import { plainTable, type TitledTable } from "./titled-table.ts";

type OptionName = "sets" | "half" | "network" | "seed" | "keep" | "days" | "parts" | "faults";

export const driftOptions: Readonly<Record<OptionName, { readonly type: "string"; readonly default: string }>> = {
  sets: { type: "string", default: Object.keys(driftSets).join(",") },
  half: { type: "string", default: "0" },
  network: { type: "string", default: defaultNetwork },
  seed: { type: "string", default: "1" },
  keep: { type: "string", default: join(fileURLToPath(new URL("..", import.meta.url)), ".cache", "drift") },
  days: { type: "string", default: Object.keys(driftDays).join(",") },
  parts: { type: "string", default: driftParts.join(",") },
  faults: { type: "string", default: "" },
};

export type DriftBenchOptions = Readonly<Record<OptionName, string>> & {
  readonly markdown: boolean;
  /**
   * Whether to write the parts' sections in docs/drift-figures.md, and the README's summary if all of its parts are measured.
   */
  readonly write: boolean;
};

/** @returns whether every limit is met */
export async function benchmarkDrift(options: DriftBenchOptions): Promise<boolean> {
  const parts = someOf(options.parts, driftParts, "--parts");
  const days = someOf(options.days, Object.keys(driftDays), "--days");
  const sets = someOf(options.sets, Object.keys(driftSets), "--sets");
  const half = Number(someOf(options.half, ["0", "1"], "--half")[0]) as 0 | 1;
  const seed = Number(options.seed);
  if (!Number.isSafeInteger(seed)) throw new Error(`--seed: expected a whole number, got ${options.seed}`);
  const { faults } = options;
  const absent = sets.filter((set) => !isDriftSetPresent(set));
  if (options.write && (half !== 0 || faults !== ""))
    throw new Error("--write: expected all --faults, and --half 0, because constants are chosen on half 1");
  if (options.write && options.network !== defaultNetwork)
    throw new Error(
      `--write: expected --network ${defaultNetwork}, because the published figures are for this network`,
    );
  if (options.write && absent.length > 0) throw new Error(`--write: ${absent.join(", ")}: not at ../shared/data`);
  const about = `measured on the people in half ${half} of each data set, with seed ${seed}, at commit ${judgingCommit()}. Neither the network nor its calibration has seen data from these people. Streams have at most ${batchesPerStream} batches of ${batchSeconds} s; a fault begins after ${pastBatches} batches.`;
  if (!options.markdown) console.log(about);
  const measured: SetFigures[] = [];
  const tables = new Map(parts.map((part): [DriftPart, TitledTable[]] => [part, []]));
  for (const set of sets) {
    if (absent.includes(set)) {
      console.log(`\n${set}: not measured, because it is not at ../shared/data.`);
      continue;
    }
    const opened = await openDriftHalf(set, half, options.keep, options.network);
    const cache = new DriftCache(join(options.keep, "figures"), opened.model.watched.folder.directory, seed);
    const figures = await measureDriftSet({ set, half: opened, parts, days, faults: new RegExp(faults), seed, cache });
    await opened.model.close();
    measured.push(figures);
    for (const part of parts) {
      const own = tablesOf(figures, part);
      tables.get(part)!.push(...own);
      if (!options.markdown) for (const table of own) console.log(`\n${plainTable(table)}`);
    }
  }
  const bars = driftBars(measured);
  const wanted = parts.flatMap((part) => bars[part] ?? []);
  const command = `\`${driftCommand(options)}\`: ${about}`;
  const sections = new Map(
    parts.map((part) => [part, driftSection(part, measured, tables.get(part)!, command)] as const),
  );
  const hasSummary = parts.includes("false-alarms") && parts.includes("detection");
  const summary = hasSummary ? driftSummary(measured, about) : null;
  if (options.markdown) console.log([...sections.values(), summary ?? ""].join("\n\n"));
  else console.log(["", ...wanted.map((bar) => plain.figure(bar))].join("\n"));
  if (options.write) await writeDriftDocument(sections, summary);
  return wanted.every((bar) => isMet(bar) !== false);
}

/** The command that makes the same measurement, without the option for the folder that caches the answers. */
function driftCommand(options: DriftBenchOptions): string {
  const names = (Object.keys(driftOptions) as OptionName[]).filter(
    (name) => name !== "keep" && options[name] !== driftOptions[name].default,
  );
  const words = names.flatMap((name) => [`--${name}`, options[name]]);
  return shellCommand("npm", "run", "bench", "--", "--only", "drift", ...words);
}

function tablesOf(figures: SetFigures, part: DriftPart): TitledTable[] {
  const tables: Record<DriftPart, () => TitledTable[]> = {
    "false-alarms": () => [falseAlarmTable(figures)],
    detection: () => judgeNames.slice(0, 2).map((judge) => detectionTable(figures, judge)),
    names: () => [nameTable(figures)],
    causes: () => [causeTable(figures)],
    recovery: () => [recoveryTable(figures)],
    "cold-start": () => [coldStartTable(figures)],
    accuracy: () => [accuracyTable(figures)],
    peers: () => [peerTable(figures)],
  };
  return tables[part]().filter(({ rows, note }) => rows.length > 0 || note?.includes("Not measured"));
}

function someOf<T extends string>(text: string, known: readonly T[], option: string): T[] {
  return text.split(",").map((word) => {
    const found = known.find((name) => name === word);
    if (found === undefined) throw new Error(`${option}: expected some of ${known.join(", ")}, got ${word}`);
    return found;
  });
}
