// Verifies docs/privacy.md: no command leaves a file in the user's home or temporary folder, or contacts a server that was not
// named. The test checks every network system call that any thread or child process makes.
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createProgram } from "../src/interfaces/cli/program.ts";
import { commandPaths } from "./command-paths.ts";
import { unpackOldModel } from "./pipelines/old-model.ts";
import { fileDirectory, main } from "./pipelines/tiny-run.ts";
import { FakeMlflow } from "./storage/fake-mlflow.ts";

const traces = spawnSync("strace", ["-qq", "-e", "trace=none", "true"]).status === 0;
const directory = fileDirectory();
const server = new FakeMlflow();

beforeAll(async () => {
  unpackOldModel(directory);
  await server.open();
});
afterAll(() => server.close());

const batch = ["batch.csv.gz", "--model", "walk"];
const network = ["--network", "compact", "--rate", "20", "--window", "40", "--folds", "2", "--epochs", "1"];
/** The commands run in this order; only the commands in `speaking` get the address of a server, because only they need one. */
const cases: Readonly<Record<string, () => readonly string[]>> = {
  simulate: () => ["--out", "simulated.csv", "--users", "1", "--minutes", "0.1"],
  train: () => ["recordings.csv.gz", "--out", "trained", ...network, "--jobs", "2"],
  tune: () => [
    "recordings.csv.gz",
    "--out",
    "tuned.yaml",
    "--search",
    "augment=none,rotate",
    ...network,
    "--folds",
    "4",
    "--jobs",
    "2",
  ],
  inspect: () => ["recordings.csv.gz", "--out", "inspected.html", "--rate", "20", "--window", "40", "--folds", "2"],
  convert: () => ["recordings.csv.gz", "--out", "converted.parquet"],
  evaluate: () => ["recordings.csv.gz", "--model", "walk", "--out", "evaluated.html"],
  predict: () => [...batch, "--out", "predicted.csv"],
  check: () => [...batch, "--batch-id", "again", "--accept"],
  serve: () => ["--models", ".", "--check-config"],
  push: () => ["batch.csv.gz", "--to", server.uri, "--model", "walk"],
  "token create": () => ["gateway", "--scope", "ingest", "--tokens", "tokens.json"],
  "token list": () => ["--tokens", "tokens.json"],
  "token rotate": () => ["gateway", "--tokens", "tokens.json"],
  "token revoke": () => ["gateway", "--tokens", "tokens.json"],
  "baseline show": () => ["walk"],
  "baseline validate": () => ["walk"],
  "baseline recalibrate": () => ["trained", "--recordings", "recordings.csv.gz"],
  "streams list": () => ["--model", "walk", "--out", "streams.csv"],
  "streams show": () => ["default", "--model", "walk", "--out", "history.parquet"],
  "reference show": () => ["--model", "walk"],
  "reference exclude": () => ["again", "--model", "walk"],
  "reference accept": () => ["again", "--model", "walk"],
  "reference compact": () => ["--model", "walk"],
  "reference reset": () => ["--model", "walk"],
  "streams rename": () => ["default", "wrist", "--model", "walk"],
  "streams retire": () => ["wrist", "--model", "walk"],
  "streams erase": () => ["wrist", "--model", "walk", "--reason", "asked to"],
  retrain: () => [
    ...[...batch, "--out", "retrained", "--labelled", "recordings.csv.gz"],
    ...["--epochs", "1", "--cycles", "1", "--jobs", "2"],
  ],
  "models list": () => ["--dir", "."],
  "models show": () => ["walk"],
  "models compare": () => ["walk", "trained"],
  "models add": () => ["trained", "--as", "walk"],
  "models promote": () => ["walk"],
  "models rollback": () => ["walk", "--dir", "."],
  "drift-bench": () => [
    ...["recordings.csv.gz", "--model", "walk", "--seconds", "15", "--batches", "12", "--change-at", "6"],
    ...["--streams", "1", "--jobs", "2"],
  ],
  "alerts list": () => ["--model", "walk"],
  "alerts send": () => ["--model", "walk", "--alert", "http://127.0.0.1:9"],
  "alerts test": () => ["--alert", server.uri],
  sync: () => ["walk", "--tracking", server.uri],
};
const speaking = ["alerts test", "push", "sync"];
/**
 * Expected exit codes other than 0: the candidate is rejected, the line has no earlier champion, and the server is not a
 * Tidemark service.
 */
const otherCodes: Readonly<Record<string, number>> = { retrain: 20, "models rollback": 2, push: 3 };

interface Seen {
  exitCode: number | null;
  output: string;
  /** Files in the home folder and the temporary folder. */
  files: string[];
  /** System calls that contact a server. */
  spoken: string[];
}

/** Runs a program in an empty home folder, with an almost empty environment. */
async function watched(program: readonly string[], { trace = traces } = {}): Promise<Seen> {
  const fresh = mkdtempSync(join(directory, "fresh-"));
  const [home, temporary, log] = ["home", "tmp", "trace"].map((name) => join(fresh, name)) as [string, string, string];
  for (const folder of [home, temporary]) mkdirSync(folder);
  const strace = trace ? ["strace", "-f", "-qq", "-e", "trace=%network", "-o", log] : [];
  const [command, ...words] = [...strace, ...program] as [string, ...string[]];
  const child = spawn(command, words, {
    cwd: directory,
    stdio: ["ignore", "pipe", "pipe"],
    // Sets a user name, because programs otherwise query the user database, which some systems keep on a server.
    env: { PATH: process.env.PATH, HOME: home, TMPDIR: temporary, USER: "somebody" },
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (text) => (output += text));
  const [exitCode] = await once(child, "close");
  const list = (folder: string): string[] => readdirSync(folder, { recursive: true, encoding: "utf8" });
  const spoken = trace
    ? readFileSync(log, "utf8")
        .split("\n")
        .filter((line) => /\b(connect|bind|sendto|sendmsg|sendmmsg)\(|\bsocket\(AF_(?!UNIX)/.test(line))
    : [];
  return { exitCode, output, files: [...list(home), ...list(temporary)], spoken };
}

describe.skipIf(process.platform === "win32")("every command", () => {
  it("has a case here", () => {
    expect(Object.keys(cases).sort()).toEqual(commandPaths(createProgram()).sort());
  });

  it.each(Object.keys(cases))(
    `%s leaves nothing outside of its folders${traces ? ", and speaks to nobody" : " (calls not watched: no strace)"}`,
    async (name) => {
      const words = [...name.split(" "), ...cases[name]!()];
      const { exitCode, output, files, spoken } = await watched([process.execPath, main, ...words]);
      if (name !== "check") expect(exitCode, output).toBe(otherCodes[name] ?? 0);
      else expect([0, 10, 11, 12], output).toContain(exitCode);
      expect(files).toEqual([]);
      const port = `sin_port=htons(${new URL(server.uri).port}), sin_addr=inet_addr("127.0.0.1")`;
      const toServer = (line: string): boolean => line.includes(port) || /\bsocket\(AF_INET, SOCK_STREAM/.test(line);
      expect(speaking.includes(name) ? spoken.filter((line) => !toServer(line)) : spoken).toEqual([]);
      if (name === "sync") expect(server.asked.length).toBeGreaterThan(3);
    },
  );
});

describe.skipIf(process.platform === "win32")("a program that imports tidemark", () => {
  it("leaves nothing behind either, in its main thread or in workers", async () => {
    const index = JSON.stringify(new URL("../src/index.ts", import.meta.url).href);
    const predict = (out: string, jobs: number): string =>
      `await predict({ files: ["recordings.csv.gz"], model: "walk", out: "${out}", jobs: ${jobs} });`;
    const worker = `import(${index}).then(async ({ predict }) => { ${predict("worker.csv", 1)} })`;
    const program = `import { Worker } from "node:worker_threads"; import { once } from "node:events";
      import { predict } from ${index}; ${predict("main.csv", 2)}
      const [code] = await once(new Worker(${JSON.stringify(worker)}, { eval: true, execArgv: [] }), "exit");
      process.exitCode = code;`;
    const seen = await watched([process.execPath, "--input-type=module", "--eval", program]);
    expect(seen).toEqual({ exitCode: 0, output: "", files: [], spoken: [] });
    const [a, b] = ["main.csv", "worker.csv"].map((name) => readFileSync(join(directory, name), "utf8"));
    expect(a).toBe(b);
  });
});

describe.skipIf(!traces)(`the watch${traces ? "" : " (skipped: no strace)"}`, () => {
  it("sees a name that is looked up, and a file that is left", async () => {
    const program = `require("node:fs").writeFileSync(process.env.HOME + "/left", "");
      require("node:dns").lookup("tidemark.invalid", () => {});`;
    const { files, spoken } = await watched([process.execPath, "--eval", program]);
    expect(files).toEqual(["left"]);
    expect(spoken.length).toBeGreaterThan(0);
  });

  it("detects the download that a URL as input causes, and the output says so", async () => {
    const words = ["predict", "https://127.0.0.1:9/a.csv", "--model", "walk", "--out", "remote.csv"];
    const { exitCode, output } = await watched([process.execPath, main, ...words], { trace: false });
    expect(exitCode).toBe(2);
    expect(output).toContain("DuckDB's extension httpfs is downloaded from extensions.duckdb.org into ~/.duckdb");
  });
});
