// npm run mutate shows which small mistakes in the code the tests would detect. Each mutant is one mistake (see mutants.ts).
// Each mutant is tested by the tests of its room (see tests-of.ts), cheapest first. A mutant counts as killed if a test fails
// or never ends.
//
//   npm run mutate                                  runs all mutants of the rooms below, which takes hours
//   npm run mutate -- --sample 400 --seed 7         runs 400 of them, drawn at random
//   npm run mutate -- --only monitoring/drift/verdict.ts,stats
//
// Results are appended to the file that --state names. A later run reuses the recorded results for killed mutants, and for mutants that
// survived the same tests.
import { type ChildProcess, fork } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { appendFileSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { filesOf } from "../../scripts/architecture.ts";
import { tableLines } from "../../src/interfaces/cli/table.ts";
import { Rng } from "../../src/random.ts";
import { processorSeconds } from "../processor-seconds.ts";
import { equivalent } from "./equivalent.ts";
import type { Message, Task } from "./host.ts";
import { mutantsOf } from "./mutants.ts";
import { testsOf } from "./tests-of.ts";

const pseudoLabeling = ["curriculum.ts", "promotion-gate.ts", "retrain-report.ts", "select-pseudo-labels.ts"].map(
  (name) => `learning/training/${name}`,
);
const rooms = ["random.ts", "stats", ...pseudoLabeling, "monitoring/drift"];
/**
 * A mutant's tests may take this multiple of the CPU seconds that they take on the original code, plus this number of CPU
 * seconds.
 */
const [patience, grace] = [4, 5];

interface Result {
  readonly file: string;
  readonly name: string;
  readonly line: number;
  /** Hash of the content of all of the mutant's test files. */
  readonly tests: string;
  /** The test file that failed, preceded by "endless" if it never ended; null if the mutant survived. */
  readonly by: string | null;
}

/** The CPU seconds of a test file on the original code. */
interface Cost {
  readonly test: string;
  /** Hash of the test file's content. */
  readonly content: string;
  readonly cost: number;
}

/** A host process, which is replaced if it has to be killed. */
class Host {
  #child: ChildProcess | undefined;

  /** @param limit in CPU seconds for each test file */
  async run(task: Task, limit: (test: string) => number): Promise<string | null> {
    const child = await this.#ready();
    let [running, from] = ["", 0];
    const stop = new AbortController();
    const answer = new Promise<string | null>((resolve, reject) => {
      child.on("message", (message: Message) => {
        if (message.kind === "test") [running, from] = [message.name, processorSeconds(child.pid!)];
        if (message.kind === "done") resolve(message.by);
      });
      child.on("exit", (code) => reject(new Error(`the host ended with ${code} in ${JSON.stringify(task)}`)));
    });
    const endless = (async () => {
      for (;;) {
        await wait(1000, undefined, { signal: stop.signal });
        if (running !== "" && processorSeconds(child.pid!) - from > limit(running)) return `endless: ${running}`;
      }
    })();
    endless.catch(() => {});
    child.send(task);
    try {
      const by = await Promise.race([answer, endless]);
      if (by?.startsWith("endless")) this.close();
      return by;
    } finally {
      stop.abort();
      child.removeAllListeners("message").removeAllListeners("exit");
    }
  }

  /** CPU seconds so far. */
  spent(): number {
    return this.#child === undefined ? 0 : processorSeconds(this.#child.pid!);
  }

  async #ready(): Promise<ChildProcess> {
    if (this.#child !== undefined) return this.#child;
    this.#child = fork(fileURLToPath(new URL("host.ts", import.meta.url)), {
      stdio: ["ignore", "ignore", "inherit", "ipc"],
    });
    await once(this.#child, "message");
    return this.#child;
  }

  close(): void {
    this.#child?.removeAllListeners("exit").kill("SIGKILL");
    this.#child = undefined;
  }
}

const { values: options } = parseArgs({
  options: {
    only: { type: "string", default: rooms.join(",") },
    sample: { type: "string" },
    seed: { type: "string", default: "1" },
    jobs: { type: "string", default: "1" },
    /**
     * Test files that cost more CPU seconds are left out: they are not unit tests, and would all run on every surviving mutant.
     */
    dearest: { type: "string", default: "20" },
    state: { type: "string", default: ".cache/mutation.jsonl" },
    /** Minimum share of mutants that must be killed. */
    least: { type: "string", default: "0.85" },
  },
});
const only = options.only.split(",");
const isIn = (file: string, words: readonly string[]): boolean =>
  words.some((word) => file === word || file.startsWith(`${word}/`));
const files = filesOf("src")
  .filter((file) => isIn(file, rooms) && isIn(file, only))
  .map((file) => join("src", file));
if (files.length === 0) throw new Error(`--only ${options.only}: expected files or folders of ${rooms.join(", ")}`);

const hash = (text: string): string => createHash("sha256").update(text).digest("hex").slice(0, 12);
const known = new Map<string, Result>();
const costs = new Map<string, number>();
const contentOf = (test: string): string => hash(readFileSync(test, "utf8"));
const keyOf = ({ file, name }: Pick<Result, "file" | "name">): string => `${file} ${name}`;
mkdirSync(dirname(options.state), { recursive: true });
if (existsSync(options.state)) {
  for (const line of readFileSync(options.state, "utf8").split("\n").filter(Boolean)) {
    const kept: Result | Cost = JSON.parse(line);
    if ("name" in kept) known.set(keyOf(kept), kept);
    else if (existsSync(kept.test) && kept.content === contentOf(kept.test)) costs.set(kept.test, kept.cost);
  }
}

const hosts = Array.from({ length: Number(options.jobs) }, () => new Host());
const reaching = testsOf();
const keep = (kept: Result | Cost): void => appendFileSync(options.state, `${JSON.stringify(kept)}\n`);
for (const test of new Set(files.flatMap(reaching))) {
  if (costs.has(test)) continue;
  const before = hosts[0]!.spent();
  const by = await hosts[0]!.run({ file: files[0]!, mutant: null, tests: [test] }, () => 600);
  if (by !== null) throw new Error(`${by} fails without a mutant`);
  const cost = hosts[0]!.spent() - before;
  costs.set(test, cost);
  keep({ test, content: contentOf(test), cost });
}
const testsFor = new Map(
  files.map((file) => {
    const usable = reaching(file).filter((test) => costs.get(test)! <= Number(options.dearest));
    return [file, usable.sort((a, b) => costs.get(a)! - costs.get(b)!)] as const;
  }),
);

const all = files.flatMap((file) =>
  mutantsOf(readFileSync(file, "utf8"))
    .filter(({ name }) => equivalent[file.slice("src/".length)]?.[name] === undefined)
    .map((mutant) => ({ file, mutant })),
);
const drawn =
  options.sample === undefined
    ? all
    : Rng.fromSeed(Number(options.seed))
        .shuffle([...all])
        .slice(0, Number(options.sample));
const results: Result[] = [];
let next = 0;
const take = async (host: Host): Promise<void> => {
  while (next < drawn.length) {
    const { file, mutant } = drawn[next++]!;
    const tests = testsFor.get(file)!;
    const state = hash(tests.map(contentOf).join(" "));
    const before = known.get(keyOf({ file, name: mutant.name }));
    if (before !== undefined && (before.by !== null || before.tests === state)) {
      results.push({ ...before, line: mutant.line });
      continue;
    }
    const by = await host.run({ file, mutant, tests }, (test) => grace + patience * costs.get(test)!);
    const result: Result = { file, name: mutant.name, line: mutant.line, tests: state, by };
    results.push(result);
    keep(result);
    if (results.length % 20 === 0) console.log(`${results.length} of ${drawn.length}: ${share(results)}`);
  }
};
await Promise.all(hosts.map(take));
// Files that mutants left behind must not affect later mutants, so all tests must still pass without a mutant.
for (const test of new Set([...testsFor.values()].flat())) {
  const by = await hosts[0]!.run({ file: files[0]!, mutant: null, tests: [test] }, () => 600);
  if (by !== null) throw new Error(`${by} fails without a mutant, after ${results.length} of them`);
}
for (const host of hosts) host.close();

function share(of: readonly Result[]): string {
  return `${((100 * of.filter(({ by }) => by !== null).length) / of.length).toFixed(1)} %`;
}

const rows = files.flatMap((file) => {
  const own = results.filter((result) => result.file === file);
  return own.length === 0 ? [] : [[file.slice("src/".length), `${own.length}`, share(own)]];
});
for (const { file, line, name } of results
  .filter(({ by }) => by === null)
  .sort((a, b) => a.file.localeCompare(b.file) || a.line - b.line)) {
  console.log(`survived ${file}:${line} ${name}`);
}
console.log(
  `\n${tableLines({ headers: ["file", "mutants", "killed"], rows: [...rows, ["all", `${results.length}`, share(results)]] }).join("\n")}`,
);
const killed = results.filter(({ by }) => by !== null).length;
process.exit(killed >= Number(options.least) * results.length ? 0 : 1);
