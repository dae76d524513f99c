// For every path that a command accepts, a failure in the operating system results in one error that names the path, without a
// stack trace.
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { chmodSync, cpSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { createProgram } from "../../../src/interfaces/cli/program.ts";
import { commandPaths } from "../../command-paths.ts";
import { unpackOldModel } from "../../pipelines/old-model.ts";
import { fileDirectory, main } from "../../pipelines/tiny-run.ts";

const directory = fileDirectory();
const nobody = 65_534;
/**
 * Root may access every file, so if these tests run as root, the commands run as the user "nobody", provided that this user can
 * read the program.
 */
const asNobody = process.getuid?.() === 0 ? { uid: nobody, gid: nobody } : {};
const forbids = spawnSync(process.execPath, [main, "--version"], asNobody).status === 0;

const obstacles = {
  "a symbolic link that leads to itself": "circle",
  "a file as a folder": "file/inner.csv",
  "a name that is too long": `${"n".repeat(300)}.csv`,
  "a folder as a file": "folder.csv",
  ...(forbids && { "a file without permission": "locked.csv", "a folder without permission": "sealed/inner.csv" }),
};

beforeAll(() => {
  unpackOldModel(directory);
  const at = (name: string): string => join(directory, name);
  symlinkSync("circle", at("circle"));
  writeFileSync(at("file"), "");
  mkdirSync(at("folder.csv"));
  mkdirSync(at("sealed"));
  writeFileSync(at("locked.csv"), "a\n1\n");
  cpSync(at("walk"), at("locked-model"), { recursive: true });
  execFileSync("chmod", ["-R", "a+rwX", directory]);
  for (const name of ["locked.csv", "sealed", "locked-model/model.onnx"]) chmodSync(at(name), 0);
});

const batch = "batch.csv.gz";
/** For each command, the calls in which one of the paths is `bad`. */
const cases: Readonly<Record<string, (bad: string) => readonly (readonly string[])[]>> = {
  simulate: (bad) => replaces(bad).map((out) => ["--out", out, "--overwrite", "--users", "1", "--minutes", "0.1"]),
  inspect: (bad) => [[bad], ...inside(bad, "i.html").map((out) => ["recordings.csv.gz", "--out", out])],
  convert: (bad) => [
    [bad, "--out", "c.csv"],
    ...replaces(bad).map((out) => ["recordings.csv.gz", "--out", out, "--overwrite"]),
  ],
  train: (bad) => [
    [bad, "--out", "m"],
    [batch, "--out", "m", "--config", bad],
    ...inside(bad, "m").map((out) => ["recordings.csv.gz", "--out", out]),
  ],
  tune: (bad) => {
    const search = ["--search", "augment=none,rotate"];
    return [
      [bad, "--out", "t.yaml", ...search],
      [batch, "--out", "t.yaml", ...search, "--config", bad],
      ...inside(bad, "t.yaml").map((out) => ["recordings.csv.gz", "--out", out, ...search]),
    ];
  },
  predict: (bad) => [
    [bad, "--model", "walk", "--out", "p.csv"],
    [batch, "--model", bad, "--out", "p.csv"],
    ...replaces(bad).map((out) => [batch, "--model", "walk", "--out", out, "--overwrite"]),
  ],
  evaluate: (bad) => [
    [bad, "--model", "walk"],
    ["recordings.csv.gz", "--model", bad],
    ...inside(bad, "e.html").map((out) => ["recordings.csv.gz", "--model", "walk", "--out", out]),
  ],
  check: (bad) => [
    [bad, "--model", "walk"],
    [batch, "--model", bad],
  ],
  serve: (bad) => [
    ["--models", bad, "--check-config"],
    ["--models", ".", "--config", bad, "--check-config"],
  ],
  push: (bad) => [
    ...(bad === "folder.csv" ? [] : [[bad, "--to", "http://127.0.0.1:9", "--model", "walk"]]),
    ...inside(bad, "spool").map((spool) => [batch, "--to", "http://127.0.0.1:9", "--model", "walk", "--spool", spool]),
    [batch, "--to", "http://127.0.0.1:9", "--model", "walk", "--token-file", bad],
  ],
  "token create": (bad) => inside(bad, "t.json").map((file) => ["a", "--scope", "read", "--tokens", file]),
  "token list": (bad) => [["--tokens", bad]],
  "token rotate": (bad) => inside(bad, "t.json").map((file) => ["a", "--tokens", file]),
  "token revoke": (bad) => inside(bad, "t.json").map((file) => ["a", "--tokens", file]),
  "baseline show": (bad) => [[bad]],
  "baseline validate": (bad) => [[bad]],
  "baseline recalibrate": (bad) => [[bad], ["walk", "--recordings", bad]],
  "streams list": (bad) => [["--model", bad], ...inside(bad, "s.csv").map((out) => ["--model", "walk", "--out", out])],
  "streams show": (bad) => [
    ["default", "--model", bad],
    ...inside(bad, "s.csv").map((out) => ["default", "--model", "walk", "--out", out]),
  ],
  "reference show": (bad) => [["--model", bad]],
  "reference exclude": (bad) => [["b", "--model", bad]],
  "reference accept": (bad) => [["b", "--model", bad]],
  "reference compact": (bad) => [["--model", bad]],
  "streams rename": (bad) => [["default", "other", "--model", bad]],
  "streams retire": (bad) => [["default", "--model", bad]],
  "streams erase": (bad) => [["default", "--model", bad, "--reason", "asked to"]],
  "reference reset": (bad) => [["--model", bad]],
  retrain: (bad) => [
    [bad, "--model", "walk", "--out", "v2", "--labelled", "recordings.csv.gz"],
    [batch, "--model", bad, "--out", "v2"],
    [batch, "--model", "walk", "--out", "v2", "--labelled", bad],
    ...inside(bad, "v2").map((out) => [batch, "--model", "walk", "--out", out]),
  ],
  "models list": (bad) => inside(bad, "").map((folder) => ["--dir", folder]),
  "models show": (bad) => [[bad]],
  "models compare": (bad) => [["walk", bad]],
  "models add": (bad) => [[bad, "--as", "walk"]],
  "models promote": (bad) => [[bad]],
  "models rollback": (bad) => [["walk", "--dir", bad]],
  "drift-bench": (bad) => [
    [bad, "--model", "walk"],
    ["recordings.csv.gz", "--model", bad],
    ...inside(bad, "b.html").map((out) => [batch, "--model", "walk", "--out", out]),
  ],
  "alerts test": () => [],
  "alerts list": (bad) => [["--model", bad]],
  "alerts send": (bad) => [["--model", bad, "--alert", "http://127.0.0.1:9"]],
  sync: (bad) => [[bad, "--tracking", "http://127.0.0.1:9"]],
};

/** Returns the path if a command that replaces its output must fail there; a file without read permission can be replaced. */
function replaces(bad: string): string[] {
  return bad === "locked.csv" ? [] : [bad];
}

/** Returns a file's path inside `bad` if the command must fail there; commands may write files into an existing folder. */
function inside(bad: string, name: string): string[] {
  return bad === "folder.csv" ? [] : [join(bad, name)];
}

async function run(words: readonly string[]): Promise<{ exitCode: number | null; output: string; errors: string }> {
  const child = spawn(process.execPath, [main, ...words], {
    cwd: directory,
    stdio: ["ignore", "pipe", "pipe"],
    ...(forbids && asNobody),
  });
  let [output, errors] = ["", ""];
  child.stdout!.setEncoding("utf8").on("data", (text: string) => (output += text));
  child.stderr!.setEncoding("utf8").on("data", (text: string) => (errors += text));
  const [exitCode] = await once(child, "close");
  return { exitCode, output, errors };
}

const label = forbids ? "" : " (without those of permissions: nobody may read this program)";

describe.skipIf(process.platform === "win32")(`a path that the system refuses${label}`, () => {
  it("is tested with every command", () => {
    expect(Object.keys(cases).sort()).toEqual(commandPaths(createProgram()).sort());
  });

  it.each(Object.keys(cases))("%s names it, and says what to do", { timeout: 300_000 }, async (command) => {
    for (const bad of Object.values(obstacles)) {
      for (const words of cases[command]!(bad)) {
        const { exitCode, output, errors } = await run([...command.split(" "), ...words]);
        const call = `${command} ${words.join(" ")}\n${errors}`;
        expect(errors, call).not.toMatch(/defect|^\s+at /m);
        expect(exitCode, call).toBe(2);
        expect(output + errors, call).toContain(basename(bad));
        // The faults that `baseline validate` finds are its result, and so are the files that `push` cannot read.
        if (command === "baseline validate" || (command === "push" && words[0] === "locked.csv")) continue;
        expect(errors, call).toMatch(/^(warning: .*\n)*error: .*\n/);
        if (bad.startsWith("sealed")) expect(errors, call).toMatch(/permission (is )?denied/);
      }
    }
  });

  it.skipIf(!forbids)("predict names a model file that must not be read", async () => {
    const { exitCode, errors } = await run(["predict", batch, "--model", "locked-model", "--out", "p.csv"]);
    expect(exitCode).toBe(2);
    expect(errors).toMatch(/^error: .*model\.onnx.*\n[A-Z].*\.\n$/);
  });
});
