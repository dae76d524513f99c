// The package as its users get it: nothing superfluous in it, nothing missing from it.
import { execFileSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));
const manifest: {
  bin: Record<string, string>;
  files: string[];
  scripts: Record<string, string>;
  dependencies: Record<string, string>;
  devDependencies: Record<string, string>;
  exports: Record<string, string | { types: string; default: string }>;
  engines: { node: string };
} = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));

function packagesImportedUnder(directory: string): Set<string> {
  const names = new Set<string>();
  for (const file of readdirSync(join(root, directory), { recursive: true, encoding: "utf8" })) {
    if (!file.endsWith(".ts")) continue;
    const text = readFileSync(join(root, directory, file), "utf8");
    for (const [, name] of text.matchAll(
      /(?:\bfrom\s+|\bimport\s*\(?\s*)"((?:@[a-z0-9-]+\/)?[a-z][a-z0-9.-]*)(?:\/[^"]*)?"/g,
    )) {
      names.add(name!);
    }
  }
  return names;
}

describe("package.json", () => {
  it("lists exactly the packages that src imports", () => {
    expect([...packagesImportedUnder("src")].filter((name) => !name.startsWith("node")).sort()).toEqual(
      Object.keys(manifest.dependencies).sort(),
    );
  });

  it("runs nothing when it is installed", () => {
    for (const script of ["preinstall", "install", "postinstall"]) expect(manifest.scripts).not.toHaveProperty(script);
  });

  it("asks for the Node version that the command checks", () => {
    expect(manifest.engines.node).toBe(">=22.18");
    expect(readFileSync(join(root, "src/cli/main.ts"), "utf8")).toContain("22.18 or later");
  });
});

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
    expect(run("dist/cli/main.js", "--version")).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  it("has no import left that ends in .ts", () => {
    for (const file of readdirSync(out, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".js"))) {
      expect(readFileSync(join(out, file), "utf8"), file).not.toMatch(/(from|import\() ?"\.[^"]*\.ts"/);
    }
  });

  it("publishes only the files it lists, and these exist", () => {
    expect(manifest.files).toEqual(["dist", "schemas", "README.md", "CHANGELOG.md", "LICENSE"]);
    for (const file of manifest.files.filter((name) => name !== "dist"))
      expect(existsSync(join(root, file)), file).toBe(true);
  });
});
