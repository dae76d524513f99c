import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readJson } from "../../src/storage/json-file.ts";
import { readTextFile } from "../../src/storage/read-text-file.ts";
import { temporaryDirectory } from "./temporary-directory.ts";

describe("readTextFile", () => {
  it("returns the text, or null if there is no file", async () => {
    const path = join(temporaryDirectory(), "a.json");
    expect(await readTextFile(path)).toBeNull();
    writeFileSync(path, "ü");
    expect(await readTextFile(path)).toBe("ü");
  });

  it.skipIf(process.platform === "win32")("refuses what is no file, by name and without waiting", async () => {
    const directory = temporaryDirectory();
    const at = (name: string): string => join(directory, name);
    mkdirSync(at("folder"));
    execFileSync("mkfifo", [at("pipe")]);
    symlinkSync("circle", at("circle"));
    writeFileSync(at("plain"), "");
    writeFileSync(at("large"), "");
    truncateSync(at("large"), 129 * 2 ** 20);
    const cases = {
      folder: "folder: expected a file, found a folder",
      pipe: "pipe: expected a file, found a pipe",
      circle: "circle: its symbolic links form a loop (ELOOP)",
      "plain/a": "plain/a: a part of the path is not a folder (ENOTDIR)",
      large: "large: expected at most 128 MiB, found 129 MiB",
    };
    for (const [name, message] of Object.entries(cases)) {
      await expect(readTextFile(at(name)), name).rejects.toMatchObject({
        name: "UserError",
        message: `${directory}/${message}`,
      });
    }
  });

  // The superuser may read every file.
  it.skipIf(process.getuid?.() === 0)("rejects a file that its user must not read", async () => {
    const path = join(temporaryDirectory(), "a.json");
    writeFileSync(path, "{}");
    chmodSync(path, 0);
    await expect(readJson(path)).rejects.toMatchObject({
      name: "UserError",
      message: `${path}: permission is denied (EACCES)`,
    });
  });
});
