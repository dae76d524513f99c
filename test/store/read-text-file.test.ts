import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { UserError } from "../../src/errors.ts";
import { readJson } from "../../src/store/atomic-file.ts";
import { explainReadFailure, readTextFile } from "../../src/store/read-text-file.ts";
import { temporaryDirectory } from "./temporary-directory.ts";

describe("readTextFile", () => {
  it("gives the text, and null if there is no file", async () => {
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
      folder: "folder: expected a file, found a directory",
      pipe: "pipe: expected a file, found a pipe",
      circle: "circle: its symbolic links lead in a circle",
      "plain/a": "plain/a: a part of this path is a file, not a directory",
      large: "large: expected at most 128 MiB, found 129 MiB",
    };
    for (const [name, message] of Object.entries(cases)) {
      await expect(readTextFile(at(name)), name).rejects.toMatchObject({
        name: "UserError",
        message: `${directory}/${message}`,
      });
    }
  });

  // The superuser may read everything.
  it.skipIf(process.getuid?.() === 0)("refuses a file that its user may not read", async () => {
    const path = join(temporaryDirectory(), "a.json");
    writeFileSync(path, "{}");
    chmodSync(path, 0);
    await expect(readJson(path)).rejects.toMatchObject({ name: "UserError", message: `${path}: permission denied` });
  });
});

describe("explainReadFailure", () => {
  it.each([
    ["EACCES", /^model\.onnx: permission denied$/, /Make it readable/],
    ["EPERM", /^model\.onnx: permission denied$/, /Make it readable/],
    ["EIO", /^model\.onnx: cannot be read \(EIO\)$/, /Check the disk/],
  ])("says what %s means, and what to do", (code, message, advice) => {
    const error = explainReadFailure(Object.assign(new Error("x"), { code }), "model.onnx");
    expect(error).toBeInstanceOf(UserError);
    expect(error).toMatchObject({ message: expect.stringMatching(message), advice: expect.stringMatching(advice) });
  });

  it("leaves defects and refusals as they are", () => {
    const errors = [
      new RangeError("x"),
      new UserError("y"),
      Object.assign(new Error("z"), { code: "ERR_INVALID_ARG_TYPE" }),
    ];
    for (const error of errors) expect(explainReadFailure(error, "a")).toBe(error);
  });
});
