// ONNX Runtime must leave nothing in the user's home folder, no matter which module opens a session and which environment
// variables are set.
import { execFile } from "node:child_process";
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { buildInferenceGraph } from "../../../src/learning/networks/inference-graph.ts";
import { modelProto } from "../../../src/learning/networks/model-proto.ts";
import { presetNetwork } from "../../../src/learning/networks/presets.ts";
import { temporaryDirectory } from "../../storage/temporary-directory.ts";

const source = (path: string): string => JSON.stringify(new URL(`../../../src/${path}`, import.meta.url).href);

const opens = (model: string): string =>
  `await (await import(${source("learning/training/onnx-runtime.ts")})).openRuntimeSession(${JSON.stringify(model)});`;

/** Returns a program that runs `program` in a worker thread, and ends with exit code 1 if `program` throws. */
const inWorker = (program: string): string =>
  `const worker = new (await import("node:worker_threads")).Worker(${JSON.stringify(`(async () => { ${program} })()`)}, { eval: true });
   await new Promise((resolve, reject) => worker.on("exit", resolve).on("error", reject));`;

/** Runs a program with an empty home folder. */
async function inFreshHome(
  program: (model: string) => string,
  telemetry: string | undefined,
): Promise<{ errors: string; files: string[] }> {
  const directory = temporaryDirectory();
  const home = join(directory, "home");
  mkdirSync(home);
  const model = join(directory, "model.onnx");
  writeFileSync(model, modelProto(buildInferenceGraph(presetNetwork("compact", 2), { windowSize: 40, channels: 3 })));
  // The program does not inherit other variables, because ONNX Runtime sends no telemetry if CI is set.
  const env = {
    PATH: process.env.PATH,
    HOME: home,
    ...(telemetry !== undefined && { ORT_DISABLE_TELEMETRY: telemetry }),
  };
  const errors = await new Promise<string>((resolve) => {
    const path = join(directory, "program.mjs");
    writeFileSync(path, program(model));
    execFile(process.execPath, [path], { env }, (error, _out, stderr) => resolve(error === null ? "" : stderr));
  });
  return { errors, files: readdirSync(home, { recursive: true, encoding: "utf8" }) };
}

const nothing = { errors: "", files: [] };

it.each([undefined, "0", "false", "1"])(
  "leaves nothing in a new home directory if the variable was %s",
  async (value) => {
    expect(await inFreshHome(opens, value)).toEqual(nothing);
  },
);

it("leaves nothing either when a program imports tidemark and opens networks in its own workers", async () => {
  const program = (model: string): string => `import ${source("index.ts")}; ${inWorker(opens(model))}`;
  expect(await inFreshHome(program, "0")).toEqual(nothing);
});

it("leaves nothing if the main thread opens no network itself, as in training", async () => {
  const program = (): string =>
    `const { startWorker } = await import(${source("learning/training/start-worker.ts")});
     const input = { batchSize: 4, windowSize: 40, channels: 3, classes: 2 };
     const worker = startWorker("gradient-worker-thread", { source: "compact", input });
     await new Promise((resolve, reject) => worker.on("message", resolve).on("error", reject));
     await worker.terminate();`;
  expect(await inFreshHome(program, "0")).toEqual(nothing);
});

it("opens no network in a worker of a process that has telemetry on", async () => {
  const { errors, files } = await inFreshHome((model) => inWorker(opens(model)), undefined);
  expect(errors).toContain("A worker thread cannot turn off ONNX Runtime's telemetry");
  expect(files).toEqual([]);
  expect(await inFreshHome((model) => inWorker(opens(model)), "1")).toEqual(nothing);
});

it("would leave files without this module, so the tests above can fail", async () => {
  const runtime = JSON.stringify(new URL("../../../node_modules/onnxruntime-node/dist/index.js", import.meta.url).href);
  const program = (model: string): string =>
    `await (await import(${runtime})).default.InferenceSession.create(${JSON.stringify(model)});`;
  const { files } = await inFreshHome(program, undefined);
  // So far, only ONNX Runtime's Linux builds send telemetry.
  if (process.platform === "linux") expect(files.join()).toContain("onnxruntime.db");
});
