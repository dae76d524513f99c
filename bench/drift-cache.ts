// Caches the answers of the drift benchmark, so that an interrupted run can continue. A cached answer is valid for one
// model, one state of the code that computes verdicts, and one seed.

import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, globSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { writeFileAtomic } from "../src/storage/atomic-file.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const judging = ["src/{monitoring,signals,stats}/**/*.ts", "src/pipelines/measure-without-faults.ts"];
const measuring = ["bench/day-streams.ts", "bench/drift-*.ts", "bench/peers/drift_*.py"];
/** Files that only format the results, so that changes to them do not invalidate cached answers. */
const printing = ["tables", "peer-table", "outcomes", "bars", "document", "cache"].map(
  (name) => `bench/drift-${name}.ts`,
);

export class DriftCache {
  readonly #directory: string;

  /** @param model the model's folder */
  constructor(directory: string, model: string, seed: number) {
    const hash = createHash("sha256")
      .update(`${seed}`)
      .update(readFileSync(join(model, "manifest.json")));
    const files = globSync([...judging, ...measuring], { cwd: root }).filter((file) => !printing.includes(file));
    for (const file of files.sort()) hash.update(file).update(readFileSync(join(root, file)));
    this.#directory = join(directory, hash.digest("hex").slice(0, 12));
    mkdirSync(this.#directory, { recursive: true });
  }

  /** @param keep decides whether to cache a result (default: always) */
  async of<T>(name: string, measure: () => Promise<T>, keep: (measured: T) => boolean = () => true): Promise<T> {
    const path = join(this.#directory, `${name.replaceAll(/[^\w.-]+/g, "-")}.json`);
    if (existsSync(path)) return JSON.parse(readFileSync(path, "utf8")) as T;
    const measured = await measure();
    if (keep(measured)) await writeFileAtomic(path, JSON.stringify(measured));
    return measured;
  }
}

/** Returns the last commit that changed what the answers depend on, and whether the files differ from it. */
export function judgingCommit(): string {
  const git = (...words: string[]): string => execFileSync("git", words, { cwd: root, encoding: "utf8" }).trim();
  const paths = [...judging, ...measuring].map((path) => `:(glob)${path}`).flatMap(withoutBraces);
  const files = [...paths, ...printing.map((path) => `:(exclude)${path}`)];
  const changed = git("status", "--porcelain", "--", ...files) === "" ? "" : " with changes";
  return `${git("log", "-1", "--format=%h", "--", ...files)}${changed}`;
}

/** Git's globs do not support braces. */
function withoutBraces(path: string): string[] {
  const [, before, names, after] = path.match(/^(.*)\{(.*)\}(.*)$/) ?? [];
  return names === undefined ? [path] : names.split(",").map((name) => `${before}${name}${after}`);
}
