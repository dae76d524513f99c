// Runs another framework's training step in a Python process that waits between rounds. A line on the process's stdin
// starts one round, and the process answers with one line of JSON. This lets peers take turns with Tidemark within one run.

import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

export interface PeerRound {
  readonly version: string;
  readonly step_ms: number;
  readonly inference_windows_per_s: number;
}

export interface PeerSpec {
  readonly name: string;
  /** A file in bench/peers. */
  readonly script: string;
  readonly args?: readonly string[];
  /** The Python module that must be installed. */
  readonly module: string;
  /** Environment variable with the path of the Python to use; without it, the repository's .venv or python3 is used. */
  readonly environmentVariable: string;
}

export const peerSpecs: readonly PeerSpec[] = [
  { name: "PyTorch", script: "pytorch_step.py", module: "torch", environmentVariable: "TIDEMARK_PEER_PYTHON" },
  { name: "Keras", script: "keras_step.py", module: "tensorflow", environmentVariable: "TIDEMARK_KERAS_PYTHON" },
];

/** Keras with unrolled LSTMs, which is not its default: tracing takes a minute, and steps are about 1.25 times as fast. */
export const unrolledKeras: PeerSpec = { ...peerSpecs[1]!, name: "Keras, unrolled LSTMs", args: ["--unroll"] };

export class Peer {
  readonly name: string;
  readonly #process: ChildProcessWithoutNullStreams;
  readonly #lines: AsyncIterator<string>;
  #errors = "";

  private constructor(name: string, process: ChildProcessWithoutNullStreams) {
    this.name = name;
    this.#process = process;
    this.#lines = createInterface({ input: process.stdout })[Symbol.asyncIterator]();
    // A peer that has ended is detected by its missing answer.
    process.stdin.on("error", () => {});
    process.stderr.setEncoding("utf8").on("data", (text: string) => {
      this.#errors = (this.#errors + text).slice(-2000);
    });
  }

  /** Starts a peer; undefined if its framework is not installed. */
  static start(spec: PeerSpec): Peer | undefined {
    const python = findPython(spec);
    if (python === undefined) return undefined;
    const script = fileURLToPath(new URL(`peers/${spec.script}`, import.meta.url));
    const environment = { ...process.env, OMP_NUM_THREADS: "1", MKL_NUM_THREADS: "1", PYTHONDONTWRITEBYTECODE: "1" };
    return new Peer(spec.name, spawn(python, [script, "--serve", ...(spec.args ?? [])], { env: environment }));
  }

  async round(): Promise<PeerRound> {
    this.#process.stdin.write("\n");
    const { value, done } = await this.#lines.next();
    if (done === true) throw new Error(`${this.name} ended without a figure:\n${this.#errors}`);
    return JSON.parse(value) as PeerRound;
  }

  stop(): void {
    this.#process.stdin.end();
  }
}

/** Returns the first Python that has the module: the one in the environment variable, the one in .venv, or python3. */
export function findPython({
  module,
  environmentVariable,
}: Pick<PeerSpec, "module" | "environmentVariable">): string | undefined {
  const local = fileURLToPath(new URL("../.venv/bin/python", import.meta.url));
  const candidates = [process.env[environmentVariable], existsSync(local) ? local : undefined, "python3"];
  const find = `import importlib.util, sys; sys.exit(importlib.util.find_spec("${module}") is None)`;
  return candidates.find((python) => python !== undefined && spawnSync(python, ["-c", find]).status === 0);
}
