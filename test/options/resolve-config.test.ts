import { execFileSync } from "node:child_process";
import { truncateSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { UserError } from "../../src/errors.ts";
import { pushOptions } from "../../src/options/push-options.ts";
import { readConfigFileOf } from "../../src/options/read-config-file.ts";
import { recordedOptionsOfChampion } from "../../src/options/recorded-options.ts";
import {
  readConfigFile,
  resolvePredictConfig,
  resolvePushConfig,
  resolveServeConfig,
  resolveSimulateConfig,
  resolveTuneConfig,
} from "../../src/options/resolve-config.ts";
import { resolveTrainConfig } from "../../src/options/resolve-train-config.ts";
import { serveOptions } from "../../src/options/serve-options.ts";
import { resumeCommand, resumeCommandAfterTuning } from "../../src/pipelines/resume-command.ts";
import { temporaryDirectory } from "../storage/temporary-directory.ts";

const least = { files: ["a.csv"], out: "models/walk" };

function refusal(options: unknown): UserError {
  try {
    resolveTrainConfig(options);
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
  throw new Error("expected a refusal");
}

describe("resolveTrainConfig", () => {
  it("fills in the documented defaults", () => {
    const { jobs, ...config } = resolveTrainConfig(least);
    expect(jobs).toBeGreaterThanOrEqual(1);
    expect(config).toEqual({
      ...least,
      purity: 1,
      units: "stated",
      resampling: "low-pass",
      overlap: 0.5,
      network: "auto",
      normalize: "zscore",
      split: "group",
      referenceBatches: 5,
      day: "auto",
      folds: 5,
      epochs: 100,
      batchSize: 64,
      learningRate: 0.001,
      patience: 15,
      classWeights: "none",
      augment: "rotate",
      seed: 42,
      resume: false,
      experiment: "tidemark",
    });
  });

  it("takes names as on the command line and as in code, and is the identity on its own result", () => {
    const config = resolveTrainConfig({ ...least, "batch-size": 32, classWeights: "balanced", channels: "Ax, Ay" });
    expect(config).toMatchObject({ batchSize: 32, classWeights: "balanced", channels: ["Ax", "Ay"] });
    expect(resolveTrainConfig(config)).toEqual(config);
  });

  it("suggests the nearest name for an unknown one", () => {
    expect(refusal({ ...least, "bacth-size": 3 })).toMatchObject({
      message: 'unknown option "bacth-size"',
      advice: 'Did you mean "batch-size"?',
      exitCode: 2,
    });
    expect(refusal({ ...least, zebra: 3 }).advice).toMatch(/^Known options: files, out, label/);
  });

  it.each([
    [{ files: [] }, "files: expected at least one file, glob or s3:// URL, got []"],
    [{ out: undefined }, "--out: expected the path of the new model folder, got nothing"],
    [{ rate: 0 }, "--rate: expected a sampling rate from 1 to 10000 Hz, got 0"],
    [{ window: 7 }, "--window: expected a whole number from 8 to 100000, got 7"],
    [{ overlap: 1 }, "--overlap: expected a number from 0 up to, but not including, 1, got 1"],
    [{ overlap: Number.NaN }, "--overlap: expected a number from 0 up to, but not including, 1, got NaN"],
    [
      { overlap: 0.999, window: 200 },
      "--overlap: expected each window to start at least one sample after the previous one, got 0.999",
    ],
    [
      { network: "lstm" },
      '--network: expected one of 1dcnn-bilstm, compact, minirocket, ensemble, auto, or a file that ends in .ts or .js, got "lstm"',
    ],
    [{ folds: 1 }, "--folds: expected a whole number from 2 to 1000, got 1"],
    [{ epochs: "ten" }, '--epochs: expected a whole number from 1 to 100000, got "ten"'],
    [{ "batch-size": 1 }, "--batch-size: expected a whole number from 2 to 65536, got 1"],
    [{ register: "a/b" }, '--register: expected the name of a registered model, without / or :, got "a/b"'],
    ...["latest", "V3", "a b"].map((alias): [object, string] => [
      { register: "a", alias },
      `--alias: expected an alias of letters, digits, _ and -, such as champion, got "${alias}"`,
    ]),
    [{ alias: "champion" }, "--alias names a version of a registered model, so it needs --register NAME"],
    [{ learningRate: 0 }, "--learning-rate: expected a number greater than 0, at most 1, got 0"],
    [{ seed: -1 }, "--seed: expected a whole number from 0 to 9007199254740991, got -1"],
    [
      { channels: ["Ax", "Ax"] },
      '--channels: expected a list of column names such as Ax,Ay,Az, without repetition, got ["Ax","Ax"]',
    ],
    [{ batchSize: 3, "batch-size": 4 }, "--batch-size: expected one value, got two, under different names"],
  ])("refuses %j", (options, message) => {
    expect(refusal({ ...least, ...options }).message).toBe(message);
  });

  it("rejects what is not an object of options", () => {
    for (const options of [null, [], "a.csv", 3]) expect(refusal(options).message).toMatch(/^expected an object/);
  });
});

describe("a config file", () => {
  it("lies below the command line, in YAML and in JSON", async () => {
    const yaml = join(temporaryDirectory(), "walk.yaml");
    writeFileSync(yaml, "files: [a.csv]\nbatch-size: 16 # small\nchannels:\n  - Ax\n  - Ay\nepochs: 7\n");
    const config = resolveTrainConfig({ out: "m", epochs: 9, label: undefined }, await readConfigFile(yaml));
    const files = [join(dirname(yaml), "a.csv")];
    expect(config).toMatchObject({ files, out: "m", batchSize: 16, channels: ["Ax", "Ay"], epochs: 9 });
    const json = join(temporaryDirectory(), "walk.json");
    writeFileSync(json, '{"$schema": "train_config.schema.json", "batchSize": 16}');
    expect(resolveTrainConfig(least, await readConfigFile(json)).batchSize).toBe(16);
  });

  it("states paths from its own folder, and leaves absolute paths and URLs as they are", async () => {
    const folder = temporaryDirectory();
    writeFileSync(
      join(folder, "walk.yaml"),
      "files: [runs/*.csv, /data/a.csv, 's3://bucket/b.csv']\nlabels: labels.csv\nmap: ../map.yaml\nfrom: first\nout: m\ngroup-from-path: '{user}/*'\n",
    );
    expect(resolveTrainConfig({}, await readConfigFile(join(folder, "walk.yaml")))).toMatchObject({
      files: [join(folder, "runs/*.csv"), "/data/a.csv", "s3://bucket/b.csv"],
      labels: join(folder, "labels.csv"),
      map: join(dirname(folder), "map.yaml"),
      from: join(folder, "first"),
      out: join(folder, "m"),
      groupFromPath: "{user}/*",
    });
  });

  it("states every path of a service and of a gateway from its own folder, but not the name of a model", async () => {
    const folder = temporaryDirectory();
    const written = {
      models: "models",
      store: "sqlite:ledgers",
      tokens: "tokens.json",
      "tls-certificate": "cert.pem",
      tlsKey: "/etc/key.pem",
    };
    writeFileSync(join(folder, "serve.yaml"), JSON.stringify({ ...written, alerts: "alerts.yaml" }));
    expect(resolveServeConfig({}, await readConfigFileOf(serveOptions, join(folder, "serve.yaml")))).toMatchObject({
      models: join(folder, "models"),
      store: `sqlite:${join(folder, "ledgers")}`,
      tokens: join(folder, "tokens.json"),
      tlsCertificate: join(folder, "cert.pem"),
      tlsKey: "/etc/key.pem",
      alerts: join(folder, "alerts.yaml"),
    });
    const gateway = { files: "new", to: "https://tidemark.example", model: "walk@champion", spool: "spool" };
    writeFileSync(join(folder, "push.yaml"), JSON.stringify({ ...gateway, tokenFile: "token" }));
    expect(resolvePushConfig({}, await readConfigFileOf(pushOptions, join(folder, "push.yaml")))).toMatchObject({
      files: [join(folder, "new")],
      model: "walk@champion",
      spool: join(folder, "spool"),
      tokenFile: join(folder, "token"),
    });
  });

  it("of a service can contain the rules for alerts", async () => {
    const path = join(temporaryDirectory(), "serve.yaml");
    const rules = { targets: { chat: "env:SLACK_URL" }, rules: [{ to: ["chat"] }] };
    writeFileSync(path, JSON.stringify({ models: "models", alerts: rules }));
    const file = await readConfigFileOf(serveOptions, path);
    expect(resolveServeConfig({}, file).alerts).toBe(path);
    expect(resolveServeConfig({ alerts: "other.yaml" }, file).alerts).toBe("other.yaml");
    writeFileSync(path, JSON.stringify({ models: "models", alerts: [rules] }));
    const list = await readConfigFileOf(serveOptions, path);
    expect(() => resolveServeConfig({}, list)).toThrow("--alerts in");
  });

  it("states the path of an own network from its own folder, but no preset", async () => {
    const folder = temporaryDirectory();
    const path = join(folder, "walk.yaml");
    const network = async (written: string) => {
      writeFileSync(path, `network: ${written}\n`);
      return resolveTrainConfig(least, await readConfigFile(path)).network;
    };
    expect(await network("./net.ts")).toBe(join(folder, "net.ts"));
    expect(await network("../nets/net.mjs")).toBe(join(dirname(folder), "nets/net.mjs"));
    expect(await network("/nets/net.js")).toBe("/nets/net.js");
    expect(await network("compact")).toBe("compact");
  });

  it("is named if it is at fault, but not if the command line is", async () => {
    const path = join(temporaryDirectory(), "walk.yaml");
    writeFileSync(path, "batch-size: many\n");
    const file = await readConfigFile(path);
    expect(() => resolveTrainConfig(least, file)).toThrow(`--batch-size in ${path}: expected a whole number`);
    expect(() => resolveTrainConfig({ ...least, batchSize: 0 }, file)).toThrow(/^--batch-size: expected/);
    writeFileSync(path, "epoch: 3\n");
    const unknown = await readConfigFile(path);
    expect(() => resolveTrainConfig(least, unknown)).toThrow(`unknown option "epoch" in ${path}`);
  });

  it.skipIf(process.platform === "win32")("is refused before it is read if it is no file, or too large", async () => {
    const directory = temporaryDirectory();
    const [large, pipe] = [join(directory, "large.yaml"), join(directory, "pipe")];
    writeFileSync(large, "");
    truncateSync(large, 3 * 2 ** 30);
    execFileSync("mkfifo", [pipe]);
    const cases = {
      [large]: "expected at most 1 MiB of options, found 3221225472 bytes",
      [pipe]: "expected a file, found a pipe",
      [directory]: "expected a file, found a folder",
      "/dev/zero": "expected a file, found a device",
    };
    for (const [path, message] of Object.entries(cases)) {
      await expect(readConfigFile(path)).rejects.toMatchObject({
        name: "UserError",
        message: `--config ${path}: ${message}`,
      });
    }
  });

  it("is rejected if it cannot be read as options", async () => {
    const path = join(temporaryDirectory(), "walk.yaml");
    await expect(readConfigFile(path)).rejects.toMatchObject({
      message: `--config ${path}: there is no such file or folder (ENOENT)`,
      exitCode: 2,
      advice: expect.stringContaining("Check the path"),
    });
    writeFileSync(path, "a: [1\n");
    await expect(readConfigFile(path)).rejects.toBeInstanceOf(UserError);
    writeFileSync(path, "- one\n- two\n");
    await expect(readConfigFile(path)).rejects.toThrow(/expected options with their values/);
  });
});

describe("a former name of an option", () => {
  it("still works, in a config file, in code and in what a model folder keeps", async () => {
    const path = join(temporaryDirectory(), "walk.yaml");
    writeFileSync(path, "window-size: 7\n");
    const file = await readConfigFile(path);
    expect(resolveTrainConfig(least, file)).toMatchObject({ referenceBatches: 7 });
    expect(resolveTrainConfig({ ...least, referenceBatches: 3 }, file)).toMatchObject({ referenceBatches: 3 });
    expect(resolveTrainConfig({ ...least, windowSize: 6 })).toMatchObject({ referenceBatches: 6 });
    const { referenceBatches: _, ...stored } = resolveTrainConfig({ ...least, rate: 50, window: 200 });
    expect(recordedOptionsOfChampion({ ...stored, windowSize: 9 })).toMatchObject({ options: { referenceBatches: 9 } });
  });

  it("must not be given together with the current one, which error messages use", () => {
    const both = { ...least, windowSize: 6, referenceBatches: 6 };
    expect(refusal(both).message).toBe("--reference-batches: expected one value, got two, under different names");
    expect(refusal({ ...least, "window-size": 0 }).message).toMatch(/^--reference-batches: expected a whole number/);
  });
});

describe("the other commands", () => {
  it("check what they are given", () => {
    expect(resolvePredictConfig({ files: "a.csv", model: "m", out: "p.parquet" })).toMatchObject({ files: ["a.csv"] });
    expect(() => resolvePredictConfig({ files: ["a"], model: "m", out: "p.txt" })).toThrow(/ends in \.parquet, \.csv/);
    expect(resolveSimulateConfig({ out: "a.CSV" })).toEqual({
      out: "a.CSV",
      users: 8,
      minutes: 10,
      rate: 50,
      seed: 42,
      firstPerson: 1,
      overwrite: false,
    });
    expect(() => resolveSimulateConfig({ out: "a.csv", user: 3 })).toThrow('unknown option "user"');
  });
});

describe("resumeCommand", () => {
  it("gives the network, and what is not the default, quoted for a shell", () => {
    const options = {
      files: ["my data/*.csv", "b.csv"],
      out: "m",
      batchSize: 16,
      channels: ["Ax", "Ay"],
      label: "it's",
    };
    expect(resumeCommand("train", resolveTrainConfig(options))).toBe(
      "tidemark train 'my data/*.csv' b.csv --out m --label 'it'\\''s' --channels Ax,Ay --network auto --batch-size 16 --resume",
    );
  });

  it("repeats an option that takes one value at a time", () => {
    const options = { ...least, only: ["device=left", "room=a,b"], sensor: ["acc:x,y,z"] };
    expect(resumeCommand("train", resolveTrainConfig(options))).toBe(
      "tidemark train a.csv --out models/walk --only device=left --only room=a,b --sensor acc:x,y,z --network auto --resume",
    );
  });

  it("repeats the candidates of a search, and for training, the options that were not searched", () => {
    const search = ["learning-rate=0.001,0.003", "augment=none,rotate"];
    const config = resolveTuneConfig({ ...least, out: "t.yaml", search, minutes: 5, epochs: 20, label: "what" });
    expect(resumeCommand("tune", config)).toBe(
      "tidemark tune a.csv --out t.yaml --search learning-rate=0.001,0.003 --search augment=none,rotate --minutes 5 --label what --network auto --epochs 20 --resume",
    );
    expect(resumeCommandAfterTuning(config)).toBe(
      "tidemark train a.csv --config t.yaml --label what --epochs 20 --out MODEL",
    );
  });
});

it("shows a value that contains itself, or that JSON does not know", async () => {
  const path = join(temporaryDirectory(), "cycle.yaml");
  writeFileSync(path, "channels: &a [*a]\n");
  const file = await readConfigFile(path);
  expect(() => resolveTrainConfig(least, file)).toThrow(
    /^--channels in .*: expected .*, got <ref \*1> \[ \[Circular \*1\] \]$/,
  );
  expect(refusal({ ...least, rate: 3n }).message).toMatch(/^--rate: expected .*, got 3n$/);
});

describe("options that have no effect on a network", () => {
  const given = { files: "r.parquet", out: "model", network: "minirocket" };

  it("are rejected by name", () => {
    expect(() => resolveTrainConfig({ ...given, epochs: 5, "batch-size": 32 })).toThrow(
      "--network minirocket has no training epochs, so it does not use --epochs and --batch-size",
    );
  });

  it("are rejected for ensembles if they only concern early stopping, which starts only from a model", () => {
    for (const network of ["auto", "ensemble"]) {
      const message = `--network ${network} never stops early, so it does not use --patience`;
      expect(() => resolveTrainConfig({ ...given, network, patience: 5, epochs: 5 })).toThrow(message);
      const tuned = resolveTrainConfig({ ...given, network, patience: 5, from: "models/walk" });
      expect(tuned.patience).toBe(5);
    }
    expect(resolveTrainConfig({ ...given, network: "compact", patience: 5 }).patience).toBe(5);
  });

  it("do not keep a config that was resolved from being resolved again", () => {
    const config = resolveTrainConfig(given);
    expect(config.augment).toBe("rotate");
    expect(resolveTrainConfig(config)).toEqual(config);
  });
});
