// npx node bench/quality.ts: measures how well `train`'s networks classify new people, compared with published classifiers on
// the same windows and folds, with default settings throughout. Results of finished columns are cached, so an
// interrupted run resumes where it stopped.

import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { counted } from "../src/counted.ts";
import { trainOptions } from "../src/options/train-options.ts";
import { writeFileAtomic } from "../src/storage/atomic-file.ts";
import { canonicalJsonToHash } from "../src/storage/hash.ts";
import { columnFigures, type QualityAnswers, type SeedFigures, seedFigures } from "./quality-figures.ts";
import { askNetwork, decidingNetwork, networkColumns } from "./quality-network.ts";
import { askQualityPeer, findQualityPeer, peerColumns, type QualityPeer } from "./quality-peers.ts";
import { givenQualitySet, knownQualitySet, type QualitySet, qualitySetNames } from "./quality-sets.ts";
import { type MeasuredColumn, qualityTable } from "./quality-table.ts";
import { openQualityTask, type QualityTask } from "./quality-task.ts";
import { markdownTable, plainTable } from "./titled-table.ts";

const help = `npx node bench/quality.ts [options]

  --set NAMES       some of: ${qualitySetNames.join(", ")} (comma-separated; default: all that are in ../shared/data)
  --data FILES      other recordings instead, as \`tidemark train\` takes them (comma-separated)
  --config FILE     options of \`train\` that the recordings given with --data need, such as window: 128
  --augment HOW     \`train\`'s --augment (default: rotate)
  --split HOW       \`train\`'s --split; of column:NAME, only the test set is judged
  --column NAMES    some of: ${[...peerColumns, ...networkColumns].join(", ")} (default: all)
  --against NAME    column whose lead over each of the others is shown, by person (default: ${trainOptions.network.default})
  --seed NUMBERS    seeds of folds and fits, whose figures are averaged (default: 1,2,3)
  --jobs N          folds of a network that are trained at the same time (default: 1)
  --keep DIR        folder of finished answers and unfinished fits (default: .cache/quality)
  --markdown        print Markdown tables
`;

const { values } = parseArgs({
  options: {
    set: { type: "string", default: qualitySetNames.join(",") },
    data: { type: "string" },
    config: { type: "string" },
    augment: { type: "string" },
    split: { type: "string" },
    column: { type: "string", default: [...peerColumns, ...networkColumns].join(",") },
    against: { type: "string", default: String(trainOptions.network.default) },
    seed: { type: "string", default: "1,2,3" },
    jobs: { type: "string", default: "1" },
    keep: { type: "string", default: join(fileURLToPath(new URL("..", import.meta.url)), ".cache", "quality") },
    markdown: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});

if (values.help) console.log(help);
else await main();

async function main(): Promise<void> {
  const columns = values.column.split(",");
  const unknown = columns.find((name) => !peerColumns.includes(name) && !networkColumns.includes(name));
  if (unknown !== undefined)
    throw new Error(`--column: expected some of ${[...peerColumns, ...networkColumns].join(", ")}, got ${unknown}`);
  const seeds = values.seed.split(",").map(Number);
  if (!seeds.every(Number.isSafeInteger)) throw new Error(`--seed: expected whole numbers, got ${values.seed}`);
  for (const set of await chosenSets()) {
    if (typeof set === "string") console.log(`\n${set}`);
    else await measureSet(set, columns, seeds);
  }
}

async function chosenSets(): Promise<readonly (QualitySet | string)[]> {
  const { split, augment } = values;
  const options = {
    jobs: Number(values.jobs),
    ...(split !== undefined && { split }),
    ...(augment !== undefined && { augment }),
  };
  if (values.data === undefined) return values.set.split(",").map((name) => knownQualitySet(name, options));
  const { config } = values;
  return [await givenQualitySet(values.data.split(","), { ...options, ...(config !== undefined && { config }) })];
}

async function measureSet(set: QualitySet, columns: readonly string[], seeds: readonly number[]): Promise<void> {
  const tasks = await Promise.all(seeds.map((seed) => openQualityTask(set, seed)));
  const measured: MeasuredColumn[] = [];
  const notes: string[] = [];
  for (const name of columns) {
    const peer = peerColumns.includes(name) ? findQualityPeer(name) : null;
    if (typeof peer === "string") {
      notes.push(peer);
      continue;
    }
    const figures: SeedFigures[] = [];
    for (const task of tasks) figures.push(seedFigures(task, await answersOf(name, peer, task)));
    measured.push({ name, isReference: peer !== null, figures: columnFigures(figures) });
  }
  const { data, parts } = tasks[0]!;
  const people = new Set(parts.flatMap(({ test }) => Array.from(test, (row) => tasks[0]!.people[row]!))).size;
  const title = `${set.name}: ${counted(people, "person", "people")}, ${data.windows.classes.length} classes, ${tasks[0]!.labels.length} windows; seeds ${seeds.join(", ")}`;
  const table = qualityTable(title, measured, notes, values.against);
  console.log(`\n${values.markdown ? markdownTable(table) : plainTable(table)}`);
}

async function answersOf(name: string, peer: QualityPeer | null, task: QualityTask): Promise<QualityAnswers> {
  const deciding = peer === null ? decidingNetwork(name, task) : { ...peer.deciding, seed: task.config.seed };
  const key = createHash("sha256")
    .update(canonicalJsonToHash({ task: task.fingerprint, ...deciding }))
    .digest("hex");
  const directory = join(values.keep, `${name}-${key.slice(0, 16)}`);
  const path = `${directory}.json`;
  if (existsSync(path)) return JSON.parse(readFileSync(path, "utf8")).answers as QualityAnswers;
  mkdirSync(values.keep, { recursive: true });
  const answers =
    peer === null ? await askNetwork(name, task, directory) : await askQualityPeer(peer, task, directory, values.keep);
  await writeFileAtomic(path, JSON.stringify({ ...deciding, task: task.fingerprint, answers }));
  return answers;
}
