import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { checkReplaceableDirectory, replaceDirectory } from "../../src/storage/replace-directory.ts";
import { startProgram } from "../pipelines/tiny-run.ts";
import { temporaryDirectory } from "./temporary-directory.ts";

const contentOf = (directory: string): Record<string, string> =>
  Object.fromEntries(readdirSync(directory).map((name) => [name, readFileSync(join(directory, name), "utf8")]));

describe("replaceDirectory", () => {
  it("leaves the old folder, the new one or none, whenever its process is killed", {
    timeout: 300_000,
  }, async () => {
    const [directory, killer] = [temporaryDirectory(), new URL("../pipelines/kill-before-change.ts", import.meta.url)];
    const [out, staging] = [join(directory, "out"), join(directory, "staging")];
    mkdirSync(staging);
    const earlier = { a: "1", b: "1" };
    const later = { a: "2", c: "2" };
    const module = new URL("../../src/storage/replace-directory.ts", import.meta.url).href;
    const code = `import { replaceDirectory } from ${JSON.stringify(module)};
      await replaceDirectory(${JSON.stringify(out)}, ${JSON.stringify(later)}, ${JSON.stringify(staging)});`;
    const seen = new Set<string>();
    for (let nth = 1; ; nth++) {
      await replaceDirectory(out, earlier, staging);
      const words = ["--import", killer.href, "--input-type=module", "--eval", code];
      const { signal, exitCode, stderr } = await startProgram(process.execPath, words, directory, {
        KILL_BEFORE_CHANGE: `${nth}`,
      }).ended;
      const found = readdirSync(directory).includes("out") ? contentOf(out) : null;
      seen.add(JSON.stringify(found));
      expect([null, earlier, later]).toContainEqual(found);
      if (signal === "SIGKILL") continue;
      expect({ exitCode, stderr, found }).toEqual({ exitCode: 0, stderr: "", found: later });
      break;
    }
    expect(seen).toContain(JSON.stringify(earlier));
    expect(readdirSync(staging)).toEqual([]);
  });
});

describe("checkReplaceable", () => {
  it("accepts a path that does not exist, and a folder that contains nothing else", async () => {
    const directory = temporaryDirectory();
    await checkReplaceableDirectory(join(directory, "absent"), ["a"]);
    writeFileSync(join(directory, "a"), "");
    await checkReplaceableDirectory(directory, ["a", "b"]);
  });

  it.each<[string, (path: string) => void, RegExp]>([
    ["a file", (path) => writeFileSync(path, ""), /expected a folder or nothing, found a file/],
    ["a link", (path) => symlinkSync(".", path), /expected a folder or nothing, found a link/],
    [
      "a folder with a file of somebody's",
      (path) => {
        mkdirSync(path);
        writeFileSync(join(path, "notes.txt"), "");
      },
      /contains a file other than a, b: notes\.txt/,
    ],
  ])("refuses %s", async (_, make, says) => {
    const path = join(temporaryDirectory(), "x");
    make(path);
    await expect(checkReplaceableDirectory(path, ["a", "b"])).rejects.toMatchObject({
      name: "UserError",
      message: expect.stringMatching(says),
    });
  });
});
