// Verifies package.json: the package contains every file that it needs and no others.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));
const manifest: {
  files: string[];
  scripts: Record<string, string>;
  dependencies: Record<string, string>;
  engines: { node: string };
  allowScripts: Record<string, boolean>;
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
    expect([...packagesImportedUnder("src")].filter((name) => name !== "node").sort()).toEqual(
      Object.keys(manifest.dependencies).sort(),
    );
  });

  it("runs nothing when it is installed", () => {
    for (const script of ["preinstall", "install", "postinstall"]) expect(manifest.scripts).not.toHaveProperty(script);
  });

  it("states its origin, and is published with proof of it", () => {
    const home = "https://github.com/tidemark-dev/tidemark";
    expect(manifest).toMatchObject({
      author: "The Tidemark authors",
      homepage: `${home}#readme`,
      repository: { type: "git", url: `git+${home}.git` },
      bugs: { url: `${home}/issues` },
      publishConfig: { access: "public", provenance: true },
    });
  });

  it("decides about every dependency with an install script by a setting that npm knows", () => {
    const lock: { packages: Record<string, { hasInstallScript?: boolean }> } = JSON.parse(
      readFileSync(join(root, "package-lock.json"), "utf8"),
    );
    const scripted = Object.keys(lock.packages).filter((path) => lock.packages[path]!.hasInstallScript);
    const names = scripted.map((path) => path.slice(path.lastIndexOf("node_modules/") + "node_modules/".length));
    expect(Object.keys(manifest.allowScripts).sort()).toEqual([...new Set(names.filter((name) => name !== ""))].sort());
    expect(manifest.allowScripts).toEqual({ node: true, "onnxruntime-node": false, protobufjs: false });
    expect(existsSync(join(root, ".npmrc"))).toBe(false);
  });

  it("asks for the Node version that every entry point checks", () => {
    expect(manifest.engines.node).toBe(">=22.18");
    expect(readFileSync(join(root, "src/node-version.ts"), "utf8")).toContain("22.18 or later");
  });

  it("publishes only the files it lists, and these exist", () => {
    expect(manifest.files).toEqual(["dist", "docs", "examples", "schemas", "README.md", "CHANGELOG.md", "LICENSE"]);
    for (const file of manifest.files.filter((name) => name !== "dist"))
      expect(existsSync(join(root, file)), file).toBe(true);
  });
});
