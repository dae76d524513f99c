// Runs six commands repeatedly and kills them at random moments (kill -9), with one course per command, and breaks what the
// service depends on: the other replicas and their database, the disk, the clock. After each kill or fault, a course checks
// everything that must be true, and returns a sentence for each violation.
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { decodeFitState } from "../../src/learning/training/fit-state.ts";
import { checkResultSchema } from "../../src/monitoring/streams/check-result-schema.ts";
import { openModelLedger } from "../../src/monitoring/streams/model-ledger.ts";
import { rollingReferenceSchema } from "../../src/monitoring/streams/rolling-reference.ts";
import { openWatchedModel } from "../../src/monitoring/streams/watched-model.ts";
import type { Rng } from "../../src/random.ts";
import { readTrackingLog } from "../../src/report/tracking-log.ts";
import { writeFileAtomic } from "../../src/storage/atomic-file.ts";
import { jsonFileText } from "../../src/storage/json-file.ts";
import { readManifest, sealManifest } from "../../src/storage/manifest.ts";
import { modelFiles, openModelFolder, trackingFile } from "../../src/storage/model-folder.ts";
import { readRegistry } from "../../src/storage/registry.ts";
import { rollingReferencePathOfStream } from "../../src/storage/stream-names.ts";
import { killUnderLoad } from "../interfaces/server/kill-under-load.ts";
import { fillDisk, jumpClock, withoutSmallDisk } from "../interfaces/server/service-faults.ts";
import { PostgresServer, withoutPostgres } from "../storage/postgres-server.ts";
import type { RememberingMlflow } from "./remembering-mlflow.ts";
import { Duration, type Ended, runVictim } from "./victim.ts";

export interface Course {
  /** The number of commands that were killed, or of other faults. */
  kills: number;
  /** The number of commands that ended on their own or, in the courses of the service, of batches that were answered. */
  ended: number;
  readonly lost: string[];
}

export interface Setting {
  /** A folder that contains `model` (trained), `r.parquet`, `u.parquet`, `b0.csv` and so on, and must not be changed. */
  readonly base: string;
  /** An existing, empty folder for this course alone. */
  readonly directory: string;
  readonly rng: Rng;
  readonly server: RememberingMlflow;
}

export type Torture = (setting: Setting, kills: number) => Promise<Course>;

export const trainWords: readonly string[] = [
  ...["--network", "compact", "--rate", "20", "--window", "40", "--folds", "2", "--epochs", "2"],
  ...["--batch-size", "16", "--seed", "7", "--jobs", "1"],
];

export const retrainWords: readonly string[] = [
  ...["--cycles", "1", "--epochs", "1", "--restart", "none", "--holdout", "0.25", "--seed", "1", "--jobs", "1"],
];

export const batches = 6;

class Run {
  readonly course: Course = { kills: 0, ended: 0, lost: [] };
  readonly duration = new Duration();
  readonly setting: Setting;

  constructor(setting: Setting) {
    this.setting = setting;
  }

  /** Runs the command to completion; its exit code must be one of `exitCodes`. */
  async finish(words: readonly string[], exitCodes: readonly number[] = [0]): Promise<Ended> {
    const ended = await this.duration.measure(() => runVictim(this.setting.directory, words, null));
    this.#expectCode(ended, words, exitCodes);
    return ended;
  }

  async victim(words: readonly string[], exitCodes: readonly number[] = [0]): Promise<Ended> {
    const moment = this.duration.moment(this.setting.rng);
    const ended = await this.duration.measure(() => runVictim(this.setting.directory, words, moment));
    if (ended.killed) this.course.kills++;
    else {
      this.course.ended++;
      this.#expectCode(ended, words, exitCodes);
    }
    return ended;
  }

  #expectCode({ exitCode, stderr }: Ended, words: readonly string[], exitCodes: readonly number[]): void {
    this.expect(exitCodes.includes(exitCode ?? -1), `${words.join(" ")} ended with ${exitCode}: ${stderr}`);
  }

  expect(holds: boolean, what: string): void {
    if (!holds) this.course.lost.push(`after kill ${this.course.kills}: ${what}`);
  }

  /** Records a loss if `look` throws. */
  async holds(what: string, look: () => unknown): Promise<void> {
    try {
      await look();
    } catch (error) {
      this.expect(false, `${what}: ${error instanceof Error ? error.message : error}`);
    }
  }

  /** Expects no hidden files and no locks to be left in this course's folder. */
  expectClean(): void {
    const names = readdirSync(this.setting.directory, { recursive: true, encoding: "utf8" });
    const left = names.filter((name) => /\.tmp$|(^|\/)lock-/.test(name) || name.endsWith(".partial"));
    this.expect(left.length === 0, `left behind: ${left.join(", ")}`);
  }

  at(...names: string[]): string {
    return join(this.setting.directory, ...names);
  }

  copy(name: string, to: string = name): void {
    cpSync(join(this.setting.base, name), this.at(to), { recursive: true });
  }
}

const streams = ["s0", "s1", "s2"];

const verdictCodes = [0, 10, 11, 12];

/** Kills `check`: every acknowledged batch must be in the ledger once, in order, with the printed verdict. */
export const check: Torture = async (setting, kills) => {
  const run = new Run(setting);
  run.copy("model");
  for (let i = 0; i < batches; i++) run.copy(`b${i}.csv`);
  const words = (n: number, id: string): string[] => [
    ...[
      "check",
      `b${n % batches}.csv`,
      "--model",
      "model",
      "--stream",
      `s${n % 3}`,
      "--batch-id",
      id,
      "--accept",
      "--json",
    ],
  ];
  const told = new Map<string, string>();
  const acknowledge = (n: number, id: string, stdout: string): void => {
    if (stdout.endsWith("\n")) told.set(`s${n % 3} ${id}`, verdictOf(stdout));
  };
  for (let n = 0; n < 3; n++)
    acknowledge(n, `whole-${n}`, (await run.finish(words(n, `whole-${n}`), verdictCodes)).stdout);
  for (let n = 0; run.course.kills < kills; n++) {
    const id = `batch-${n}`;
    acknowledge(n, id, (await run.victim(words(n, id), verdictCodes)).stdout);
    await run.holds("the ledger", () => expectLedger(run, told));
    for (const stream of streams) {
      const file = run.at("model", rollingReferencePathOfStream(stream));
      await run.holds(file, () => rollingReferenceSchema.parse(JSON.parse(readFileSync(file, "utf8"))));
    }
    // Every tenth batch is checked again, and must count once, whether or not its first check was killed.
    if (n % 10 === 9) acknowledge(n, id, (await run.finish(words(n, id), verdictCodes)).stdout);
  }
  for (let n = 0; n < 3; n++) await run.finish(words(n, `last-${n}`), verdictCodes);
  await run.holds("the ledger", () => expectLedger(run, told));
  await run.holds("the model", () => openModelFolder(run.at("model")));
  run.expectClean();
  return run.course;
};

function verdictOf(text: string): string {
  return String(JSON.parse(text).verdict);
}

async function expectLedger(run: Run, told: ReadonlyMap<string, string>): Promise<void> {
  const path = run.at("model", "monitor.sqlite");
  if (!existsSync(path)) return run.expect(told.size === 0, "the ledger is gone");
  const database = new DatabaseSync(path, { readOnly: true });
  const [{ integrity_check: integrity } = {}] = database.prepare("PRAGMA integrity_check").all();
  database.close();
  run.expect(integrity === "ok", `the ledger's integrity: ${integrity}`);
  const { monitored } = await openWatchedModel(run.at("model"));
  const store = openModelLedger(monitored);
  const kept: (readonly [string, string])[] = [];
  for (const stream of streams) {
    const { batches: rows } = await store.page(stream, { limit: 1e6 });
    kept.push(
      ...rows.map(({ batchId, result }) => [`${stream} ${batchId}`, checkResultSchema.parse(result).verdict] as const),
    );
  }
  await store.close();
  const verdicts = new Map<string, string>(kept);
  run.expect(verdicts.size === kept.length, "a batch counts twice");
  for (const [batch, verdict] of told) {
    run.expect(verdicts.get(batch) === verdict, `batch ${batch}: told ${verdict}, kept ${verdicts.get(batch)}`);
  }
}

/** Expects `run.json` and the checkpoints in a training run's staging directory to be readable. */
function expectStaging(directory: string): void {
  if (!existsSync(join(directory, "run.json"))) return;
  JSON.parse(readFileSync(join(directory, "run.json"), "utf8"));
  for (const name of readdirSync(directory).filter((file) => file.endsWith(".checkpoint"))) {
    decodeFitState(readFileSync(join(directory, name)));
  }
}

/**
 * Kills training runs: a model must exist completely or not at all, and in the end it must equal the model of an undisturbed
 * run byte for byte.
 */
async function trainings(
  run: Run,
  kills: number,
  words: (out: string, ...more: string[]) => readonly string[],
  exitCodes: readonly number[],
): Promise<void> {
  await run.finish(words("whole"), exitCodes);
  const [wanted = "whole"] = ["whole", "whole.refused"].filter((name) => existsSync(run.at(name)));
  const place = wanted.replace("whole", "often");
  const same = [modelFiles.network, modelFiles.scaler, modelFiles.labels].filter((name) =>
    existsSync(run.at(wanted, name)),
  );
  const expectModel = async (): Promise<void> => {
    await run.holds("the model", async () => {
      if (wanted === "whole") {
        await openWatchedModel(run.at(place));
        const log = await readTrackingLog(run.at(place, trackingFile));
        run.expect(log.at(-1)?.type === "complete", "tracking.jsonl has no end");
      }
      const [names, expected] = [place, wanted].map((name) => readdirSync(run.at(name)).sort().join(" "));
      run.expect(names === expected, `files of ${place}: ${names}`);
      for (const name of same) {
        const [own, other] = [place, wanted].map((folder) => readFileSync(run.at(folder, name)));
        run.expect(own!.equals(other!), `${name} differs from that of a run without kills`);
      }
    });
    run.expect(!existsSync(run.at("often.partial")), "often.partial is still there");
  };
  const begin = (): void => {
    for (const name of ["often", "often.refused", "often.partial"])
      rmSync(run.at(name), { recursive: true, force: true });
  };
  const isResumable = (): boolean => existsSync(run.at("often.partial", "run.json"));
  const isDone = (): boolean => existsSync(run.at(place)) && !isResumable();
  while (run.course.kills < kills) {
    const { killed } = await run.victim(words("often", ...(isResumable() ? ["--resume"] : [])), exitCodes);
    if (killed) await run.holds("often.partial", () => expectStaging(run.at("often.partial")));
    if (existsSync(run.at("often"))) {
      // If a run is killed after its model is complete, only its staging directory remains to be removed.
      await run.holds("often", () => openWatchedModel(run.at("often")));
      rmSync(run.at("often.partial"), { recursive: true, force: true });
    }
    if (!killed || isDone()) {
      await expectModel();
      begin();
    }
  }
  await run.finish(words("often", ...(isResumable() ? ["--resume"] : [])), exitCodes);
  await expectModel();
  run.expectClean();
}

export const train: Torture = async (setting, kills) => {
  const run = new Run(setting);
  run.copy("r.parquet");
  await trainings(run, kills, (out, ...more) => ["train", "r.parquet", "--out", out, ...trainWords, ...more], [0]);
  return run.course;
};

export const retrain: Torture = async (setting, kills) => {
  const run = new Run(setting);
  for (const name of ["r.parquet", "u.parquet", "model"]) run.copy(name);
  const words = (out: string, ...more: string[]) => [
    ...["retrain", "u.parquet", "--model", "model", "--labelled", "r.parquet", "--out", out, ...retrainWords, ...more],
  ];
  await trainings(run, kills, words, [0, 20]);
  await run.holds("the champion", () => openWatchedModel(run.at("model")));
  return run.course;
};

/** Kills promotions and rollbacks: the champion must be the previous or the next one, and open without errors. */
export const promote: Torture = async (setting, kills) => {
  const run = new Run(setting);
  mkdirSync(run.at("models"));
  const names = ["walk", "walk-v2", "walk-v3"];
  for (const [i, name] of names.entries()) await makeVersion(run, name, i);
  const lineNow = async () => (await readRegistry(run.at("models"))).lines.walk!;
  const promoteWords = (name: string): string[] => ["models", "promote", `models/${name}`];
  await run.finish(promoteWords("walk-v2"));
  while (run.course.kills < kills) {
    const before = (await lineNow()).champions;
    const isBack = before.length > 1 && run.setting.rng.integer(3) === 0;
    const others = names.filter((name) => name !== before.at(-1));
    const next = isBack ? before.at(-2)! : others[run.setting.rng.integer(others.length)]!;
    const after = isBack ? before.slice(0, -1) : [...before.filter((name) => name !== next), next];
    const { killed } = await run.victim(isBack ? ["models", "rollback", "walk"] : promoteWords(next));
    await run.holds("the registry", async () => {
      const { champions, log } = await lineNow();
      const found = champions.join(", ");
      const wholes = killed ? [before, after] : [after];
      run.expect(
        wholes.some((whole) => whole.join(", ") === found),
        `champions ${before.join(", ")}, then ${after.join(", ")}: found ${found}`,
      );
      run.expect(log.at(-1)!.champion === champions.at(-1), `the log ends with ${log.at(-1)!.champion}`);
      await openWatchedModel(run.at("models", "walk@champion"));
    });
  }
  for (const name of names) await run.finish(promoteWords(name));
  run.expect((await lineNow()).champions.at(-1) === "walk-v3", "the last promotion does not count");
  run.expectClean();
  return run.course;
};

async function makeVersion(run: Run, name: string, i: number): Promise<void> {
  run.copy("model", join("models", name));
  if (i === 0) return;
  const { manifest_hash: _, ...manifest } = await readManifest(run.at("models", name));
  const { model_version, data } = manifest;
  const sealed = sealManifest({
    ...manifest,
    created_at: `2100-0${i}-01T00:00:00.000Z`,
    retrained_from: {
      model_version,
      model: "models/walk",
      line: "walk",
      files: ["u.parquet"],
      pseudo_labelled: 7,
      fingerprint: data.fingerprint,
      holdout: ["person-02"],
    },
  });
  await writeFileAtomic(run.at("models", name, modelFiles.manifest), jsonFileText(sealed));
}

/**
 * Kills `sync`: whichever process was killed, the server must end up with the content of one undisturbed sync, with everything
 * exactly once.
 */
export const sync: Torture = async (setting, kills) => {
  const run = new Run(setting);
  const { server } = setting;
  run.copy("model");
  for (let i = 0; i < batches; i++) {
    run.copy(`b${i}.csv`);
    await run.finish(["check", `b${i}.csv`, "--model", "model", "--stream", `s${i % 3}`], verdictCodes);
  }
  const words = ["sync", "model", "--tracking", server.uri];
  const fresh = new Run(setting);
  server.forget();
  await fresh.finish(words);
  const expected = JSON.stringify(server.state());
  server.forget();
  for (let inARow = 0; fresh.course.kills < kills; ) {
    const { killed } = await fresh.victim(words);
    await fresh.holds("the model", () => readTrackingLog(fresh.at("model", trackingFile)));
    inARow = killed ? inARow + 1 : 0;
    if (inARow === 5) await fresh.finish(words);
    if (killed && inARow < 5) continue;
    const same = JSON.stringify(server.state()) === expected;
    fresh.expect(same, `the server holds ${JSON.stringify(server.state()).slice(0, 500)}`);
    server.forget();
    inARow = 0;
  }
  await fresh.finish(words);
  fresh.expect(JSON.stringify(server.state()) === expected, "the server holds something else in the end");
  await fresh.holds("the model", () => openModelFolder(fresh.at("model")));
  fresh.expectClean();
  fresh.course.lost.push(...run.course.lost);
  return fresh.course;
};

/** What devices send to a service with the model of the setting. */
function load({ base, directory, rng }: Setting): { readonly body: Uint8Array; readonly random: () => number } {
  cpSync(join(base, "model"), join(directory, "models", "walk"), { recursive: true });
  return { body: readFileSync(join(base, "b0.csv")), random: () => rng.uniform() };
}

/** Kills the service while devices and bad clients send requests, and starts it again. */
export const serve: Torture = async (setting, kills) => {
  const { answered, faults, ...killed } = await killUnderLoad(setting.directory, { kills, ...load(setting) });
  return { kills: killed.kills, ended: answered, lost: [...faults] };
};

/** Kills replicas of the service, their connections to the database and the database itself while devices send batches. */
export const replicas: Torture = async (setting, kills) => {
  const server = new PostgresServer();
  await server.start();
  try {
    const afterKill = async (kill: number): Promise<void> => {
      await server.breakConnections();
      if (kill % 3 !== 0) return;
      await server.kill();
      await server.start();
    };
    const store = server.address(await server.newDatabase());
    const options = { kills, ...load(setting), store, replicas: 3, afterKill };
    const { answered, faults, ...killed } = await killUnderLoad(setting.directory, options);
    return { kills: killed.kills, ended: answered, lost: [...faults] };
  } finally {
    await server.remove();
  }
};

/** Fills the disk of the service. */
export const disk: Torture = async (setting, times) => {
  const { answered, faults } = await fillDisk(setting.directory, { times, ...load(setting) });
  return { kills: times, ended: answered, lost: [...faults] };
};

/** Sets the clock of the service forward and back. */
export const clock: Torture = async (setting, times) => {
  const { answered, faults } = await jumpClock(setting.directory, { times, ...load(setting) });
  return { kills: times, ended: answered, lost: [...faults] };
};

interface Planned {
  readonly torture: Torture;
  /** The course's share of all kills; of 1,000, the service gets 200. */
  readonly share: number;
  /** Why the course cannot run here; empty if it can. */
  readonly skipped?: string;
}

export const courses: Readonly<Record<string, Planned>> = {
  check: { torture: check, share: 0.3 },
  train: { torture: train, share: 0.15 },
  retrain: { torture: retrain, share: 0.08 },
  promote: { torture: promote, share: 0.12 },
  sync: { torture: sync, share: 0.1 },
  serve: { torture: serve, share: 0.2 },
  replicas: { torture: replicas, share: 0.03, skipped: withoutPostgres },
  disk: { torture: disk, share: 0.01, skipped: withoutSmallDisk },
  clock: { torture: clock, share: 0.01 },
};

/** The number of kills in each chosen course; at least one. */
export function killsOf(chosen: readonly string[], kills: number): ReadonlyMap<string, number> {
  const shares = chosen.reduce((sum, name) => sum + courses[name]!.share, 0);
  // Rounded, because sums of shares are inexact.
  const ofShare = (share: number): number => Math.ceil(Number(((kills * share) / shares).toFixed(6)));
  return new Map(chosen.map((name) => [name, ofShare(courses[name]!.share)]));
}
