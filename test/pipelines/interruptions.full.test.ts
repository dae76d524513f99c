// Tests runs that are killed at every stage, killed between folds, or stopped and resumed with exactly the printed command.
// Also tests the errors from --resume for runs that cannot be resumed.
import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { decodeFitState } from "../../src/learning/training/fit-state.ts";
import { modelFiles } from "../../src/storage/model-folder.ts";
import { hasSystemErrorCode } from "../../src/system-error.ts";
import { tidemarkVersion } from "../../src/versions.ts";
import {
  type Ended,
  fileDirectory,
  main,
  signalledAtFiles,
  simulateTiny,
  start,
  startProgram,
  tinyWords,
} from "./tiny-run.ts";

const directory = fileDirectory();
const words = (out: string, ...more: string[]): string[] => [
  ...["train", "recordings.parquet", "--out", out, ...tinyWords],
  ...["--epochs", "2", "--jobs", "1", ...more],
];

beforeAll(async () => {
  await simulateTiny(join(directory, "recordings.parquet"), { users: 4 });
  expect(await start(words("uninterrupted"), directory).ended).toMatchObject({ exitCode: 0, stderr: "" });
});

function expectEqualModels(out: string): void {
  for (const name of [modelFiles.network, modelFiles.scaler, modelFiles.labels]) {
    const [here, there] = [out, "uninterrupted"].map((model) => readFileSync(join(directory, model, name)));
    expect(here!.equals(there!), name).toBe(true);
  }
}

/** Number of finished epochs for each fit that has a checkpoint; a run that ends normally removes its checkpoints. */
function progress(out: string): Record<string, number> {
  const epochs: Record<string, number> = {};
  for (const fit of ["fold-1", "fold-2", "final"]) {
    try {
      const checkpoint = readFileSync(join(directory, `${out}.partial`, `${fit}.checkpoint`));
      epochs[fit] = decodeFitState(checkpoint).progress.epochs.length;
    } catch (error) {
      if (!hasSystemErrorCode(error, "ENOENT")) throw error;
    }
  }
  return epochs;
}

/** Runs the command, and kills it when a checkpoint whose path ends with `files` is written for the `times`-th time. */
async function killAt(files: string, words: readonly string[], times = 1): Promise<Ended> {
  return signalledAtFiles({ files: [files], times, signal: "SIGKILL" }, words, directory);
}

describe("kill -9", () => {
  it("during every resumed run leads to the same model as a run that was never interrupted", async () => {
    const seen: Record<string, number>[] = [];
    for (;;) {
      const again = seen.length > 0 ? ["--resume"] : [];
      const { signal, exitCode, stderr } = await killAt(".checkpoint", words("often", ...again));
      if (signal === null) {
        expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
        break;
      }
      expect(existsSync(join(directory, "often"))).toBe(false);
      seen.push(progress("often"));
    }
    expect(seen.length).toBeGreaterThanOrEqual(4);
    expect(seen[0]).toEqual({ "fold-1": 1 });
    expectEqualModels("often");
  });

  it("between two folds repeats no completed fold", async () => {
    const folds = await killAt("fold-1.checkpoint", words("between"), 2);
    expect(folds.signal).toBe("SIGKILL");
    const { exitCode, stdout } = await start(words("between", "--resume"), directory).ended;
    expect(exitCode).toBe(0);
    expect(stdout).toContain("fold 1  resumes after epoch 2\n");
    expect(stdout).not.toMatch(/^fold 1 {2}epoch/m);
    expectEqualModels("between");
  });
});

it.skipIf(process.platform === "win32")("the command that Ctrl-C prints works as it stands, in a shell", async () => {
  const bin = join(directory, "bin");
  mkdirSync(bin);
  writeFileSync(join(bin, "tidemark"), `#!/bin/sh\nexec "${process.execPath}" "${main}" "$@"\n`);
  chmodSync(join(bin, "tidemark"), 0o755);
  mkdirSync(join(directory, "it's data"));
  cpSync(join(directory, "recordings.parquet"), join(directory, "it's data", "r 1.parquet"));
  const out = "models/it's $HOME";
  const options = [...tinyWords, "--epochs", "2", "--jobs", "1", "--channels", "Ax,Ay,Az,Gx,Gy,Gz"];
  const first = ["train", "it's data/*.parquet", "--out", out, ...options];
  const stop = { files: ["fold-1.checkpoint"], signal: "SIGINT" } as const;
  const { exitCode, stderr } = await signalledAtFiles(stop, first, directory);
  expect(exitCode).toBe(130);
  const command = /^Continue with: (tidemark .*)\n/m.exec(stderr)![1]!;
  const environment = { PATH: `${bin}:${process.env.PATH}` };
  const again = await startProgram("sh", ["-c", command], directory, environment).ended;
  expect({ exitCode: again.exitCode, stderr: again.stderr }).toEqual({ exitCode: 0, stderr: "" });
  expect(again.stdout).toContain("fold 1  resumes after epoch");
  expect(readdirSync(join(directory, "models"))).toEqual(["it's $HOME"]);
  expectEqualModels(out);
});

describe("--resume", () => {
  beforeAll(async () => {
    await killAt(".checkpoint", words("killed"));
  });

  /** Makes a modified copy of the killed run. */
  function changed(out: string, change: (staging: string) => void): string {
    const staging = join(directory, `${out}.partial`);
    cpSync(join(directory, "killed.partial"), staging, { recursive: true });
    change(staging);
    return out;
  }

  it("rejects other versions of Tidemark and of the engine, and gives the versions", async () => {
    const out = changed("engine", (staging) => {
      const state = readFileSync(join(staging, "run.json"), "utf8");
      const other = { ...JSON.parse(state), tidemark: "0.0.1", engine: "onnxruntime 1.2.3" };
      writeFileSync(join(staging, "run.json"), JSON.stringify(other));
    });
    const { exitCode, stderr } = await start(words(out, "--resume"), directory).ended;
    expect(exitCode).toBe(2);
    expect(stderr).toContain(`\n  Tidemark: was 0.0.1, is ${tidemarkVersion}\n`);
    expect(stderr).toMatch(/\n {2}engine: was onnxruntime 1\.2\.3, is onnxruntime \d+\.\d+\.\d+\n/);
    expect(stderr).toContain(`rm -r ${out}.partial`);
    expect(progress(out)).toEqual(progress("killed"));
  });

  it("names a damaged checkpoint, and continues without it", async () => {
    let path = "";
    const out = changed("damaged", (staging) => {
      path = join(staging, "fold-1.checkpoint");
      truncateSync(path, 1000);
    });
    const { exitCode, stderr } = await start(words(out, "--resume"), directory).ended;
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/^error: --resume: .*fold-1\.checkpoint is damaged: /);
    const remove = /start this fit again: (rm .*)\n$/.exec(stderr)![1]!;
    await startProgram("sh", ["-c", remove], directory).ended;
    expect(existsSync(path)).toBe(false);
    expect(await start(words(out, "--resume"), directory).ended).toMatchObject({ exitCode: 0, stderr: "" });
    expectEqualModels(out);
  });

  it("rejects a run whose description cannot be read, and keeps it", async () => {
    const out = changed("unreadable", (staging) => writeFileSync(join(staging, "run.json"), '{"config": 3}'));
    const { exitCode, stderr } = await start(words(out, "--resume"), directory).ended;
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/^error: --resume: .*run\.json cannot be read\n/);
    expect(progress(out)).toEqual(progress("killed"));
  });
});

describe("a reader that goes away", () => {
  it("stops the training with exit code 141 and a checkpoint, from which it can be resumed", async () => {
    const child = spawn(process.execPath, [main, ...words("piped")], {
      cwd: directory,
      stdio: ["ignore", "pipe", "pipe"],
    });
    let stderr = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr += text;
    });
    child.stdout.once("data", () => child.stdout.destroy());
    const [exitCode, signal] = await once(child, "close");
    expect({ exitCode, signal }).toEqual({ exitCode: 141, signal: null });
    expect(stderr).toMatch(
      /stopped; all completed work is kept in piped\.partial\nContinue with: tidemark train .* --resume\n$/,
    );
    expect(await start(words("piped", "--resume"), directory).ended).toMatchObject({ exitCode: 0 });
    expectEqualModels("piped");
  });
});
