// Tests servers that drop, delay, reject or misunderstand requests or are unreachable, and processes that are killed. Training
// must continue, and in the end, the server must have every event exactly once.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { simulate } from "../../src/pipelines/simulate.ts";
import {
  type Ended,
  fileDirectory,
  main,
  signalledAtFiles,
  simulateTiny,
  start,
  startProgram,
  tinyWords,
} from "../pipelines/tiny-run.ts";
import { type Answer, type Asked, type Fate, FaultyProxy } from "./faulty-proxy.ts";
import { MlflowServer, mlflowPython, type OnServer, ReadBack, withoutMlflow } from "./mlflow-server.ts";
import { expectTraining, runNamed, runsOf, values } from "./told.ts";

const directory = fileDirectory();
const at = (name: string): string => join(directory, name);
const run = (...words: string[]): Promise<Ended> => start(words, directory).ended;
const trainWords = (out: string, ...more: string[]): string[] => [
  ...["train", "r.parquet", "--out", out, ...tinyWords, "--epochs", "2", "--jobs", "1", ...more],
];

const server = new MlflowServer();
const proxy = new FaultyProxy(() => server.uri);
let readBack: ReadBack;

/** Returns a function that draws pseudo-random numbers from 0 to 1, which are the same in every run. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return state / 2 ** 31;
  };
}

/** Reads the content of all files in the given folders. */
function contentOf(...folders: string[]): string {
  return folders
    .filter((folder) => existsSync(folder))
    .flatMap((folder) => readdirSync(folder, { withFileTypes: true, recursive: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), "latin1"))
    .join("\n");
}

/** Runs sync until the server has everything. */
async function syncAll(...words: string[]): Promise<void> {
  let ended: Ended | undefined;
  for (let tries = 0; tries < 5 && ended?.exitCode !== 0; tries++) {
    ended = await run("sync", ...words);
    expect([0, 3]).toContain(ended.exitCode);
  }
  expect(ended).toMatchObject({ exitCode: 0, stderr: "" });
}

describe.skipIf(mlflowPython === undefined)(`a server that cannot be relied on${withoutMlflow}`, () => {
  beforeAll(async () => {
    await Promise.all([
      server.start(),
      proxy.open(),
      simulateTiny(at("r.parquet"), { users: 4 }),
      ...[0, 1, 2].map((i) =>
        simulate({ out: at(`b${i}.csv`), users: 1, minutes: 1, rate: 20, seed: 20 + i, activities: ["walking"] }),
      ),
    ]);
    readBack = new ReadBack(server.uri);
  });
  afterAll(async () => {
    readBack?.end();
    await proxy.close();
    await server.remove();
  });

  it("gets everything once, whatever happens to the requests", async () => {
    const seen = new Set<string>();
    const fates: Fate[] = [
      ...(["drop", "cut", "half", 400] as const),
      ...[
        { status: 429, headers: { "retry-after": "1" } },
        { status: 500 },
        { status: 503, body: "<html>busy</html>" },
      ],
    ];
    let met = 0;
    proxy.plan = ({ path, n }) => {
      const first = !seen.has(path);
      seen.add(path);
      // The server processes requests that must not be repeated, but the answer is lost.
      if (first && /(?:create|alias|log-batch|log-inputs)$/.test(path)) return "cut";
      return n % 7 === 6 ? fates[met++ % fates.length]! : "pass";
    };
    const words = ["--tracking", proxy.uri, "--experiment", "flaky", "--register", "flaky", "--alias", "champion"];
    const { exitCode, stderr } = await run(...trainWords("flaky", ...words));
    expect(exitCode).toBe(0);
    expect(stderr).toMatch(
      /^(?:warning: \d+ events not sent to the tracking server: .* To send, run: tidemark sync .*\n)?$/,
    );
    if (stderr !== "") await syncAll("flaky", "--tracking", proxy.uri, "--register", "flaky", "--alias", "champion");
    expect([...seen].filter((path) => path.endsWith("create")).sort()).toEqual(
      ["experiments", "model-versions", "registered-models", "runs"].map((what) => `/api/2.0/mlflow/${what}/create`),
    );
    expect(met).toBeGreaterThanOrEqual(fates.length);
    proxy.plan = () => "pass";
    const there = await readBack.everything("flaky");
    expectTraining(there, "flaky", at("flaky"));
    expect(there.models.flaky).toMatchObject({ aliases: { champion: "1" }, versions: [{ version: "1" }] });
    expect(there.models.flaky!.versions).toHaveLength(1);
  });

  it("gets everything once from a sync that is killed repeatedly", async () => {
    for (const i of [0, 1, 2]) {
      const { exitCode } = await run("check", `b${i}.csv`, "--model", "flaky", "--tracking", "none");
      expect([0, 10, 11]).toContain(exitCode);
    }
    const words = ["sync", "flaky", "--tracking", proxy.uri, "--experiment", "killed", "--register", "killed"];
    const random = numbers(11);
    let kills = 0;
    for (let from = 0; kills < 7; from += 3) {
      const deadly = proxy.asked.length + from + Math.floor(random() * 5);
      const process = start(words, directory);
      proxy.plan = ({ n }) => {
        if (n !== deadly) return "pass";
        process.kill("SIGKILL");
        return random() < 0.5 ? "drop" : "cut";
      };
      const { signal } = await process.ended;
      if (signal === "SIGKILL") kills++;
      else expect.unreachable(`sync made fewer than ${deadly} requests`);
    }
    proxy.plan = () => "pass";
    const ended = await run(...words);
    expect(ended).toMatchObject({ exitCode: 0, stderr: "" });
    const there = await readBack.everything("killed", "killed/monitoring");
    expectTraining(there, "killed", at("flaky"));
    expect(there.models.killed!.versions).toHaveLength(1);
    const stream = runNamed(there, "killed/monitoring", "default of flaky");
    expect(values(stream.metrics.verdict).map(([step]) => step)).toEqual([1, 2, 3]);
    expect(runsOf(there, "killed/monitoring")).toHaveLength(1);
    expect((await run(...words)).exitCode).toBe(0);
    expect(await readBack.everything("killed", "killed/monitoring")).toEqual(there);
  });

  it("shows a training that was stopped, killed and resumed as one run, and receives no password", async () => {
    const tracking = ["--tracking", `http://w4lker:s3@cret%2F1@${proxy.host}`];
    const words = trainWords("resumed", ...tracking, "--experiment", "resumed", "--epochs", "6");
    const sitting = (more: string[], checkpoint: string, signal: NodeJS.Signals): Promise<Ended> =>
      signalledAtFiles({ files: [checkpoint], signal }, [...words, ...more], directory);
    const stopped = await sitting([], "fold-1.checkpoint", "SIGINT");
    expect(stopped.exitCode).toBe(130);
    const killed = await readBack.everything("resumed");
    expect(runNamed(killed, "resumed", "resumed").status).toBe("KILLED");
    expect(runNamed(killed, "resumed", "fold 1").metrics.loss!.length).toBeGreaterThan(0);
    expect(runsOf(killed, "resumed").filter(({ status }) => status === "RUNNING")).toEqual([]);
    expect(killed.experiments.resumed![0]!.end).not.toBeNull();
    const secret = /w4lker|s3(?:@|%40)cret|cret(?:\/|%2F)1|dzRsa2VyO/g;
    expect(contentOf(at("resumed.partial")).match(secret)).toBeNull();

    await sitting(["--resume"], "fold-2.checkpoint", "SIGKILL");
    const { exitCode, stderr, stdout } = await run(...words, "--resume");
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    const there = await readBack.everything("resumed");
    expectTraining(there, "resumed", at("resumed"));
    for (const { end, status } of runsOf(there, "resumed")) expect([end === null, status]).toEqual([false, "FINISHED"]);
    const said = [stopped.stdout, stopped.stderr, stdout, stderr, contentOf(at("resumed"))].join("\n");
    expect(said.match(secret)).toBeNull();
    expect(proxy.asked.at(-1)!.authorization).toBe(`Basic ${Buffer.from("w4lker:s3@cret/1").toString("base64")}`);
  });

  describe("that rejects everything", () => {
    const page: Answer = { status: 404, headers: { "content-type": "text/html" }, body: "<html>\n<h1>Not found</h1>" };
    const answer = (fixed: Answer) => async (): Promise<FaultyProxy> => {
      const own = new FaultyProxy(() => server.uri);
      own.plan = () => fixed;
      await own.open();
      return own;
    };
    let locked: FaultyProxy;
    let wrong: FaultyProxy;
    const ended: Record<string, Ended> = {};
    let there: OnServer;

    beforeAll(async () => {
      [locked, wrong] = await Promise.all([answer({ status: 401, body: "Unauthorized" })(), answer(page)()]);
      expect((await run("sync", "flaky", "--tracking", server.uri, "--experiment", "gone")).exitCode).toBe(0);
      await readBack.deleteExperiment("gone");
      const token = { MLFLOW_TRACKING_TOKEN: "t0ken-of-mine" };
      const train = async (out: string, more: string[], environment: Record<string, string> = {}): Promise<void> => {
        const words = [main, ...trainWords(out, "--epochs", "1", ...more)];
        ended[out] = await startProgram(process.execPath, words, directory, environment).ended;
      };
      await Promise.all([
        train("locked", ["--tracking", locked.uri], token),
        train("wrong", ["--tracking", wrong.uri]),
        train("deleted", ["--tracking", server.uri, "--experiment", "gone"]),
        train("unnamed", ["--tracking", server.uri, "--experiment", "unnamed", "--register", ".."]),
      ]);
      there = await readBack.everything("unnamed");
    });
    afterAll(() => Promise.all([locked?.close(), wrong?.close()]));

    /** Expects a model and one warning, and returns the warning. */
    const warning = (out: string): string => {
      const { exitCode, stderr } = ended[out]!;
      expect({ exitCode, lines: stderr.trimEnd().split("\n").length }, stderr).toEqual({ exitCode: 0, lines: 1 });
      expect(readdirSync(at(out))).toContain("manifest.json");
      return stderr;
    };

    it("because the token is wrong: the message says so, one request is made, and the token is not revealed", () => {
      expect(warning("locked")).toMatch(
        new RegExp(
          `^warning: \\d+ events not sent to the tracking server: ${locked.uri} answered 401: Unauthorized\\. To send, run: tidemark sync locked --tracking ${locked.uri}\n$`,
        ),
      );
      expect(locked.asked.map(({ authorization }: Asked) => authorization)).toEqual(["Bearer t0ken-of-mine"]);
      const said = [ended.locked!.stdout, ended.locked!.stderr, contentOf(at("locked"))].join("\n");
      expect(said.match(/t0ken/)).toBeNull();
    });

    it("because it is not an MLflow server: the message says so", () => {
      expect(warning("wrong")).toMatch(
        /^warning: \d+ events not sent .*get-by-name \(404\): it is not an MLflow server/,
      );
      expect(wrong.asked).toHaveLength(1);
    });

    it("because the experiment was deleted: the message says so", () => {
      expect(warning("deleted")).toMatch(/experiment "gone" was deleted; restore it, or choose another one/);
    });

    it("because of the model's name: the message says so, and everything else is sent", () => {
      expect(warning("unnamed")).toMatch(/^warning: tracking: .*(?:name|500|400)/i);
      const { tags, status, artifacts } = runNamed(there, "unnamed", "unnamed");
      expect({ status, complete: tags["tidemark.complete"] }).toEqual({ status: "FINISHED", complete: undefined });
      expect(Object.keys(artifacts)).toContain("model/model.onnx");
      expect(Object.keys(there.models)).not.toContain("..");
    });
  });
});
