// Verifies a model folder for each network, created by the real command: repeats the final fit and compares model.onnx with the
// training graph, and compares the other files with their published schemas and with the recordings.
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { BinaryReader, WireType } from "@bufbuild/protobuf/wire";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { buildInferenceGraph } from "../../src/learning/networks/inference-graph.ts";
import { type NetworkName, presetNetwork } from "../../src/learning/networks/presets.ts";
import { balancedClassWeights } from "../../src/learning/training/class-weights.ts";
import { fitNetwork } from "../../src/learning/training/fit-network.ts";
import { scaleTrainingBatch } from "../../src/learning/training/training-batch.ts";
import { camelCase } from "../../src/letter-case.ts";
import type { SampledTrainConfig } from "../../src/options/recorded-options.ts";
import { resolveTrainConfig } from "../../src/options/resolve-train-config.ts";
import { resolveRateAndWindow } from "../../src/options/training-window.ts";
import { Rng } from "../../src/random.ts";
import type { HistoryRow } from "../../src/report/history-row.ts";
import { gatherWindows } from "../../src/signals/data/gather-windows.ts";
import { makeWindows } from "../../src/signals/data/make-windows.ts";
import { readRecordings } from "../../src/signals/data/read-recordings.ts";
import type { WindowSet } from "../../src/signals/data/windows.ts";
import { duckdbLiteral, openDuckdb } from "../../src/signals/files/duckdb.ts";
import { sensorsByName } from "../../src/signals/sensors/sensors-by-name.ts";
import { modelFiles } from "../../src/storage/model-folder.ts";
import { scalerSchema } from "../../src/storage/scaler-file.ts";
import { openGraph } from "../learning/networks/run-graph.ts";
import { quiet } from "../learning/training/toy.ts";
import { fileDirectory, simulateTiny, start, tinyWords } from "./tiny-run.ts";

const directory = fileDirectory();
const json = (model: string, name: string) => JSON.parse(readFileSync(join(directory, model, name), "utf8"));

const models: Record<string, readonly string[]> = {
  "1dcnn-bilstm": ["--epochs", "1", "--normalize", "robust", "--class-weights", "balanced"],
  compact: ["--epochs", "2", "--normalize", "none", "--augment", "none"],
};
const names = Object.keys(models);

beforeAll(async () => {
  await simulateTiny(join(directory, "r.parquet"), { users: 4 });
  const train = ([network, words]: [string, readonly string[]]) =>
    start(["train", "r.parquet", "--out", network, ...tinyWords, "--network", network, ...words], directory).ended;
  for (const entry of Object.entries(models)) expect(await train(entry)).toMatchObject({ exitCode: 0 });
});

async function windowsOf({ rate, window, overlap }: SampledTrainConfig): Promise<WindowSet> {
  const { recordings } = await readRecordings([join(directory, "r.parquet")], { requireLabels: true });
  return makeWindows(recordings, { samplingRateHz: rate, windowSize: window, overlap }).windows;
}

/**
 * Returns the operator and domain of each node (onnx.proto3: ModelProto.graph 7, GraphProto.node 1, NodeProto.op_type 4, domain
 * 7).
 */
function nodesOf(model: Uint8Array): { operator: string; domain: string }[] {
  const fields = (bytes: Uint8Array, wanted: number): Uint8Array[] => {
    const reader = new BinaryReader(bytes);
    const found: Uint8Array[] = [];
    while (reader.pos < reader.len) {
      const [field, wireType] = reader.tag();
      if (field === wanted && wireType === WireType.LengthDelimited) found.push(reader.bytes());
      else reader.skip(wireType);
    }
    return found;
  };
  const text = (bytes: Uint8Array, field: number): string => new TextDecoder().decode(fields(bytes, field).at(-1));
  return fields(model, 7)
    .flatMap((graph) => fields(graph, 1))
    .map((node) => ({ operator: text(node, 4), domain: text(node, 7) }));
}

/** Returns options from a file, which have snake_case names, under the camelCase names that the code uses. */
function optionsOf(stored: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(stored).map(([name, value]) => [camelCase(name.replaceAll("_", "-")), value]),
  );
}

describe.each(names)("model.onnx of %s", (name) => {
  const read = (): Uint8Array => readFileSync(join(directory, name, "model.onnx"));

  it("contains ONNX's LSTM operator twice, and only operators from ONNX", () => {
    const nodes = nodesOf(read());
    expect(nodes.filter(({ operator }) => operator === "LSTM")).toHaveLength(2);
    expect(nodes.filter(({ operator }) => operator === "Scan" || operator === "Loop")).toEqual([]);
    expect(new Set(nodes.map(({ domain }) => domain))).toEqual(new Set([""]));
  });

  it("applies the scaler, network and temperature of the final fit to raw windows", async () => {
    const config = resolveRateAndWindow(resolveTrainConfig(optionsOf(json(name, "manifest.json").config)), 20);
    const windows = await windowsOf(config);
    const scaler = scalerSchema.parse(json(name, "scaler.json"));
    const { temperature } = json(name, "cv_report.json");
    const history: HistoryRow[] = readFileSync(join(directory, name, "history.jsonl"), "utf8")
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    const final = history.filter(({ fit }) => fit === "final");
    const all = Int32Array.from(windows.starts.keys());
    const { state } = await fitNetwork(
      {
        name: "final",
        network: config.network as NetworkName,
        windows: "sha256:all",
        scaler,
        trainIndex: Array.from(all),
        validationIndex: null,
        testIndex: null,
        pseudoLabels: null,
        epochs: final.length,
        learningRate: final.map((row) => row.learning_rate!),
        shards: 2,
        penalties: null,
        batchSize: config.batchSize,
        patience: config.patience,
        sensors: [],
        turned: config.augment === "rotate" ? sensorsByName(windows.channels).map(({ channels }) => channels) : null,
        classWeights:
          config.classWeights === "balanced" ? balancedClassWeights(windows.labels, all, windows.classes.length) : null,
        rng: Rng.fromSeed(config.seed).split("final").state,
      },
      windows,
      quiet,
    );
    expect(state.progress.epochs.map(({ loss }) => loss)).toEqual(final.map(({ loss }) => loss));

    const size = { windowSize: config.window, channels: windows.channels.length };
    const layers = presetNetwork(config.network as NetworkName, windows.classes.length);
    const trained = await openGraph(buildInferenceGraph(layers, { ...size, differentiable: true }));
    const session = await InferenceSession.create(read());
    const some = Int32Array.from({ length: 24 }, (_, i) => Math.floor((i * all.length) / 24));
    const length = size.windowSize * size.channels;
    const raw = new Float32Array(some.length * length);
    gatherWindows(windows, some, raw);
    const scaled = Float32Array.from(raw);
    scaleTrainingBatch(scaled, scaler);
    const shipped = await session.run({ windows: new Tensor("float32", raw, [24, size.windowSize, size.channels]) });
    const [logits, probabilities] = [shipped.logits!, shipped.probabilities!];
    expect([logits.type, logits.dims, probabilities.dims]).toEqual(["float32", [24, 3], [24, 3]]);
    for (let row = 0; row < some.length; row++) {
      const expected = await trained({
        parameters: state.bestParameters,
        statistics: state.bestStatistics,
        x: scaled.slice(row * length, (row + 1) * length),
      });
      const tempered = expected.logits!.values.map((logit) => logit / temperature);
      const total = tempered.reduce((sum, logit) => sum + Math.exp(logit), 0);
      for (const [k, logit] of tempered.entries()) {
        const at = 3 * row + k;
        const room = 1e-5 * Math.max(1, Math.abs(logit));
        expect(Math.abs(Number(logits.data[at]) - logit), `logit ${at}`).toBeLessThanOrEqual(room);
        expect(Math.abs(Number(probabilities.data[at]) - Math.exp(logit) / total)).toBeLessThanOrEqual(1e-5);
      }
    }
    await session.release();
  });

  it("rejects windows with a different shape or type", async () => {
    const session = await InferenceSession.create(read());
    expect(session.inputMetadata).toMatchObject([
      { name: "windows", isTensor: true, type: "float32", shape: ["batch", 40, 6] },
    ]);
    for (const wrong of [
      new Tensor("float32", new Float32Array(39 * 6), [1, 39, 6]),
      new Tensor("float32", new Float32Array(40 * 5), [1, 40, 5]),
      new Tensor("float64", new Float64Array(40 * 6), [1, 40, 6]),
    ]) {
      await expect(session.run({ windows: wrong })).rejects.toThrow();
    }
    await session.release();
  });
});

describe.each(names)("the other files of %s", (name) => {
  it("conform to their published schemas", () => {
    const schemas = new URL("../../schemas/", import.meta.url);
    const own: readonly string[] = Object.values(modelFiles);
    const files = readdirSync(schemas).filter((file) => own.includes(file.replace(".schema", "")));
    const checked = files.map((file) => {
      const schema = z.fromJSONSchema(JSON.parse(readFileSync(new URL(file, schemas), "utf8")));
      const content = json(name, file.replace(".schema", ""));
      expect(schema.safeParse(content), file).toMatchObject({ success: true });
      expect(schema.safeParse({ ...content, ...(Array.isArray(content) ? {} : nulled(content)) }).success, file).toBe(
        false,
      );
      return file;
    });
    expect(checked).toHaveLength(7);
  });

  it("contain the same figures for each channel as DuckDB computes from the raw samples", async () => {
    const { per_channel: channels, n_samples: samples } = json(name, "baseline_stats.json");
    const database = await openDuckdb();
    const file = duckdbLiteral(join(directory, "r.parquet"));
    const quantiles = [5, 25, 50, 75, 95].map((p) => `quantile_cont(x, ${p / 100}) AS percentile_${p}`);
    for (const channel of ["Ax", "Ay", "Az", "Gx", "Gy", "Gz"]) {
      const [row] = await database.rows(
        `SELECT count(*) AS n, avg(x) AS mean, stddev_pop(x) AS std, min(x) AS min, max(x) AS max, ${quantiles.join(", ")}
         FROM (SELECT CAST("${channel}" AS DOUBLE) AS x FROM ${file})`,
      );
      const { n, ...expected } = row!;
      expect(Number(n)).toBe(samples);
      expect(Object.keys(channels[channel])).toEqual([...Object.keys(expected), "histogram"]);
      for (const [key, value] of Object.entries(expected)) {
        expect(channels[channel][key], `${channel} ${key}`).toBeCloseTo(Number(value), 4);
      }
      const { counts, bin_edges: edges } = channels[channel].histogram;
      expect(counts.reduce((sum: number, count: number) => sum + count, 0)).toBe(samples);
      expect([edges[0], edges.at(-1)]).toEqual([channels[channel].min, channels[channel].max]);
    }
    database.close();
  });

  it("contain every held-out window once, with its person, time, label and prediction", async () => {
    const windows = await windowsOf(
      resolveRateAndWindow(resolveTrainConfig(optionsOf(json(name, "manifest.json").config)), 20),
    );
    const { folds } = json(name, "cv_report.json");
    const database = await openDuckdb();
    const rows = await database.rows(`SELECT * FROM ${duckdbLiteral(join(directory, name, "out_of_fold.parquet"))}`);
    database.close();
    expect(rows).toHaveLength(windows.starts.length);
    for (const [i, row] of rows.entries()) {
      const user = windows.users[windows.groups[i]!]!;
      const fold = folds.find(({ test_users: users }: { test_users: string[] }) => users.includes(user));
      expect(row).toMatchObject({ user, label: windows.classes[windows.labels[i]!], fold: fold.fold });
      expect(Number(row.start_s)).toBeCloseTo(windows.startTimes[i]!, 9);
      const p = windows.classes.map((label) => Number(row[`p_${label}`]));
      expect(p.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 5);
      expect(row.predicted).toBe(windows.classes[p.indexOf(Math.max(...p))]);
    }
  });

  it("are self-contained: the report loads nothing from elsewhere", () => {
    const page = readFileSync(join(directory, name, "report.html"), "utf8");
    const loading = /<(?:script|link|iframe|object|embed|base)\b|@import|url\((?!#|["']?data:)|\b(?:src|srcset)=/i;
    expect(page).not.toMatch(loading);
    expect(page.match(/\bhref="(?!#)[^"]*"/g)).toBeNull();
  });
});

/** Returns an object with the value undefined for the first key of the content, not counting `schema_version`. */
function nulled(content: object): object {
  const required = Object.keys(content).find((key) => key !== "schema_version")!;
  return { [required]: undefined };
}

const python = [
  process.env.TIDEMARK_TEST_PYTHON,
  fileURLToPath(new URL("../../.venv/bin/python", import.meta.url)),
].find(
  (path) => path !== undefined && existsSync(path) && spawnSync(path, ["-c", "import onnxruntime, numpy"]).status === 0,
);

describe.skipIf(python === undefined)(
  `model.onnx in Python${python === undefined ? " (skipped: no Python with onnxruntime in .venv)" : ""}`,
  () => {
    it("gives the same numbers", async () => {
      const script = `
import json, sys, numpy, onnxruntime
session = onnxruntime.InferenceSession(sys.argv[1])
x = numpy.sin(numpy.arange(3 * 40 * 6, dtype=numpy.float32)).reshape(3, 40, 6)
probabilities, logits = session.run(["probabilities", "logits"], {"windows": x})
[spec] = session.get_inputs()
print(json.dumps({"type": spec.type, "shape": spec.shape, "probabilities": probabilities.tolist(), "logits": logits.tolist()}))`;
      const model = join(directory, "compact", "model.onnx");
      const theirs = JSON.parse(execFileSync(python!, ["-c", script, model], { encoding: "utf8" }));
      expect(theirs).toMatchObject({ type: "tensor(float)", shape: ["batch", 40, 6] });
      const session = await InferenceSession.create(model);
      const x = Float32Array.from({ length: 720 }, (_, i) => Math.sin(i));
      const ours = await session.run({ windows: new Tensor("float32", x, [3, 40, 6]) });
      for (const name of ["probabilities", "logits"]) {
        const values: number[] = theirs[name].flat();
        for (const [i, value] of values.entries()) expect(Number(ours[name]!.data[i])).toBeCloseTo(value, 5);
      }
    });
  },
);
