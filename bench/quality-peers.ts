// Columns of the quality benchmark for other libraries, each computed in a Python process that reads the exported
// windows. bench/peers/quality_peers.py describes how the libraries are installed and used.

import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { writeFileAtomic } from "../src/storage/atomic-file.ts";
import { findPython } from "./peer.ts";
import type { QualityAnswers } from "./quality-figures.ts";
import { exportQualityTask, type QualityTask } from "./quality-task.ts";

const script = fileURLToPath(new URL("peers/quality_peers.py", import.meta.url));

/** The columns, and the Python module that each column needs. */
const modules: Readonly<Record<string, string>> = {
  "random-forest": "sklearn",
  "gradient-boosting": "sklearn",
  "aeon-minirocket": "aeon",
};

export const peerColumns: readonly string[] = Object.keys(modules);

export interface QualityPeer {
  readonly name: string;
  readonly python: string;
  /** Everything that affects the library's answers, apart from the task and the seed. */
  readonly deciding: object;
}

/** @returns a sentence with the reason if the library is not installed */
export function findQualityPeer(name: string): QualityPeer | string {
  const module = modules[name]!;
  const python = findPython({ module, environmentVariable: "TIDEMARK_QUALITY_PYTHON" });
  if (python === undefined)
    return `${name}: not measured, because ${module} is not installed in TIDEMARK_QUALITY_PYTHON, .venv or python3.`;
  const versions = runPython(python, [name, "--versions"]);
  const code = createHash("sha256").update(readFileSync(script)).digest("hex");
  return { name, python, deciding: { peer: name, versions, code } };
}

/**
 * @param directory folder for the answers to the parts that are finished
 * @param exports folder for exported windows
 */
export async function askQualityPeer(
  { name, python }: QualityPeer,
  task: QualityTask,
  directory: string,
  exports: string,
): Promise<QualityAnswers> {
  mkdirSync(directory, { recursive: true });
  const { seed } = task.config;
  const answers: Record<string, readonly number[]> = {};
  for (const part of task.parts) {
    const path = join(directory, `${part.name}.json`);
    if (!existsSync(path)) {
      const folder = await exportQualityTask(task, exports);
      await writeFileAtomic(path, JSON.stringify(runPython(python, [name, folder, part.name, String(seed)])));
      console.error(`${name}, seed ${seed}: ${part.name}`);
    }
    answers[part.name] = JSON.parse(readFileSync(path, "utf8"));
  }
  return answers;
}

function runPython(python: string, words: readonly string[]): unknown {
  const environment = { ...process.env, OMP_NUM_THREADS: "1", NUMBA_NUM_THREADS: "1", PYTHONDONTWRITEBYTECODE: "1" };
  const { status, stdout, stderr } = spawnSync(python, [script, ...words], {
    encoding: "utf8",
    env: environment,
    maxBuffer: 1 << 28,
  });
  if (status !== 0) throw new Error(`${words[0]}: ${stderr.trim().split("\n").at(-1)}`);
  return JSON.parse(stdout.trim().split("\n").at(-1)!);
}
