// Verifies the content of a real MLflow server after `train`, `check` and `sync`, as MLflow's own Python client reads it.

import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { simulate } from "../../src/pipelines/simulate.ts";
import { gatherWindows } from "../../src/signals/data/gather-windows.ts";
import { makeWindows } from "../../src/signals/data/make-windows.ts";
import { readRecordings } from "../../src/signals/data/read-recordings.ts";
import { freePort } from "../free-port.ts";
import { post, startService } from "../interfaces/server/running-service.ts";
import { type Ended, fileDirectory, simulateTiny, start, tinyWords } from "../pipelines/tiny-run.ts";
import { MlflowServer, mlflowPython, type OnServer, ReadBack, withoutMlflow } from "./mlflow-server.ts";
import { expectTraining, runNamed, runsOf, values } from "./told.ts";

const directory = fileDirectory();
const at = (name: string): string => join(directory, name);
const run = (...words: string[]): Promise<Ended> => start(words, directory).ended;
const git = (...words: string[]): string =>
  execFileSync("git", ["-c", "user.name=t", "-c", "user.email=t@localhost", ...words], {
    cwd: directory,
    encoding: "utf8",
  }).trim();

const activities = ["walking", "jogging", "sitting"];
const server = new MlflowServer();
let readBack: ReadBack;
let trained: Ended;
let commit = "";
let away = "";

const registration = ["--register", "walk", "--alias", "champion"];
const train = (out: string, ...words: string[]): Promise<Ended> =>
  run("train", "r.parquet", "--out", out, ...tinyWords, ...words);

describe.skipIf(mlflowPython === undefined)(`a real MLflow server${withoutMlflow}`, () => {
  beforeAll(async () => {
    git("init", "--quiet");
    git("commit", "--quiet", "--allow-empty", "--message", "recordings");
    commit = git("rev-parse", "HEAD");
    away = `http://127.0.0.1:${await freePort()}`;
    await Promise.all([
      server.start(),
      simulateTiny(at("r.parquet"), { users: 4 }),
      ...[0, 1, 2].map((i) =>
        simulate({ out: at(`b${i}.csv`), users: 1, minutes: 2, rate: 20, seed: 20 + i, activities }),
      ),
    ]);
    writeFileSync(at("bad.csv"), "timestamp_s,Ax\n0,1\n");
    readBack = new ReadBack(server.uri);
    trained = await train("model", "--tracking", server.uri, "--experiment", "walking", ...registration);
  });
  afterAll(async () => {
    readBack?.end();
    await server.remove();
  });

  describe("train", () => {
    it("says where the run is and what it was registered as, without warnings", () => {
      expect(trained).toMatchObject({ exitCode: 0, stderr: "" });
      expect(trained.stdout).toMatch(
        new RegExp(
          `\\ntracking {3}${server.uri}/#/experiments/\\d+/runs/[0-9a-f]{32}\\nregistered walk version 1 \\(champion\\)\\n$`,
        ),
      );
    });

    it("sends everything about the training: parameters, each epoch of each fold, files and nested runs", async () => {
      const there = await readBack.everything("walking");
      expectTraining(there, "walking", at("model"));
      const parent = runNamed(there, "walking", "model");
      expect(parent.tags["mlflow.source.git.commit"]).toBe(commit);
      expect(trained.stdout).toContain(`/runs/${parent.id}\n`);
      // MLflow's registry records where the model is stored, and the logged model records its registered versions.
      expect(JSON.parse(parent.loggedModels[0]!.tags["mlflow.modelVersions"]!)).toMatchObject([{ name: "walk" }]);
      expect(there.models).toEqual({
        walk: {
          aliases: { champion: "1" },
          versions: [
            {
              version: "1",
              runId: parent.id,
              status: "READY",
              description: parent.tags["mlflow.note.content"],
              tags: { "tidemark.model_version": parent.tags["tidemark.model_version"] },
            },
          ],
        },
      });
    });

    it("registers a model that MLflow loads, and that predicts the same as predict", async () => {
      const { recordings } = await readRecordings([at("r.parquet")], { requireLabels: false });
      const { windows } = makeWindows(recordings, { samplingRateHz: 20, windowSize: 40, overlap: 0.5 });
      const some = Int32Array.from({ length: 60 }, (_, i) => i);
      const raw = new Float32Array(some.length * 240);
      gatherWindows(windows, some, raw);
      const nested = Array.from(some, (i) =>
        Array.from({ length: 40 }, (_, t) => Array.from(raw.subarray((40 * i + t) * 6, (40 * i + t + 1) * 6))),
      );
      writeFileSync(at("windows.json"), JSON.stringify(nested));
      const served = await readBack.predictions("models:/walk@champion", at("windows.json"));

      expect(served.inputs).toEqual(["windows"]);
      const outputs = ["predicted", "p_jogging", "p_sitting", "p_walking"];
      expect(served.outputs).toEqual(outputs);
      expect(served.alone).toBe(true);
      expect(served.served).toHaveLength(some.length);
      for (const [i, row] of served.served.entries()) {
        expect(Object.keys(row)).toEqual(outputs);
        expect(row.predicted).toBe(served.predicted[i]);
      }
      const channels = ["Ax", "Ay", "Az", "Gx", "Gy", "Gz"];
      expect(served.metadata).toEqual({ classes: ["jogging", "sitting", "walking"], channels, sampling_rate_hz: 20 });

      const session = await InferenceSession.create(at("model/model.onnx"));
      const { probabilities } = await session.run({ windows: new Tensor("float32", raw, [some.length, 40, 6]) });
      const expected = Array.from(probabilities!.data as Float32Array);
      await session.release();
      expect((await run("predict", "r.parquet", "--model", "model", "--out", "p.csv")).exitCode).toBe(0);
      const [header, ...rows] = readFileSync(at("p.csv"), "utf8").trimEnd().split("\n");
      const columns = ["p_jogging", "p_sitting", "p_walking"].map((name) => header!.split(",").indexOf(name));
      const predicted = rows
        .slice(0, some.length)
        .flatMap((row) => columns.map((column) => Number(row.split(",")[column])));
      const labels = rows.slice(0, some.length).map((row) => row.split(",")[header!.split(",").indexOf("label")]);
      expect(served.predicted).toEqual(labels);
      for (const numbers of [served.onnx, served.pyfunc, predicted]) {
        expect(numbers).toHaveLength(expected.length);
        for (const [i, value] of numbers.entries()) expect(Math.abs(value - expected[i]!)).toBeLessThanOrEqual(1e-6);
      }
    });
  });

  describe("sync", () => {
    it("changes nothing if the server has everything", async () => {
      const before = await readBack.everything();
      const { exitCode, stdout, stderr } = await run("sync", "model", "--tracking", server.uri);
      expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
      expect(stdout).toMatch(/^training {3}nothing new\n {11}http/);
      expect(stdout).toContain(`${server.uri} has everything\n`);
      expect(await readBack.everything()).toEqual(before);
    });

    it("creates runs in another experiment that differ only in their ids", async () => {
      const words = ["sync", "model", "--tracking", server.uri, "--experiment", "again", ...registration];
      const { exitCode, stdout } = await run(...words);
      expect(exitCode).toBe(0);
      expect(stdout).toContain("\nregistered walk version 2 (champion)\n");
      const there = await readBack.everything("walking", "again");
      expectTraining(there, "again", at("model"));
      expect(withoutIds(there, "again")).toEqual(withoutIds(there, "walking"));
      expect(there.models.walk!.aliases).toEqual({ champion: "2" });
    });

    it("sends the same as the training would have sent if it had reached a server", async () => {
      const { exitCode, stderr, stdout } = await train("late", "--tracking", away, "--experiment", "late");
      expect(exitCode).toBe(0);
      expect(stdout).not.toMatch(/^tracking/m);
      expect(stderr).toMatch(
        new RegExp(
          `^warning: \\d+ events not sent to the tracking server: ${away}: .*\\. To send, run: (tidemark .*)\\n$`,
        ),
      );
      const [, command] = /To send, run: tidemark (.*)\n/.exec(stderr)!;
      const words = command!.split(" ");
      expect(words).toEqual(["sync", "late", "--tracking", away]);
      const failed = await run(...words);
      expect(failed.exitCode).toBe(3);
      expect(failed.stdout).toMatch(/^not sent {3}training: \d+ events: /m);
      const synced = await run("sync", "late", "--tracking", server.uri, "--register", "late", "--alias", "newest");
      expect(synced).toMatchObject({ exitCode: 0, stderr: "" });
      const there = await readBack.everything("late", "walking");
      expectTraining(there, "late", at("late"));
      expect(runNamed(there, "late", "late").tags["mlflow.source.git.commit"]).toBe(commit);
      expect(there.models.late).toMatchObject({ aliases: { newest: "1" }, versions: [{ version: "1" }] });
      const names = (experiment: string): unknown =>
        Object.fromEntries(
          runsOf(there, experiment).map(({ name, params, tags, metrics, artifacts }) => [
            name === experiment ? "model" : name,
            [params, tags, metrics, artifacts].map((record) => Object.keys(record).sort()),
          ]),
        );
      expect(names("late")).toEqual(names("walking"));
    });

    it("rejects a folder with nothing to send, and a call without a server", async () => {
      cpSync(at("model"), at("untold"), { recursive: true });
      execFileSync("rm", [at("untold/tracking.jsonl")]);
      const nothing = await run("sync", "untold", "--tracking", server.uri);
      expect(nothing.exitCode).toBe(2);
      expect(nothing.stderr).toMatch(/nothing to send/);
      const nowhere = await run("sync", "model", "--tracking", "none");
      expect(nowhere.exitCode).toBe(2);
      expect(nowhere.stderr).toMatch(/no tracking server was given/);
    });
  });

  describe("serve", () => {
    it("creates one run for all streams of a model, and one for each requested stream", async () => {
      mkdirSync(at("models"));
      cpSync(at("model"), at("models/walk"), { recursive: true });
      const words = ["--models", "models", "--store", "sqlite:fleet", "--tracking", server.uri];
      const served = ["--experiment", "served", "--track-streams", "right*"];
      const serve = async (batches: readonly (readonly [string, string])[]): Promise<void> => {
        const service = await startService([...words, ...served], directory);
        for (const [stream, batch] of batches) {
          const path = `/v1/models/walk/streams/${stream}/batches/${batch}`;
          expect(await post(service.url, path, readFileSync(at("b0.csv")))).toMatchObject({ status: 200 });
        }
        expect(await service.stop()).toEqual({ code: 0, signal: null });
        expect(service.log()).not.toContain("tracking server");
      };
      await serve(["left", "left-2", "right-1"].map((stream) => [stream, "1"] as const));
      await serve([["right-1", "2"]]);
      const there = await readBack.everything("served/monitoring");
      const runs = runsOf(there, "served/monitoring");
      expect(runs.map(({ name }) => name).sort()).toEqual(["right-1 of walk", "streams of walk"]);
      const { metrics, tags, status } = runNamed(there, "served/monitoring", "streams of walk");
      expect(status).toBe("FINISHED");
      expect(tags["mlflow.note.content"]).toMatch(/^3 streams: \d in alarm/);
      expect(Object.keys(metrics).length).toBeLessThanOrEqual(30);
      expect(values(metrics.batches).map(([, value]) => value)).toEqual([3, 4]);
      expect(values(metrics.batches_judged).map(([, value]) => value)).toEqual([3, 1]);
      expect(values(runNamed(there, "served/monitoring", "right-1 of walk").metrics.verdict)).toHaveLength(2);
    });
  });

  describe("check", () => {
    const check = (file: string, stream: string, tracking = server.uri): Promise<Ended> =>
      run("check", file, "--model", "model", "--stream", stream, "--json", "--tracking", tracking);
    const numbers: Record<string, number> = { rejected: -1, normal: 0, gradual_drift: 1, sudden_change: 2 };
    const verdict = ({ stdout }: Ended): number => numbers[JSON.parse(stdout).verdict]!;
    const given: Record<string, number[]> = { left: [], right: [] };

    it("creates a run for each stream next to the training's run, with one step per batch", async () => {
      for (const [file, stream] of [
        ["b0.csv", "left"],
        ["b1.csv", "left"],
        ["b0.csv", "right"],
        ["bad.csv", "left"],
      ] as const) {
        const ended = await check(file, stream);
        expect(ended.stderr).toBe("");
        given[stream]!.push(verdict(ended));
      }
      expect(given.left!.at(-1)).toBe(-1);
      const there = await readBack.everything("walking/monitoring", "tidemark/monitoring");
      expect(Object.keys(there.experiments)).toEqual(["walking/monitoring"]);
      expect(runsOf(there, "walking/monitoring")).toHaveLength(2);
      for (const [stream, expected] of Object.entries(given)) {
        const { id, metrics, tags, status, start, end } = runNamed(there, "walking/monitoring", `${stream} of model`);
        expect(status).toBe("FINISHED");
        expect(end).toBeGreaterThanOrEqual(start);
        expect(Object.keys(metrics).length).toBeLessThanOrEqual(30);
        expect(values(metrics.verdict)).toEqual(expected.map((number, i) => [i + 1, number]));
        expect(tags).toMatchObject({ "tidemark.stream": stream, batch_id: stream === "left" ? "bad.csv" : "b0.csv" });
        expect(tags["mlflow.note.content"]!.split("\n")).toHaveLength(4 + expected.length);
        const judged = expected.flatMap((number, i) => (number === -1 ? [] : [i + 1]));
        for (const name of ["mean_confidence", "windows", "baseline/p_value", "class_share/walking"]) {
          expect(
            values(metrics[name]).map(([step]) => step),
            name,
          ).toEqual(judged);
        }
        const { columns, rows } = await readBack.table(id, "batches-1.json");
        expect(columns.slice(0, 3)).toEqual(["step", "verdict", "batch_id"]);
        expect(columns).toEqual(expect.arrayContaining(["baseline/ks/Ax", "baseline/p_value"]));
        expect(rows.map(([step, word]) => [step, numbers[String(word)]])).toEqual(expected.map((n, i) => [i + 1, n]));
      }
    });

    it("changes nothing if the batch is already known", async () => {
      const before = await readBack.everything("walking/monitoring");
      const again = await check("b1.csv", "left");
      expect(JSON.parse(again.stdout).known).toBe(true);
      expect(await readBack.everything("walking/monitoring")).toEqual(before);
    });

    it("gives its verdict even if no server answers, and sync sends the rest later", async () => {
      const ended = await check("b2.csv", "left", away);
      given.left!.push(verdict(ended));
      expect([0, 10, 11]).toContain(ended.exitCode);
      expect(ended.stderr).toMatch(
        new RegExp(
          `^warning: part of the stream was not sent to the tracking server: ${away}: .*\\. Send it with: tidemark sync model --tracking ${away}\\n$`,
        ),
      );
      const before = await readBack.everything("walking", "walking/monitoring");
      expect(values(runNamed(before, "walking/monitoring", "left of model").metrics.verdict)).toHaveLength(3);
      const { exitCode, stdout } = await run("sync", "model", "--tracking", server.uri);
      expect(exitCode).toBe(0);
      expect(stdout).toMatch(/^stream {5}left: 1 batch\n {11}http/m);
      expect(stdout).toMatch(/^stream {5}right: nothing new\n {11}http/m);
      const after = await readBack.everything("walking", "walking/monitoring");
      const { metrics, tags } = runNamed(after, "walking/monitoring", "left of model");
      expect(values(metrics.verdict)).toEqual(given.left!.map((number, i) => [i + 1, number]));
      expect(tags.batch_id).toBe("b2.csv");
      expect((await run("sync", "model", "--tracking", server.uri)).exitCode).toBe(0);
      expect(await readBack.everything("walking", "walking/monitoring")).toEqual(after);
      expect(runsOf(after, "walking")).toEqual(runsOf(before, "walking"));
    });

    const checkCopy = async (folder: string, file: string, id: string): Promise<void> => {
      const words = ["check", file, "--model", folder, "--stream", "copied", "--batch-id", id, "--tracking", "none"];
      expect([0, 10, 11]).toContain((await run(...words)).exitCode);
    };
    const syncStream = (folder: string): Promise<Ended> =>
      run("sync", folder, "--tracking", server.uri, "--experiment", "copies");

    it("creates one run with all batches for each of two diverged copies of a folder", async () => {
      await checkCopy("model", "b0.csv", "first.csv");
      cpSync(at("model"), at("twin/model"), { recursive: true });
      await checkCopy("model", "b1.csv", "here.csv");
      await checkCopy("twin/model", "b2.csv", "there.csv");
      expect((await syncStream("model")).exitCode).toBe(0);
      expect(await syncStream("twin/model")).toMatchObject({
        exitCode: 0,
        stderr: expect.stringContaining("this folder's batches are reported to a new run"),
      });
      for (const folder of ["model", "twin/model"]) {
        expect(await syncStream(folder)).toMatchObject({ stderr: "", exitCode: 0 });
      }
      const there = await readBack.everything("copies/monitoring");
      const runs = runsOf(there, "copies/monitoring").filter(({ name }) => name === "copied of model");
      expect(runs.map(({ tags }) => tags.batch_id).sort()).toEqual(["here.csv", "there.csv"]);
      for (const { metrics } of runs) expect(values(metrics.verdict).map(([step]) => step)).toEqual([1, 2]);
    });

    it("names the experiment in the command that sends the rest, if one was given", async () => {
      const ended = await run(
        ...["check", "b1.csv", "--model", "model", "--stream", "right", "--experiment", "my arm", "--tracking", away],
      );
      expect(ended.stderr).toContain(`Send it with: tidemark sync model --tracking ${away} --experiment 'my arm'\n`);
    });
  });
});

/** Returns the runs of an experiment, without the values that each server assigns itself. */
function withoutIds(server: OnServer, experiment: string): unknown {
  return runsOf(server, experiment).map(({ id: _, tags: { "mlflow.parentRunId": parent, ...tags }, ...own }) => {
    const loggedModels = own.loggedModels.map(({ name, status, metrics }) => ({ name, status, metrics }));
    return {
      ...own,
      loggedModels,
      tags,
      parent: runsOf(server, experiment).find((other) => other.id === parent)?.name,
    };
  });
}
