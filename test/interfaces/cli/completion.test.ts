// Tests completion in bash, and in other real shells if they are installed.
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { completionScript, type Shell } from "../../../src/interfaces/cli/completion.ts";
import { optionsOfCommand } from "../../../src/interfaces/cli/define-command.ts";
import { createProgram } from "../../../src/interfaces/cli/program.ts";
import { temporaryDirectory } from "../../storage/temporary-directory.ts";
import { tidemark } from "./run-command.ts";

const script = (shell: Shell): string => completionScript(shell, createProgram(), optionsOfCommand);

function installed(shell: Shell): boolean {
  try {
    execFileSync(shell, ["-c", "exit"]);
    return true;
  } catch {
    return false;
  }
}

/** Returns the completions that bash offers after the words of a line. */
function bash(...words: string[]): string[] {
  const text = `${script("bash")}
COMP_WORDS=(tidemark ${words.map((word) => `'${word}'`).join(" ")}); COMP_CWORD=${words.length}
_tidemark; printf '%s\\n' "\${COMPREPLY[@]}"`;
  return execFileSync("bash", ["--norc", "-c", text], { encoding: "utf8" }).trimEnd().split("\n");
}

describe.skipIf(!installed("bash"))("bash", () => {
  it("offers commands, the options of the command that stands there, and the values of a choice", () => {
    expect(bash("")).toEqual(expect.arrayContaining(["train", "check", "models", "completion"]));
    expect(bash("re")).toEqual(["reference", "retrain"]);
    expect(bash("models", "")).toEqual(expect.arrayContaining(["list", "show", "compare", "promote", "rollback"]));
    expect(bash("train", "a.csv", "--n")).toEqual(["--normalize", "--network"]);
    expect(bash("train", "--network", "")).toEqual([
      "1dcnn-bilstm",
      "compact",
      "minirocket",
      "ensemble",
      "auto",
      "FILE.ts",
    ]);
    expect(bash("reference", "compact", "--keep-")).toEqual(["--keep-days", "--keep-megabytes"]);
    expect(bash("completion", "")).toEqual(expect.arrayContaining(["bash", "zsh", "fish"]));
  });

  it("offers no former names, and nothing where a number or a file belongs", () => {
    expect(bash("train", "--window")).toEqual(["--window"]);
    for (const words of [
      ["train", "--epochs", ""],
      ["train", "--out", "mo"],
      ["train", "rec"],
    ]) {
      expect(bash(...words)).toEqual([""]);
    }
  });

  it("is valid and quiet", () => {
    expect(execFileSync("bash", ["--norc", "-n", "-c", script("bash")], { encoding: "utf8" })).toBe("");
  });
});

describe.skipIf(!installed("zsh"))("zsh", () => {
  it("takes the script, which defines a function for every command", () => {
    const text = `autoload -Uz compinit && compinit -u -d /dev/null\n${script("zsh")}\nprint -l \${(k)functions} | grep _tidemark`;
    const functions = execFileSync("zsh", ["-f", "-c", text], { encoding: "utf8" }).trimEnd().split("\n");
    expect(functions).toEqual(expect.arrayContaining(["_tidemark", "_tidemark_train", "_tidemark_models_list"]));
  });
});

describe.skipIf(!installed("fish"))("fish", () => {
  const fish = (line: string): string[] => {
    const directory = temporaryDirectory();
    mkdirSync(join(directory, "config"));
    writeFileSync(join(directory, "tidemark.fish"), script("fish"));
    const words = ["--no-config", "-c", `source ${join(directory, "tidemark.fish")}; complete -C '${line}'`];
    const env = { ...process.env, HOME: directory, XDG_CONFIG_HOME: join(directory, "config") };
    const text = execFileSync("fish", words, { encoding: "utf8", env, cwd: directory });
    return text
      .trimEnd()
      .split("\n")
      .map((one) => one.split("\t")[0]!);
  };

  it("offers commands, options and values", () => {
    expect(fish("tidemark ")).toEqual(expect.arrayContaining(["train", "check", "models"]));
    expect(fish("tidemark models ")).toEqual(expect.arrayContaining(["list", "rollback"]));
    expect(fish("tidemark train --network ")).toEqual([
      "1dcnn-bilstm",
      "compact",
      "minirocket",
      "ensemble",
      "auto",
      "FILE.ts",
    ]);
    expect(fish("tidemark train --n")).toEqual(["--network", "--normalize"]);
    expect(fish("tidemark completion ")).toEqual(["bash", "fish", "zsh"]);
  });
});

it("prints the script, and refuses another shell", async () => {
  expect(await tidemark("completion", "bash")).toEqual({ exitCode: 0, stdout: script("bash"), stderr: "" });
  expect(await tidemark("completion", "tcsh")).toEqual({
    exitCode: 2,
    stdout: "",
    stderr: 'error: shell: expected one of bash, zsh, fish, got "tcsh"\n',
  });
});
