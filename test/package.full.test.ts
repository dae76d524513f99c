// The package as its users get it, built: nothing of what package.json promises is missing from it.
import { execFileSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));
const manifest: {
  bin: Record<string, string>;
  exports: Record<string, string | { types: string; default: string }>;
} = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));

describe("the built package", () => {
  // Inside node_modules: git ignores it, and the dependencies are found from there.
  mkdirSync(join(root, "node_modules/.cache"), { recursive: true });
  const home = mkdtempSync(join(root, "node_modules/.cache/package-test-"));
  const out = join(home, "dist");

  beforeAll(() => {
    copyFileSync(join(root, "package.json"), join(home, "package.json"));
    execFileSync(process.execPath, [join(root, "scripts/build.ts"), out], { stdio: "inherit" });
  });
  afterAll(() => rmSync(home, { recursive: true, force: true }));

  /** Where a path of the package lies in this build. */
  const built = (path: string): string => path.replace(/^(\.\/)?dist/, out);

  it("has what bin and exports promise", () => {
    const promised = Object.values(manifest.exports).flatMap((entry) =>
      typeof entry === "string" ? [entry] : [entry.types, entry.default],
    );
    for (const path of [...Object.values(manifest.bin), ...promised].filter((name) => !name.includes("*"))) {
      expect(existsSync(path.includes("dist") ? built(path) : join(root, path)), path).toBe(true);
    }
  });

  it("has an executable command with a shebang", () => {
    const command = built(manifest.bin.tidemark!);
    expect(statSync(command).mode & 0o111).toBe(0o111);
    expect(readFileSync(command, "utf8")).toMatch(/^#!\/usr\/bin\/env node\n/);
  });

  it("exports every command as a function and answers on the command line", () => {
    const script =
      'import * as api from "tidemark"; console.log(typeof api.train, typeof api.predict, typeof api.check, typeof api.driftBench, typeof api.simulate)';
    const run = (...words: string[]): string => execFileSync(process.execPath, words, { cwd: home, encoding: "utf8" });
    expect(run("--input-type=module", "--eval", script)).toBe("function function function function function\n");
    expect(run("dist/interfaces/cli/main.js", "--version")).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  it("has no import left that ends in .ts", () => {
    for (const file of readdirSync(out, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".js"))) {
      expect(readFileSync(join(out, file), "utf8"), file).not.toMatch(/(from|import\() ?"\.[^"]*\.ts"/);
    }
  });
});
