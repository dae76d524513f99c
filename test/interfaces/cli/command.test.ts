import { exec, spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { tidemarkVersion } from "../../../src/versions.ts";
import { temporaryDirectory } from "../../storage/temporary-directory.ts";
import { tidemark } from "./run-command.ts";

const main = fileURLToPath(new URL("../../../src/interfaces/cli/main.ts", import.meta.url));

describe("help", () => {
  it("names the commands, an example and the exit codes", async () => {
    const { exitCode, stdout, stderr } = await tidemark("--help");
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    for (const words of [
      "Usage: tidemark <command> [options]",
      "train",
      "predict",
      "simulate",
      "Examples:",
      "Exit codes:",
    ]) {
      expect(stdout).toContain(words);
    }
  });

  it.each([
    [
      "train",
      [
        ...["--out", "--label", "--group", "--recording", "--time", "--channels", "--rate", "--window", "--overlap"],
        ...["--network", "--normalize", "--split", "--folds", "--epochs", "--batch-size", "--learning-rate"],
        ...["--patience", "--class-weights", "--seed", "--jobs", "--resume", "--config", "--json"],
        ...[
          "(default: 4 seconds)",
          "(default: 0.001, or a tenth of it with --from)",
          "(default: auto)",
          "Cross-validation:",
        ],
      ],
    ],
    ["predict", ["--model", "--out", "--channels", "--json", "entropy"]],
    ["simulate", ["--out", "--users", "--minutes", "--seed", "(default: 42)"]],
  ])("for %s lists its options, an example and its exit codes, within the width", async (command, expected) => {
    const { exitCode, stdout } = await tidemark(command, "--help");
    expect(exitCode).toBe(0);
    const unwrapped = stdout.replaceAll(/\s+/g, " ");
    for (const words of [...expected, "Example", "Exit codes:"]) expect(unwrapped).toContain(words);
    for (const line of stdout.split("\n")) expect(line.length, line).toBeLessThanOrEqual(80);
    expect(await tidemark("help", command)).toMatchObject({ exitCode: 0, stdout });
  });

  it("answers --version, and a bare command with help and exit code 2", async () => {
    expect(await tidemark("--version")).toEqual({ exitCode: 0, stdout: `${tidemarkVersion}\n`, stderr: "" });
    const bare = await tidemark();
    expect(bare).toMatchObject({ exitCode: 2, stdout: "" });
    expect(bare.stderr).toContain("Usage: tidemark");
  });
});

describe("wrong use ends with exit code 2, one message and no stack", () => {
  const out = (): string => join(temporaryDirectory(), "m");

  it.each([
    [["tran"], /^error: unknown command 'tran'\n\(Did you mean train\?\)\n$/],
    [
      ["train", "a.csv", "--out", "m", "--epoch", "3"],
      /^error: unknown option '--epoch'\n\(Did you mean --epochs\?\)\n$/,
    ],
    [["train", "a.csv", "--out"], /^error: option '--out <dir>' argument missing\n$/],
    [
      ["train", "a.csv"],
      /^error: --out: expected the path of the new model folder, got nothing\nAdd --out <dir>: the model folder to write; must be new or empty\.\n$/,
    ],
    [["train", "--out", "m"], /^error: files: expected at least one file, glob or s3:\/\/ URL, got nothing\n$/],
    [
      ["train", "a.csv", "--out", "m", "--epochs", "ten"],
      /^error: --epochs: expected a whole number from 1 .*"ten"\n$/,
    ],
    [["train", "a.csv", "--out", "m", "--folds", "1"], /^error: --folds: expected a whole number from 2 .* got 1\n$/],
    [
      ["train", "a.csv", "--out", "m", "--config", "absent.yaml"],
      /^error: --config absent\.yaml: there is no such file or folder/,
    ],
    [["predict", "a.csv", "--model", "m", "--out", "p.txt"], /^error: --out: .*\.parquet, \.csv, .* got "p\.txt"\n$/],
    [
      ["predict", "a.csv", "--out", "p.csv"],
      /^error: --model: expected a model folder, got nothing\nAdd --model <dir>: the model: .*\n$/,
    ],
    [["simulate", "--out", "s.csv", "--users", "0"], /^error: --users: expected a whole number from 1 .* got 0\n$/],
    [["simulate", "x.csv", "--out", "s.csv"], /^error: too many arguments/],
  ])("tidemark %j", async (words, message) => {
    const { exitCode, stdout, stderr } = await tidemark(...words);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
    expect(stderr).toMatch(message);
    expect(stderr).not.toContain("    at ");
  });

  it("knows the former name of an option, and shows the present one", async () => {
    const words = ["train", "a.csv", "--out", out(), "--window-size", "0"];
    const { exitCode, stderr } = await tidemark(...words);
    expect({ exitCode, stderr }).toEqual({
      exitCode: 2,
      stderr: "error: --reference-batches: expected a whole number from 1 to 1000, got 0\n",
    });
    expect((await tidemark("train", "--help")).stdout).not.toContain("--window-size");
  });

  it("names the config file and the nearest option", async () => {
    const directory = temporaryDirectory();
    const path = join(directory, "walk.yaml");
    writeFileSync(path, "learning_rate: 0.1\n");
    const { exitCode, stderr } = await tidemark("train", "a.csv", "--out", out(), "--config", path);
    expect(exitCode).toBe(2);
    expect(stderr).toBe(`error: unknown option "learning_rate" in ${path}\nDid you mean "learning-rate"?\n`);
    expect(readdirSync(directory)).toEqual(["walk.yaml"]);
  });
});

describe("the process", () => {
  it("ends quietly if its reader has ended", async () => {
    const { stdout, stderr } = await promisify(exec)(`"${process.execPath}" "${main}" train --help | head -n 1`);
    expect(stdout).toMatch(/^Usage: tidemark train/);
    expect(stderr).toBe("");
  });
});

describe.skipIf(process.platform === "win32")("Ctrl-C", () => {
  /** Starts a process whose work ends some time after the abort signal, or never. */
  function worker(reaction: "stops" | "hangs"): ReturnType<typeof spawn> {
    const source = new URL("../../../src/interfaces/cli/interrupt.ts", import.meta.url).href;
    const script = `import { interruptible } from ${JSON.stringify(source)};
      await interruptible((signal) => new Promise((resolve) => {
        const busy = setInterval(() => {}, 1000);
        console.log("ready");
        signal.addEventListener("abort", () => { if (${reaction === "stops"}) { clearInterval(busy); resolve(); } });
      }), (message) => console.log(message));
      console.log("checkpoint written");`;
    return spawn(process.execPath, ["--input-type=module", "--eval", script], { stdio: ["ignore", "pipe", "inherit"] });
  }

  it.each(["SIGINT", "SIGTERM"] as const)("asks the work to stop, once (%s)", async (signal) => {
    const child = worker("stops");
    let output = "";
    child.stdout!.on("data", (chunk) => {
      output += chunk;
      if (output === "ready\n") child.kill(signal);
    });
    expect((await once(child, "close"))[0]).toBe(0);
    expect(output).toBe("ready\nstopping at the next step; press Ctrl-C again to stop at once\ncheckpoint written\n");
  });

  it("ends the process with 130 the second time", async () => {
    const child = worker("hangs");
    child.stdout!.on("data", () => void child.kill("SIGINT"));
    expect((await once(child, "close"))[0]).toBe(130);
  });
});
