import { spawnSync } from "node:child_process";
import { existsSync, globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));
const documents = globSync(["*.md", "docs/*.md"], { cwd: root }).map((file) => ({
  file,
  text: readFileSync(join(root, file), "utf8"),
}));
const bench = (...words: string[]) =>
  spawnSync(process.execPath, [join(root, "bench/main.ts"), ...words], { encoding: "utf8" });

describe("the documents' bench commands", () => {
  const help = bench("--help").stdout;
  const commands = documents.flatMap(({ file, text }) =>
    [...text.matchAll(/npm run bench -- ((?:--[a-z-]+(?: [\w.,-]+)? ?)+)/g)]
      .map(([, words]) => ({ file, words: words!.trim() }))
      .filter(({ words }) => words !== "--help"),
  );

  it("are found", () => {
    expect(commands.some(({ file, words }) => file === "README.md" && words.includes("drift"))).toBe(true);
  });

  it.each(commands)("$file: $words", ({ words }) => {
    for (const [, option, value] of words.matchAll(/(--[a-z-]+)(?: ([\w.,-]+))?/g)) {
      expect(help).toContain(option!);
      if (option === "--only" || option === "--parts") {
        for (const name of value!.split(",")) expect(help).toMatch(new RegExp(`[ ,]${name}[,\\n: ]`));
      }
    }
  });

  it.each(
    documents.flatMap(({ file, text }) =>
      [...text.matchAll(/(?:node |`)(bench\/[\w/-]+\.(?:ts|py))/g)].map(([, script]) => ({ file, script: script! })),
    ),
  )("$file: $script exists", ({ script }) => {
    expect(existsSync(join(root, script))).toBe(true);
  });

  it.each([
    [["--parts", "false-alarm"], "--parts: expected some of false-alarms, "],
    [["--sets", "uci_har"], "--sets: expected some of motionsense, "],
    [["--half", "2"], "--half: expected some of 0, 1, got 2"],
    [["--half", "1", "--write"], "--write: expected all --faults, and --half 0"],
    [["--faults", "gain", "--write"], "--write: expected all --faults, and --half 0"],
  ])("drift refuses %j before doing any work", (words, message) => {
    const { status, stderr } = bench("--only", "drift", ...words);
    expect(status).toBe(1);
    expect(stderr).toContain(message);
  });

  it("leaves room for the figures of drift in the README", () => {
    const readme = documents.find(({ file }) => file === "README.md")!.text;
    expect(readme).toMatch(
      /<!-- drift figures: npm run bench -- --only drift --write -->[\s\S]+<!-- end of the drift figures -->/,
    );
  });
});
