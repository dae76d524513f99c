// `tidemark drift-bench`: shows how the monitor would perform on the user's own data. The command draws drift-free streams from
// recordings of people who are not in the model's training data, injects changes into the samples, and lets the network predict
// the changed samples.

import { DataFault } from "../data-fault.ts";
import { parseDay } from "../day.ts";
import { UserError } from "../errors.ts";
import { type BenchDay, drawBenchDay } from "../monitoring/drift/bench-day.ts";
import type { JudgeName } from "../monitoring/drift/bench-figures.ts";
import {
  benchFiguresOfChange,
  benchFiguresWithoutDrift,
  type DriftBenchResult,
} from "../monitoring/drift/bench-figures.ts";
import { benchJudges } from "../monitoring/drift/bench-judges.ts";
import { changeCatalogue } from "../monitoring/drift/change-catalogue.ts";
import type { Change } from "../monitoring/drift/injected-change.ts";
import type { Choices, Chunk } from "../monitoring/drift/rehearsal.ts";
import { unitsOfWatchedModel, type WatchedModel } from "../monitoring/streams/watched-model.ts";
import type { ClassSummaries } from "../monitoring/summaries/class-summaries.ts";
import { type DriftBenchConfig, type DriftBenchOptions, resolveDriftBenchConfig } from "../options/resolve-config.ts";
import { Rng } from "../random.ts";
import { writeReportPage } from "../report/write-report-page.ts";
import { collectingReporter, type Reporter, reporterOf } from "../reporter.ts";
import { batchUnits } from "../signals/data/batch-units.ts";
import { makeWindows } from "../signals/data/make-windows.ts";
import { type NamedColumns, namedColumnRoles } from "../signals/data/named-columns.ts";
import { rateOfOpenedRecordings } from "../signals/data/open-recordings.ts";
import { readRecordings } from "../signals/data/read-recordings.ts";
import type { WindowSet } from "../signals/data/windows.ts";
import {
  type BenchPerson,
  benchChunkSeconds,
  changedBenchStream,
  cutBenchChunks,
  mergeBenchStreamSession,
} from "./bench-streams.ts";
import { type ModelHandle, openModelHandle } from "./model-handle.ts";
import { checkOutFile } from "./out-file.ts";
import { windowsOfModel } from "./windows-of-model.ts";

export type { ChangeFigures, DriftBenchResult, JudgeName, NoDriftFigures } from "../monitoring/drift/bench-figures.ts";
export type { DriftVerdict } from "../monitoring/drift/drift-state.ts";

/**
 * Measures which verdicts `check` would give for drift-free and changed streams drawn from the given recordings.
 *
 * @param options the same as on the command line; `files` and `model` are required
 * @throws UserError if an option is wrong, or the recordings cannot be used or are too short for a stream
 */
export async function driftBench(
  options: DriftBenchOptions,
  run: { reporter?: Partial<Reporter> } = {},
): Promise<DriftBenchResult> {
  const config = resolveDriftBenchConfig(options);
  if (config.out !== undefined) await checkOutFile(config.out, config);
  const model = await openModelHandle(config.model);
  try {
    return await runDriftBench(model, config, collectingReporter(reporterOf(run.reporter)));
  } finally {
    await model.close();
  }
}

async function runDriftBench(
  model: ModelHandle,
  config: DriftBenchConfig,
  heard: ReturnType<typeof collectingReporter>,
): Promise<DriftBenchResult> {
  const monitor = model.watched;
  const windows = await readDriftBenchWindows(config, monitor, heard);
  const cut = await cutBenchChunks(windows, config.jobs, model);
  const { columnsOfChunk } = cut;
  const judges = Object.entries(benchJudges({ arl: config.arl, alpha: config.alpha }));
  const rng = Rng.fromSeed(config.seed);
  const count = Math.max(1, Math.round(config.seconds / benchChunkSeconds));
  const day = dayOfDriftBench(config.day);
  const people = day === "recorded" ? peopleLongEnoughForDriftBench(cut.people, count, config, heard) : cut.people;
  const judgeAll = <F>(
    streams: readonly (readonly ClassSummaries[])[],
    figures: (verdicts: ReturnType<(typeof judges)[number][1]>[]) => F,
  ) =>
    Object.fromEntries(
      judges.map(([name, judge]) => [name, figures(streams.map((stream) => judge(stream, monitor.model)))]),
    ) as Record<JudgeName, F>;

  // Days in recorded order cannot be restricted to half of the activities.
  const bouts = day === "recorded" ? dayOfDriftBench("20-120") : day;
  const draw = (person: BenchPerson, name: string, i: number): Chunk[][] => {
    const own = rng.split(`${name} ${person.name} ${i}`);
    return drawBenchDay(person, { sessions: config.batches, count, day }, own);
  };
  const streamsOf = (name: string): { sessions: Chunk[][]; seed: string }[] =>
    people.flatMap((person) =>
      Array.from({ length: config.streams }, (_, i) => ({
        sessions: draw(person, name, i),
        seed: `${name} ${person.name} ${i} change`,
      })),
    );

  const mixed = people.flatMap((person) =>
    Array.from({ length: config.streams }, (_, i) => {
      const own = rng.split(`mix ${person.name} ${i}`);
      const half = halfOfDriftBenchActivities(person.choices, own);
      const { changeAt, batches } = config;
      const before = drawBenchDay(person, { sessions: changeAt, count, day: bouts }, own);
      const after = drawBenchDay(
        { ...person, choices: half },
        { sessions: batches - changeAt, count, day: bouts },
        own,
      );
      return [...before, ...after].map(mergeBenchStreamSession);
    }),
  );
  const still = streamsOf("no drift").map(({ sessions }) => sessions.map(mergeBenchStreamSession));
  const result: DriftBenchResult["changes"][number][] = [];
  for (const change of driftBenchChanges(monitor)) {
    const streams: ClassSummaries[][] = [];
    for (const { sessions, seed } of streamsOf("change")) {
      streams.push(await changedBenchStream(sessions, change, rng.split(seed), config, model, columnsOfChunk));
    }
    const { changeAt } = config;
    result.push({
      name: change.name,
      expected: change.expected,
      figures: judgeAll(streams, (verdicts) => benchFiguresOfChange(verdicts, { changeAt, expected: change.expected })),
    });
  }
  const benched: DriftBenchResult = {
    people: people.map(({ name }) => name),
    batch_seconds: count * benchChunkSeconds,
    batches: config.batches,
    change_at: config.changeAt,
    streams: config.streams,
    day: storedDayOfDriftBench(config.day),
    seed: config.seed,
    arl: config.arl,
    no_drift: judgeAll(still, benchFiguresWithoutDrift),
    no_drift_by_person: judgeAll(still, (verdicts) =>
      people.map((_, i) => benchFiguresWithoutDrift(verdicts.slice(i * config.streams, (i + 1) * config.streams))),
    ),
    other_mix: judgeAll(mixed, (verdicts) =>
      benchFiguresWithoutDrift(verdicts.map((own) => own.slice(config.changeAt))),
    ),
    changes: result,
    warnings: [...heard.warnings],
  };
  if (config.out !== undefined) {
    const { driftBenchHtml } = await import("../report/drift-bench-html.ts");
    await writeReportPage(config.out, driftBenchHtml(benched));
  }
  return benched;
}

function storedDayOfDriftBench(text: string): DriftBenchResult["day"] {
  const day = parseDay(text);
  return typeof day === "string" ? "recorded" : { bout_seconds: day.boutSeconds };
}

function dayOfDriftBench(text: string): BenchDay {
  const day = storedDayOfDriftBench(text);
  if (day === "recorded") return day;
  const [shortest, longest] = day.bout_seconds;
  return { boutChunks: [shortest / benchChunkSeconds, longest / benchChunkSeconds] };
}

/** The people whose recordings are long enough for a stream in recorded order with a change. */
function peopleLongEnoughForDriftBench(
  people: readonly BenchPerson[],
  count: number,
  { changeAt }: Pick<DriftBenchConfig, "changeAt">,
  reporter: Reporter,
): readonly BenchPerson[] {
  const batches = (person: BenchPerson): number => Math.floor(person.recorded.length / count);
  const long = people.filter((person) => batches(person) > changeAt);
  const needed = `more than ${changeAt} batches of ${count * benchChunkSeconds} s`;
  if (long.length === 0) {
    throw new UserError(
      `the recordings: expected ${needed} of one person for --day recorded, found at most ${Math.max(...people.map(batches))}`,
      { advice: "Give longer recordings, or a lower --change-at or --seconds." },
    );
  }
  const short = people.filter((person) => batches(person) <= changeAt).map(({ name }) => name);
  if (short.length > 0) {
    reporter.warn(`${short.join(", ")}: left out, because their recordings do not contain ${needed}.`);
  }
  return long;
}

function driftBenchChanges({ baseline, folder, sensors }: WatchedModel): readonly Change[] {
  const { channels } = folder.manifest.data;
  const scales = Object.fromEntries(channels.map((name) => [name, baseline.per_channel[name]!.std]));
  return changeCatalogue(channels, sensors, scales, {
    stuckShares: [0.4],
    noises: [0.5],
    rates: [0.8, 1.25],
    lostShares: [0.15],
  });
}

/** A random half of the activities, rounded up. */
function halfOfDriftBenchActivities(choices: Choices, rng: Rng): Choices {
  return new Map(rng.shuffle([...choices]).slice(0, Math.ceil(choices.size / 2)));
}

async function readDriftBenchWindows(
  config: NamedColumns & Pick<DriftBenchConfig, "files" | "units" | "rate">,
  monitor: WatchedModel,
  reporter: Reporter,
): Promise<WindowSet> {
  const { folder, config: trained } = monitor;
  const channels = config.channels ?? folder.manifest.data.channels;
  const { recordings, quality } = await readRecordings(config.files, {
    columns: namedColumnRoles({ ...config, channels }),
    requireLabels: false,
    ...rateOfOpenedRecordings(config, trained),
    reporter,
  });
  for (const warning of quality.warnings) reporter.warn(warning);
  const known = new Set(folder.manifest.data.users);
  const familiar = [...new Set(recordings.stretches.map(({ user }) => user))].filter((user) => known.has(user));
  if (familiar.length > 0) {
    reporter.warn(
      `The model learned from ${familiar.join(", ")}. Expect worse results for people who were not in the training data.`,
    );
  }
  const { factors, notes, faults } = batchUnits(unitsOfWatchedModel(monitor), channels, config.units);
  if (faults[0] !== undefined) throw new DataFault(faults[0]);
  for (const note of notes) reporter.warn(note);
  const values = recordings.values.map((column, c) => column.map((value) => value * factors[c]!));
  const named = { ...recordings, values, channels: folder.manifest.data.channels };
  return makeWindows(named, windowsOfModel(trained)).windows;
}
