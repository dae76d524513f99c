// npx node bench/drift-statistics.ts [--seed N]: shows why thresholds are calibrated, and on which data. All figures are from
// MotionSense. The script prints how often textbook constants raise an alarm without drift. For each statistic, it also prints
// the share of batches in which a shifted channel is detected at once. The threshold is the 95 % point of the drift-free score.
// The drift-free pairs are drawn in four ways: against other people, or against the person's own past from the same recordings,
// from sessions (each activity from one recording, chosen anew for each session), or from other recordings of the same
// activity. Finally, the script prints how much whole-sensor signals add to the signals of the individual channels.

import { parseArgs } from "node:util";
import { fixedThresholds } from "../src/monitoring/drift/fixed-thresholds.ts";
import { type Chunk, drawRehearsalDay, type Group, rehearsalChoices } from "../src/monitoring/drift/rehearsal.ts";
import {
  type BatchStatistics,
  type StatisticName,
  scoreOf,
  scoreStandardOf,
  statisticsForScore,
} from "../src/monitoring/drift/score.ts";
import { lostSensorSamplesFault, sensorRateFault } from "../src/monitoring/drift/sensor-faults.ts";
import { type BaselineReference, baselineReferenceGrids } from "../src/monitoring/summaries/baseline-reference.ts";
import {
  type ClassSummaries,
  mergeClassSummaries,
  subtractClassSummaries,
} from "../src/monitoring/summaries/class-summaries.ts";
import { withoutSensorSignals } from "../src/monitoring/summaries/sensor-signals.ts";
import { type Columns, Summarizer } from "../src/monitoring/summaries/summarize.ts";
import { percent } from "../src/percent.ts";
import { Rng } from "../src/random.ts";
import {
  baselineOf,
  chunkSeconds,
  groupsOf,
  type RawPerson,
  readPeople,
  summarizeChunks,
  withoutRecordings,
} from "./drift-recordings.ts";

const referenceBatches = 5;
const shifts = [0.3, 0.6, 1] as const;
const candidates: readonly (readonly StatisticName[])[] = [
  ["ks"],
  ["ksWithinClasses"],
  ["psi"],
  ["wasserstein"],
  ["jensenShannon"],
  ["meanShift"],
  ["ks", "wasserstein"],
  ["ks", "logSdRatio"],
  ["ks", "psi", "wasserstein", "jensenShannon", "meanShift", "logSdRatio"],
];

interface World {
  readonly baseline: BaselineReference;
  readonly groups: readonly Group[];
  readonly people: readonly RawPerson[];
  /** For each group, the summaries of everybody who is not in it. */
  readonly others: ReadonlyMap<Group, ClassSummaries>;
  readonly rng: Rng;
}

const pairings = ["other people", "same recordings", "sessions", "other recordings"] as const;
type Pairing = (typeof pairings)[number];

/**
 * Compares a batch of one person with a reference from the person's other chunks or, depending on the pairing, from other people.
 * The batch comes from `current`, the same chunks with or without a shift.
 */
function pair(world: World, group: Group, current: Group, count: number, pairing: Pairing): BatchStatistics {
  const { baseline, rng } = world;
  const moved = new Map(group.chunks.map((chunk, i) => [chunk, current.chunks[i]!]));
  const { reference, batch } = draw(group, count, pairing, rng);
  const before = pairing === "other people" ? world.others.get(group)! : merged(reference);
  return statisticsForScore(before, merged(batch.map((chunk) => moved.get(chunk)!)), baseline);
}

function draw(group: Group, count: number, pairing: Pairing, rng: Rng): { reference: Chunk[]; batch: Chunk[] } {
  const some = (chunks: readonly Chunk[], n: number): Chunk[] =>
    Array.from({ length: n }, () => chunks[rng.integer(chunks.length)]!);
  if (pairing === "sessions") {
    const source = { ...rehearsalChoices(group), recorded: group.chunks };
    const plan = { sessions: referenceBatches + 1, count, day: { bouts: [1, 1] } } as const;
    const sessions = drawRehearsalDay(source, plan, rng);
    return { reference: sessions.slice(0, -1).flat(), batch: sessions.at(-1)! };
  }
  if (pairing !== "other recordings") {
    return { reference: some(group.chunks, referenceBatches * count), batch: some(group.chunks, count) };
  }
  const first = new Set<string>();
  for (const own of Map.groupBy(group.chunks, (chunk) => chunk.label).values()) {
    const recordings = rng.shuffle([...new Set(own.map(({ recording }) => recording))]);
    for (const name of recordings.slice(0, 1 + rng.integer(Math.max(1, recordings.length - 1)))) first.add(name);
  }
  const side = (wanted: boolean): Chunk[] => group.chunks.filter(({ recording }) => first.has(recording) === wanted);
  return { reference: some(side(true), referenceBatches * count), batch: some(side(false), count) };
}

function merged(chunks: readonly Chunk[]): ClassSummaries {
  return mergeClassSummaries(chunks.map(({ summary }) => summary));
}

function textbook(world: World, count: number): string {
  const batches = world.groups.flatMap((group) => {
    const others = world.others.get(group)!;
    const shuffled = world.rng.shuffle([...group.chunks]).map(({ summary }) => summary);
    return Array.from({ length: Math.floor(shuffled.length / count) }, (_, i) =>
      statisticsForScore(
        others,
        mergeClassSummaries(shuffled.slice(i * count, (i + 1) * count)),
        withoutSensorSignals(world.baseline, ["Ax", "Ay", "Az", "Gx", "Gy", "Gz"]),
      ),
    );
  });
  const rules = (["ks", "psi", "wasserstein", "meanShift"] as const).flatMap((statistic) =>
    (["moderate", "large"] as const).map((level) => {
      const limit = fixedThresholds[statistic][level];
      const alarms = batches.filter((batch) => Object.values(batch).some((s) => Math.abs(s[statistic]) > limit));
      return `${statistic} > ${limit}: ${percent(alarms.length / batches.length, { decimals: 0 })}`;
    }),
  );
  return `${batches.length} batches, ${rules.join(", ")}`;
}

function power(world: World, count: number, pairing: Pairing): string[] {
  const shiftedGroups = shifts.map((size) => world.people.map((person, p) => shiftEach(world, person, p, size)));
  const still = world.groups.flatMap((group) =>
    Array.from({ length: 16 }, () => pair(world, group, group, count, pairing)),
  );
  const moved = shiftedGroups.map((people) =>
    people.flatMap((channels, p) =>
      channels.flatMap((current) => [0, 1].map(() => pair(world, world.groups[p]!, current, count, pairing))),
    ),
  );
  return candidates.map((names) => {
    const standard = scoreStandardOf(still, names);
    const scores = still.map((batch) => scoreOf(batch, standard, names).score).sort((a, b) => a - b);
    const limit = scores[Math.floor(0.95 * scores.length)]!;
    const seen = moved.map((batches) =>
      percent(batches.filter((batch) => scoreOf(batch, standard, names).score > limit).length / batches.length, {
        decimals: 0,
      }),
    );
    return `${(names.length === 6 ? "all of the whole" : names.join(" + ")).padEnd(18)} ${seen.join(" / ")}`;
  });
}

/**
 * Prints the share of shifts that are detected at once within classes, against sessions: by the channels alone, and
 * with each further signal.
 */
function bySignals(world: World, count: number): string[] {
  const { baseline, groups, people, rng } = world;
  const summarizer = new Summarizer(baselineReferenceGrids(baseline));
  const changed = (person: RawPerson, p: number, fault: (columns: Columns) => Columns): Group => ({
    name: person.name,
    chunks: person.chunks.map(({ columns, ...chunk }, i) => ({
      ...groups[p]!.chunks[i]!,
      summary: summarizeChunks([{ ...chunk, columns: fault(columns) }], summarizer),
    })),
  });
  const atRate = (rate: number) => (columns: Columns) =>
    Object.fromEntries(Object.entries(columns).map(([name, column]) => [name, sensorRateFault(column, rate)]));
  const faults: Readonly<Record<string, (person: RawPerson, p: number) => Group[]>> = {
    "0.6 sd in one channel": (person, p) => shiftEach(world, person, p, 0.6),
    "15 % lost": (person, p) => [changed(person, p, (columns) => lostSensorSamplesFault(columns, 0.15, 4, rng))],
    "rate x 0.8": (person, p) => [changed(person, p, atRate(0.8))],
    "rate x 1.25": (person, p) => [changed(person, p, atRate(1.25))],
  };
  const draw = (group: Group, currents: readonly Group[], times: number): BatchStatistics[] =>
    currents.flatMap((current) => Array.from({ length: times }, () => pair(world, group, current, count, "sessions")));
  const still = groups.flatMap((group) => draw(group, [group], 16));
  const moved = Object.entries(faults).map(([name, of]) => {
    const batches = people.flatMap((person, p) => {
      const currents = of(person, p);
      return draw(groups[p]!, currents, 12 / currents.length);
    });
    return [name, batches] as const;
  });
  const names = ["ksWithinClasses"] as const;
  const channels = Object.keys(people[0]!.chunks[0]!.columns);
  const signals = Object.keys(baseline).filter((name) => !channels.includes(name));
  return [[], ...signals.map((name) => [name]), signals].map((added) => {
    const all = scoreStandardOf(still, names);
    const standard = Object.fromEntries([...channels, ...added].map((name) => [name, all[name]!]));
    const scores = still.map((batch) => scoreOf(batch, standard, names).score).sort((a, b) => a - b);
    const limit = scores[Math.floor(0.95 * scores.length)]!;
    const seen = moved.map(([name, batches]) => {
      const share = batches.filter((batch) => scoreOf(batch, standard, names).score > limit).length / batches.length;
      return `${name} ${percent(share, { decimals: 0 })}`;
    });
    const who = added.length === 0 ? "channels alone" : added.length === 1 ? `and ${added[0]}` : "and all of these";
    return `${who.padEnd(18)} ${seen.join(", ")}`;
  });
}

/** Returns copies of the person's chunks, each with one channel shifted. */
function shiftEach({ baseline, groups }: World, person: RawPerson, p: number, size: number): Group[] {
  const summarizer = new Summarizer(baselineReferenceGrids(baseline));
  return Object.keys(person.chunks[0]!.columns).map((channel) => {
    const amount = size * baseline[channel]!.summary.std;
    const chunks = groups[p]!.chunks.map((chunk, i) => ({
      ...chunk,
      summary: summarizeChunks([person.chunks[i]!], summarizer, (values, name) =>
        name === channel ? values.map((value) => value + amount) : values,
      ),
    }));
    return { name: person.name, chunks };
  });
}

async function main(seed: number): Promise<void> {
  const people = await readPeople();
  const baseline = baselineOf(people);
  const groups = groupsOf(people, baseline);
  const own = groups.map(({ chunks }) => merged(chunks));
  const everyone = mergeClassSummaries(own);
  const others = new Map(groups.map((group, g) => [group, subtractClassSummaries(everyone, own[g]!)]));
  const world: World = { baseline, groups, people, others, rng: Rng.fromSeed(seed) };
  for (const minutes of [1, 5]) {
    const count = (minutes * 60) / chunkSeconds;
    console.log(`\n${minutes} min, no drift, a person against all others: ${textbook(world, count)}`);
    for (const pairing of pairings) {
      console.log(
        `${minutes} min, shifts of ${shifts.join(" / ")} sd that are detected in one batch, with a reference from ${pairing}:`,
      );
      for (const line of power(world, count, pairing)) console.log(`  ${line}`);
    }
    console.log(`${minutes} min, detected in one batch within classes, with sessions as the reference:`);
    for (const line of bySignals(world, count)) console.log(`  ${line}`);
  }
}

const { values } = parseArgs({ options: { seed: { type: "string", default: "1" } } });
if (withoutRecordings) console.log("MotionSense is not at ../shared/data: nothing measured.");
else await main(Number(values.seed));
