// Tests a network that a user defines in a file: `train` fits it, and the model folder keeps a copy of the file, which Tidemark
// never runs.
import { copyFileSync, existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, expect, it } from "vitest";
import { sha256Bytes } from "../../src/storage/hash.ts";
import { readManifest } from "../../src/storage/manifest.ts";
import { fileDirectory, signalledAtFiles, simulateTiny, start } from "./tiny-run.ts";

const directory = fileDirectory();
const at = (name: string): string => join(directory, name);
const example = fileURLToPath(new URL("../../examples/network/temporal-convolutions.ts", import.meta.url));
const words = (out: string, ...more: string[]): string[] => [
  ...["train", "recordings.parquet", "--out", out, "--network", "./net.ts", "--rate", "20", "--window", "40"],
  ...["--folds", "2", "--epochs", "2", "--batch-size", "16", "--seed", "7", "--jobs", "2", ...more],
];
const run = (...given: string[]) => start(given, directory).ended;

beforeAll(async () => {
  await simulateTiny(at("recordings.parquet"));
  await simulateTiny(at("unlabelled.parquet"), { users: 2, seed: 9 });
  copyFileSync(example, at("net.ts"));
  const { exitCode, stderr } = await run(...words("own"));
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
}, 600_000);

it("trains the example, and keeps its text and its hash", async () => {
  const text = readFileSync(example, "utf8");
  expect(readFileSync(at("own/network.ts"), "utf8")).toBe(text);
  const { config, files } = await readManifest(at("own"));
  expect(config.network).toBe("./net.ts");
  expect(files["network.ts"]).toBe(sha256Bytes(text));
});

it("is needed neither to predict nor to check", async () => {
  const away = start(["predict", at("unlabelled.parquet"), "--model", at("own"), "--out", at("p.csv")], "/").ended;
  expect(await away).toMatchObject({ exitCode: 0 });
  expect([0, 10, 11]).toContain((await run("check", "unlabelled.parquet", "--model", "own")).exitCode);
});

it("resumes only with the same file, and then produces the same bytes", { timeout: 600_000 }, async () => {
  const stopped = await signalledAtFiles({ files: ["fold-1.checkpoint"], signal: "SIGINT" }, words("again"), directory);
  expect(stopped.exitCode).toBe(130);
  const original = readFileSync(at("net.ts"), "utf8");
  writeFileSync(at("net.ts"), `${original}// changed\n`);
  const refused = await run(...words("again", "--resume"));
  expect(refused.exitCode).toBe(2);
  for (const text of [original, `${original}// changed\n`]) expect(refused.stderr).toContain(sha256Bytes(text));
  writeFileSync(at("net.ts"), original);
  expect(await run(...words("again", "--resume"))).toMatchObject({ exitCode: 0 });
  expect(readFileSync(at("again/model.onnx")).equals(readFileSync(at("own/model.onnx")))).toBe(true);
});

it("is retrained only with the original file", { timeout: 600_000 }, async () => {
  const retrain = (...more: string[]) =>
    run(...["retrain", "unlabelled.parquet", "--model", "own", "--out", "next", "--cycles", "1", ...more]);
  const missing = await retrain();
  expect(missing).toMatchObject({ exitCode: 2 });
  expect(missing.stderr).toContain("was trained with its user's own network, ./net.ts, so --network is needed");
  writeFileSync(at("other.js"), "export default (layers, k) => layers.dense('a', k);\n");
  const other = await retrain("--network", "other.js");
  expect(other).toMatchObject({ exitCode: 2 });
  expect(other.stderr).toContain(sha256Bytes(readFileSync(at("other.js"))));
  expect(other.stderr).toContain(sha256Bytes(readFileSync(at("net.ts"))));
  const { exitCode } = await retrain("--network", "net.ts");
  expect([0, 20]).toContain(exitCode);
  expect(existsSync(at(exitCode === 0 ? "next/network.ts" : "next.refused"))).toBe(true);
});

const usual = "layers.timeMajor, layers.globalAveragePooling1d, layers.dense('a', k)";
it.each([
  [
    "a module without a default export",
    "export const a = 1;",
    "expected a default export that is a function, found none",
  ],
  [
    "an import",
    "import { a } from './a.js';\nexport default a;",
    "imports no other file and no package, but it imports ./a.js",
  ],
  ["a syntax error", "const a = 1;\n\nexport default function (", "(line 3)"],
  ["CommonJS", "module.exports = (layers, k) => 3;", "without module.exports and require"],
  ["an error of its own", "export default () => {\n  throw new Error('boom');\n};", "6 channels: boom (line 2)"],
  [
    "windows as the first axis",
    "export default (layers, k) => layers.sequential(layers.globalAveragePooling1d, layers.dense('a', k));",
    "got [40, 3] for windows of 40 samples and 6 channels Layers expect sequences as [time, batch, channels]. Begin with layers.timeMajor",
  ],
  [
    "as many outputs as one might take for the batch",
    `export default (layers, k) => layers.sequential(${usual.replace("k)", "2)")});`,
    "got [batch, 2] for windows",
  ],
  ["no network", "export default () => 3;", "return a network made of layers, got number"],
  [
    "a different number of outputs",
    `export default (layers, k) => layers.sequential(${usual.replace("k)", "k + 1)")});`,
    "expected an output of shape [batch, 3], one number per class, got [batch, 4] for windows of 40 samples and 6 channels",
  ],
  [
    "too long a kernel",
    "export default (layers, k) => layers.sequential(layers.timeMajor, layers.conv1d('c', 4, 90));",
    "it cannot be built for windows of 40 samples and 6 channels: ",
  ],
  [
    "an operator without a gradient",
    `export default (layers, k) => layers.sequential(${usual}, layers.custom((x) => x.graph.emit("Abs", [x], [x])[0]));`,
    "operator Abs has no gradient rule",
  ],
  [
    "random numbers",
    `export default (layers, k) => layers.sequential(${usual}, layers.custom((x, { mul }) => mul(x, Math.random())));`,
    "two calls of its function returned different ones",
  ],
  [
    "an unknown initializer",
    "export default (layers, k) => layers.sequential(layers.timeMajor, layers.globalAveragePooling1d, " +
      "layers.custom((x, o) => o.matmul(x, o.parameter('w', [6, k], 'he'))));",
    "its parameters cannot be initialized: unknown initializer he",
  ],
  [
    "two layers of one name",
    `export default (layers, k) => layers.sequential(${usual}, layers.dense('a', k));`,
    "two parameters are called a/kernel",
  ],
])("refuses a file with %s before anything is trained", async (_, text, message) => {
  writeFileSync(at("wrong.js"), text);
  const given = words("refused").map((word) => (word === "./net.ts" ? "wrong.js" : word));
  const { exitCode, stderr } = await run(...given);
  expect({ exitCode, stderr: stderr.replaceAll(/\s+/g, " ") }).toEqual({
    exitCode: 2,
    stderr: expect.stringContaining(message),
  });
  expect(stderr).toContain("--network wrong.js");
  expect(readdirSync(directory).filter((name) => name.startsWith("refused"))).toEqual([]);
});

it("rejects a missing file", async () => {
  const given = words("refused").map((word) => (word === "./net.ts" ? "nowhere.ts" : word));
  const { exitCode, stderr } = await run(...given);
  expect({ exitCode, stderr }).toMatchObject({ exitCode: 2, stderr: expect.stringContaining("--network nowhere.ts") });
});

it("trains a network without statistics that are tracked in training", { timeout: 600_000 }, async () => {
  writeFileSync(at("plain.mjs"), `export default (layers, k) => layers.sequential(${usual});\n`);
  const given = words("plain").map((word) => (word === "./net.ts" ? "plain.mjs" : word));
  expect(await run(...given)).toMatchObject({ exitCode: 0, stderr: "" });
  expect(existsSync(at("plain/network.js"))).toBe(true);
});
