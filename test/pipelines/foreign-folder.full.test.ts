// Tests model folders that were changed and whose hashes were then corrected: each must be rejected with a message about its
// fault.
import { execFileSync, spawnSync } from "node:child_process";
import {
  chmodSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { UserError } from "../../src/errors.ts";
import { baselineFileFaults } from "../../src/monitoring/streams/baseline-faults.ts";
import { openWatchedModel } from "../../src/monitoring/streams/watched-model.ts";
import { check } from "../../src/pipelines/check.ts";
import { promote, showModel } from "../../src/pipelines/models.ts";
import { predict } from "../../src/pipelines/predict.ts";
import { sync } from "../../src/pipelines/sync.ts";
import { resolveModel } from "../../src/storage/resolve-model.ts";
import { smallNetwork } from "../learning/networks/small-network.ts";
import { changeJson, reseal, unpackOldModel } from "./old-model.ts";
import { fileDirectory, main } from "./tiny-run.ts";

const directory = fileDirectory();
const at = (...names: string[]): string => join(directory, ...names);
let count = 0;

beforeAll(() => unpackOldModel(directory));

/** Makes a modified copy of the model, with correct hashes. */
function folder(change: (path: string) => void): string {
  const path = at(`foreign-${count++}`);
  cpSync(at("walk"), path, { recursive: true });
  change(path);
  reseal(path);
  return path;
}

async function refusal(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => new Error("nothing was refused"),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(UserError);
  return error instanceof UserError ? `${error.message}\n${error.advice}` : "";
}

// The files contain many types of JSON value.
// biome-ignore lint/suspicious/noExplicitAny: see above
type Loose = any;
const json = (name: string, change: (value: Loose) => unknown) => (path: string) =>
  changeJson<Loose>(path, name, (value) => void change(value));
const text = (name: string, from: RegExp, to: string) => (path: string) =>
  writeFileSync(join(path, name), readFileSync(join(path, name), "utf8").replace(from, to));

describe("scaler.json", () => {
  it.each([
    [
      "a scale of 1e308",
      json("scaler.json", (scaler) => (scaler.scale[1] = 1e308)),
      "scale of Ay: expected a number from 1e-30",
    ],
    [
      "a center of 1e308",
      json("scaler.json", (scaler) => (scaler.center[0] = 1e308)),
      "center of Ax: expected a number from -1e",
    ],
    ["a scale of 0", json("scaler.json", (scaler) => (scaler.scale[0] = 0)), "scale.0: "],
    ["a number beyond all", text("scaler.json", /"scale": \[\s*[\d.]+/, '"scale": [1e999'), "scale.0: "],
    ["a channel too few", json("scaler.json", (scaler) => scaler.channels.pop()), "one number per channel"],
    [
      "channels in another order",
      json("scaler.json", (scaler) => scaler.channels.reverse()),
      "channels: expected Ax, Ay, Az, got Az, Ay, Ax",
    ],
    [
      "another method",
      json("scaler.json", (scaler) => (scaler.method = "robust")),
      'method: expected "zscore" as in manifest.json, got robust',
    ],
    ["a method that nobody knows", json("scaler.json", (scaler) => (scaler.method = "magic")), "method: "],
  ])("with %s is refused, in predict as in check", async (_, change, fault) => {
    const model = folder(change);
    const said = await refusal(predict({ files: [at("batch.csv.gz")], model, out: at("p.csv") }));
    expect(said).toContain("scaler.json cannot be used:");
    expect(said).toContain(fault);
    expect(await refusal(check({ files: [at("batch.csv.gz")], model }))).toContain(fault);
    expect(existsSync(at("p.csv"))).toBe(false);
  });

  it("with NaN is not JSON", async () => {
    const model = folder(text("scaler.json", /"center": \[\s*[-\d.]+/, '"center": [NaN'));
    expect(await refusal(openWatchedModel(model))).toMatch(/scaler\.json: expected JSON/);
  });
});

describe("labels.json", () => {
  it.each([
    ["a label too many", (labels: Loose) => labels.classes.push("jogging"), "got 3 (sitting, walking, jogging)"],
    [
      "labels in another order",
      (labels: Loose) => labels.classes.reverse(),
      "expected those in manifest.json, 2 (sitting, walking)",
    ],
    ["a label twice", (labels: Loose) => (labels.classes[0] = "walking"), "expected distinct names"],
    ["an empty label", (labels: Loose) => (labels.classes[0] = ""), "classes.0: "],
  ])("with %s is refused", async (_, change, fault) => {
    const said = await refusal(openWatchedModel(folder(json("labels.json", change))));
    expect(said).toContain("labels.json");
    expect(said).toContain(fault);
  });
});

describe("baseline_stats.json", () => {
  it.each([
    ["other channels", (value: Loose) => value.sensor_columns.reverse(), "sensor_columns: expected Ax, Ay, Az"],
    ["other classes", (value: Loose) => value.drift.classes.reverse(), "drift.classes: expected sitting, walking"],
    [
      "another rate",
      (value: Loose) => (value.drift.sampling_rate_hz = 25),
      "drift.sampling_rate_hz: expected 20, got 25",
    ],
    ["a spread of 1e308", (value: Loose) => (value.per_channel.Ax.std = 1e308), "per_channel.Ax.std: "],
    ["an edge of 1e308", (value: Loose) => (value.drift.edges.Ay[0] = -1e308), "drift.edges.Ay.0: "],
    [
      "a statistic without a standard",
      (value: Loose) => delete value.drift.calibration.kinds.baseline.rungs[1].standard["A tempo"].ksWithinClasses,
      "rungs.1.standard.A tempo.ks_within_classes: missing",
    ],
    [
      "a channel under a name that every object has",
      (value: Loose) => {
        value.drift.edges.constructor = value.drift.edges.Ay;
        delete value.drift.edges.Ay;
      },
      "drift.edges.constructor: expected a sensor column, or a signal",
    ],
    [
      "windows that are not in its signals",
      (value: Loose) => (value.drift.signals.windows += 1),
      "drift.signals.class_counts: expected counts that sum to",
    ],
    [
      "a million batches to remember",
      (value: Loose) => (value.drift.calibration.reference_batches = 1e6),
      "reference_batches: ",
    ],
  ])("with %s is refused", async (_, change, fault) => {
    const said = await refusal(openWatchedModel(folder(json("baseline_stats.json", change))));
    expect(said).toContain("baseline_stats.json cannot be used:");
    expect(said).toContain(fault);
  });
});

const retrainedFrom = {
  model_version: "x",
  model: "x",
  files: [],
  pseudo_labelled: 1,
  holdout: [],
  fingerprint: `sha256:${"0".repeat(64)}`,
};

describe("manifest.json", () => {
  it.each([
    ["windows that no memory holds", (value: Loose) => (value.config.window = 1e9), "config.window: "],
    [
      "windows of too many values",
      (value: Loose) => {
        value.config.window = 100_000;
        value.data.channels = Array.from({ length: 42 }, (_, i) => `c${i}`);
      },
      "windows of 100000 samples and 42 channels: expected at most 4194304 values",
    ],
    ["no sampling rate", (value: Loose) => delete value.config.rate, "config.rate: "],
    [
      "windows that do not move on",
      (value: Loose) => (value.config.overlap = 0.999),
      "expected each window to start at least one sample after",
    ],
    [
      "a file outside",
      (value: Loose) => (value.files["../batch.csv.gz"] = value.files["model.onnx"]),
      "a file inside the model folder",
    ],
    [
      "a file anywhere",
      (value: Loose) => (value.files["/etc/passwd"] = value.files["model.onnx"]),
      "a file inside the model folder",
    ],
    ["no hash of its network", (value: Loose) => delete value.files["model.onnx"], "has no hash of model.onnx"],
    ["a class twice", (value: Loose) => value.data.classes.push("walking"), "expected distinct names"],
    [
      "a line in another directory",
      (value: Loose) => (value.retrained_from = { ...retrainedFrom, line: "../../walk" }),
      "retrained_from.line: expected the name of a folder",
    ],
  ])("with %s is refused", async (_, change, fault) => {
    const said = await refusal(openWatchedModel(folder(json("manifest.json", change))));
    expect(said).toContain(fault);
  });
});

describe("model.onnx", () => {
  const network = (bytes: Uint8Array) => (path: string) => writeFileSync(join(path, "model.onnx"), bytes);
  const whole = smallNetwork();

  it.each([
    ["empty", network(new Uint8Array()), "the file is empty"],
    ["cut off", network(whole.subarray(0, 1000)), "not a complete ONNX model"],
    ["something else", network(new TextEncoder().encode("Not found")), "not a complete ONNX model"],
    [
      "for other classes",
      network(smallNetwork({ classes: ["sitting", "walking", "x"] })),
      "metadata classes: expected",
    ],
  ])("that is %s is refused, by name", async (_, change, fault) => {
    const model = folder(change);
    const said = await refusal(predict({ files: [at("batch.csv.gz")], model, out: at("p.csv") }));
    expect(said).toContain(join(model, "model.onnx"));
    expect(said).toContain(fault);
  });

  it("that outputs NaN is rejected, and the message gives the window, its recording and its person", async () => {
    const model = folder(network(smallNetwork({ temperature: Number.NaN })));
    const window =
      /model\.onnx cannot be used: window 1 at 0 s of recording "walking-1" of person "person-50": expected probabilities .*, got NaN, NaN/;
    expect(await refusal(predict({ files: [at("batch.csv.gz")], model, out: at("p.csv"), jobs: 1 }))).toMatch(window);
    expect(await refusal(check({ files: [at("batch.csv.gz")], model, stream: "new", jobs: 1 }))).toMatch(window);
    expect(existsSync(at("p.csv"))).toBe(false);
  });
});

describe.skipIf(process.platform === "win32")("links", () => {
  const linked = (name: string, target: string) => (path: string) => {
    rmSync(join(path, name), { recursive: true, force: true });
    symlinkSync(target, join(path, name));
  };

  it.each([
    ["model.onnx", "/etc/passwd"],
    ["scaler.json", "../walk/scaler.json"],
    ["monitor.sqlite", "../walk/monitor.sqlite"],
    ["rolling_reference.json", "/etc/passwd"],
    ["history.jsonl", "/etc/passwd"],
    ["streams", ".."],
  ])("%s that leads to %s is refused", async (name, target) => {
    const said = await refusal(openWatchedModel(folder(linked(name, target))));
    expect(said).toContain(name);
    expect(said).toContain("is a link that leads out of the model folder");
  });

  it("are rejected by sync, models and baseline validate", async () => {
    const model = folder(linked("tracking.jsonl", "/etc/passwd"));
    const sent = sync({ directory: model, tracking: "http://127.0.0.1:1" });
    expect(await refusal(sent)).toContain("tracking.jsonl is a link that leads out of the model folder");
    const shown = showModel(folder(linked("cv_report.json", "../walk/cv_report.json")));
    expect(await refusal(shown)).toContain("cv_report.json is a link that leads out of the model folder");
    const faults = await baselineFileFaults(folder(linked("baseline_stats.json", "../walk/baseline_stats.json")));
    expect(faults.join()).toContain("baseline_stats.json is a link that leads out of the model folder");
  });

  it("are rejected for a single stream, too", async () => {
    const model = folder((path) => mkdirSync(join(path, "streams")));
    symlinkSync("../..", join(model, "streams/wrist"));
    expect(await refusal(openWatchedModel(model))).toContain("streams/wrist is a link that leads out");
  });

  it.each([
    ["a pipe", (path: string) => execFileSync("mkfifo", [path])],
    ["a link", (path: string) => symlinkSync(at("batch.csv.gz"), path)],
  ])("and %s in the place of a stream's reference are replaced, not read", (_, put) => {
    const model = folder(() => {});
    const words = ["--model", model, "--stream", "wrist", "--quiet", "--accept"];
    const ended = (...more: string[]) =>
      spawnSync(process.execPath, [main, "check", at("batch.csv.gz"), ...words, ...more], { timeout: 30_000 });
    expect(ended().status).toBe(0);
    const reference = join(model, "streams/wrist/rolling_reference.json");
    const before = readFileSync(at("batch.csv.gz"));
    rmSync(reference);
    put(reference);
    expect(ended("--batch-id", "second").status).toBe(0);
    expect(lstatSync(reference).isFile()).toBe(true);
    expect(JSON.parse(readFileSync(reference, "utf8")).batches).toHaveLength(2);
    expect(readFileSync(at("batch.csv.gz"))).toEqual(before);
  });

  it("that are broken or circular are reported by name", async () => {
    expect(await refusal(openWatchedModel(folder(linked("model.onnx", "absent"))))).toContain("model.onnx is missing");
    const circle = await refusal(openWatchedModel(folder(linked("labels.json", "labels.json"))));
    expect(circle).toMatch(/labels\.json: its symbolic links form a loop/);
  });

  it("inside the folder are followed, and so is one to the folder itself", async () => {
    const model = folder((path) => {
      cpSync(join(path, "model.onnx"), join(path, "weights"));
      linked("model.onnx", "weights")(path);
    });
    symlinkSync(model, at("current"));
    await expect(openWatchedModel(at("current"))).resolves.toBeDefined();
  });

  it("under the name of a temporary file are not written through", async () => {
    const model = folder(() => {});
    const precious = at("precious");
    writeFileSync(precious, "keys");
    symlinkSync(precious, join(model, ".rolling_reference.json.tmp"));
    await check({ files: [at("recordings.csv.gz")], model, jobs: 1 });
    expect(readFileSync(precious, "utf8")).toBe("keys");
  });
});

// The superuser may read every file, so the process becomes the user "nobody" for this test.
const nobody = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};

describe.skipIf(process.platform === "win32")("recordings that their user may not reach", () => {
  const locked = (name: string): string => join("locked", name);
  beforeEach(() => {
    chmodSync(directory, 0o755);
    mkdirSync(at("locked"), { recursive: true });
    writeFileSync(at(locked("r.csv")), "a\n1\n");
  });
  afterEach(() => chmodSync(at("locked"), 0o755));

  it.each([
    ["a file in a folder without any permission", 0, "r.csv"],
    ["a pattern in a folder without any permission", 0, "*.csv"],
    ["a pattern in a folder that cannot be listed", 0o111, "*.csv"],
    ["a pattern in a folder that cannot be entered", 0o444, "*.csv"],
  ])("%s: the message says that permission is missing, not the file", (_, mode, name) => {
    const model = folder(() => {});
    chmodSync(at("locked"), mode);
    const { status, stderr } = spawnSync(process.execPath, [main, "drift-bench", at(locked(name)), "--model", model], {
      encoding: "utf8",
      ...nobody,
    });
    expect(stderr).toMatch(/^error: .*locked.*: permission is denied \(EACCES\)\nCheck the permissions of this path/m);
    expect(stderr).not.toMatch(/no such file|no file matches|\n\s+at /);
    expect(status).toBe(2);
  });
});

it.skipIf(process.platform === "win32")("a file that its user may not read is named", () => {
  const model = folder(() => {});
  chmodSync(directory, 0o755);
  chmodSync(join(model, "model.onnx"), 0);
  const { status, stderr } = spawnSync(process.execPath, [main, "baseline", "show", model], {
    encoding: "utf8",
    ...nobody,
  });
  expect(stderr).toContain(`error: ${join(model, "model.onnx")}: permission is denied (EACCES)`);
  expect(stderr).toContain("Check the permissions of this path and of every folder above it");
  expect(status).toBe(2);
});

it("a directory in place of a file is named", async () => {
  const model = folder(() => {});
  rmSync(join(model, "scaler.json"));
  mkdirSync(join(model, "scaler.json"));
  expect(await refusal(openWatchedModel(model))).toMatch(/scaler\.json: expected a file, found a folder/);
});

describe("registry.json", () => {
  it.each(["../walk", "..", "/etc", "a/b", "__proto__"])("with the champion %j is refused", async (name) => {
    const models = at(`models-${count++}`);
    mkdirSync(models);
    const lines = JSON.parse(`{"walk": {"champions": [${JSON.stringify(name)}], "log": []}}`);
    writeFileSync(join(models, "registry.json"), JSON.stringify({ schema_version: 1, lines }));
    expect(await refusal(resolveModel(join(models, "walk@champion")))).toContain(
      "the name of a folder in the same directory",
    );
  });

  it("keeps what a later version wrote in it", async () => {
    const models = at(`models-${count++}`);
    mkdirSync(models);
    const model = folder(
      json("manifest.json", (value) => (value.retrained_from = { ...retrainedFrom, line: "other" })),
    );
    cpSync(model, join(models, "walk-2"), { recursive: true });
    const lines = { other: { champions: ["other"], log: [], frozen: true } };
    writeFileSync(join(models, "registry.json"), JSON.stringify({ schema_version: 1, lines, note: "x" }));
    await promote(join(models, "walk-2"));
    const registry = JSON.parse(readFileSync(join(models, "registry.json"), "utf8"));
    expect(registry).toMatchObject({ note: "x", lines: { other: { frozen: true, champions: ["other", "walk-2"] } } });
  });
});
