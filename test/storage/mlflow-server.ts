// A real MLflow server in its own directory, and a reader of its content with MLflow's own Python client.

import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { freePort } from "../free-port.ts";

const modules = ["mlflow", "onnx", "onnxruntime", "numpy"];
const findModules = `import importlib.util as u, sys; sys.exit(any(u.find_spec(m) is None for m in ${JSON.stringify(modules)}))`;

/** A Python with MLflow: TIDEMARK_MLFLOW_PYTHON, or the Python in .venv. */
export const mlflowPython: string | undefined = [
  process.env.TIDEMARK_MLFLOW_PYTHON,
  fileURLToPath(new URL("../../.venv/bin/python", import.meta.url)),
].find((path) => path !== undefined && existsSync(path) && spawnSync(path, ["-c", findModules]).status === 0);

/** The reason for skipping a test that needs MLflow, which is added to the test's name. */
export const withoutMlflow: string = mlflowPython === undefined ? " (skipped: no Python with MLflow in .venv)" : "";

/** The environment of child processes, without the caller's own tracking settings. */
const environment = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("MLFLOW_")));

export class MlflowServer {
  readonly #directory = mkdtempSync(join(tmpdir(), "tidemark-mlflow-"));
  #child: ChildProcess | undefined;
  #port = 0;

  readonly #killGroup = (): void => {
    if (this.#child?.pid !== undefined) process.kill(-this.#child.pid, "SIGKILL");
  };

  get uri(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** Starts the server, on its earlier port if it had one, and returns once it responds. */
  async start(): Promise<void> {
    if (this.#port === 0) this.#port = await freePort();
    const log = join(this.#directory, "log");
    const out = openSync(log, "a");
    const child = spawn(
      mlflowPython!,
      [
        ...["-m", "mlflow", "server", "--host", "127.0.0.1", "--port", String(this.#port), "--workers", "1"],
        ...["--backend-store-uri", `sqlite:///${join(this.#directory, "mlflow.db")}`],
        ...["--artifacts-destination", join(this.#directory, "artifacts")],
      ],
      {
        cwd: this.#directory,
        stdio: ["ignore", out, out],
        // The server's background jobs would be eight processes that no test needs.
        env: { ...environment, MLFLOW_SERVER_ENABLE_JOB_EXECUTION: "false" },
        // The server has its own process group, so that its workers end together with it.
        detached: true,
      },
    );
    this.#child = child;
    process.once("exit", this.#killGroup);
    const until = performance.now() + 180_000;
    while (!(await this.#isUp())) {
      if (child.exitCode !== null || performance.now() > until) {
        throw new Error(`mlflow server did not come up:\n${readFileSync(log, "utf8")}`);
      }
      await sleep(100);
    }
  }

  /** Ends the server and all of its processes at once; its content remains. */
  async kill(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    process.off("exit", this.#killGroup);
    if (child?.pid === undefined || child.exitCode !== null) return;
    const closed = new Promise((resolve) => child.once("exit", resolve));
    process.kill(-child.pid, "SIGKILL");
    await closed;
    while (await this.#isUp()) await sleep(20);
  }

  /** Ends the server and removes its content. */
  async remove(): Promise<void> {
    await this.kill();
    rmSync(this.#directory, { recursive: true, force: true, maxRetries: 10 });
  }

  async #isUp(): Promise<boolean> {
    return fetch(`${this.uri}/health`).then(
      (answer) => answer.ok,
      () => false,
    );
  }
}

/** One value of a metric, with its step and its time in milliseconds since 1970. */
export type Point = readonly [step: number, value: number, timestamp: number];

export interface RunOnServer {
  readonly id: string;
  readonly name: string;
  readonly status: string;
  readonly start: number;
  readonly end: number | null;
  readonly params: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
  readonly metrics: Readonly<Record<string, readonly Point[]>>;
  readonly inputs: readonly Readonly<Record<string, unknown>>[];
  /** SHA-256 of each artifact, by path. */
  readonly artifacts: Readonly<Record<string, string>>;
  readonly loggedModels: readonly LoggedModelOnServer[];
}

export interface LoggedModelOnServer {
  readonly id: string;
  readonly name: string;
  readonly status: string;
  readonly sourceRunId: string;
  readonly metrics: Readonly<Record<string, number>>;
  readonly tags: Readonly<Record<string, string>>;
}

export interface ModelOnServer {
  readonly aliases: Readonly<Record<string, string>>;
  readonly versions: readonly {
    readonly version: string;
    readonly runId: string;
    readonly status: string;
    readonly description: string;
    readonly tags: Readonly<Record<string, string>>;
  }[];
}

/** All of the server's content, or only the runs of some experiments. */
export interface OnServer {
  readonly experiments: Readonly<Record<string, readonly RunOnServer[]>>;
  readonly models: Readonly<Record<string, ModelOnServer>>;
}

export interface ServedPredictions {
  readonly onnx: readonly number[];
  readonly pyfunc: readonly number[];
  /** Whether the tensor alone, without its name, gives the same result. */
  readonly alone: boolean;
  readonly predicted: readonly string[];
  /** The rows that `mlflow models serve` returns. */
  readonly served: readonly Readonly<Record<string, unknown>>[];
  readonly inputs: readonly string[];
  /** Names of the outputs in the signature. */
  readonly outputs: readonly string[];
  readonly metadata: Readonly<Record<string, unknown>>;
}

/** MLflow's Python client, in a process that keeps running, because loading it takes seconds. */
export class ReadBack {
  readonly #child: ReturnType<typeof spawn>;
  readonly #waiting: ((line: string) => void)[] = [];
  #stderr = "";

  constructor(uri: string) {
    this.#child = spawn(mlflowPython!, [fileURLToPath(new URL("read_back.py", import.meta.url)), uri], {
      env: { ...environment, MLFLOW_TRACKING_URI: uri, MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR: "false" },
      stdio: ["pipe", "pipe", "pipe"],
    });
    this.#child.stderr!.setEncoding("utf8").on("data", (text: string) => {
      this.#stderr += text;
    });
    createInterface({ input: this.#child.stdout! }).on("line", (line) => this.#waiting.shift()?.(line));
    this.#child.once("exit", () => {
      for (const told of this.#waiting.splice(0)) told(JSON.stringify({ error: this.#stderr }));
    });
  }

  /** @param experiments default: all */
  everything(...experiments: readonly string[]): Promise<OnServer> {
    return this.#ask({ do: "everything", experiments }) as Promise<OnServer>;
  }

  /** Returns a registered model's probabilities, row by row, for windows in a JSON file. */
  predictions(model: string, windows: string): Promise<ServedPredictions> {
    return this.#ask({ do: "predictions", model, windows }) as Promise<ServedPredictions>;
  }

  /** Returns a table from a run's artifacts, as `mlflow.load_table` reads it. */
  table(runId: string, file: string): Promise<{ columns: string[]; rows: unknown[][] }> {
    return this.#ask({ do: "table", runId, file }) as Promise<{ columns: string[]; rows: unknown[][] }>;
  }

  async deleteExperiment(name: string): Promise<void> {
    await this.#ask({ do: "delete experiment", name });
  }

  end(): void {
    this.#child.stdin!.end();
  }

  async #ask(question: object): Promise<unknown> {
    if (this.#child.exitCode !== null) throw new Error(`read_back.py ended: ${this.#stderr}`);
    const answered = new Promise<string>((resolve) => void this.#waiting.push(resolve));
    this.#child.stdin!.write(`${JSON.stringify(question)}\n`);
    const answer: unknown = JSON.parse(await answered);
    if (answer !== null && typeof answer === "object" && "error" in answer) throw new Error(String(answer.error));
    return answer;
  }
}
