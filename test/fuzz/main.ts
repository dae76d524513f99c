// npm run fuzz uses mutated inputs of every format as the product would. Each input must be accepted, or rejected with a
// message, without a stack trace, a hang, a crash, a half-written file or more than 1 GiB of memory. The same seed produces the
// same inputs.
//
//   npm run fuzz                       tries 10,000 inputs for each format
//   npm run fuzz -- --runs 300 --only csv,config --seed 7
//   npm run fuzz -- --replay DIR       repeats a failed input, whose directory an earlier run printed
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { tableLines } from "../../src/interfaces/cli/table.ts";
import { simulate } from "../../src/pipelines/simulate.ts";
import { train } from "../../src/pipelines/train.ts";
import { chosenNames } from "../chosen-names.ts";
import { processorSeconds } from "../processor-seconds.ts";
import { FakeMlflow } from "../storage/fake-mlflow.ts";
import { type Base, formatNames, writeParquetBases } from "./formats.ts";
import type { Outcome, Task } from "./worker.ts";

/** Limit on the process's CPU time; on a busy machine, the elapsed time of an input may be much longer. */
const hangSeconds = 10;
const deadlockSeconds = 180;
const mostMebibytes = 1024;
/** Number of inputs after which a new process replaces a worker, because a process keeps a little memory of every input. */
const inputsOfAWorker = 400;

type Verdict = Outcome["kind"] | "hang" | "crash" | "memory";
const failures: readonly Verdict[] = ["defect", "hang", "crash", "memory", "partial"];

async function makeBase(directory: string, server: string): Promise<Base> {
  mkdirSync(join(directory, "parquet"), { recursive: true });
  const activities = ["walking", "sitting", "jogging"];
  const recordings = join(directory, "r.parquet");
  await simulate({ out: recordings, users: 4, minutes: 1, rate: 20, seed: 3, activities });
  await simulate({ out: join(directory, "batch.csv"), users: 2, minutes: 0.25, rate: 20, seed: 9, activities });
  await train({
    files: [recordings],
    out: join(directory, "model"),
    network: "compact",
    rate: 20,
    window: 40,
    folds: 2,
    epochs: 1,
    batchSize: 16,
    jobs: 2,
  });
  await writeParquetBases(directory);
  return { directory, server };
}

/** A process that runs one task at a time. It is replaced if it ends or has to be killed. */
class Worker {
  #child: ChildProcess | undefined;
  #used = 0;
  readonly #base: Base;
  readonly scratch: string;

  constructor(base: Base, scratch: string) {
    this.#base = base;
    this.scratch = scratch;
  }

  /** `used` is the number of the input that the process used, or null if the process never answered. */
  async run(task: Task): Promise<{ verdict: Verdict; text: string; used: number | null }> {
    const child = await this.#ready();
    child.send(task);
    const stop = new AbortController();
    const { signal } = stop;
    const [what, value] = await Promise.race([
      once(child, "message", { signal }).then(([outcome]) => ["outcome", outcome as Outcome] as const),
      once(child, "exit", { signal }).then(([code, by]) => ["crash", `exit code ${code}, signal ${by}`] as const),
      hang(child.pid!, signal).then((text) => ["hang", text] as const),
    ]);
    stop.abort();
    if (what !== "outcome") {
      await this.close();
      return { verdict: what, text: value, used: null };
    }
    const { kind, text, used, peakMebibytes } = value;
    const isLarge = peakMebibytes > mostMebibytes;
    if (isLarge || ++this.#used >= inputsOfAWorker) await this.close();
    return isLarge
      ? { verdict: "memory", text: `${Math.round(peakMebibytes)} MiB`, used }
      : { verdict: kind, text, used };
  }

  async #ready(): Promise<ChildProcess> {
    if (this.#child !== undefined) return this.#child;
    const words = [this.#base.directory, this.#base.server, this.scratch];
    const child = fork(fileURLToPath(new URL("worker.ts", import.meta.url)), words, {
      stdio: ["ignore", "ignore", "inherit", "ipc"],
      env: { ...process.env, ORT_DISABLE_TELEMETRY: "1" },
    });
    const ended = once(child, "exit").then(([code]) => {
      throw new Error(`a worker did not start: exit code ${code}`);
    });
    await Promise.race([once(child, "message"), ended]);
    this.#used = 0;
    this.#child = child;
    return child;
  }

  async close(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, "exit");
    child.kill("SIGKILL");
    await ended;
  }
}

/** Resolves if the process has used too much CPU time on its input, or waits for an event that never happens. */
async function hang(pid: number, signal: AbortSignal): Promise<string> {
  const [began, worked] = [performance.now(), processorSeconds(pid)];
  for (;;) {
    await wait(500, undefined, { signal });
    const seconds = (performance.now() - began) / 1000;
    const work = processorSeconds(pid) - worked;
    if (Number.isNaN(work) ? seconds > hangSeconds : work > hangSeconds) return `no end within ${hangSeconds} s`;
    if (seconds > deadlockSeconds) return `no end within ${deadlockSeconds} s, of which it worked ${work} s`;
  }
}

const { values: options } = parseArgs({
  options: {
    runs: { type: "string", default: "10000" },
    seed: { type: "string", default: "1" },
    only: { type: "string", default: formatNames.join(",") },
    jobs: { type: "string", default: "2" },
    keep: { type: "string", default: join(tmpdir(), "tidemark-fuzz") },
    replay: { type: "string" },
  },
});
const replayed: Task | undefined =
  options.replay === undefined ? undefined : JSON.parse(readFileSync(join(options.replay, "task.json"), "utf8"));
const runs = replayed === undefined ? Number(options.runs) : 1;
const names = replayed === undefined ? chosenNames(options.only, formatNames) : [replayed.format];
if (!(runs >= 1)) throw new Error(`expected --runs N, found ${options.runs}`);

const scratch = mkdtempSync(join(tmpdir(), "tidemark-fuzzing-"));
const server = new FakeMlflow();
await server.open();
const base = await makeBase(join(scratch, "base"), server.uri);
const workers = Array.from({ length: Number(options.jobs) }, (_, i) => new Worker(base, join(scratch, `worker-${i}`)));
const kept: string[] = [];
const rows: string[][] = [];
let failed = false;

for (const format of names) {
  const started = performance.now();
  const counts = new Map<Verdict, number>();
  const used = new Set<number>();
  let next = 0;
  const take = async (worker: Worker): Promise<void> => {
    while (next < runs) {
      const task = replayed ?? { format, index: next, seed: Number(options.seed) };
      next++;
      const { verdict, text, used: number } = await worker.run(task);
      if (number !== null) used.add(number);
      counts.set(verdict, (counts.get(verdict) ?? 0) + 1);
      server.asked.length = 0;
      if (replayed !== undefined) console.log(`${verdict}\n${text}`);
      else if (failures.includes(verdict)) keep(task, verdict, text, worker);
    }
  };
  await Promise.all(workers.map(take));
  failed ||= used.size < runs || failures.some((verdict) => counts.has(verdict));
  const shown = ["accepted", "refused", ...failures] as const;
  const seconds = ((performance.now() - started) / 1000).toFixed(0);
  const row = [
    format,
    String(used.size),
    ...shown.map((verdict) => String(counts.get(verdict as Verdict) ?? 0)),
    seconds,
  ];
  rows.push(row);
  console.log(`${format}: ${used.size} of ${runs} inputs used in ${seconds} s`);
}

function keep(task: Task, verdict: Verdict, text: string, worker: Worker): void {
  const directory = join(options.keep, `${task.format}-${task.seed}-${task.index}`);
  rmSync(directory, { recursive: true, force: true });
  cpSync(worker.scratch, directory, { recursive: true });
  writeFileSync(join(directory, "task.json"), JSON.stringify(task));
  writeFileSync(join(directory, "error.txt"), `${verdict}\n${text}\n`);
  kept.push(directory);
  if (kept.length <= 20) console.log(`${verdict}: ${directory}\n  ${text.split("\n").slice(0, 4).join("\n  ")}`);
}

for (const worker of workers) await worker.close();
await server.close();
rmSync(scratch, { recursive: true, force: true });
console.log(
  tableLines({
    headers: ["format", "inputs", "accepted", "refused", "stack", "hang", "crash", "> 1 GB", "partial", "s"],
    rows,
  }).join("\n"),
);
if (kept.length > 0) console.log(`\n${kept.length} failed; see ${options.keep}`);
process.exit(failed && replayed === undefined ? 1 : 0);
