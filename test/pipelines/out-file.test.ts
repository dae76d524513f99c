import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { UserError } from "../../src/errors.ts";
import { checkOutFile } from "../../src/pipelines/out-file.ts";
import { temporaryDirectory } from "../storage/temporary-directory.ts";

const main = new URL("../../src/interfaces/cli/main.ts", import.meta.url).pathname;

describe("checkOutFile", () => {
  it("accepts a new file in folders that do not exist yet, and leaves nothing behind", async () => {
    const directory = temporaryDirectory();
    await checkOutFile(join(directory, "new", "folder", "p.csv"), { overwrite: false });
    await checkOutFile(join(directory, "p.csv"), { overwrite: true });
    expect(readdirSync(directory)).toEqual([]);
  });

  it("rejects an existing file unless it may be replaced, and does not change it", async () => {
    const path = join(temporaryDirectory(), "p.csv");
    writeFileSync(path, "mine");
    await expect(checkOutFile(path, { overwrite: false })).rejects.toMatchObject({
      message: `--out ${path} already exists`,
      advice: "Choose another name, or add --overwrite to replace it.",
    });
    await checkOutFile(path, { overwrite: true });
    expect(readFileSync(path, "utf8")).toBe("mine");
    expect(readdirSync(join(path, ".."))).toEqual(["p.csv"]);
  });

  it("rejects what is not a regular file, even if it may be replaced", async () => {
    const directory = temporaryDirectory();
    mkdirSync(join(directory, "folder.csv"));
    symlinkSync("loop.csv", join(directory, "loop.csv"));
    symlinkSync("nowhere", join(directory, "dangling"));
    const check = (name: string): Promise<void> => checkOutFile(join(directory, name), { overwrite: true });
    await expect(check("folder.csv")).rejects.toThrow(/folder\.csv is a directory/);
    await expect(check("loop.csv")).rejects.toThrow(/loop\.csv is a symbolic link/);
    for (const inside of ["loop.csv/p.csv", "dangling/p.csv"]) await expect(check(inside)).rejects.toThrow(UserError);
    if (process.platform !== "win32") {
      spawnSync("mkfifo", [join(directory, "pipe.csv")]);
      await expect(check("pipe.csv")).rejects.toThrow(/pipe\.csv is not a regular file/);
    }
  });

  it("rejects a folder that is a file", async () => {
    const directory = temporaryDirectory();
    writeFileSync(join(directory, "file"), "");
    await expect(checkOutFile(join(directory, "file", "p.csv"), { overwrite: false })).rejects.toThrow(
      /p\.csv: could not be written: E/,
    );
  });
});

const canMount = spawnSync("unshare", ["--user", "--map-root-user", "--mount", "true"]).status === 0;

it.skipIf(!canMount)("simulate rejects a file that is a mount point before doing any work", () => {
  const directory = temporaryDirectory();
  for (const name of ["s.csv", "other"]) writeFileSync(join(directory, name), "");
  const script = `mount --bind other s.csv && exec "${process.execPath}" "${main}" simulate --out s.csv --overwrite`;
  const words = ["--user", "--map-root-user", "--mount", "sh", "-c", script];
  const { status, stderr } = spawnSync("unshare", words, { cwd: directory, encoding: "utf8" });
  expect(stderr).toMatch(/^error: --out s\.csv is a mount point\. /);
  expect(status).toBe(2);
  expect(readdirSync(directory).sort()).toEqual(["other", "s.csv"]);
});

it("every command that writes a single file rejects an existing one before doing any work, and replaces it on request", () => {
  const directory = temporaryDirectory();
  const run = (...words: string[]) =>
    spawnSync(process.execPath, [main, ...words], { cwd: directory, encoding: "utf8" });
  for (const name of ["t.csv", "page.html"]) writeFileSync(join(directory, name), "mine");
  const commands = [
    ["simulate", "--out", "t.csv", "--users", "1", "--minutes", "0.1"],
    ["predict", "none.csv", "--model", "none", "--out", "t.csv"],
    ["drift-bench", "none.csv", "--model", "none", "--out", "page.html"],
  ];
  for (const words of commands) {
    const { status, stderr } = run(...words);
    expect(stderr).toMatch(/^error: --out (t\.csv|page\.html) already exists\nChoose another name, or add --overwrite/);
    expect(status).toBe(2);
  }
  for (const name of ["t.csv", "page.html"]) expect(readFileSync(join(directory, name), "utf8")).toBe("mine");
  expect(run(...commands[0]!, "--overwrite")).toMatchObject({ status: 0, stderr: "" });
  expect(readFileSync(join(directory, "t.csv"), "utf8")).toMatch(/^user,activity,/);
  for (const words of commands.slice(1))
    expect(run(...words, "--overwrite").stderr).toContain("none: expected a model folder");
});
